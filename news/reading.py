"""What the article page shows around its text."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import (
    Case,
    Count,
    IntegerField,
    Prefetch,
    Q,
    Value,
    When,
    prefetch_related_objects,
)
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from wagtail.blocks import StreamValue

from cms.page_cache import fragments
from news import structured_data
from news.models import ArticleAuthor, ArticlePage, ArticleTag, NewsImage, Tag

RELATED = 5


@dataclass(frozen=True, slots=True)
class Publisher:
    """The newspaper as an article page names it."""

    name: str
    root_url: str
    legal_name: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What of an article page stays the same until something that it names changes."""

    social: str
    head: str
    text: str
    related: str
    data: structured_data.Data
    scripts: str
    cache_tags: tuple[str, ...]


def parts(article: ArticlePage, request: HttpRequest, publisher: Publisher, address: str) -> Parts:
    """Return the parts of an article page, rendered once; complete for an empty draft too.

    They are kept until a page, tag, author or section that they name is dropped, and not over
    midnight: then the right to use a picture may end. A preview is always made anew.
    """
    known: Parts | None = article.__dict__.get("_parts")
    if known is None:
        if not article.live or getattr(request, "is_preview", False):
            known = _made(article, request, publisher, address)
        else:
            known = fragments.kept(
                ("article", article.pk, publisher, address),
                lambda: _made(_with_children(article), request, publisher, address),
                tags=lambda made: made.cache_tags,
                seconds=min(fragments.KEPT_SECONDS, _seconds_until_midnight()),
            )
        article.__dict__["_parts"] = known
    return known


def _with_children(article: ArticlePage) -> ArticlePage:
    """Fetch byline and picks at once; a preview has its own, which are not in the database."""
    rows = ArticleAuthor.objects.select_related("author")
    prefetch_related_objects(
        [article], Prefetch("article_authors", queryset=rows), "related_picks"
    )
    return article


def _made(article: ArticlePage, request: HttpRequest, publisher: Publisher, address: str) -> Parts:
    _fetch_pictures(article)
    tags = list(article.tags.all())
    shown = related(article, tags)
    context = {
        "page": article,
        "request": request,
        "section": article.section,
        "authors": article.authors,
        "tags": tags,
        "related": shown,
        "text_heading": text_heading(article.body),
        "address": address,
        "root_url": publisher.root_url,
    }
    social, head, text, more = (
        render_to_string(f"news/article/{name}.html", context)
        for name in ("social", "head", "text", "related")
    )
    organization = structured_data.organization(
        publisher.name, f"{publisher.root_url}/", legal_name=publisher.legal_name
    )
    data = structured_data.news_article(article, request, publisher=organization, tags=tags)
    way = structured_data.breadcrumbs(article, request, home=publisher.name)
    return Parts(
        social=social,
        head=head,
        text=text,
        related=more,
        data=data,
        scripts=structured_data.script(way),
        cache_tags=tuple(_cache_tags(article, shown, tags)),
    )


def _seconds_until_midnight() -> float:
    now = timezone.localtime()
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()


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


def cache_tags(article: ArticlePage) -> tuple[str, ...]:
    """By what a cached article page has to be dropped; known once it is rendered."""
    known: Parts = article.__dict__["_parts"]
    return (*known.cache_tags, "ranking")


def _cache_tags(
    article: ArticlePage, related: list[ArticlePage], tags: list[Tag]
) -> Iterator[str]:
    """Name whatever the page shows, leads to, or would show if it were published."""
    picks = [row.related_id for row in article.related_picks.all()]
    pages = [article.pk, *(page.pk for page in related), *picks, *_linked_pages(article.body)]
    yield from (f"page:{pk}" for pk in dict.fromkeys(pages))
    yield from (f"tag:{tag.pk}" for tag in tags)
    yield from (f"section:{section.pk}" for section in article.sections)
    yield from (f"author:{author.pk}" for author in article.authors)
    yield from ("navigation", f"translations:{article.translation_key}")


def _fetch_pictures(article: ArticlePage) -> None:
    """Fetch the lead pictures in one query, and the renditions of all pictures in another."""
    ids = {article.lead_image_id, article.social_image_id} - {None}
    known = NewsImage.objects.in_bulk(ids) if ids else {}
    # A preview may hold a picture that its article has not been saved with.
    if article.lead_image_id:
        article.lead_image = known.get(article.lead_image_id)
    if article.social_image_id:
        article.social_image = known.get(article.social_image_id)
    images = [*known.values(), *_pictures_of(article.body)]
    prefetch_related_objects(list(dict.fromkeys(images)), "renditions")


def _pictures_of(body: StreamValue) -> Iterator[NewsImage]:
    for block in body or []:
        if block.block_type == "image" and block.value.get("image"):
            yield block.value["image"]
        elif block.block_type == "gallery":
            for picture in block.value.get("pictures") or []:
                if picture.get("image"):
                    yield picture["image"]


def _linked_pages(body: StreamValue) -> Iterator[str]:
    """The ids of the pages that texts and boxes of the body lead to."""
    raw = [dict(block) for block in body.raw_data] if body else []
    for tag in re.findall(r"<a [^>]*>", json.dumps(raw, default=str).replace('\\"', '"')):
        if 'linktype="page"' in tag:
            yield from re.findall(r' id="(\d+)"', tag)
    for block in raw:
        if block.get("type") == "read_also":
            yield str((block.get("value") or {}).get("article") or "0")
