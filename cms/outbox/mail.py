"""Mails as outbox work: written with what causes them, sent by Celery."""

import smtplib
import unicodedata
from collections.abc import Generator, Mapping, Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
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


def send_all(payloads: Sequence[Payload]) -> Generator[Exception | None]:
    """Send mails over one connection, or keep them for the page in the admin without a server.

    Yields for each what went wrong: `CannotSucceed` if the server refused the address for good.
    """
    waiting = Mail.objects.filter(state=MailState.WAITING)
    mails = waiting.in_bulk([payload["mail"] for payload in payloads])
    if not settings.MAIL_URL:
        waiting.filter(pk__in=mails).update(state=MailState.KEPT)
        yield from [None] * len(payloads)
        return
    server = get_connection(settings.MAIL_TRANSPORT)
    is_away: Exception | None = None
    try:
        for payload in payloads:
            mail = mails.get(payload["mail"])
            # One that is away is not waited for once more with every mail.
            if mail and not is_away:
                is_away = _open(server)
            yield is_away or _try(mail, server) if mail else None
    finally:
        server.close()


def _open(server: BaseEmailBackend) -> Exception | None:
    """Connect unless that was done; return what went wrong."""
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        return error
    return None


def _try(mail: Mail, server: BaseEmailBackend) -> Exception | None:
    try:
        _send(mail, server)
    except smtplib.SMTPRecipientsRefused as error:
        is_final = all(code >= 500 for code, _ in error.recipients.values())
        return CannotSucceed() if is_final else error
    except Exception as error:  # noqa: BLE001  whatever went wrong is tried again
        server.close()  # the next mail gets a connection of which nothing is known yet
        return error
    return None


def _send(mail: Mail, server: BaseEmailBackend) -> None:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        headers=mail.headers,
        connection=server,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.send()
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
