import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from news.models import ArticlePage
from news.wordpress import importing, reading
from news.wordpress.models import ImportedItem, ImportRun
from news.wordpress.records import ExportRefused, Item, Site, Term, Writer
from news.wordpress.source import Source
from tests.factories import make_home
from tests.news.wordpress import wxr
from tests.news.wordpress.conftest import NOW


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def read(text: str) -> list[reading.Record]:
    return list(reading.read([text.encode()]))


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_all_versions_are_read(version: str) -> None:
    site, author, term, item = read(
        wxr.document(
            wxr.writer("jana", "Jana"),
            wxr.category("politik", "Politik", id=3),
            wxr.item(5, "Titel", " Text ", comments=[wxr.comment(8)], meta={"a": "b"}),
            version=version,
        )
    )

    assert site == Site("Altes Blatt", wxr.URL, "de-DE", version)
    assert author == Writer("jana", "Jana", "1")
    assert term == Term("category", "politik", "Politik", "3")
    assert isinstance(item, Item)
    assert (item.id, item.title, item.content, item.meta) == ("5", "Titel", " Text ", {"a": "b"})
    assert (item.remarks[0].id, item.remarks[0].email) == ("8", "leser@example.org")


def test_terms_of_version_1_0_are_taken_once() -> None:
    item = read(
        wxr.document(
            wxr.item(5, terms=[("tag", "zoll", "Zoll"), ("post_tag", "zoll", "Zoll")]).replace(
                "<wp:post_id>", "<category>Zoll</category><wp:post_id>"
            ),
            version="1.0",
        )
    )[-1]

    assert isinstance(item, Item)
    assert item.terms == [("post_tag", "zoll", "Zoll")]


def test_any_cut_of_the_stream_gives_the_same_records() -> None:
    data = wxr.document(wxr.item(5, "Überschrift", "<p>ä]]>ö</p>")).encode()
    whole = list(reading.read([data]))

    for size in (1, 7, 4096):
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        assert list(reading.read(pieces)) == whole


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (wxr.document(wxr.item(5))[:-30], "broken in line"),
        (wxr.document("<item>\x08</item>"), "broken in line"),
        (wxr.document("&nbsp;"), "broken in line"),
        (wxr.document(version="9.9"), "not known"),
        ("<rss><channel><title>x</title></channel></rss>", "no WordPress export"),
        ("", "broken"),
        ("kein XML", "broken"),
        (f'<?xml version="1.0"?>{LAUGHS}<rss>&b;</rss>', "declares"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><rss/>', "declares"),
        ("<a>" * 100, "nested too deeply"),
        ('<?xml version="1.0" encoding="nonsense"?><rss/>', "cannot be read"),
    ],
)
def test_what_is_no_export_is_refused_in_plain_words(text: str, message: str) -> None:
    with pytest.raises(ExportRefused, match=message):
        read(text)


def test_a_text_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_TEXT_BYTES", 1000)

    with pytest.raises(ExportRefused, match="longer than any article"):
        read(wxr.document(wxr.item(5, content="x" * 2000)))


def test_gzip_and_zip_are_unpacked(tmp_path: Path) -> None:
    data = wxr.document(wxr.item(5)).encode()
    gz, zipped = tmp_path / "a.xml.gz", tmp_path / "a.zip"
    gz.write_bytes(gzip.compress(data))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", data)

    for path in (gz, zipped):
        assert b"".join(Source(path).chunks()) == data


@pytest.mark.parametrize("kind", ["gzip", "zip"])
def test_compressed_bombs_are_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bomb"
    zeros = b" " * (64 * 1024 * 1024)
    if kind == "gzip":
        path.write_bytes(gzip.compress(zeros))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.xml", zeros)

    with pytest.raises(ExportRefused, match="unpacks to more than"):
        for _chunk in Source(path).chunks():
            pass


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(wxr.document(wxr.item(5)).encode())[:-20])

    with pytest.raises(ExportRefused, match="damaged"):
        list(Source(path).chunks())
    two = io.BytesIO()
    with zipfile.ZipFile(two, "w") as archive:
        archive.writestr("a.xml", "")
        archive.writestr("b.xml", "")
    path.write_bytes(two.getvalue())
    with pytest.raises(ExportRefused, match="one by one"):
        list(Source(path).chunks())


@pytest.mark.django_db
def test_a_refused_file_changes_nothing(tmp_path: Path) -> None:
    make_home()
    path = tmp_path / "a.xml"
    path.write_text(wxr.document(wxr.category("politik"), wxr.item(5), wxr.item(6))[:-40])

    with pytest.raises(ExportRefused):
        importing.run(importing.Options(path=path), now=NOW)

    for model in (ArticlePage, ImportedItem, ImportRun):
        assert not model.objects.exists()
