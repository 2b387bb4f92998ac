import http.server
import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as PillowImage
from wagtail.documents.models import Document

from news.models import ArticlePage, NewsImage
from news.wordpress import downloading
from news.wordpress.downloading import DownloadRefused, download, is_public
from news.wordpress.models import ReportRow
from tests.news.wordpress import wxr
from tests.news.wordpress.conftest import Import

UPLOADS = f"{wxr.URL}/wp-content/uploads/2020/05"


def jpeg() -> bytes:
    buffer = io.BytesIO()
    PillowImage.new("RGB", (60, 40), (9, 9, 9)).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    (folder / "2020" / "05").mkdir(parents=True)
    for name in ("hafen.jpg", "kran.jpg", "kai.jpg"):
        (folder / "2020" / "05" / name).write_bytes(jpeg())
    (folder / "2020" / "05" / "liste.pdf").write_bytes(b"%PDF-1.4")
    (folder / "2020" / "05" / "falsch.jpg").write_bytes(b"<?php system('x') ?>")
    return folder


def the_article(content: str, **fields: Any) -> list[str]:
    return [
        wxr.category("politik"),
        wxr.attachment(
            9,
            f"{UPLOADS}/hafen.jpg",
            "Hafen",
            caption="Der Hafen. Foto: Jane Doe / Wikipedia (CC BY 2.0)",
            meta={"_wp_attachment_image_alt": "Kräne"},
        ),
        wxr.attachment(10, f"{UPLOADS}/kran.jpg", "Kran"),
        wxr.attachment(11, f"{UPLOADS}/liste.pdf", "Liste"),
        wxr.attachment(12, f"{UPLOADS}/falsch.jpg", "Falsch"),
        wxr.item(5, content=content, **fields),
    ]


def blocks() -> list[tuple[str, Any]]:
    body = ArticlePage.objects.get().body.get_prep_value()
    return [(block["type"], block["value"]) for block in body]


def test_featured_picture_with_caption_credit_and_licence(
    import_export: Import, media: Path
) -> None:
    import_export(*the_article("Text", meta={"_thumbnail_id": "9"}), media=media)

    picture = ArticlePage.objects.get().lead_image
    assert (picture.title, picture.description, picture.caption) == (
        "Hafen",
        "Kräne",
        "Der Hafen.",
    )
    assert (picture.creator, picture.source, picture.licence) == (
        "Jane Doe", "Wikipedia", "cc-by-2.0",
    )  # fmt: skip


@pytest.mark.parametrize(
    "markup",
    [
        '[caption id="attachment_10" align="alignleft" width="9"]'
        f'<img class="wp-image-10" src="{UPLOADS}/kran-300x200.jpg" alt="Alt" /> '
        "Ein Kran. (Foto: dpa)[/caption]",
        f'<figure class="alignleft"><img src="{UPLOADS}/kran-300x200.jpg" alt="Alt">'
        "<figcaption>Ein Kran. Foto: dpa</figcaption></figure>",
        '<!-- wp:image {"id":10,"align":"left"} --><figure class="wp-block-image alignleft">'
        f'<img src="{UPLOADS}/kran.jpg" alt="Alt"/><figcaption>Ein Kran. © dpa</figcaption>'
        "</figure><!-- /wp:image -->",
        f'[media-credit name="dpa" align="alignleft"][caption id="attachment_10" '
        f'align="alignleft"]<img src="{UPLOADS}/kran.jpg" alt="Alt"> Ein Kran. '
        "Foto: dpa[/caption][/media-credit]",
    ],
)
def test_captions_and_credits_in_every_spelling(
    import_export: Import, media: Path, markup: str
) -> None:
    import_export(*the_article(markup), media=media)

    picture = NewsImage.objects.get(title="Kran")
    value = {"image": picture.pk, "alternative_text": "Alt", "caption": "Ein Kran."}
    assert [(kind, {**block, "caption": block["caption"].rstrip(".") + "."}) for kind, block in
            blocks()] == [("image", {**value, "layout": "inset"})]  # fmt: skip
    assert picture.creator == "dpa"


@pytest.mark.parametrize(
    "markup",
    [
        '[gallery ids="9,10"]',
        f'<!-- wp:gallery --><figure class="wp-block-gallery"><figure><img data-id="9" '
        f'src="{UPLOADS}/hafen.jpg"/></figure><figure><img src="{UPLOADS}/kran-150x150.jpg"/>'
        "</figure></figure><!-- /wp:gallery -->",
        '<!-- wp:gallery {"ids":[9,10]} /-->',
    ],
)
def test_galleries(import_export: Import, media: Path, markup: str) -> None:
    import_export(*the_article(markup), media=media)

    (kind, value), = blocks()  # fmt: skip
    titles = [NewsImage.objects.get(pk=item["value"]["image"]).title for item in value["pictures"]]
    assert (kind, titles) == ("gallery", ["Hafen", "Kran"])


