"""What moderators fill in."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from news.comments.models import (
    STATED_REASONS,
    CannedText,
    CaseState,
    CommentSettings,
    StandingKind,
)


class DecisionForm(forms.Form):
    """What a moderator says about a decision, to the writer and to colleagues."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Please choose")), *STATED_REASONS]
    )
    tells = forms.BooleanField(
        label=_("Tell the writer by mail"),
        required=False,
        initial=True,
        help_text=_("With the reason and a link to object. Without an address nobody is told."),
    )
    text = forms.CharField(
        label=_("Text to the writer"),
        required=False,
        max_length=2000,
        help_text=_("Empty takes the text that belongs to the reason."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    ground = forms.CharField(
        label=_("Law or rule"),
        required=False,
        max_length=200,
        help_text=_("For example § 185 StGB; empty means the rules of the discussion."),
    )
    note = forms.CharField(
        label=_("Note for colleagues"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)


class CutForm(DecisionForm):
    """The comment with brackets around what goes."""

    marked = forms.CharField(
        label=_("Comment with marked passages"),
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "data-desk-marked": ""}),
    )
    field_order = ["marked"]


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note for colleagues"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class StandingForm(forms.Form):
    """What a reader is from now on."""

    kind = forms.ChoiceField(label=_("From now on"), choices=StandingKind.choices)
    days = forms.IntegerField(
        label=_("For days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Empty means until somebody says otherwise."),
    )
    reason = forms.ChoiceField(
        label=_("Reason"), required=False, choices=[("", "–"), *STATED_REASONS]
    )
    note = forms.CharField(
        label=_("Note for colleagues"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("kind") == StandingKind.BANNED and not data.get("reason"):
            self.add_error("reason", _("Please choose a reason."))
        return data


class HoldForm(forms.Form):
    """Why a comment is evidence, and until when."""

    note = forms.CharField(
        label=_("Reason and file number"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    until = forms.DateField(
        label=_("Keep until"),
        widget=AdminDateInput,
        help_text=_("The copy is emptied after that day."),
    )

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today < until <= today + timedelta(days=3660):
            raise ValidationError(_("Please choose a day within the next ten years."))
        return until


class CaseForm(forms.Form):
    """How a legal notice or a complaint ends."""

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[choice for choice in CaseState.choices if choice[0] != CaseState.OPEN],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Reasons, as they are sent"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class WordsForm(forms.Form):
    words = forms.CharField(
        label=capfirst(_("words that hold a comment")),
        required=False,
        max_length=20_000,
        help_text=CommentSettings._meta.get_field("held_words").help_text,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )


class CannedTextForm(forms.ModelForm):
    class Meta:
        model = CannedText
        fields = ["reason", "language", "text"]
