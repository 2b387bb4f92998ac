"""What the newsroom hears from Wagtail and Django; each handler calls one verb."""

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from news import publishing, redirecting
from news.models import ArticlePage, Author, NewsImage, Tag


@receiver(pre_save, sender=ArticlePage)
def on_pre_save_article(instance: ArticlePage, update_fields: Any = None, **_: Any) -> None:
    """Remember the labels in the database before a publish replaces them.

    Drafts are kept as revisions and save named fields only, so autosave never comes past here.
    """
    if update_fields is None and instance.live:
        instance._labels_before = publishing.labels_of(instance.pk)


@receiver(post_save, sender=ArticlePage)
def on_article_saved(
    instance: ArticlePage, created: bool, update_fields: Any = None, **_: Any
) -> None:
    """Whatever saves a live article as a whole changes what readers see, published or not."""
    if instance.live and not created and update_fields is None:
        publishing.article_saved(instance)


@receiver(page_published)
def on_page_published(instance: Page, **_: Any) -> None:
    if isinstance(instance, ArticlePage):
        labels_before = getattr(instance, "_labels_before", None)
        publishing.article_published(instance, labels_before=labels_before)
    else:
        publishing.page_published(instance)


@receiver(page_unpublished)
def on_page_unpublished(instance: Page, **_: Any) -> None:
    """Hears of deletions too: Wagtail unpublishes what it is about to delete."""
    if isinstance(instance, ArticlePage):
        publishing.article_unpublished(instance)
    else:
        publishing.page_unpublished(instance)


@receiver(post_page_move)
def on_post_page_move(
    instance: Page, parent_page_before: Page, parent_page_after: Page, **_: Any
) -> None:
    publishing.page_moved(instance, parents=(parent_page_before, parent_page_after))


@receiver(page_slug_changed)
def on_page_slug_changed(instance: Page, **_: Any) -> None:
    publishing.page_moved(instance)


@receiver([post_save, post_delete], sender=Author)
def on_author_changed(instance: Author, **_: Any) -> None:
    publishing.author_changed(instance)


@receiver(pre_save, sender=Tag)
@receiver(pre_save, sender=Author)
def on_pre_save_named(sender: type[Tag] | type[Author], instance: Any, **_: Any) -> None:
    """Remember name and address in the database, so that a new one has its consequences."""
    known = sender.objects.filter(pk=instance.pk or 0)
    before = known.values_list("slug", "name").first()
    instance._slug_before, instance._name_before = before or ("", "")


@receiver(post_save, sender=Tag)
@receiver(post_save, sender=Author)
def on_named_saved(instance: Any, **_: Any) -> None:
    slug_before = getattr(instance, "_slug_before", None)
    if slug_before and slug_before != instance.slug:
        redirecting.renamed(slug_before, instance)


@receiver(post_save, sender=Tag)
def on_tag_saved(instance: Tag, **_: Any) -> None:
    if instance._name_before not in ("", instance.name):
        publishing.tag_renamed(instance)


@receiver(pre_delete, sender=Tag)
def on_tag_about_to_be_deleted(instance: Tag, **_: Any) -> None:
    """Before, because afterwards nobody knows any more which articles had it."""
    publishing.have_indexed(publishing.tagged_ids(instance))


@receiver([post_save, post_delete], sender=Tag)
def on_tag_changed(instance: Tag, **_: Any) -> None:
    publishing.tag_changed(instance)


@receiver(post_save, sender=NewsImage)
def on_image_saved(instance: NewsImage, created: bool, **_: Any) -> None:
    if not created:
        publishing.image_changed(instance)


@receiver(pre_delete, sender=NewsImage)
def on_image_about_to_be_deleted(instance: NewsImage, **_: Any) -> None:
    """Before, because afterwards nobody knows any more where it was used."""
    publishing.image_changed(instance)
