"""A site written into a file and brought back: every row is the same, on either engine."""

import json
import stat
import tarfile
import uuid
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from wagtail.models import Collection

from analytics.models import DaySalt, PageBucket
from cms.moving import archive, rows
from cms.outbox.delivery import deliver_due
from news.comments.models import CommentSettings
from news.comments.readers import Submission, confirm, submit
from news.consent import sealing
from news.consent.models import ConsentEvent, ConsentText
from news.models import ArticlePage
from tests.factories import make_admin, make_article, make_author, make_home, make_image

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def site(settings, tmp_path):
    """A small newspaper with one of everything that is stored in an unusual way."""
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    settings.MEDIA_ROOT = settings.VAR_DIR / "media"
    make_home()
    if not Collection.objects.exists():  # transactional tests leave empty tables behind
        Collection.add_root(name="Root")
    article = make_article(
        "Größe 東京 „Zitat“",
        authors=(make_author(),),
        tags=("Hafen",),
        body=[("text", "<p>Ein <b>Satz</b>.</p>")],
        lead_image=make_image(),
    )
    article.save_revision()
    make_admin()
    DaySalt.objects.create(day=NOW.date(), salt=b"\x00\xff" * 16)
    PageBucket.objects.create(page_id=article.pk, bucket=1, views=3, visits=2)
    from news.consent import defaults

    defaults.create_missing(ConsentText)
    ConsentEvent.objects.create(
        id=uuid.uuid4(),
        kind="given",
        at=NOW,
        purpose="publish",
        text=ConsentText.objects.first(),
        language="de",
        method="form",
        surface="x",
        subject="abc",
        evidence={"umlaut": "ö", "liste": [1, None, True]},
    )
    sealing.seal(NOW)
    return article


def everything() -> dict[str, list[bytes]]:
    return {
        model._meta.label: sorted(rows.read(model, using="default"))
        for model in rows.kept_models(for_move=False)
    }


def test_every_row_and_file_comes_back(site, tmp_path, settings):
    file = tmp_path / "site.tar"
    before = everything()
    default_storage.save("documents/a.txt", ContentFile(b"Text"))
    anchors = sealing.read_anchors()
    assert anchors

    call_command("backup", file)
    ArticlePage.objects.all().delete()
    get_user_model().objects.all().delete()
    make_article("Später")
    default_storage.delete("documents/a.txt")
    sealing.anchor_path().unlink()
    call_command("restore", file, replace=True)

    assert everything() == before
    assert ArticlePage.objects.get().body[0].value.source == "<p>Ein <b>Satz</b>.</p>"
    with default_storage.open("documents/a.txt") as document:
        assert document.read() == b"Text"
    assert sealing.read_anchors() == anchors
    assert sealing.first_break() is None
    assert DaySalt.objects.count() == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_after_a_restore_the_site_goes_on(site, tmp_path):
    file = tmp_path / "site.tar"
    call_command("backup", file)

    call_command("restore", file, replace=True)

    assert make_author("Nachher").pk > 1  # numbers go on above those that came back
    assert list(ArticlePage.objects.search("Größe")) == [site]
    with (
        pytest.raises(IntegrityError),  # consent is append-only again
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM consent_consentevent")


def test_no_salt_of_a_reader_and_no_session_is_in_the_file(site, tmp_path, client):
    client.force_login(get_user_model().objects.get())
    file = tmp_path / "site.tar"

    call_command("backup", file)

    with tarfile.open(file) as tar:
        names = set(tar.getnames())
    assert not {name for name in names if "DaySalt" in name or "Session" in name}
    assert "tables/news.ArticlePage.jsonl.gz" in names


def test_a_database_in_use_is_left_alone(site, tmp_path):
    call_command("backup", tmp_path / "site.tar")

    with pytest.raises(CommandError, match="in use"):
        call_command("restore", tmp_path / "site.tar")

    assert ArticlePage.objects.get() == site


def test_a_damaged_file_changes_nothing(site, tmp_path):
    whole, broken = tmp_path / "site.tar", tmp_path / "broken.tar"
    call_command("backup", whole, "--without-media")
    content = whole.read_bytes()
    before = everything()

    for cut in (0, 100, len(content) // 2, len(content) - 40_000):
        broken.write_bytes(content[:cut])
        with pytest.raises(CommandError):
            call_command("restore", broken, replace=True)

    assert everything() == before


def test_another_version_is_refused(site, tmp_path, monkeypatch):
    call_command("backup", tmp_path / "site.tar", "--without-media")
    ours = archive._migrations("default")
    monkeypatch.setattr(archive, "_migrations", lambda alias: ours | {("news", "9999_later")})

    with pytest.raises(CommandError, match="9999_later"):
        call_command("restore", tmp_path / "site.tar", replace=True)


def test_a_reader_erased_after_the_backup_is_gone_after_the_restore(site, tmp_path):
    comment = submit(
        Submission(
            article=site,
            parent=None,
            name="Jo Beispiel",
            email="jo@example.org",
            text="Guter Text.",
            consent_text=ConsentText.objects.get(purpose="publish", language="de", version=1),
            ticket_digest="0" * 64,
            surface="article:1 form:1",
        ),
        settings=CommentSettings(),
        now=timezone.now(),
    )
    confirm(comment, settings=CommentSettings(), now=timezone.now())
    call_command("backup", tmp_path / "site.tar", "--without-media")
    call_command("erase_reader", "jo@example.org")
    deliver_due(timezone.now())  # writes it down outside the database

    call_command("restore", tmp_path / "site.tar", replace=True)

    everywhere = b"".join(line for lines in everything().values() for line in lines)
    for word in ("Jo Beispiel", "jo@example.org", "Guter Text."):
        assert word.encode() not in everywhere, word
    sealing.seal(timezone.now())
    assert sealing.first_break() is None


def test_the_manifest_counts_what_is_there(site, tmp_path):
    counts = archive.write(tmp_path / "site.tar", say=lambda text: None)

    with tarfile.open(tmp_path / "site.tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest["counts"] == counts
    assert counts["news.ArticlePage"] == counts["consent.ConsentSeal"] == 1
