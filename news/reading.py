"""What the article page shows around its text."""

from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Value, When, prefetch_related_objects
from django.http import HttpRequest
from wagtail.blocks import StreamValue

from news.models import ArticlePage, ArticleTag, NewsImage, Tag
from news.querysets import ArticleQuerySet

RELATED = 5


def article_context(article: ArticlePage, request: HttpRequest) -> dict[str, Any]:
    """Return section, tags and related articles; complete for an empty draft too."""
    images = list(dict.fromkeys(_images(article)))
    prefetch_related_objects(images, "renditions")
    tags = list(article.tags.all())
    return {
        "section": article.section,
        "authors": article.authors,
        "tags": tags,
        "related": related(article, tags),
    }


def related(article: ArticlePage, tags: list[Tag], *, limit: int = RELATED) -> list[ArticlePage]:
    """The editor's picks in their order, then most shared tags, then the section's newest."""
    picks = [row.related_id for row in article.related_picks.all() if row.related_id]
    others = ArticlePage.objects.published().exclude(pk=article.pk or 0).defer_streamfields()
    found = list(
        _picked_or_sharing(others, picks, tags).filter(locale_id=article.locale_id)[:limit]
    )
    if len(found) < limit and article.section:
        newest = article.section.articles().exclude(
            pk__in=[article.pk or 0, *(a.pk for a in found)]
        )
        found += newest.defer_streamfields()[: limit - len(found)]
    return found


def cache_tags(article: ArticlePage, context: dict[str, Any]) -> list[str]:
    """By what a cached article page has to be dropped: whatever it names."""
    return [
        *(f"page:{page.pk}" for page in [article, *context["related"]]),
        *(f"tag:{tag.pk}" for tag in context["tags"]),
        "navigation",
        "ranking",
        *(f"section:{section.pk}" for section in article.sections),
        *(f"author:{author.pk}" for author in article.authors),
    ]


def _picked_or_sharing(
    articles: ArticleQuerySet, picks: list[int], tags: list[Tag]
) -> ArticleQuerySet:
    tag_ids = [tag.pk for tag in tags if tag.pk]
    if not picks and not tag_ids:
        return articles.none()
    sharing = ArticleTag.objects.filter(tag_id__in=tag_ids).values("content_object_id")
    return (
        articles.filter(Q(pk__in=picks) | Q(pk__in=sharing))
        .annotate(
            pick=Case(
                *(When(pk=pk, then=Value(place)) for place, pk in enumerate(picks)),
                default=Value(len(picks)),
                output_field=IntegerField(),
            ),
            shared=Count("article_tags", filter=Q(article_tags__tag_id__in=tag_ids)),
        )
        .order_by("pick", "-shared", "-first_published_at", "-pk")
    )


def _images(article: ArticlePage) -> list[NewsImage]:
    """Every picture of the page, so that their renditions come in one query."""
    images = [article.lead_image] if article.lead_image else []
    body: StreamValue = article.body
    for block in body or []:
        if block.block_type == "image":
            images.append(block.value.get("image"))
        elif block.block_type == "gallery":
            images += [picture.get("image") for picture in block.value.get("pictures") or []]
    return [image for image in images if image]
