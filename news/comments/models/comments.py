"""What the public writes below articles, and what was decided about it.

Wagtail's own "comments" are editors' notes; these are reader comments.
"""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.models import Site

from news.comments.querysets import ReaderCommentQuerySet
from news.consent.append_only import AppendOnlyModel, AppendOnlyQuerySet
from news.models import ArticlePage, CommentMode


class CommentState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", _("Not confirmed by e-mail")
    PENDING = "pending", _("Waiting")
    PUBLISHED = "published", _("Published")
    REJECTED = "rejected", _("Rejected")
    SPAM = "spam", _("Spam")
    HIDDEN = "hidden", _("Hidden")
    WITHDRAWN = "withdrawn", _("Withdrawn by the reader")


class Reason(models.TextChoices):
    """Why a moderator decided; the reader's own acts need none."""

    OFF_TOPIC = "off_topic", _("Off topic")
    INSULT = "insult", _("Insult or attack")
    HATE = "hate", _("Hate or discrimination")
    ADVERTISING = "advertising", _("Advertising")
    DOXING = "doxing", _("Personal data of others")
    FALSE_CLAIM = "false_claim", _("Claim without evidence")
    UNLAWFUL = "unlawful", _("Unlawful")
    DUPLICATE = "duplicate", _("Sent more than once")
    READER_REQUEST = "reader_request", _("The reader asked for it")
    BANNED = "banned", _("Banned from commenting")
    LEGAL_HOLD = "legal_hold", _("Kept as evidence")
    OTHER = "other", _("Another reason")


# What the program says itself is not for people to choose.
STATED_REASONS = [
    choice for choice in Reason.choices if choice[0] not in (Reason.BANNED, Reason.LEGAL_HOLD)
]


class Role(models.TextChoices):
    """Who wrote, as far as a confirmed address shows it."""

    READER = "", _("Reader")
    STAFF = "staff", _("Editorial team")
    AUTHOR = "author", _("Author of the article")


