"""The forms by which somebody reports an unlawful comment or objects to a decision."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from news.comments.models import NoticeGround
from news.comments.text import clean_line, clean_text

MAX_LENGTH = 5000
_is_address = URLValidator(schemes=["http", "https"])


class NoticeForm(forms.Form):
    """A notice with all that DSA Art. 16 asks for."""

    url = forms.CharField(
        label=_("Address of the comment"),
        max_length=500,
        help_text=_("The link behind the time above the comment leads to it."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Please say where the content stands.")},
    )
    ground = forms.ChoiceField(
        label=_("What is unlawful about it?"),
        choices=[("", _("Please choose")), *NoticeGround.choices],
        error_messages={"required": _("Please choose what it is about.")},
    )
    explanation = forms.CharField(
        label=_("Why do you hold it to be unlawful?"),
        max_length=2 * MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": MAX_LENGTH}),
        error_messages={"required": _("Please say why you hold it to be unlawful.")},
    )
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=240,
        widget=forms.TextInput(attrs={"autocomplete": "name", "maxlength": 120}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    good_faith = forms.BooleanField(
        label=_(
            "I believe in good faith that what I say in this notice is accurate and complete."
        ),
        error_messages={"required": _("Without this statement we may not act on the notice.")},
    )
    # A name that programs like to fill in; people neither see nor hear it.
    homepage = forms.CharField(required=False, max_length=200)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="notice-field-%s", label_suffix="", **kwargs)

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        try:
            _is_address(url)
        except ValidationError:
            raise ValidationError(_("Please enter the whole address, with https://.")) from None
        return url

    def clean_explanation(self) -> str:
        return _clean_text(self.cleaned_data["explanation"])

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])[:120]

    def clean_email(self) -> str:
        address = self.cleaned_data["email"].strip()
        if not address:
            return ""
        try:
            return validate_email(address, check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(
                _("This does not look like an e-mail address. Please check it.")
            ) from None

    def clean_homepage(self) -> str:
        if self.cleaned_data["homepage"]:
            raise ValidationError(_("That looked automatic. Please send it once more."))
        return ""

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        # Nobody has to give a name who reports the abuse of children.
        if data.get("ground") != NoticeGround.CHILDREN:
            for field, message in (
                ("name", _("Please enter a name.")),
                ("email", _("Please enter your e-mail address.")),
            ):
                if field in data and not data[field]:
                    self.add_error(field, message)
        return data


class ComplaintForm(forms.Form):
    """Why a decision should be looked at again."""

    text = forms.CharField(
        label=_("Why should we decide otherwise?"),
        max_length=2 * MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": MAX_LENGTH}),
        error_messages={"required": _("Please say why we should decide otherwise.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="complaint-field-%s", label_suffix="")

    def clean_text(self) -> str:
        return _clean_text(self.cleaned_data["text"])


def _clean_text(value: str) -> str:
    text = clean_text(value)
    if not text:
        raise ValidationError(_("Please write something."))
    if len(text) > MAX_LENGTH:
        raise ValidationError(
            _("That is too long: at most %(limit)d characters."), params={"limit": MAX_LENGTH}
        )
    return text
