"""Media in a bucket, against a real server that speaks S3."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from django.conf import settings as real_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from moto.server import ThreadedMotoServer
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction

from cms import media
from cms.moving import archive
from cms.moving.media import NotTheSame, copy_missing
from news import renditions
from tests.factories import make_admin, make_article, make_home, make_image

NAMES = {
    "MEDIA_S3_BUCKET": "paper",
    "MEDIA_S3_REGION": "eu-central-1",
    "MEDIA_S3_KEY": "key",
    "MEDIA_S3_SECRET": "secret",
    "MEDIA_S3_URL": "https://media.example.org",
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server that speaks S3."""
    running = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    running.start()
    yield "http://{}:{}".format(*running.get_host_and_port())
    running.stop()


@pytest.fixture
def bucket(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Keep media in a bucket; where pictures are read is the server itself."""
    named = NAMES | {"MEDIA_S3_ENDPOINT": server, "MEDIA_S3_URL": f"{server}/paper"}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    s3 = boto3.resource(
        "s3",
        endpoint_url=server,
        region_name="eu-central-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    made = s3.Bucket("paper")
    made.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    policy = (real_settings.BASE_DIR / "deploy/s3/policy.json").read_text()
    made.Policy().put(Policy=policy.replace("BUCKET", "paper"))
    settings.STORAGES = settings.STORAGES | {"default": media.storage()}
    settings.MEDIA_PUBLIC_URL = media.public_url()
    yield made
    made.objects.delete()
    made.delete()


def names_in(bucket: Any) -> list[str]:
    return sorted(item.key for item in bucket.objects.all())


@pytest.mark.parametrize("missing", ["MEDIA_S3_URL", "MEDIA_S3_KEY", "MEDIA_S3_SECRET"])
def test_half_a_bucket_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in NAMES.items():
        monkeypatch.setenv(name, "" if name == missing else value)

    with pytest.raises(ImproperlyConfigured, match=f"also needs {missing}"):
        media.storage()


@pytest.mark.parametrize("url", ["media.example.org", "ftp://media", "https://a/?b=1", "https://"])
def test_an_address_that_no_browser_reads_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("MEDIA_S3_BUCKET", "paper")
    monkeypatch.setenv("MEDIA_S3_URL", url)

    with pytest.raises(ImproperlyConfigured, match="must be like https://media"):
        media.public_url()


def test_without_a_bucket_nothing_of_it_is_loaded() -> None:
    code = (
        "import sys, cms.wsgi; from django.conf import settings as s;"
        "print('botocore' in sys.modules, s.MEDIA_PUBLIC_URL, s.MEDIA_ORIGINS)"
    )
    assert _in_a_process(code, {}) == "False  []"


def test_pages_may_show_pictures_of_the_bucket_and_the_web_server_serves_none(
    tmp_path: Path,
) -> None:
    code = (
        "import cms.wsgi; from django.conf import settings as s; from django.test import Client;"
        "from cms.middleware import ADMIN_POLICY; from cms.processes import PROCESSES;"
        "old = Client().get('/media/images/a b.jpg');"
        "print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'][1],"
        "'https://media.example.org;' in ADMIN_POLICY,"
        "'/media/images' in PROCESSES['web'].command, old.status_code, old['Location'])"
    )
    said = _in_a_process(code, NAMES | {"VAR_DIR": str(tmp_path)})

    assert said == (
        "https://media.example.org True False 302 https://media.example.org/images/a%20b.jpg"
    )


def _in_a_process(code: str, environment: dict[str, str]) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=real_settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "cms.settings"} | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_a_name_that_is_taken_gets_another_one(bucket: Any) -> None:
    first = default_storage.save("documents/a.txt", ContentFile(b"eins"))
    second = default_storage.save("documents/a.txt", ContentFile(b"zwei"))

    assert first != second
    assert default_storage.open(first).read() == b"eins"
    assert names_in(bucket) == sorted([first, second])


@pytest.mark.django_db
def test_an_article_shows_pictures_that_the_bucket_has(bucket: Any, client: Client) -> None:
    article = make_article(lead_image=make_image())
    renditions.warm([article.lead_image_id])
    warmed = names_in(bucket)

    page = client.get(article.get_url()).content.decode()

    picture = renditions.picture(article.lead_image, "full")
    assert picture.url.startswith(f"{real_settings.MEDIA_PUBLIC_URL}/images/")
    assert picture.url in page
    answer = requests.get(picture.url, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"][:6]) == (200, "image/")
    assert answer.headers["Cache-Control"] == "public, max-age=2592000, immutable"
    # All were made beforehand: showing made none. The original's address leads nowhere.
    assert names_in(bucket) == warmed
    assert article.lead_image.file.url.startswith("/media/original_images/")
    assert "original_images" not in page


@pytest.mark.django_db
def test_a_private_document_is_read_through_the_site_alone(bucket: Any, client: Client) -> None:
    make_home()
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    closed = root.add_child(name="Intern")
    CollectionViewRestriction.objects.create(collection=closed, restriction_type="login")
    document = Document.objects.create(
        title="Bilanz", collection=closed, file=ContentFile(b"%PDF-1.4 geheim", "bilanz.pdf")
    )
    assert document.url.startswith("/documents/")
    assert document.file.url == "/media/documents/bilanz.pdf"

    outside = requests.get(f"{real_settings.MEDIA_PUBLIC_URL}/{document.file.name}", timeout=10)
    assert (outside.status_code, b"geheim" in outside.content) == (403, False)
    refused = client.get(document.url)
    client.force_login(make_admin())
    answer = client.get(document.url)

    assert refused.status_code == 302
    assert b"geheim" not in refused.content
    body = b"".join(answer.streaming_content)
    assert (answer.status_code, body) == (200, b"%PDF-1.4 geheim")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_the_bucket_and_brings_it_back(
    bucket: Any, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    make_home()
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    image = make_image()
    content = default_storage.open(image.file.name).read()
    default_storage.save("documents/a.txt", ContentFile("Größe".encode()))
    before = names_in(bucket)
    archive.write(tmp_path / "site.tar", say=lambda line: None)
    bucket.objects.delete()

    archive.restore(tmp_path / "site.tar", replace=True, say=lambda line: None)

    assert names_in(bucket) == before
    assert default_storage.open(image.file.name).read() == content
    assert default_storage.open("documents/a.txt").read().decode() == "Größe"


def test_media_move_from_the_directory_and_again(
    bucket: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    for name in ("images/a.jpg", "documents/b c.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())

    call_command("move_media")
    (tmp_path / "images" / "neu.jpg").write_bytes(b"neu")

    assert copy_missing(tmp_path) == (1, 2)
    assert names_in(bucket) == ["documents/b c.pdf", "images/a.jpg", "images/neu.jpg"]
    assert default_storage.open("documents/b c.pdf").read() == b"documents/b c.pdf"
    (tmp_path / "images" / "neu.jpg").write_bytes(b"anders")
    with pytest.raises(NotTheSame, match=r"images/neu\.jpg"):
        copy_missing(tmp_path)


def test_without_a_bucket_there_is_nowhere_to_move_to(settings: Any) -> None:
    settings.MEDIA_PUBLIC_URL = ""
    with pytest.raises(CommandError, match="MEDIA_S3_BUCKET is not set"):
        call_command("move_media")
