"""The editors and the books of a whole site, inside processes of its own.

Run as `python -m tests.proof.newsroom VERB ...` with the environment of the site.
"""

import json
import os
import random
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import DatabaseError, connection  # noqa: E402
from django.db.models import Count, Sum  # noqa: E402
from wagtail.models import Site  # noqa: E402

from analytics import spool, windows  # noqa: E402
from analytics.models import PageBucket, PageDay, PoisonEntry  # noqa: E402
from cms.outbox.models import EntryState, Mail, MailState, OutboxEntry  # noqa: E402
from news.comments import moderation  # noqa: E402
from news.comments.models import CommentSettings, ReaderComment  # noqa: E402
from news.comments.moderation import By, NotPossible, StateChanged  # noqa: E402
from news.consent import defaults  # noqa: E402
from news.consent.models import ConsentEvent, ConsentText, EventKind, Purpose  # noqa: E402
from news.models import ArticlePage  # noqa: E402
from news.staff_reports.tokens import make_token  # noqa: E402
from tests.factories import (  # noqa: E402
    make_admin,
    make_article,
    make_author,
    make_home,
    make_image,
    make_section,
)

WORDS = ["Hafen", "Stadt", "Rat", "Haushalt", "Zölle", "Kräne", "Schiffe", "Gebühren", "Menschen"]


def now() -> datetime:
    return datetime.now(UTC)


def say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def fill(count: str = "12") -> None:
    """Write a newspaper; print number and address of every page that readers shall see."""
    dice = random.Random(3)
    home = make_home()
    make_admin("chefin")
    defaults.create_missing(ConsentText)
    CommentSettings.objects.update_or_create(
        site=Site.objects.get(is_default_site=True), defaults={"default_mode": "open"}
    )
    sections = [make_section(title) for title in ("Hafen", "Rathaus")]
    author = make_author("Jana Beispiel")
    articles = []
    for number in range(int(count)):
        text = [
            {"type": "text", "value": f"<p>{' '.join(dice.choices(WORDS, k=70))}.</p>"}
            for _ in range(12)
        ]
        articles.append(
            make_article(
                f"Meldung {number}",
                section=sections[number % 2],
                authors=(author,),
                tags=("Hafen",),
                body=json.dumps(text),
                standfirst="Worum es geht, in einem Satz.",
                lead_image=make_image(f"Bild {number}"),
                comment_mode="open",
            )
        )
        articles[-1].save_revision().publish()
    pages = [home, *articles, *sections]
    say([[page.pk, page.url] for page in pages])


def fill_archive(count: str = "4") -> None:
    """Write articles that no editor touches afterwards; print number and address of each."""
    section = make_section("Archiv")
    text = [{"type": "text", "value": f"<p>{' '.join(WORDS * 8)}.</p>"} for _ in range(12)]
    for number in range(int(count)):
        make_article(f"Altes {number}", section=section, tags=("Chronik",), body=json.dumps(text))
    pages = ArticlePage.objects.child_of(section).order_by("pk")
    say([[page.pk, page.url] for page in pages])


def edit(pause_seconds: str) -> None:
    """Publish an article again and again, and approve what was confirmed; print each act.

    A line is printed once the act is committed.
    """
    number = 0
    touched = ArticlePage.objects.exclude(title__startswith="Altes ").order_by("pk")
    articles = list(touched.values_list("pk", flat=True))
    while True:
        number += 1
        pk = articles[number % len(articles)]
        _until_it_works(lambda pk=pk, number=number: _publish(pk, f"Fassung {number}"))
        say(["published", pk, f"Fassung {number}"])
        while waiting := _until_it_works(lambda: ReaderComment.objects.pending().first()):
            _until_it_works(lambda waiting=waiting: _approve(waiting))
            say(["approved", waiting.pk])
        time.sleep(float(pause_seconds))


def _until_it_works(act: Any) -> Any:
    """An editor whose screen shows an error tries once more."""
    while True:
        try:
            return act()
        except DatabaseError:
            connection.close()
            time.sleep(0.5)


def _publish(pk: int, title: str) -> None:
    article = ArticlePage.objects.get(pk=pk)
    article.title = title
    article.save_revision().publish()


def _approve(comment: ReaderComment) -> None:
    # it was committed before the line broke
    with suppress(NotPossible, StateChanged):
        moderation.approve(comment, By(reason="proof"), now=now())


def make_key() -> None:
    """Print a key to the reports."""
    say(make_token(get_user_model().objects.get(username="chefin"), "proof"))


def report() -> None:
    """Print what the site knows: views, comments, consent, mails and what still waits."""
    events = ConsentEvent.objects.filter(purpose=Purpose.PUBLISH)
    say(
        {
            "views": _by_page(PageBucket),
            "days": _by_page(PageDay),
            "poison": PoisonEntry.objects.count(),
            "spool": spool.waiting_bytes(),
            "drift": len(windows.rebuild_windows(now())),
            "comments": _counted(ReaderComment.objects.all(), "email"),
            "states": _counted(ReaderComment.objects.all(), "state"),
            "given": _counted(events.filter(kind=EventKind.GIVEN), "comment_id"),
            "confirmed": _counted(events.filter(kind=EventKind.CONFIRMED), "comment_id"),
            "numbers": dict(ReaderComment.objects.values_list("email", "pk")),
            "titles": dict(ArticlePage.objects.values_list("pk", "title")),
            "mails": _counted(Mail.objects.all(), "state"),
            "mailed": [
                list(row) for row in Mail.objects.order_by("pk").values_list("to", "subject")
            ],
            **waits(),
        }
    )


def wait() -> None:
    """Print what still waits, once a second, until nothing does."""
    while True:
        found = waits()
        say(found)
        if not any(found.values()):
            return
        time.sleep(1)


def waits() -> dict[str, int]:
    return {
        "unsealed": ConsentEvent.objects.unsealed().count(),
        "outbox": OutboxEntry.objects.filter(state=EntryState.WAITING).count(),
        "unsent": Mail.objects.filter(state=MailState.WAITING).count(),
        "backlog": _backlog(),
        "spool": spool.waiting_bytes(),
    }


def _backlog() -> int:
    from analytics import buffer
    from analytics.models import ShardCheckpoint

    positions = dict(ShardCheckpoint.objects.values_list("shard", "last_id"))
    return sum(buffer.backlog_of(shard, positions.get(shard, "0-0")) for shard in buffer.shards())


def _by_page(model: Any) -> dict[int, int]:
    rows = model.objects.values("page_id").annotate(total=Sum("views"))
    return dict(rows.values_list("page_id", "total"))


def _counted(rows: Any, field: str) -> dict[Any, int]:
    found = rows.order_by().values(field).annotate(total=Count("pk"))
    return dict(found.values_list(field, "total"))


VERBS = {verb.__name__: verb for verb in (fill, fill_archive, edit, make_key, report, wait)}

if __name__ == "__main__":
    VERBS[sys.argv[1]](*sys.argv[2:])
