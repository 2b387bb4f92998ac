"""What moderators keep beside the comments: notes, earlier texts, standings, holds, texts."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from news.comments.models.comments import ReaderComment, Reason
from news.consent.append_only import AppendOnlyModel, AppendOnlyQuerySet
from news.models import SectionPage


class ModeratedSection(models.Model):
    """A section to which a group's right to moderate is limited; a group without any is not."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="moderated_sections")
    section = models.ForeignKey(SectionPage, on_delete=models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["group", "section"], name="reader_comments_moderated_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.section}"


class CommentNote(models.Model):
    """A moderator's word to colleagues about a comment; no reader sees it."""

    comment = models.ForeignKey(ReaderComment, on_delete=models.CASCADE, related_name="notes")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(_("note"), max_length=1000)
    at = models.DateTimeField(_("at"))

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class RevisionCause(models.TextChoices):
    EDITED = "edited", _("Changed by the reader")
    CUT = "cut", _("Shortened by a moderator")


class CommentRevision(models.Model):
    """A comment's text as it stood before it was changed; gone once the reader withdraws."""

    comment = models.ForeignKey(ReaderComment, on_delete=models.CASCADE, related_name="revisions")
    cause = models.CharField(max_length=8, choices=RevisionCause.choices)
    text = models.TextField(_("text before"))
    was_cut = models.BooleanField(default=False)
    batch = models.UUIDField(null=True, editable=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.cause}: {self.text[:60]}"


class StandingKind(models.TextChoices):
    """What moderators think of a reader; `NORMAL` takes back what was said before."""

    TRUSTED = "trusted", _("Trusted")
    BANNED = "banned", _("Banned")
    NORMAL = "normal", _("Like everybody")


class StandingDecision(AppendOnlyModel):
    """One decision about a reader, who is known by the digest of an address; the last counts."""

    subject = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(_("standing"), max_length=8, choices=StandingKind.choices)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    text_sent = models.TextField(_("text sent"), blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class LegalHold(models.Model):
    """Why a comment must be kept, and until when, with a copy of what it said.

    The copy makes it safe to empty the comment itself: withdrawal and erasure go on as always.
    """

    comment = models.ForeignKey(
        ReaderComment, on_delete=models.CASCADE, related_name="legal_holds"
    )
    name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    text = models.TextField(blank=True)
    reason = models.TextField(_("reason"), max_length=1000)
    until = models.DateField(_("keep until"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["comment"],
                condition=models.Q(ended_at=None),
                name="reader_comments_one_hold",
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason[:60]} ({self.until})"


class CannedText(models.Model):
    """What a reader is told when a comment is restricted, by reason and language."""

    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=2000)

    class Meta:
        verbose_name = _("text to readers")
        verbose_name_plural = _("texts to readers")
        default_permissions = ()
        ordering = ["reason", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["reason", "language"],
                name="reader_comments_one_text",
                violation_error_message=_("There is a text for this reason in this language."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.language})"


class ModeratorMail(models.Model):
    """Which mails a moderator wants; without a row, all of them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="moderator_mail"
    )
    wants_digest = models.BooleanField(
        _("daily summary"), default=True, help_text=_("Each morning, if something waits.")
    )
    wants_alerts = models.BooleanField(
        _("urgent alerts"),
        default=True,
        help_text=_("At once: legal notices, complaints, and comments that many readers report."),
    )
    digest_sent_on = models.DateField(null=True, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
