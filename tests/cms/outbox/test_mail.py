from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from cms.outbox.delivery import deliver_due
from cms.outbox.mail import one_line, put_mail
from cms.outbox.models import Mail, MailState

pytestmark = pytest.mark.django_db


def test_without_a_mail_server_the_mail_is_kept(settings: Any) -> None:
    settings.MAIL_URL = ""
    put_mail(to="jo@example.org", subject="Hallo", text="Text")

    deliver_due(timezone.now())

    assert Mail.objects.get().state == MailState.KEPT
    assert django_mail.outbox == []


def test_mail_is_sent_once(settings: Any) -> None:
    settings.MAIL_URL = "smtp://mail.example.org"
    put_mail(
        to="jo@example.org", subject="Hallo", text="Text", html="<p>Text", headers={"X-A": "b"}
    )

    deliver_due(timezone.now())
    deliver_due(timezone.now())

    [message] = django_mail.outbox
    assert (message.to, message.subject, message.body) == (["jo@example.org"], "Hallo", "Text")
    assert message.extra_headers == {"X-A": "b"}
    assert [tuple(part) for part in message.alternatives] == [("<p>Text", "text/html")]
    assert Mail.objects.get().state == MailState.SENT


def test_header_injection_is_flattened(settings: Any) -> None:
    settings.MAIL_URL = "smtp://mail.example.org"
    put_mail(
        to="jo@example.org",
        subject="Hallo\r\nBcc: all@example.org\u2028x",
        text="Text",
        headers={"X-A": "b\r\nBcc: all@example.org"},
    )

    deliver_due(timezone.now())

    [message] = django_mail.outbox
    sent = message.message()
    assert sent["Bcc"] is None
    assert message.subject == "Hallo Bcc: all@example.org x"


@pytest.mark.parametrize("to", ["", "jo", "a@example.org, b@example.org", "a@example.org\nBcc:x"])
def test_address_that_is_not_one_address_is_refused(to: str) -> None:
    with pytest.raises(ValidationError):
        put_mail(to=to, subject="x", text="x")

    assert Mail.objects.count() == 0


def test_one_line_drops_direction_marks() -> None:
    assert one_line("a\u202eb\x00c\td") == "a b c d"
