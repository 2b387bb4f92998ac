"""What Django and Wagtail mail by themselves goes through the outbox too."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from cms.outbox.mail import put_mail


class OutboxBackend(BaseEmailBackend):
    """Writes notices of the workflow and new passwords beside everything else that is mailed.

    Nobody waits for a mail server, and without one they are read on the page in the admin.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for recipient in message.recipients():
                put_mail(
                    to=recipient,
                    subject=str(message.subject),
                    text=str(message.body),
                    html=_html(message),
                    headers={name: str(value) for name, value in message.extra_headers.items()},
                )
        return len(email_messages)


def _html(message: EmailMessage) -> str:
    for content, mime_type in getattr(message, "alternatives", ()):
        if mime_type == "text/html":
            return str(content)
    return ""
