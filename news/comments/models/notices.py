"""Legal notices about comments, and complaints against decisions (DSA Art. 16, 17 and 20)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from news.comments.models.comments import CommentDecision, ReaderComment


class NoticeGround(models.TextChoices):
    """What a notice calls unlawful."""

    INSULT = "insult", _("Insult, defamation or libel")
    HATE = "hate", _("Incitement to hatred")
    THREAT = "threat", _("Threat or call for violence")
    PRIVACY = "privacy", _("Privacy, personal data, own picture")
    COPYRIGHT = "copyright", _("Copyright or trade mark")
    TRADE = "trade", _("Unfair or fraudulent offer")
    CHILDREN = "children", _("Sexual abuse of children")
    OTHER = "other", _("Something else")


class CaseState(models.TextChoices):
    OPEN = "open", _("Open")
    UPHELD = "upheld", _("Granted")
    REFUSED = "refused", _("Refused")


class LegalNotice(models.Model):
    """Somebody's word that a comment is unlawful, and what was decided about it."""

    reference = models.CharField(_("reference number"), max_length=20, unique=True)
    comment = models.ForeignKey(
        ReaderComment,
        verbose_name=_("reader comment"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="notices",
    )
    url = models.URLField(_("address"), max_length=500)
    ground = models.CharField(_("ground"), max_length=12, choices=NoticeGround.choices)
    explanation = models.TextField(_("explanation"), max_length=5000)
    # Nobody has to give a name who reports the abuse of children.
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(max_length=10)
    at = models.DateTimeField(_("received"))
    state = models.CharField(
        _("state"), max_length=8, choices=CaseState.choices, default=CaseState.OPEN
    )
    answer = models.TextField(_("answer"), max_length=5000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("legal notice")
        verbose_name_plural = _("legal notices")
        default_permissions = ()
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.reference


class Complaint(models.Model):
    """The one objection to a decision, about a comment or about a notice."""

    decision = models.OneToOneField(
        CommentDecision, null=True, on_delete=models.CASCADE, related_name="complaint"
    )
    notice = models.OneToOneField(
        LegalNotice, null=True, on_delete=models.CASCADE, related_name="complaint"
    )
    text = models.TextField(_("objection"), max_length=5000)
    at = models.DateTimeField(_("received"))
    state = models.CharField(
        _("state"), max_length=8, choices=CaseState.choices, default=CaseState.OPEN
    )
    answer = models.TextField(_("answer"), max_length=5000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        default_permissions = ()
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision=None, notice__isnull=False)
                | Q(decision__isnull=False, notice=None),
                name="reader_comments_complaint_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def comment(self) -> ReaderComment | None:
        return self.decision.comment if self.decision else self.notice and self.notice.comment
