"""The front page: what editors put on it, filled up with the newest articles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber, Substr
from django.http import HttpRequest
from django.utils import timezone

from home.models import HomePage, LeadSlot
from news.models import ArticlePage, NewsImage, SectionPage
from news.querysets import open_to_everyone
from news.renditions import may_be_shown

LEADS = 5
ARTICLES_PER_SECTION = 4


@dataclass(frozen=True, slots=True)
class Lead:
    """An article at the top, with the words and the picture it carries there."""

    article: ArticlePage
    headline: str
    image: NewsImage | None


@dataclass(frozen=True, slots=True)
class Breaking:
    """The strip above the leads."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section with its newest articles."""

    section: SectionPage
    articles: list[ArticlePage]


def context(
    home: HomePage, request: HttpRequest, *, now: datetime | None = None
) -> dict[str, Any]:
    """Return what `home/home_page.html` shows."""
    now = now or timezone.now()
    slots = _running(home.lead_slots.all(), now)
    sections = _sections(home)
    newest = _newest_ids(home, LEADS + len(slots))
    by_section = _newest_ids_by_section(home, sections)
    wanted = {slot.article_id for slot in slots} | set(newest)
    wanted |= {pk for ids in by_section.values() for pk in ids}
    articles = ArticlePage.objects.published().for_cards().in_bulk(wanted)

    images = _slot_images([slot.image_id for slot in slots if slot.image_id])
    leads = [
        Lead(
            article=article,
            headline=slot.headline or article.title,
            image=images.get(slot.image_id) or article.lead_image,
        )
        for slot in slots
        if (article := articles.get(slot.article_id))
    ]
    shown = {lead.article.pk for lead in leads}
    for pk in newest:
        if len(leads) >= LEADS:
            break
        if pk not in shown and (article := articles.get(pk)):
            leads.append(Lead(article, article.title, article.lead_image))
            shown.add(pk)
    rows = [
        SectionRow(
            section,
            [
                articles[pk]
                for pk in by_section.get(section.path, [])
                if pk in articles and pk not in shown
            ][:ARTICLES_PER_SECTION],
        )
        for section in sections
    ]
    return {
        "leads": leads,
        "section_rows": [row for row in rows if row.articles],
        "breaking": _breaking(home, request, now),
    }


def _running(slots: Iterable[LeadSlot], now: datetime) -> list[LeadSlot]:
    """Leave out what has ended, what is empty in a draft, and an article's second place."""
    first: dict[int, LeadSlot] = {}
    for slot in slots:
        if slot.article_id and not _is_over(slot.until, now):
            first.setdefault(slot.article_id, slot)
    return list(first.values())


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _breaking(home: HomePage, request: HttpRequest, now: datetime) -> Breaking | None:
    if _is_over(home.breaking_until, now):
        return None
    published = ArticlePage.objects.published().defer_streamfields()
    article = published.filter(pk=home.breaking_article_id or 0).first()
    text = home.breaking_text or (article.title if article else "")
    if not text:
        return None
    return Breaking(text, (article.get_url(request) if article else "") or "")


def _sections(home: HomePage) -> list[SectionPage]:
    sections = SectionPage.objects.child_of(home).live().in_menu().order_by("path")
    return list(open_to_everyone(sections))


def _newest_ids(home: HomePage, limit: int) -> list[int]:
    articles = ArticlePage.objects.descendant_of(home).published().newest_first()
    return list(articles.values_list("pk", flat=True)[:limit])


def _newest_ids_by_section(home: HomePage, sections: list[SectionPage]) -> dict[str, list[int]]:
    """The newest articles below each section, enough to leave out the leads: one query."""
    if not sections:
        return {}
    length = len(sections[0].path)
    rows = (
        ArticlePage.objects.descendant_of(home)
        .live()
        .annotate(section_path=Substr("path", 1, length))
        .annotate(
            place=Window(
                RowNumber(),
                partition_by=F("section_path"),
                order_by=[F("first_published_at").desc(), F("pk").desc()],
            )
        )
        .filter(place__lte=ARTICLES_PER_SECTION + LEADS)
        .order_by("place")
        .values_list("section_path", "pk")
    )
    ids: dict[str, list[int]] = {}
    for section_path, pk in rows:
        ids.setdefault(section_path, []).append(pk)
    return ids


def _slot_images(ids: list[int]) -> dict[int, NewsImage]:
    """The pictures of the slots; past its right of use, one leaves its place to the article's."""
    images = NewsImage.objects.prefetch_related("renditions").in_bulk(ids) if ids else {}
    return {pk: image for pk, image in images.items() if may_be_shown(image)}
