"""What people were asked, what they answered, and the chain that proves both.

None of these rows is ever changed or deleted: the models refuse, and so do triggers in the
database (`triggers.py`). Only the erasable columns of an event may be emptied.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from news.consent import canonical
from news.consent.append_only import AppendOnlyModel, AppendOnlyQuerySet
from news.consent.querysets import ConsentEventQuerySet, ConsentTextQuerySet


class Purpose(models.TextChoices):
    """What consent is asked for; one box per purpose."""

    PUBLISH = "publish", _("Store and publish a comment")
    REPLY_MAIL = "reply_mail", _("Mail about replies")
    REMEMBER_DEVICE = "remember_device", _("Remember me on this device")


class LegalBasis(models.TextChoices):
    CONSENT = "consent", _("Consent, Art. 6(1)(a) GDPR")
    CONTRACT = "contract", _("Contract, Art. 6(1)(b) GDPR")
    LEGAL_OBLIGATION = "legal_obligation", _("Legal obligation, Art. 6(1)(c) GDPR")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest, Art. 6(1)(f) GDPR")


class ConsentText(AppendOnlyModel):
    """One version of one notice in one language, exactly as readers are shown it."""

    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    language = models.CharField(
        _("language"), max_length=10, choices=[("de", _("German")), ("en", _("English"))]
    )
    version = models.PositiveIntegerField(_("version"), editable=False)
    label = models.TextField(
        _("label"), max_length=600, help_text=_("The sentence beside the box.")
    )
    notice = models.TextField(
        _("notice"),
        max_length=4000,
        help_text=_("What is stored, why, how long, and how to withdraw. Plain text."),
    )
    privacy_label = models.CharField(_("text of the privacy link"), max_length=120)
    privacy_url = models.CharField(
        _("target of the privacy link"),
        max_length=200,
        help_text=_("A path such as /datenschutz/ or a full address."),
    )
    controller = models.CharField(_("controller"), max_length=200)
    legal_basis = models.CharField(
        _("legal basis"),
        max_length=20,
        choices=LegalBasis.choices,
        default=LegalBasis.CONSENT,
    )
    is_required = models.BooleanField(_("required"), default=False)
    valid_from = models.DateTimeField(_("valid from"), default=timezone.now)
    author = models.CharField(_("written by"), max_length=150, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)

    objects = ConsentTextQuerySet.as_manager()

    panels = [
        FieldPanel("purpose"),
        FieldPanel("language"),
        FieldPanel("label"),
        FieldPanel("notice"),
        FieldPanel("privacy_label"),
        FieldPanel("privacy_url"),
        FieldPanel("controller"),
        FieldPanel("legal_basis"),
        FieldPanel("is_required"),
        FieldPanel("valid_from"),
    ]

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        default_permissions = ("add", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "language", "version"], name="consent_text_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} ({self.language}), {self.version}"

    def clean(self) -> None:
        if not self.privacy_url.startswith(("/", "https://", "http://")):
            raise ValidationError(
                {"privacy_url": _("A path starting with / or an address starting with https://.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sha256 = canonical.fields_digest(self, canonical.TEXT_FIELDS)
        super().save(*args, **kwargs)


class EventKind(models.TextChoices):
    GIVEN = "given", _("Given")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    SUPERSEDED = "superseded", _("Superseded")
    IMPORTED = "imported", _("Imported, no evidence")


class Method(models.TextChoices):
    """How the act reached us."""

    FORM = "form", _("Box on a form")
    MAIL_LINK = "mail_link", _("Link in a mail")
    STAFF = "staff", _("Staff, on request")
    IMPORT = "import", _("Import")
    RETENTION = "retention", _("Retention")
    DEVICE = "device", _("Remembered device")
    READER_PAGE = "reader_page", _("The reader's own page")
    ONE_CLICK = "one_click", _("One click in the mail program")
    LEDGER = "ledger", _("Ledger, after a restore")


class ConsentEvent(AppendOnlyModel):
    """One act of one person about one text.

    `subject`, `comment_id`, `evidence` and `salt` are erasable. The chain covers them through
    `person_digest` only, and without the salt nobody can tell what that was made of.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind.choices)
    at = models.DateTimeField(_("at"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    # Null only for what was imported: nobody knows which text was shown.
    text = models.ForeignKey(
        ConsentText,
        verbose_name=_("text"),
        null=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    method = models.CharField(_("method"), max_length=12, choices=Method.choices)
    surface = models.CharField(_("surface"), max_length=120, blank=True)
    subject = models.CharField(_("person"), max_length=64, blank=True)
    comment_id = models.PositiveBigIntegerField(_("comment"), null=True)
    evidence = models.JSONField(_("evidence"), default=dict)
    salt = models.CharField(max_length=32, blank=True)
    person_digest = models.CharField(max_length=64)

    objects = ConsentEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        default_permissions = ("view",)
        indexes = [
            # the record of one person
            models.Index(fields=["subject"], name="consent_event_subject"),
            # what is to be sealed, the oldest first
            models.Index(fields=["at"], name="consent_event_at"),
            # the record of one comment
            models.Index(fields=["comment_id"], name="consent_event_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_purpose_display()}"


class ConsentSeal(AppendOnlyModel):
    """A link of the chain: it holds one event and the digest of everything before it."""

    position = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(ConsentEvent, on_delete=models.PROTECT, related_name="seal")
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.position}: {self.digest[:12]}"


class ChainCheck(models.Model):
    """That the whole chain was verified, and what was found."""

    at = models.DateTimeField()
    links = models.PositiveBigIntegerField()
    # Where the chain broke; empty words mean that it holds.
    position = models.PositiveBigIntegerField(null=True)
    what = models.TextField(blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.what or f"{self.links} links hold"

    @property
    def holds(self) -> bool:
        return not self.what
