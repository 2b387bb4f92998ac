"""The comment form: one validation path for everything that readers send."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from news.comments import tickets
from news.comments.models import STATED_REASONS, ReaderComment
from news.comments.text import MAX_NAME_LENGTH, MAX_TEXT_LENGTH, clean_line, clean_text
from news.comments.tickets import Refusal, Ticket, TicketRefused
from news.consent.models import ConsentText
from news.models import ArticlePage

REFUSALS = {
    Refusal.FORGED: _("The form could not be checked. Please send it once more."),
    Refusal.TOO_YOUNG: _("That was very fast. Please wait a moment and send it once more."),
    Refusal.TOO_OLD: _("The form was open for more than a day. Please send it once more."),
}


class TextForm(forms.Form):
    """What a reader writes, new or changed."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=2 * MAX_TEXT_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": MAX_TEXT_LENGTH}),
        error_messages={"required": _("Please write a comment.")},
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="comment-field-%s", label_suffix="", **kwargs)

    def clean_text(self) -> str:
        text = clean_text(self.cleaned_data["text"])
        if not text:
            raise ValidationError(_("Please write a comment."))
        if len(text) > MAX_TEXT_LENGTH:
            raise ValidationError(
                _("The comment is too long: at most %(limit)d characters."),
                params={"limit": MAX_TEXT_LENGTH},
            )
        return text


class ReportForm(forms.Form):
    """Why a reader thinks that the editors should look at a comment."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Please choose")), *STATED_REASONS],
        error_messages={"required": _("Please choose a reason.")},
    )
    text = forms.CharField(
        label=_("Explanation (optional)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="report-field-%s", label_suffix="")

    def clean_text(self) -> str:
        return clean_text(self.cleaned_data["text"])


class CommentForm(TextForm):
    """A comment on `article` with consent to `consent_text`, exactly as it is shown."""

    name = forms.CharField(
        label=_("Name"),
        max_length=4 * MAX_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name", "maxlength": MAX_NAME_LENGTH}),
        error_messages={"required": _("Please enter a name.")},
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Please enter your e-mail address.")},
    )
    consent = forms.BooleanField(
        label=_("Consent"),
        error_messages={
            "required": _(
                "Without your consent we may not store the comment. Please tick the box."
            )
        },
    )
    # A name that programs like to fill in; people neither see nor hear it.
    homepage = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    ticket = forms.CharField(required=False, widget=forms.HiddenInput)
    parent = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        article: ArticlePage,
        consent_text: ConsentText,
        privacy_url: str,
        now: datetime,
        parent: ReaderComment | None = None,
    ) -> None:
        super().__init__(data)
        self.article = article
        self.consent_text = consent_text
        self.privacy_url = privacy_url
        self.now = now
        self.parent_comment = parent
        self.is_outdated = False
        self.read_ticket: Ticket | None = None
        self.keeps_ticket = False

    @property
    def ticket_value(self) -> str:
        """The ticket the shown form carries: the one that was sent, if it still lets it in."""
        if self.keeps_ticket and not self.is_outdated:
            return str(self.data.get("ticket", ""))
        return tickets.issue(
            article_id=self.article.pk,
            text_id=self.consent_text.pk,
            language=self.consent_text.language,
            now=self.now,
        )

    @property
    def is_ticked(self) -> bool:
        """Whether the reader ticked this very text; never ticked for anybody beforehand."""
        return self.is_bound and not self.is_outdated and bool(self.data.get("consent"))

    def clean_name(self) -> str:
        name = clean_line(self.cleaned_data["name"])
        if not any(char.isalnum() for char in name):
            raise ValidationError(_("Please enter a name."))
        if len(name) > MAX_NAME_LENGTH:
            raise ValidationError(_("The name is too long."))
        return name

    def clean_email(self) -> str:
        try:
            # Without a look at the network: the mail itself shows whether it arrives.
            found = validate_email(self.cleaned_data["email"].strip(), check_deliverability=False)
        except EmailNotValidError:
            raise ValidationError(
                _("This does not look like an e-mail address. Please check it.")
            ) from None
        return found.normalized

    def clean_homepage(self) -> str:
        if self.cleaned_data["homepage"]:
            # Said, not swallowed: a helpful browser may have filled it in.
            raise ValidationError(_("That looked automatic. Please send it once more."))
        return ""

    def clean_parent(self) -> ReaderComment | None:
        """Return the comment that is answered; an answer to an answer joins its thread."""
        value = self.cleaned_data["parent"]
        if not value:
            return None
        parent = (
            find_parent(self.article, int(value)) if value.isascii() and value.isdigit() else None
        )
        if parent is None:
            raise ValidationError(_("The comment you want to answer is no longer there."))
        self.parent_comment = parent
        return parent

    def clean_ticket(self) -> str:
        try:
            self.read_ticket = tickets.read(
                self.cleaned_data["ticket"], article_id=self.article.pk, now=self.now
            )
        except TicketRefused as refused:
            self.keeps_ticket = refused.refusal == Refusal.TOO_YOUNG
            raise ValidationError(REFUSALS[refused.refusal]) from None
        self.keeps_ticket = True
        return str(self.cleaned_data["ticket"])

    def clean(self) -> dict[str, Any]:
        if self.read_ticket and self.read_ticket.text_id != self.consent_text.pk:
            self.is_outdated = True
            self.add_error(
                "consent",
                _("The notice has changed meanwhile. Please read it and tick the box again."),
            )
        return self.cleaned_data

    @property
    def ticket_digest(self) -> str:
        """What makes this form unique; for a valid form only."""
        assert self.read_ticket
        data = self.cleaned_data
        return self.read_ticket.digest(email=data["email"], text=data["text"])


def find_parent(article: ArticlePage, comment_id: int) -> ReaderComment | None:
    """Return the published comment at the head of the thread that `comment_id` is in."""
    if comment_id >= 2**63:
        return None
    comment: ReaderComment | None = (
        ReaderComment.objects.for_article(article.pk)
        .published()
        .filter(pk=comment_id)
        .select_related("parent")
        .first()
    )
    return comment.parent if comment and comment.parent else comment
