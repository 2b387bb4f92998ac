"""Mails as outbox work: written with what causes them, sent by Celery."""

import smtplib
import unicodedata
from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from cms.outbox.models import Mail, MailState
from cms.outbox.queue import CannotSucceed, Payload, put

KIND = "outbox.mail"


def put_mail(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
) -> Mail:
    """Write a mail into the current transaction.

    Raises:
        ValidationError: `to` is not one plain address.
    """
    validate_email(to)
    mail = Mail.objects.create(
        to=to,
        subject=one_line(subject)[:200],
        text=text,
        html=html,
        headers={one_line(name): one_line(value) for name, value in (headers or {}).items()},
    )
    put(KIND, {"mail": mail.pk})
    return mail


def one_line(text: str) -> str:
    """Return `text` without line breaks and control characters: safe in a mail's header."""
    kept = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(kept.split())


def send(payload: Payload) -> None:
    """Send the mail, or keep it for the page in the admin if there is no mail server.

    Raises:
        CannotSucceed: the server refused the address for good.
    """
    mail = Mail.objects.filter(pk=payload["mail"], state=MailState.WAITING).first()
    if mail is None:
        return
    if not settings.MAIL_URL:
        Mail.objects.filter(pk=mail.pk).update(state=MailState.KEPT)
        return
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        headers=mail.headers,
        connection=get_connection(settings.MAIL_TRANSPORT),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _ in error.recipients.values()):
            raise CannotSucceed from error
        raise
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=timezone.now())


def send_again(mail: Mail) -> bool:
    """Put a mail that was given up back into the queue; False if it was not given up."""
    with transaction.atomic():
        parked = Mail.objects.filter(pk=mail.pk, state=MailState.PARKED)
        if not parked.update(state=MailState.WAITING):
            return False
        put(KIND, {"mail": mail.pk})
    return True


def park(payload: Payload) -> None:
    """Show in the admin that the mail was given up."""
    Mail.objects.filter(pk=payload["mail"], state=MailState.WAITING).update(state=MailState.PARKED)
