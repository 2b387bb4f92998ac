"""After a log was fed, nobody's address and no raw user agent is anywhere: all places are read."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.apps import apps
from django.core import mail
from django.db import connection

from analytics import buffer, doorway, quality, replay
from analytics.events import Kind
from analytics.intake import MAX_BODY_BYTES
from analytics.models import PageBucket
from analytics.windows import audit_windows, roll_windows
from tests.analytics.beacons import body, environ
from tests.analytics.pages import make_page
from tests.analytics.streams import drain_all, own_keys, without_epoch
from tests.analytics.test_replay import log_line

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ADDRESSES = ("203.0.113.77", "198.51.100.9", "2001:db8:77:1:aaaa:bbbb:cccc:dddd")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.9) Gecko/20100101 Firefox/140.9",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_2 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.3.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.5.0-odd",
)
# Parts that would betray a cut or changed copy as well.
NEEDLES = (
    *("203.0.113", "198.51.100", "2001:db8:77", "db8:77:1"),
    *("Mozilla", "rv:140.9", "18_3_2", "15E148", "Googlebot", "8.5.0-odd"),
)


class Everything(logging.Handler):
    """Keeps whole records, with what `extra` gave them."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.getMessage()} {vars(record)}")


@pytest.fixture
def log_records() -> Iterator[list[str]]:
    handler, root = Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # What the database was told is searched in the database itself.
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield handler.texts
    root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("django.db.backends").setLevel(logging.NOTSET)


def text_of(value: Any) -> str:
    if isinstance(value, memoryview):
        value = bytes(value)
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def in_the_database() -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield f"{table}: " + " ".join(map(text_of, row))


def in_redis(client: redis.Redis) -> Iterator[str]:
    readers = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"stream": client.xrange,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"list": lambda key: client.lrange(key, 0, -1),
    }
    for key in own_keys(client):
        yield f"{text_of(key)}: {readers[client.type(key)](key)}"


def in_files(directory: Path) -> Iterator[str]:
    for path in directory.rglob("*"):
        yield path.name
        if path.is_file():
            yield path.read_bytes().decode("latin-1")


def send_everything(page: int) -> None:
    """Feed a log, some of it broken, and send beacons of every kind of outcome."""
    lines = [
        log_line(NOW + timedelta(seconds=number), address=address, path=path, agent=agent)
        for number, (address, agent, path) in enumerate(
            (address, agent, path)
            for address in ADDRESSES
            for agent in AGENTS
            for path in ("/a/", "/nowhere/", "/a/?utm_campaign=x")
        )
    ]
    lines += [lines[0][:-9], lines[1].replace("[", "("), f"{ADDRESSES[0]} {AGENTS[0]}"]
    file = io.BytesIO(("\n".join(lines) + "\n").encode())
    replay.feed(file, pages=replay.Pages({"/a/": page}), host="x", now=NOW)
    for address in ADDRESSES:
        for agent in AGENTS:
            headers = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
            for content in (body(page), b"{", b" " * (MAX_BODY_BYTES + 1), body(2**31 - 1)):
                doorway.receive(Kind.VIEW, environ(**headers), content, now=NOW)


@pytest.mark.parametrize("is_redis_away", [False, True])
def test_no_place_holds_an_address_or_a_user_agent(
    counting, spool_dir, log_records, is_redis_away
):
    page = make_page().pk
    places: dict[str, list[str]] = {}
    if is_redis_away:
        with without_epoch():
            send_everything(page)
            places["spool while Redis is away"] = list(in_files(spool_dir))
            assert len(places["spool while Redis is away"]) > 1
        buffer.feed_spool(now=NOW)
    else:
        send_everything(page)
    places["streams"] = list(in_redis(counting))
    drain_all(NOW)
    roll_windows(now=NOW)
    audit_windows(now=NOW)
    quality.look(now=NOW)

    places |= {
        "redis": list(in_redis(counting)),
        "database": list(in_the_database()),
        "spool": list(in_files(spool_dir)),
        "logs": log_records,
        "mails": [str(message.message()) for message in mail.outbox],
    }
    assert PageBucket.objects.filter(page_id=page).exists()
    assert len(places["database"]) > len(apps.get_models()) / 2
    assert places["streams"]
    found = [
        (place, needle, text[:200])
        for place, texts in places.items()
        for text in texts
        for needle in NEEDLES
        if needle in text
    ]
    assert found == []
