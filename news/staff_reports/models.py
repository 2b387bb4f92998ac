"""What a user keeps for reports: keys to the interface, and the mail they want."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiToken(models.Model):
    """A key to the reports' interface; only its digest is kept, `hint` is how it begins."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="report_tokens"
    )
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class DigestRhythm(models.TextChoices):
    """How often a user wants the figures by mail."""

    OFF = "off", _("No mail")
    DAILY = "daily", _("Every morning: yesterday")
    WEEKLY = "weekly", _("Every Monday: last week")


class DigestSubscription(models.Model):
    """Who gets the figures by mail; `sent_for` is the last day that a mail told of."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="report_digest",
    )
    rhythm = models.CharField(
        _("Figures by e-mail"),
        max_length=6,
        choices=DigestRhythm.choices,
        default=DigestRhythm.OFF,
    )
    sent_for = models.DateField(null=True, editable=False)

    class Meta:
        default_permissions = ()
