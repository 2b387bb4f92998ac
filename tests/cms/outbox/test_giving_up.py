"""Mails that a server refuses: for good, for now, and once more by hand."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.outbox.delivery import deliver_due
from cms.outbox.mail import put_mail
from cms.outbox.models import EntryState, Mail, MailState, OutboxEntry
from tests.factories import make_admin

pytestmark = pytest.mark.django_db
CODES: list[int] = []


class RefusingServer(BaseEmailBackend):
    """Refuses each recipient with the next of CODES, takes the mail when none is left."""

    def send_messages(self, messages: Any) -> int:
        if CODES:
            refused = {messages[0].to[0]: (CODES.pop(0), b"no")}
            raise smtplib.SMTPRecipientsRefused(refused)
        return len(messages)


@pytest.fixture(autouse=True)
def refusing_server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAIL_URL = "smtp://mail.example.org"
    # Where the program's own backend hands a mail on, this server stands.
    monkeypatch.setattr("django.core.mail.EmailMessage.get_connection",
                        lambda self, fail_silently=False: RefusingServer())  # fmt: skip
    CODES.clear()


def state() -> tuple[str, str, int]:
    entry = OutboxEntry.objects.order_by("-pk")[0]
    return Mail.objects.get().state, entry.state, entry.attempts


def test_address_refused_for_good_is_given_up_at_once() -> None:
    CODES.append(550)
    put_mail(to="jo@example.org", subject="x", text="x")

    deliver_due(timezone.now())

    assert state() == (MailState.PARKED, EntryState.PARKED, 1)


def test_address_refused_for_now_is_tried_again() -> None:
    CODES.append(450)
    put_mail(to="jo@example.org", subject="x", text="x")

    deliver_due(timezone.now())
    assert state() == (MailState.WAITING, EntryState.WAITING, 1)
    deliver_due(timezone.now() + timedelta(hours=1))

    assert state() == (MailState.SENT, EntryState.DONE, 2)


def test_mail_given_up_is_tried_again_by_hand(client: Client) -> None:
    CODES.append(550)
    put_mail(to="jo@example.org", subject="x", text="x")
    deliver_due(timezone.now())
    client.force_login(make_admin())
    mail = Mail.objects.get()
    url = reverse("mail_outbox:again", args=[mail.pk])
    assert url in client.get(reverse("mail_outbox:inspect", args=[mail.pk])).content.decode()

    assert client.get(url).status_code == 405
    for _ in range(2):
        assert client.post(url).status_code == 302
    assert OutboxEntry.objects.filter(state=EntryState.WAITING).count() == 1
    deliver_due(timezone.now() + timedelta(seconds=1))

    assert state() == (MailState.SENT, EntryState.DONE, 1)
    assert url not in client.get(reverse("mail_outbox:inspect", args=[mail.pk])).content.decode()
