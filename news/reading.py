"""What the article page shows around its text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import (
    Case,
    Count,
    Exists,
    Expression,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from wagtail.blocks import StreamValue

from cms.page_cache import fragments
from news import references, structured_data
from news.anchors import Anchors
from news.models import ArticleAuthor, ArticlePage, ArticleRelation, Tag

RELATED = 5
PICKS_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class Publisher:
    """The newspaper as an article page names it."""

    name: str
    root_url: str
    legal_name: str = ""


@dataclass(frozen=True, slots=True)
class Picks:
    """What the editor picked for an article: the ids, and where each stands."""

    ids: QuerySet | list[int]
    place: Expression


@dataclass(frozen=True, slots=True)
class Related:
    """The articles below another one, and which the editor picked: not all need be published."""

    articles: list[ArticlePage]
    picked_ids: list[int]


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
            known = _made(article, request, publisher, address, picks=_picks_in_draft(article))
        else:
            known = fragments.kept(
                ("article", article.pk, publisher, address),
                lambda: _made(_with_authors(article), request, publisher, address),
                tags=lambda made: made.cache_tags,
                seconds=min(fragments.KEPT_SECONDS, _seconds_until_midnight()),
            )
        article.__dict__["_parts"] = known
    return known


def _with_authors(article: ArticlePage) -> ArticlePage:
    """Fetch the byline at once; a preview has its own, which is not in the database."""
    rows = ArticleAuthor.objects.select_related("author")
    prefetch_related_objects([article], Prefetch("article_authors", queryset=rows))
    return article


def _made(
    article: ArticlePage,
    request: HttpRequest,
    publisher: Publisher,
    address: str,
    *,
    picks: Picks | None = None,
) -> Parts:
    tags = list(article.tags.all())
    found = related(article, tags, picks=picks)
    context = {
        "page": article,
        "request": request,
        "section": article.section,
        "authors": article.authors,
        "tags": tags,
        "related": found.articles,
        "anchors": Anchors(),
        "address": address,
        "root_url": publisher.root_url,
    }
    shared = (article.lead_image_id, article.social_image_id)
    with references.at_hand(article.body, pictures=shared, request=request) as fetched:
        # A preview may hold a picture that its article has not been saved with.
        article.lead_image = fetched.pictures.get(article.lead_image_id)
        article.social_image = fetched.pictures.get(article.social_image_id)
        context["text_heading"] = text_heading(article.body)
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
        cache_tags=tuple(_cache_tags(article, found, tags)),
    )


def _seconds_until_midnight() -> float:
    now = timezone.localtime()
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()


def related(
    article: ArticlePage, tags: list[Tag], *, limit: int = RELATED, picks: Picks | None = None
) -> Related:
    """The editor's picks in their order, then most shared tags, then the section's newest.

    One query: an article that is neither picked nor shares a tag comes in as one of the
    newest, and stands last because it has nothing else to show for it. Without `picks`, the
    stored ones count.
    """
    picks = picks or _stored_picks(article)
    tag_ids = [tag.pk for tag in tags if tag.pk]
    published = ArticlePage.objects.published()
    wanted = Q(pk__in=picks.ids)
    if tag_ids:
        sharing = published.filter(article_tags__tag_id__in=tag_ids)
        wanted |= Q(pk__in=sharing.order_by().values("pk"))
    if article.section:
        newest = published.exclude(pk=article.pk or 0).descendant_of(article.section)
        wanted |= Q(pk__in=newest.newest_first().values("pk")[:limit])
    others = ArticlePage.objects.exclude(pk=article.pk or 0).filter(locale_id=article.locale_id)
    ranked = others.filter(wanted).annotate(
        place=picks.place,
        is_published=Exists(published.filter(pk=OuterRef("pk"))),
        shared=Count("article_tags", filter=Q(article_tags__tag_id__in=tag_ids)),
    )
    ranked = ranked.order_by(
        F("place").asc(nulls_last=True), "-shared", "-first_published_at", "-pk"
    )
    rows = list(ranked.defer_streamfields()[: limit + PICKS_AT_MOST])
    return Related(
        [row for row in rows if row.is_published][:limit],
        [row.pk for row in rows if row.place is not None],
    )


def _stored_picks(article: ArticlePage) -> Picks:
    picks = ArticleRelation.objects.filter(article=article.pk or 0)
    place = Coalesce("sort_order", Value(0))
    here = picks.filter(related=OuterRef("pk")).order_by("sort_order").values_list(place)[:1]
    return Picks(picks.order_by().values("related_id"), Subquery(here))


def _picks_in_draft(article: ArticlePage) -> Picks:
    ids = [row.related_id for row in article.related_picks.all() if row.related_id]
    places = (When(pk=pk, then=Value(number)) for number, pk in enumerate(ids))
    return Picks(ids, Case(*places, default=None, output_field=IntegerField()))


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
    return (*known.cache_tags, f"comments:{article.pk}", "ranking")


def _cache_tags(article: ArticlePage, found: Related, tags: list[Tag]) -> Iterator[str]:
    """Name whatever the page shows, leads to, or would show if it were published."""
    related = (page.pk for page in found.articles)
    linked = references.named_in(article.body).pages
    pages = [article.pk, *related, *found.picked_ids, *linked]
    yield from (f"page:{pk}" for pk in dict.fromkeys(pages))
    yield from (f"tag:{tag.pk}" for tag in tags)
    yield from (f"section:{section.pk}" for section in article.sections)
    yield from (f"author:{author.pk}" for author in article.authors)
    yield from ("navigation", f"translations:{article.translation_key}")
