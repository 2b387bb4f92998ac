import pytest
from django.core.exceptions import ImproperlyConfigured

from cms.outbox.mail_server import MailServer, parse


def test_addresses() -> None:
    assert parse("") == MailServer()
    assert parse("smtp://mail.example.org") == MailServer(host="mail.example.org")
    assert parse("smtp+tls://jo%40x:p%3Aw@mail.example.org") == MailServer(
        host="mail.example.org", port=587, user="jo@x", password="p:w", uses_tls=True
    )
    assert parse("smtps://jo:pw@mail.example.org:1465") == MailServer(
        host="mail.example.org", port=1465, user="jo", password="pw", uses_ssl=True
    )


@pytest.mark.parametrize("url", ["http://x", "mail.example.org", "smtp://", "smtp://x:port"])
def test_anything_else_is_refused_by_name(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MAIL_URL"):
        parse(url)
