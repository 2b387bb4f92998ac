"""A real WordPress makes its content and its export; what arrives is compared field by field."""

import io
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image as PillowImage
from wagtail.models import PageViewRestriction

from home.models import StandardPage
from news.comments.models import ReaderComment
from news.models import ArticlePage, Author, NewsImage, SectionPage
from news.wordpress import importing
from news.wordpress.models import ReportRow
from tests.factories import make_home
from tests.proof.wordpress_site import is_installed, running_wordpress

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

pytestmark = [
    pytest.mark.proof,
    pytest.mark.django_db,
    pytest.mark.skipif(not is_installed(), reason="WordPress is not installed"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("wordpress")
    if os.getuid() == 0:  # the database's own user must get there
        folder.parent.chmod(0o755)
        folder.parent.parent.chmod(0o755)
    with running_wordpress(folder):
        yield folder


@pytest.fixture(scope="module")
def export(folder: Path) -> Path:
    picture = folder / "hafen.jpg"
    buffer = io.BytesIO()
    PillowImage.new("RGB", (60, 40), (9, 9, 9)).save(buffer, "JPEG")
    picture.write_bytes(buffer.getvalue())
    script = Path(__file__).parent / "wordpress" / "content.php"
    made = subprocess.run(
        ["php", str(script), str(folder / "site"), str(picture)], capture_output=True
    )
    assert made.returncode == 0, made.stderr[-2000:] + made.stdout[-2000:]
    path = folder / "export.xml"
    path.write_bytes(made.stdout[made.stdout.index(b"<?xml") :])
    return path


def test_what_wordpress_exports_arrives(export: Path, folder: Path, client: Client) -> None:
    make_home()
    uploads = folder / "site" / "wp-content" / "uploads"

    report = importing.run(importing.Options(path=export, media=uploads), now=NOW)

    by_slug = {article.slug: article for article in ArticlePage.objects.all()}
    assert set(by_slug) == {"hafen", "bloecke", "entwurf", "spaeter", "privat", "gesperrt"}
    assert [section.url_path for section in SectionPage.objects.order_by("depth")] == [
        "/home-de/politik/",
        "/home-de/politik/kommunales/",
    ]
    article = by_slug["hafen"]
    assert article.title == "Der Hafen & die „Zölle“"
    assert article.standfirst == "Worum es geht."
    assert article.first_published_at == datetime(2020, 5, 1, 10, 30, tzinfo=UTC)
    assert [author.name for author in article.authors] == ["Jana Beispiel"]
    assert sorted(tag.name for tag in article.tags.all()) == ["Hafen", "Zölle & Abgaben"]
    picture = NewsImage.objects.get()
    assert article.lead_image == picture
    assert (picture.description, picture.caption) == ("Kräne im Hafen", "Der Hafen.")
    assert (picture.creator, picture.source, picture.licence) == (
        "Jane Doe", "Wikipedia", "cc-by-2.0",
    )  # fmt: skip
    assert [(b["type"], b["value"]) for b in article.body.get_prep_value()] == [
        ("text", "<p>Erster Absatz mit <b>fett</b>.<br/>Zweite Zeile.</p>"),
        ("subheading", "Zwischentitel"),
        ("image", {"image": picture.pk, "alternative_text": "Kräne", "caption": "Am Kai.",
                   "layout": "inset"}),
        ("quotation", {"text": "So ist es.", "speaker": "Jana B.", "speaker_role": "Ministerin"}),
        ("text", "<ul><li>eins</li><li>zwei</li></ul>"),
        ("embed", {"url": "https://www.youtube.com/watch?v=abcdefghijk", "title": "youtube.com"}),
        ("text", "<p>Schluss.</p>"),
    ]  # fmt: skip
    assert [(b["type"], b["value"]) for b in by_slug["bloecke"].body.get_prep_value()] == [
        ("text", f'<p>Siehe <a linktype="page" id="{article.pk}">hier</a>.</p>'),
        ("subheading", "Titel"),
        ("image", {"image": picture.pk, "alternative_text": "Kräne", "caption": "Am Kai",
                   "layout": "full"}),
        ("table", {"columns": [{"type": "text", "heading": "A"},
                               {"type": "text", "heading": "B"}],
                   "rows": [{"values": ["1", "2"]}], "caption": ""}),
        ("pull_quote", {"text": "Kurz."}),
        ("code", {"title": "", "text": "a < b"}),
    ]  # fmt: skip
    live = {slug for slug, page in by_slug.items() if page.live}
    assert live == {"hafen", "bloecke", "privat", "gesperrt"}
    assert by_slug["spaeter"].go_live_at == datetime(2035, 1, 1, 9, tzinfo=UTC)
    restrictions = PageViewRestriction.objects.values_list(
        "page__slug", "restriction_type", "password"
    )
    assert sorted(restrictions) == [
        ("gesperrt", "password", "sesam"), ("privat", "login", ""),
    ]  # fmt: skip
    pages = StandardPage.objects.order_by("depth").values_list("url_path", flat=True)
    assert list(pages) == ["/home-de/ueber-uns/", "/home-de/ueber-uns/team/"]
    comments = ReaderComment.objects.order_by("pk").values_list("name", "text", "state", "email")
    assert list(comments) == [
        ("Leserin", "Sehr gut & richtig", "published", ""),
        ("Leser", "Antwort", "published", ""),
        ("Wartend", "Wartet", "pending", ""),
    ]
    assert ReaderComment.objects.get(name="Leser").parent.name == "Leserin"
    assert ReportRow.objects.filter(kind="post", outcome="skipped").count() == 1
    assert report.as_counts()["comment"] == {"imported": 3, "skipped": 1}
    assert Author.objects.filter(name="Jana Beispiel").exists()
    new = "/politik/kommunales/hafen/"
    for old in ("/2020/05/hafen/", "/hafen/", "/2020/05/hafen/feed/"):
        assert client.get(old).headers["Location"] == new
    assert client.get(new).status_code == 200

    again = importing.run(importing.Options(path=export, media=uploads), now=NOW)

    assert again.as_counts()["post"] == {"unchanged": 6, "skipped": 1}
