"""What follows when an editor publishes, unpublishes or moves: one verb each.

All of it is quick and part of the same transaction; what takes time goes through the outbox.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, ReferenceIndex

from cms.outbox.queue import put
from cms.page_cache.tags import invalidate
from news import renditions, search, texts
from news.models import ArticlePage, ArticleTag, Author, NewsImage, Tag

WORDS_PER_MINUTE = 220
INDEXED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Labels:
    """By which authors and tags an article is listed at one moment."""

    author_ids: frozenset[int] = field(default_factory=frozenset)
    tag_ids: frozenset[int] = field(default_factory=frozenset)

    def __or__(self, other: "Labels") -> "Labels":
        return Labels(self.author_ids | other.author_ids, self.tag_ids | other.tag_ids)

    @property
    def cache_tags(self) -> set[str]:
        return {f"author:{pk}" for pk in self.author_ids} | {f"tag:{pk}" for pk in self.tag_ids}


def labels_of(article_id: int | None) -> Labels:
    """Return the stored labels of an article; two queries."""
    if article_id is None:
        return Labels()
    authors = Author.objects.filter(article_authors__article_id=article_id)
    tags = Tag.objects.filter(article_tags__content_object_id=article_id)
    return Labels(
        frozenset(authors.values_list("pk", flat=True)),
        frozenset(tags.values_list("pk", flat=True)),
    )


def article_published(article: ArticlePage, *, labels_before: Labels | None = None) -> None:
    """Store the length, drop what shows or lists the article, make it found and its pictures."""
    words = count_words(article)
    article.word_count = words
    article.reading_minutes = reading_minutes(words)
    ArticlePage.objects.filter(pk=article.pk).update(
        word_count=article.word_count, reading_minutes=article.reading_minutes
    )
    labels = labels_of(article.pk) | (labels_before or Labels())
    invalidate(*_cache_tags(article), *labels.cache_tags)
    have_pictures_warmed("wagtailcore.page", article.pk)
    # Wagtail did so when the article was saved, but before its tags were.
    search.index([article.pk])


def article_saved(article: ArticlePage) -> None:
    """Drop the page itself; a publication drops more."""
    invalidate(f"page:{article.pk}")


def article_unpublished(article: ArticlePage) -> None:
    """Drop every place that shows or lists the article, rankings included."""
    invalidate(*_cache_tags(article), *labels_of(article.pk).cache_tags, "ranking")


def page_published(page: Page) -> None:
    """Drop a page that is no article, have its pictures made ready."""
    page_unpublished(page)
    have_pictures_warmed("wagtailcore.page", page.pk)


def page_unpublished(page: Page) -> None:
    """Drop a page that is no article; its name may stand in menus on every page."""
    invalidate(*_cache_tags(page), "navigation")


def page_moved(page: Page, *, parents: Iterable[Page] = ()) -> None:
    """Drop what a new address touches: the page and the sections it left and came to.

    What lies below a moved section shows its name, as every page does in the menu:
    `navigation` drops it.
    """
    tags = _cache_tags(page)
    for parent in parents:
        tags |= _section_tags(parent)
    labels = labels_of(page.pk)
    if not isinstance(page.specific_deferred, ArticlePage):
        tags.add("navigation")
    invalidate(*tags, *labels.cache_tags, "ranking")


def author_changed(author: Author) -> None:
    invalidate(f"author:{author.pk}", "listings")
    if author.portrait_id:
        have_pictures_warmed("news.author", author.pk)


def tag_changed(tag: Tag) -> None:
    invalidate(f"tag:{tag.pk}", "listings")


def tag_renamed(tag: Tag) -> None:
    """Let readers find the tag's articles by its new name, and no more by the old one."""
    have_indexed(tagged_ids(tag))


def tagged_ids(tag: Tag) -> list[int]:
    """Return the ids of all articles that carry the tag, drafts included."""
    rows = ArticleTag.objects.filter(tag=tag).order_by("content_object_id")
    return list(rows.values_list("content_object_id", flat=True))


def have_indexed(article_ids: list[int]) -> None:
    """Leave it to a worker to tell the search what these articles say now."""
    for start in range(0, len(article_ids), INDEXED_AT_ONCE):
        put("index_articles", {"ids": article_ids[start : start + INDEXED_AT_ONCE]})


def have_pictures_warmed(model: str, pk: int) -> None:
    """Leave the encoding of an object's pictures to a worker, after the commit."""
    put("warm_renditions", {"model": model, "pk": pk}, key=f"{model}:{pk}")


def warm_pictures_of(model: str, pk: int) -> int:
    """Make every rendition of the pictures an object refers to; return how many were made."""
    content_type = ContentType.objects.get_by_natural_key(*model.split("."))
    image_ids = ReferenceIndex.objects.filter(
        base_content_type=content_type,
        object_id=str(pk),
        to_content_type=ContentType.objects.get_for_model(NewsImage),
    ).values_list("to_object_id", flat=True)
    made = renditions.warm({int(image_id) for image_id in image_ids})
    if made:
        kind = "author" if content_type.model_class() is Author else "page"
        invalidate(f"{kind}:{pk}", "listings")
    return made


def image_changed(image: NewsImage) -> None:
    """Drop the pages that show the picture: caption, credit or right of use may differ."""
    page_ids = (
        ReferenceIndex.get_references_to(image)
        .filter(base_content_type=ContentType.objects.get_for_model(Page))
        .values_list("object_id", flat=True)
    )
    if tags := {f"page:{pk}" for pk in page_ids}:
        invalidate(*tags, "listings")


def count_words(article: ArticlePage) -> int:
    """Return how many words a reader reads: standfirst and body, without captions."""
    read = (article.standfirst or "", *texts.of(article.body))
    return sum(len(text.split()) for text in read)


def reading_minutes(words: int) -> int:
    """Return full minutes, rounded up; nothing to read takes none."""
    return -(-words // WORDS_PER_MINUTE)


def _cache_tags(page: Page) -> set[str]:
    own = {f"page:{page.pk}", f"translations:{page.translation_key}", "listings"}
    return own | _section_tags(page)


def _section_tags(page: Page) -> set[str]:
    """Return a tag for the page and everything above it; the sections are among them."""
    ancestors = page.get_ancestors(inclusive=True).order_by()
    return {f"section:{pk}" for pk in ancestors.values_list("pk", flat=True)}
