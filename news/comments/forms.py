"""The comment form: one validation path for everything that readers send."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from news.comments import tickets
from news.comments.models import STATED_REASONS, ReaderComment, RememberedDevice
from news.comments.text import MAX_NAME_LENGTH, MAX_TEXT_LENGTH, clean_line, clean_text
from news.comments.tickets import Refusal, Ticket, TicketRefused
from news.consent.models import ConsentText, Purpose
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


# Boxes that nobody has to tick, in the order in which they are shown.
OPTIONAL = {"replies": Purpose.REPLY_MAIL, "remember": Purpose.REMEMBER_DEVICE}


@dataclass(frozen=True, slots=True)
class Box:
    """One optional box as the form shows it."""

    name: str
    text: ConsentText
    is_ticked: bool


class AddressForm(forms.Form):
    """The address whose page a reader asks for."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Please enter your e-mail address.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="address-field-%s", label_suffix="")

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])


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
    replies = forms.BooleanField(label=_("Mail about replies"), required=False)
    remember = forms.BooleanField(label=_("Remember me on this device"), required=False)
    # A name that programs like to fill in; people neither see nor hear it.
    homepage = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    ticket = forms.CharField(required=False, widget=forms.HiddenInput)
    parent = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    # Whatever is wrong with it, the comment is held, not refused.
    proof = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        article: ArticlePage,
        texts: dict[str, ConsentText],
        privacy_url: str,
        now: datetime,
        answered: ReaderComment | None = None,
        device: RememberedDevice | None = None,
    ) -> None:
        known = {"name": device.name, "email": device.address} if device else {}
        super().__init__(data, initial=known)
        self.article = article
        self.texts = texts
        self.consent_text = texts[Purpose.PUBLISH]
        self.privacy_url = privacy_url
        self.now = now
        self.answered_comment = answered
        self.device = device
        self.is_outdated = False
        self.read_ticket: Ticket | None = None
        self.keeps_ticket = False

    @property
    def ticket_value(self) -> str:
        """The ticket the shown form carries: the one that was sent, if it still lets it in."""
        if self.keeps_ticket and not self.is_outdated:
            return str(self.data.get("ticket", ""))
        return issue_ticket(self.article, self.texts, now=self.now)

    @property
    def is_ticked(self) -> bool:
        """Whether the reader ticked this very text; never ticked for anybody beforehand."""
        return self.is_bound and not self.is_outdated and bool(self.data.get("consent"))

    @property
    def optional_boxes(self) -> list["Box"]:
        """The boxes that nobody has to tick, each with the text in force."""
        return [
            Box(name, self.texts[purpose], self._is_box_ticked(name, purpose))
            for name, purpose in OPTIONAL.items()
            if purpose in self.texts
        ]

    @property
    def text_ids(self) -> str:
        """The texts that the form shows; a script asks whether they still hold."""
        return " ".join(str(text.pk) for text in shown_texts(self.texts))

    def _is_box_ticked(self, name: str, purpose: Purpose) -> bool:
        if not self.is_bound or not self.data.get(name):
            return False
        return self._was_shown(self.texts[purpose])

    def _was_shown(self, text: ConsentText) -> bool:
        return self.read_ticket is None or text.pk in self.read_ticket.optional_ids

    def wish(self, purpose: Purpose) -> ConsentText | None:
        """Return the text of an optional purpose if its box was ticked; for a valid form."""
        ticked = {OPTIONAL[box.name] for box in self.optional_boxes if box.is_ticked}
        return self.texts[purpose] if purpose in ticked else None

    def clean_name(self) -> str:
        name = clean_line(self.cleaned_data["name"])
        if not any(char.isalnum() for char in name):
            raise ValidationError(_("Please enter a name."))
        if len(name) > MAX_NAME_LENGTH:
            raise ValidationError(_("The name is too long."))
        return name

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])

    def clean_homepage(self) -> str:
        if self.cleaned_data["homepage"]:
            # Said, not swallowed: a helpful browser may have filled it in.
            raise ValidationError(_("That looked automatic. Please send it once more."))
        return ""

    def clean_parent(self) -> ReaderComment | None:
        """Return the comment that is answered, itself perhaps a reply."""
        value = self.cleaned_data["parent"]
        if not value:
            return None
        answered = (
            find_public(self.article, int(value)) if value.isascii() and value.isdigit() else None
        )
        if answered is None:
            raise ValidationError(_("The comment you want to answer is no longer there."))
        self.answered_comment = answered
        return answered

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
        if self.read_ticket is None:
            return self.cleaned_data
        # A box with a text that the form did not show says nothing about the new one.
        if self.read_ticket.text_id != self.consent_text.pk or any(
            self.data.get(box.name) and not self._was_shown(box.text)
            for box in self.optional_boxes
        ):
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


def shown_texts(texts: dict[str, ConsentText]) -> list[ConsentText]:
    """Return the texts that the form shows: what is consented to first, then what may be."""
    optional = [texts[purpose] for purpose in OPTIONAL.values() if purpose in texts]
    return [texts[Purpose.PUBLISH], *optional]


def issue_ticket(article: ArticlePage, texts: dict[str, ConsentText], *, now: datetime) -> str:
    """Return the ticket for a form on `article` that shows these texts."""
    consent_text, *optional = shown_texts(texts)
    return tickets.issue(
        article_id=article.pk,
        text_id=consent_text.pk,
        language=consent_text.language,
        now=now,
        optional_ids=[text.pk for text in optional],
    )


def clean_address(value: str) -> str:
    """Return an address in its usual form.

    Raises:
        ValidationError: it cannot be one.
    """
    try:
        # Without a look at the network: the mail itself shows whether it arrives.
        return validate_email(value.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValidationError(
            _("This does not look like an e-mail address. Please check it.")
        ) from None


def find_public(article: ArticlePage, comment_id: int) -> ReaderComment | None:
    """Return a published comment below `article`, with the head of its thread."""
    if comment_id >= 2**63:
        return None
    comment: ReaderComment | None = (
        ReaderComment.objects.for_article(article.pk)
        .published()
        .filter(pk=comment_id)
        .select_related("parent")
        .first()
    )
    return comment
