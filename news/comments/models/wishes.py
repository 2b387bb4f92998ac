"""What readers ask for besides a comment: mail about replies, a remembered device, their page."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReplySubscription(models.Model):
    """Mail about replies to one comment; sends nothing before a link in a mail confirmed it.

    The row goes when the wish ends; the consent record keeps the proof.
    """

    comment = models.OneToOneField(
        "reader_comments.ReaderComment",
        on_delete=models.CASCADE,
        related_name="reply_subscription",
    )
    # Of its own: the comment's address is emptied after a year, however lively the thread.
    address = models.EmailField(_("e-mail"))
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    active_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["active_at"], name="reader_comments_subscription")]

    def __str__(self) -> str:
        return f"replies to {self.comment_id}"


class ReplyNotice(models.Model):
    """One reply that one subscriber was told about, so that nobody is told twice."""

    subscription = models.ForeignKey(
        ReplySubscription, on_delete=models.CASCADE, related_name="notices"
    )
    reply = models.ForeignKey(
        "reader_comments.ReaderComment", on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "reply"], name="reader_comments_notice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.reply_id}"


class RememberedDevice(models.Model):
    """A browser that its reader asked to be remembered on; only the cookie's digest is kept.

    It counts once the comment it was asked for with has been confirmed by mail.
    """

    digest = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=64, db_index=True)
    name = models.CharField(_("name"), max_length=80)
    address = models.EmailField(_("e-mail"))
    comment = models.ForeignKey(
        "reader_comments.ReaderComment", on_delete=models.CASCADE, related_name="devices"
    )
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"device {self.pk}"

    def is_valid(self, now: datetime) -> bool:
        return self.confirmed_at is not None and now < self.expires_at


class AccessRequest(models.Model):
    """Somebody typed an address and wants the link to its page; the row goes once it is read."""

    address = models.EmailField()
    language = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"request {self.pk}"


class AccessLink(models.Model):
    """The link to everything held about one address; its token is known to the mail only."""

    digest = models.CharField(max_length=64, unique=True)
    address = models.EmailField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"access {self.pk}"


class RecordAccess(models.Model):
    """A member of staff looked up what is held about one person."""

    user = models.ForeignKey(
        "cms.User", verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Kept beside the account: the log outlives it.
    user_name = models.CharField(_("name"), max_length=150)
    subject = models.CharField(_("person"), max_length=64)
    form = models.CharField(_("form"), max_length=8)
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("look-up of a person")
        verbose_name_plural = _("look-ups of persons")
        default_permissions = ("view",)
        permissions = [("look_up_person", _("Can look up what is held about a person"))]

    def __str__(self) -> str:
        return f"{self.user_name} {self.at:%Y-%m-%d}"
