"""After readers and staff came, no backup and no file knows from where and with what.

Logs and error reports: tests/cms/operation/test_logs.py. Redis: tests/analytics.
"""

import gzip
import json
import tarfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection

from analytics import spool
from news.comments import tickets
from news.comments.models import ReaderComment
from news.consent import defaults
from news.consent.models import ConsentText
from news.models import ArticlePage
from tests.factories import make_admin, make_article

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_redis")]
ADDRESS = "203.0.113.77"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.9) Gecko/20100101 Firefox/140.9-marker"
CLIENT = {"REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": AGENT, "HTTP_X_FORWARDED_FOR": "198.51.100.9"}
# Parts too: a cut or changed copy would betray as much.
NEEDLES = (b"203.0.113", b"198.51.100", b"Mozilla", b"rv:140.9", b"140.9-marker")


def visit_everything(article: ArticlePage) -> None:
    """Do what readers and staff do, well and badly, each with the same address and agent."""
    client = Client(raise_request_exception=False, **CLIENT)  # type: ignore[arg-type]
    text = ConsentText.objects.get(purpose="publish", language="de", version=1)
    issued = datetime.now(UTC) - timedelta(minutes=1)
    ticket = tickets.issue(article_id=article.pk, text_id=text.pk, language="de", now=issued)
    comment = {
        "text": "Guter Text.",
        "name": "Jo Beispiel",
        "email": "jo@example.org",
        "consent": "1",
        "homepage": "",
        "parent": "",
        "ticket": ticket,
    }
    for path in (article.get_url(), "/gibt-es-nicht/", "/suche/?q=hafen", "/admin/", "/health/"):
        client.get(path)
    beacon = json.dumps({"id": str(uuid.uuid4()), "page": article.pk, "loc": "/"})
    client.post("/_/view", beacon, content_type="application/json")
    client.post("/_/view", "kaputt", content_type="application/json")
    client.post(reverse("reader_comments:comment", args=[article.pk]), comment)
    for password in ("falsch", "password"):
        client.post("/admin/login/", {"username": "chefin", "password": password})
    client.get("/admin/")
    client.post("/admin/logout/")


def searched(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what is in a backup, unpacked."""
    with tarfile.open(path) as tar:
        for entry in tar:
            file = tar.extractfile(entry)
            content = file.read() if file else b""
            yield entry.name, gzip.decompress(content) if entry.name.endswith("gz") else content


def test_no_backup_and_no_file_knows_who_came(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.ANALYTICS_SPOOL_DIR = tmp_path / "spool"
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    defaults.create_missing(ConsentText)
    article = make_article()
    make_admin("chefin")

    visit_everything(article)
    spool.writer.let_go()
    call_command("backup", tmp_path / "site.tar", verbosity=0)

    # What they did is there ...
    assert ReaderComment.objects.get().email == "jo@example.org"
    members = dict(searched(tmp_path / "site.tar"))
    assert any(b"jo@example.org" in content for content in members.values())
    # ... and nothing of where they came from.
    places = members | {
        str(path): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file() and path.suffix != ".tar"
    }
    found = [(name, one) for name, text in places.items() for one in NEEDLES if one in text]
    assert found == []