def test_links_to_files_become_documents(import_export: Import, media: Path) -> None:
    import_export(*the_article(f'<a href="{UPLOADS}/liste.pdf">Liste</a>'), media=media)

    document = Document.objects.get()
    assert blocks() == [("text", f'<p><a linktype="document" id="{document.pk}">Liste</a></p>')]


def test_what_is_no_picture_is_refused_and_reported(import_export: Import, media: Path) -> None:
    import_export(*the_article("Text"), media=media)

    assert not NewsImage.objects.filter(title="Falsch").exists()
    row = ReportRow.objects.get(source_key="12")
    assert row.outcome == "skipped"
    assert row.reason


def test_files_that_come_later_complete_the_articles(import_export: Import, media: Path) -> None:
    export = the_article(f'<p>A</p><img src="{UPLOADS}/kran.jpg"><p>B</p>')
    import_export(*export)
    assert [kind for kind, _value in blocks()] == ["text"]

    report = import_export(*export, media=media)

    assert [kind for kind, _value in blocks()] == ["text", "image", "text"]
    assert report.as_counts()["post"] == {"changed": 1}


def test_pictures_are_not_taken_twice(import_export: Import, media: Path) -> None:
    export = the_article("Text", meta={"_thumbnail_id": "9"})
    import_export(*export, media=media)
    import_export(*export, media=media)

    assert NewsImage.objects.count() == 2


def test_no_way_out_of_the_folder(import_export: Import, media: Path) -> None:
    (media.parent / "geheim.jpg").write_bytes(jpeg())
    import_export(
        wxr.attachment(9, f"{wxr.URL}/wp-content/uploads/../geheim.jpg"),
        wxr.attachment(10, f"{wxr.URL}/wp-content/uploads/%2e%2e/geheim.jpg"),
        media=media,
    )

    assert not NewsImage.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "172.16.0.1", "0.0.0.0", "::1",
     "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1",
     "100.64.0.1", "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2001:0:7f00:1::",
     "fec0::1", "kein"],
)  # fmt: skip
def test_private_addresses_are_never_asked(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_asked() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    assert is_public("64:ff9b::5db8:d70e")


class _Old(http.server.BaseHTTPRequestHandler):
    """The old site: a picture, a redirect, a page, something without end."""

    def do_GET(self) -> None:
        if self.path == "/weiter":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.2/geheim")
            self.end_headers()
            return
        body = jpeg() if self.path.endswith(".jpg") else b"<html>" + b"x" * 100_000
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg" if body[:1] != b"<" else "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def old_site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Old)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def only_this_machine(address: str) -> bool:
    return address == "127.0.0.1"


def test_files_are_fetched_on_request(import_export: Import, old_site: str) -> None:
    import_export(
        *the_article("Text", meta={"_thumbnail_id": "9"}),
        download_from=old_site,
        allows_address=only_this_machine,
    )

    assert ArticlePage.objects.get().lead_image.width == 60
    # What is no picture or document is answered with a page.
    assert not Document.objects.exists()


def test_private_hosts_are_refused(old_site: str) -> None:
    with pytest.raises(DownloadRefused, match="not a public address"):
        download(f"{old_site}/x.jpg", io.BytesIO())


def test_a_redirect_is_checked_like_the_first_address(old_site: str) -> None:
    with pytest.raises(DownloadRefused, match="not a public address"):
        download(f"{old_site}/weiter", io.BytesIO(), allows=only_this_machine)


class Resolver:
    """A name server that gives a different answer every time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.ask = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *args: Any, **options: Any) -> list[Any]:
        if host != "rebind.example":
            return self.ask(host, port, *args, **options)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in self.answers.pop(0)
        ]


def test_a_name_that_changes_its_address_gains_nothing(
    old_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver(["127.0.0.1"], ["127.0.0.2"])
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    target = io.BytesIO()

    download(
        f"{old_site.replace('127.0.0.1', 'rebind.example')}/x.jpg",
        target,
        allows=only_this_machine,
    )

    assert target.getvalue() == jpeg()
    assert resolver.answers == [["127.0.0.2"]]


def test_a_name_with_one_private_address_is_refused(
    old_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(["127.0.0.1", "10.0.0.1"]))

    with pytest.raises(DownloadRefused, match="not a public address"):
        download("http://rebind.example/x.jpg", io.BytesIO(), allows=only_this_machine)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "http://a:b@c/", "nichts"])
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(DownloadRefused):
        download(url, io.BytesIO())


def test_what_is_too_large_is_broken_off(old_site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "LARGEST_FILE_BYTES", 1000)

    with pytest.raises(DownloadRefused, match="too large"):
        download(f"{old_site}/seite", io.BytesIO(), allows=only_this_machine)