class ReaderComment(models.Model):
    """One comment below an article; its state changes only by the verbs of `moderation`."""

    article = models.ForeignKey(
        ArticlePage,
        verbose_name=_("article"),
        on_delete=models.CASCADE,
        related_name="reader_comments",
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("reply to"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="replies",
    )
    # The comment that is answered, where that is a reply itself; threads are shown one level deep.
    answers = models.ForeignKey(
        "self",
        verbose_name=_("answers"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Name, address and text are emptied when the reader withdraws.
    name = models.CharField(_("name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    text = models.TextField(_("comment"), blank=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=CommentState.choices,
        default=CommentState.UNCONFIRMED,
    )
    language = models.CharField(_("language"), max_length=10)
    submitted_at = models.DateTimeField(_("sent at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    edits = models.PositiveSmallIntegerField(default=0, editable=False)
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, blank=True, default="")
    is_picked = models.BooleanField(_("editors' pick"), default=False)
    is_cut = models.BooleanField(_("shortened by the editors"), default=False, db_default=False)
    # Of form, address and text: what is sent twice is stored once.
    ticket_digest = models.CharField(max_length=64, unique=True)
    # Of the folded text: finds the same words sent again. Emptied with the text.
    text_digest = models.CharField(max_length=64, blank=True, db_default="", db_index=True)
    # The person as consent knows it: a keyed digest of the address.
    subject = models.CharField(max_length=64, db_index=True)
    # Null only for what was imported without evidence.
    consent_text = models.ForeignKey(
        "consent.ConsentText",
        verbose_name=_("consent text"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ReaderCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("reader comment")
        verbose_name_plural = _("reader comments")
        default_permissions = ()
        permissions = [("moderate_comments", _("Can moderate reader comments"))]
        constraints = [
            # No way around the confirmation, whoever writes the state.
            models.CheckConstraint(
                condition=Q(state__in=["unconfirmed", "withdrawn"])
                | Q(confirmed_at__isnull=False),
                name="reader_comments_comment_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="reader_comments_comment_published_at",
            ),
        ]
        indexes = [
            # the thread below an article
            models.Index(
                fields=["article", "state", "submitted_at"], name="reader_comments_thread"
            ),
            # the moderation queue, and what retention looks for
            models.Index(fields=["state", "submitted_at"], name="reader_comments_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:60]}" if self.text else f"#{self.pk}"

    @property
    def anchor(self) -> str:
        return f"comment-{self.pk}"

    @property
    def why_held(self) -> "list[CommentHold]":
        return list(self.holds.all())

    @property
    def version(self) -> str:
        """What somebody saw who decides: another state or another text is another version."""
        return f"{self.state}.{self.edits}"


class LinkPurpose(models.TextChoices):
    CONFIRM = "confirm", _("Confirm")
    MANAGE = "manage", _("Manage")
    REPLIES = "replies", _("End mail about replies")


class ReaderLink(models.Model):
    """A secret link sent to a comment's writer; only the digest of its token is kept."""

    comment = models.ForeignKey(ReaderComment, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=8, choices=LinkPurpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.purpose} {self.comment_id}"


class CommentDecision(AppendOnlyModel):
    """One change of a comment's state: by a person, or by a rule if there is no actor."""

    comment = models.ForeignKey(ReaderComment, on_delete=models.CASCADE, related_name="decisions")
    old_state = models.CharField(_("from"), max_length=12, choices=CommentState.choices)
    new_state = models.CharField(_("to"), max_length=12, choices=CommentState.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    ground = models.CharField(_("law or rule"), max_length=200, blank=True, db_default="")
    text_sent = models.TextField(_("text sent"), blank=True, db_default="")
    is_automated = models.BooleanField(_("automated"), default=False, db_default=False)
    # What was decided in one act, so that it can be taken back in one.
    batch = models.UUIDField(null=True, editable=False, db_index=True)
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.old_state} -> {self.new_state}"


class HoldKind(models.TextChoices):
    WORD = "word", _("Word on the list")
    LINK = "link", _("Link")
    EDITED = "edited", _("Changed after approval")
    CLOSED = "closed", _("Thread closed meanwhile")
    FIRST = "first", _("Reader not known yet")
    DISTRUST = "distrust", _("Lately often rejected")
    DOMAIN = "domain", _("Throw-away address")
    NAME = "name", _("Name that may mislead")
    COPY = "copy", _("Same words again")
    PROOF = "proof", _("Busy times, without proof of work")


class CommentHold(models.Model):
    """One reason why a comment waits for a moderator, besides that every comment may have to."""

    comment = models.ForeignKey(ReaderComment, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(_("reason"), max_length=8, choices=HoldKind.choices)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        label = str(self.get_kind_display())
        return f"{label}: {self.detail}" if self.detail else label


class CommentReport(models.Model):
    """A reader's word that a comment should be looked at; says nothing about that reader."""

    comment = models.ForeignKey(ReaderComment, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    text = models.TextField(_("explanation"), max_length=1000, blank=True)
    at = models.DateTimeField(_("at"))
    # When a moderator had looked at it.
    settled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]
        indexes = [
            models.Index(
                fields=["comment"],
                condition=Q(settled_at=None),
                name="reader_comments_report_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_reason_display())


class HoldPolicy(models.TextChoices):
    ALL = "all", _("Every comment waits for a moderator")
    FIRST = "first", _("Comments of readers who are not trusted yet wait for a moderator")
    NONE = "none", _("Comments appear once they are confirmed")


@register_setting(icon="comment")
class CommentSettings(BaseSiteSetting):
    """What holds for reader comments on the whole site."""

    default_mode = models.CharField(
        _("reader comments"),
        max_length=10,
        choices=[choice for choice in CommentMode.choices if choice[0] != CommentMode.INHERIT],
        default=CommentMode.OPEN,
        help_text=_("Sections and articles may say otherwise."),
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("close after days"),
        null=True,
        blank=True,
        help_text=_(
            "Days after publication; empty means never. An article opened by hand stays open."
        ),
    )
    hold_policy = models.CharField(
        _("publication"), max_length=10, choices=HoldPolicy.choices, default=HoldPolicy.ALL
    )
    trusted_after = models.PositiveSmallIntegerField(
        _("trusted after"),
        default=3,
        db_default=3,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Published comments from one confirmed address. Trust is lost when moderators often "
            "decide against that reader."
        ),
    )
    confirms_by_email = models.BooleanField(
        _("guests confirm by e-mail"),
        default=True,
        help_text=_("Each comment is confirmed by a link in a mail before anybody sees it."),
    )
    held_words = models.TextField(
        _("words that hold a comment"),
        blank=True,
        max_length=20_000,
        help_text=_(
            "One word or phrase per line, matched as whole words. A * stands for any letters: "
            "*hund finds Schweinehund, hund* finds Hundeleine. A + at the end takes in German "
            "endings: idiot+ finds Idiot, Idioten and Idiotin. Lines with # are remarks."
        ),
    )
    links_allowed = models.PositiveSmallIntegerField(
        _("links allowed"), default=0, help_text=_("A comment with more links is held.")
    )
    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("privacy policy"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Linked from the form; empty takes the address in the consent text."),
    )

    panels = [
        HelpPanel(template="reader_comments/admin/mail_missing.html"),
        FieldPanel("default_mode"),
        FieldPanel("close_after_days"),
        FieldPanel("hold_policy"),
        FieldPanel("trusted_after"),
        FieldPanel("confirms_by_email"),
        FieldPanel("held_words"),
        FieldPanel("links_allowed"),
        PageChooserPanel("privacy_page"),
    ]

    class Meta:
        verbose_name = _("reader comments")

    @classmethod
    def of(cls, request: HttpRequest) -> "CommentSettings":
        """Return what holds here; unlike `for_request` it never writes a missing row."""
        site = Site.find_for_request(request)
        rows = cls.objects.filter(site=site).select_related("privacy_page")
        return rows.first() or cls(site=site)
