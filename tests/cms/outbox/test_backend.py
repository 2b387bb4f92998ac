from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client
from django.utils import timezone

from cms import settings as project
from cms.outbox.delivery import deliver_due
from cms.outbox.models import Mail, MailState
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_configured(settings: Any) -> None:
    settings.EMAIL_BACKEND = project.EMAIL_BACKEND


def test_every_recipient_gets_a_row_of_their_own() -> None:
    message = EmailMultiAlternatives(
        subject="Zur Freigabe",
        body="Bitte lesen.",
        to=["jo@example.org"],
        bcc=["kai@example.org"],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative("<p>Bitte lesen.</p>", "text/html")

    message.send()

    headers = {"Auto-Submitted": "auto-generated"}
    assert list(Mail.objects.order_by("to").values_list("to", "subject", "text", "headers")) == [
        ("jo@example.org", "Zur Freigabe", "Bitte lesen.", headers),
        ("kai@example.org", "Zur Freigabe", "Bitte lesen.", headers),
    ]
    assert set(Mail.objects.values_list("html", flat=True)) == {"<p>Bitte lesen.</p>"}


def test_what_was_written_leaves_by_the_mail_server(settings: Any) -> None:
    settings.MAIL_URL = "smtp://mail.example.org"
    send_mail("Hallo", "Text", None, ["jo@example.org"])
    assert django_mail.outbox == []

    deliver_due(timezone.now())

    assert [message.to for message in django_mail.outbox] == [["jo@example.org"]]
    assert Mail.objects.get().state == MailState.SENT


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        send_mail("Hallo", "Text", None, ["keine Adresse"])


def test_who_forgot_a_password_finds_a_link_in_the_outbox(client: Client) -> None:
    user = make_user(groups=("Editors",))

    client.post("/admin/password_reset/", {"email": user.email})

    mail = Mail.objects.get()
    assert mail.to == user.email
    assert "/admin/password_reset/confirm/" in mail.text
