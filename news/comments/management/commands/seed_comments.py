"""Command that lets invented readers comment on the demo's articles."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from wagtail.models import Site

from news.comments import moderation, readers
from news.comments.models import CommentSettings, ReaderComment
from news.comments.moderation import By
from news.comments.readers import Submission
from news.consent import texts
from news.consent.models import Purpose
from news.models import ArticlePage


@dataclass(frozen=True, slots=True)
class Remark:
    """What one reader writes; `parent` is the key of the remark it answers."""

    key: str
    article: str
    hours_ago: float
    name: str
    text: str
    parent: str = ""
    is_published: bool = True


REMARKS = [
    Remark(
        "sand", "seegras-kehrt-zurueck", 26, "Renate W.",
        "Meine Großmutter schlief noch auf einer Matratze aus Seegras. Dass ich die Wiese einmal "
        "selbst sehe, hätte ich nicht gedacht. Danke für diesen Text!",
    ),
    Remark(
        "hilfe", "seegras-kehrt-zurueck", 22, "Jonte",
        "Kann man sich für die nächste Aussaat im September irgendwo anmelden?",
    ),
    Remark(
        "hilfe-antwort", "seegras-kehrt-zurueck", 20, "Ruderverein Elver",
        "Ja, über die Küstenhochschule. Wir waren im letzten Jahr dabei: Gummistiefel mitbringen "
        "und keine Angst vor nassen Knien haben.", parent="hilfe",
    ),
    Remark(
        "bohren", "strassenbahn-linie-5-kosten", 17, "Heiner Poppen",
        "90.000 Euro gespart, 18 Millionen draufgezahlt. Wer hat das unterschrieben? Diese Frage "
        "beantwortet die Analyse leider nicht.",
    ),
    Remark(
        "faehre", "klappbruecke-holzhafen-gesperrt", 1.5, "Inselkind",
        "Die Fähre nur bis 21 Uhr? Wer im Theater war, kommt dann nicht mehr nach Hause.",
    ),
    Remark(
        "fahrrad", "klappbruecke-holzhafen-gesperrt", 0.8, "M. Aden",
        "Der Schleusensteg ist für Lastenräder zu schmal. Das sollte in der Tabelle stehen.",
        is_published=False,
    ),
    Remark(
        "sonntag", "bibliothek-oeffnet-sonntags", 0.4, "Tjark",
        "Endlich! Und ein Lob an die Studierenden am Tresen.", is_published=False,
    ),
]  # fmt: skip


class Command(BaseCommand):
    help = (
        "Let invented readers comment on the demo's articles, two of them still waiting for a "
        "moderator. Safe to run twice: does nothing where there are comments."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = seed(now=timezone.now())
        self.stdout.write(f"{count} reader comments written")


def seed(*, now: datetime) -> int:
    """Write the remarks, oldest first, through the same verbs as a reader's form."""
    site = Site.objects.filter(is_default_site=True).first()
    text = texts.current(Purpose.PUBLISH, "de", now=now)
    if ReaderComment.objects.exists() or not site or not text:
        return 0
    settings = CommentSettings.for_site(site)
    moderator = get_user_model().objects.filter(username="moderation").first()
    written: dict[str, ReaderComment] = {}
    with transaction.atomic():
        for remark in REMARKS:
            article = ArticlePage.objects.filter(slug=remark.article).first()
            if not article:
                continue
            at = now - timedelta(hours=remark.hours_ago)
            comment = readers.submit(
                Submission(
                    article=article,
                    parent=written.get(remark.parent),
                    name=remark.name,
                    email=f"{remark.key}@leser.demo.example",
                    text=remark.text,
                    consent_text=text,
                    ticket_digest=hashlib.sha256(f"demo/{remark.key}".encode()).hexdigest(),
                    surface=f"article:{article.pk}@{article.live_revision_id or 0} demo",
                ),
                settings=settings,
                now=at,
            )
            if not comment:
                continue
            readers.confirm(comment, settings=settings, now=at + timedelta(minutes=2))
            if remark.is_published:
                moderation.approve(comment, By(actor=moderator), now=at + timedelta(minutes=9))
            written[remark.key] = comment
    return len(written)
