"""The headers of public pages, of the admin and of uploads."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents import get_document_model

from tests.factories import make_admin, make_article, make_home

pytestmark = pytest.mark.django_db


def policy(response) -> dict[str, set[str]]:
    directives = (part.split() for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in directives}


def test_public_pages_allow_no_inline_and_no_foreign_source(client):
    make_home()
    article = make_article()

    for url in ("/", article.url, "/gibt-es-nicht/", "/suche/?q=x"):
        response = client.get(url)
        found = policy(response)
        frames = found.pop("frame-src")
        assert set().union(*found.values()) <= {"'self'", "'none'"}, url
        assert found["default-src"] == {"'none'"} == found["base-uri"]
        assert {source for source in frames if not source.startswith("https://")} == {"'self'"}
        assert not response.cookies
        headers = response.headers
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "camera=()" in headers["Permissions-Policy"]


def test_the_admin_has_a_policy_of_its_own_without_foreign_sources(client):
    client.force_login(make_admin())

    found = policy(client.get("/admin/"))

    assert not {source for sources in found.values() for source in sources if "://" in source}
    assert found["frame-ancestors"] == {"'self'"}
    assert found["object-src"] == {"'none'"}


def test_a_document_is_an_attachment_that_can_do_nothing(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = get_document_model().objects.create(
        title="Haushalt", file=ContentFile(b"%PDF-1.4 <script>alert(1)</script>", "haushalt.pdf")
    )

    response = client.get(document.url)

    b"".join(response.streaming_content)
    response.close()
    headers = response.headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_https_is_asked_for_except_by_a_monitor(settings, db):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
    settings.SECURE_HSTS_SECONDS = 31_536_000
    client = Client()  # the middleware reads its settings when it is made
    make_home()

    assert client.get("/").status_code == 301
    assert client.get("/health/live").status_code == 200
    secure = client.get("/", secure=True)
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"
