"""What the article page shows around its text."""

from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Value, When, prefetch_related_objects
from django.http import HttpRequest
from wagtail.blocks import StreamValue

from news.models import ArticlePage, ArticleTag, NewsImage, Tag

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
        "text_heading": text_heading(article.body),
    }


def related(article: ArticlePage, tags: list[Tag], *, limit: int = RELATED) -> list[ArticlePage]:
    """The editor's picks in their order, then most shared tags, then the section's newest.

    One query: an article that is neither picked nor shares a tag comes in as one of the
    newest, and stands last because it has nothing else to show for it.
    """
    picks = [row.related_id for row in article.related_picks.all() if row.related_id]
    tag_ids = [tag.pk for tag in tags if tag.pk]
    others = ArticlePage.objects.published().exclude(pk=article.pk or 0)
    wanted = Q(pk__in=picks)
    if tag_ids:
        sharing = ArticleTag.objects.filter(tag_id__in=tag_ids)
        wanted |= Q(pk__in=sharing.values("content_object_id"))
    if article.section:
        newest = others.descendant_of(article.section).newest_first()
        wanted |= Q(pk__in=newest.values("pk")[:limit])
    ranked = others.filter(wanted, locale_id=article.locale_id).annotate(
        pick=Case(
            *(When(pk=pk, then=Value(place)) for place, pk in enumerate(picks)),
            default=Value(len(picks)),
            output_field=IntegerField(),
        ),
        shared=Count("article_tags", filter=Q(article_tags__tag_id__in=tag_ids)),
    )
    ranked = ranked.order_by("pick", "-shared", "-first_published_at", "-pk")
    return list(ranked.defer_streamfields()[:limit])


def text_heading(body: StreamValue) -> str:
    """Return the level for headings inside texts: below a subheading, or in its place."""
    for block in body or []:
        if block.block_type == "subheading":
            return "h3"
        if block.block_type == "text" and "<h3" in block.value.source:
            return "h2"
    return "h3"


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
