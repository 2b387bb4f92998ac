"""Work that must happen, and the mails among it."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EntryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    PARKED = "parked", _("Given up")


class OutboxEntry(models.Model):
    """One piece of work, written in the transaction that causes it."""

    kind = models.CharField(_("kind"), max_length=60)
    payload = models.JSONField(_("payload"), default=dict)
    # Work with the same key is merged while it waits; a claimed entry gives its key up.
    key = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=EntryState.choices, default=EntryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # While an entry is claimed this is the end of the claim: a crashed worker's work comes back.
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outbox entry")
        verbose_name_plural = _("outbox entries")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(state=EntryState.WAITING) & ~models.Q(key=""),
                name="outbox_entry_key_waiting",
            )
        ]
        indexes = [
            # what is due, the oldest first; what the purge deletes
            models.Index(fields=["state", "due_at"], name="outbox_entry_state_due"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class MailState(models.TextChoices):
    """`KEPT` is read in the admin because no mail server is configured."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    KEPT = "kept", _("Kept here, no mail server")
    PARKED = "parked", _("Given up")


class Mail(models.Model):
    """One message to one address."""

    to = models.EmailField(_("recipient"))
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)
    headers: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        default=dict, blank=True
    )
    state = models.CharField(
        _("state"), max_length=10, choices=MailState.choices, default=MailState.WAITING
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-pk"]
        # Mails hold links that act for a reader: who may read them is a right of its own.
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.subject
