"""A small embedded site, filled and looked at from inside its own processes.

Run through `manage.py shell -c`, with the environment of the site.
"""

import hashlib
import json
import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from analytics import buffer, drain, spool
from analytics.events import Dimension, Event, Kind
from analytics.models import PageBucket, PageDay, WindowTotal
from analytics.pseudonyms import day_of, salt_of
from cms import embedded_redis
from cms.moving import rows
from news.comments.models import CommentSettings
from news.comments.readers import Submission, confirm, submit
from news.consent import defaults, sealing
from news.consent.models import ConsentEvent, ConsentSeal, ConsentText
from news.models import ArticlePage
from tests.factories import make_admin, make_article, make_author, make_image

WORDS = "Größe 東京 „Zitat“ 🌊"
EARLY, LATE = 4, 9


def fill() -> None:
    """Make pages, comments and media, and take views in that nobody has counted yet."""
    server = embedded_redis.start(settings.EMBEDDED_REDIS_SOCKET, settings.VAR_DIR / "redis")
    try:
        _fill()
    finally:
        server.terminate()
        server.wait()


def _fill() -> None:
    make_admin()
    defaults.create_missing(ConsentText)
    articles = [
        make_article(
            f"{WORDS} {number}",
            authors=(make_author(),),
            tags=("Hafen",),
            body=[("text", "<p>Ein <b>Satz</b>.</p>")],
            lead_image=make_image(),
        )
        for number in range(3)
    ]
    articles[0].save_revision()
    for number, article in enumerate(articles):
        _comment(article, f"leser{number}@example.org")
    sealing.seal(datetime.now(UTC))
    default_storage.save("documents/a.txt", ContentFile(WORDS.encode()))
    _accept(articles, EARLY)  # no stream stands yet: these wait on the disk
    assert spool.waiting_bytes()
    for shard in drain.shards():
        drain.drain_shard(shard, now=datetime.now(UTC))
    _accept(articles, LATE)


def _comment(article: ArticlePage, email: str) -> None:
    now = datetime.now(UTC)
    text = ConsentText.objects.filter(purpose="publish", language="de").latest("version")
    comment = submit(
        Submission(
            article=article,
            parent=None,
            name=f"Jo {WORDS}",
            email=email,
            text=f"Guter Text. {WORDS}",
            consent_text=text,
            ticket_digest=hashlib.sha256(email.encode()).hexdigest(),
            surface=f"article:{article.pk} form:1",
        ),
        settings=CommentSettings(),
        now=now,
    )
    confirm(comment, settings=CommentSettings(), now=now)


def _accept(articles: list[ArticlePage], count: int) -> None:
    salt_of(day_of(int(time.time() * 1000)))
    for number in range(count):
        event = Event(
            Kind.VIEW,
            uuid.uuid4().bytes,
            int(time.time() * 1000),
            articles[number % len(articles)].pk,
            b"reader%02d" % number,
            ((Dimension.CHANNEL.value, "direct"),),
        )
        buffer.accept(event, now=datetime.now(UTC))


def report() -> None:
    """Print every row, every total and what the rules of the database still refuse."""
    tables = {
        model._meta.label: sorted(map(_comparable, list(rows.read(model, using="default"))[1:]))
        for model in rows.kept_models()
    }
    found = {
        "tables": tables,
        "views": {
            model.__name__: query.aggregate(total=Sum("views"))["total"]
            for model, query in (
                (PageBucket, PageBucket.objects.all()),
                (PageDay, PageDay.objects.all()),
                (WindowTotal, WindowTotal.objects.filter(window="7d")),
            )
        },
        "anchors": sealing.read_anchors(),
        "found": ArticlePage.objects.search("Größe").count(),
        "media": sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()),
    }
    sys.stdout.write(json.dumps(found))


def _comparable(line: bytes) -> str:
    """PostgreSQL keeps the keys of JSON in an order of its own."""
    return json.dumps([_parsed(value) for value in json.loads(line)], sort_keys=True)


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def report_rules() -> None:
    """Print which changes of the consent record were let through, and numbers given twice."""
    forbidden = [
        statement
        for model in (ConsentText, ConsentEvent, ConsentSeal)
        for statement in (
            f"DELETE FROM {model._meta.db_table}",
            f"UPDATE {model._meta.db_table} SET {model._meta.pk.column} = {model._meta.pk.column}",
            f"TRUNCATE {model._meta.db_table} CASCADE",
        )
    ]
    sys.stdout.write(json.dumps({"allowed": list(filter(_passes, forbidden)), "taken": _taken()}))


def _passes(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except IntegrityError:
        return False
    return True


def _taken() -> list[str]:
    """Tables whose next number is not above those that exist."""
    taken = []
    with connection.cursor() as cursor:
        for sequence in connection.introspection.sequence_list():
            table, column = sequence["table"], sequence["column"]
            cursor.execute(
                f'SELECT nextval(pg_get_serial_sequence(%s, %s)) > COALESCE(MAX("{column}"), 0)'
                f' FROM "{table}"',
                [f'"{table}"', column],
            )
            if cursor.fetchone() != (True,):
                taken.append(table)
    return taken
