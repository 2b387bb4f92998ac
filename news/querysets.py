"""The vocabulary in which articles are asked for."""

from typing import TypeVar

from django.apps import apps
from django.db.models import CharField, Count, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q
from wagtail.models import PageManager, PageViewRestriction
from wagtail.query import PageQuerySet

Pages = TypeVar("Pages", bound=PageQuerySet)


def open_to_everyone(pages: Pages) -> Pages:
    """Leave out what a view restriction covers, inside the query that reads the pages.

    Wagtail's `public()` says the same but asks for the restrictions first, once per list.
    """
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    restrictions = PageViewRestriction.objects.alias(path=path)
    return pages.exclude(Exists(restrictions.filter(path__startswith=F("page__path"))))


class ArticleQuerySet(PageQuerySet):
    """Articles; chain the words below before slicing."""

    def published(self) -> "ArticleQuerySet":
        """Live and open to everyone: what a reader may be shown."""
        return open_to_everyone(self.live())

    def rankable(self) -> "ArticleQuerySet":
        """Published and not sensitive: what may appear in a ranking."""
        return self.published().filter(is_sensitive=False)

    def newest_first(self) -> "ArticleQuerySet":
        return self.order_by("-first_published_at", "-pk")

    def for_cards(self) -> "ArticleQuerySet":
        """With everything a card shows, without the body."""
        return (
            self.defer_streamfields()
            .select_related("lead_image")
            .prefetch_related("lead_image__renditions")
            .with_authors()
        )

    def with_authors(self) -> "ArticleQuerySet":
        rows = apps.get_model("news.ArticleAuthor").objects.select_related("author")
        return self.prefetch_related(Prefetch("article_authors", queryset=rows))

    def by_author(self, author_id: int) -> "ArticleQuerySet":
        return self.filter(article_authors__author_id=author_id)

    def tagged(self, tag_id: int) -> "ArticleQuerySet":
        return self.filter(article_tags__tag_id=tag_id)

    def sharing_tags_with(self, tag_ids: list[int]) -> "ArticleQuerySet":
        """Articles with one of `tag_ids`: most shared tags first, then the newest."""
        return (
            self.filter(article_tags__tag_id__in=tag_ids)
            .annotate(
                shared_tag_count=Count(
                    "article_tags", filter=Q(article_tags__tag_id__in=tag_ids), distinct=True
                )
            )
            .order_by("-shared_tag_count", "-first_published_at", "-pk")
        )


ArticleManager = PageManager.from_queryset(ArticleQuerySet)
