"""The forms of signing in: password, then a number from the telephone."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm
from wagtail.forms import PasswordViewRestrictionForm

from cms.operation import metrics
from cms.signing_in import throttle


class ThrottledLoginForm(LoginForm):
    """Wagtail's form, which looks at no password once there were too many."""

    error_messages = {
        **LoginForm.error_messages,
        "throttled": _(
            "Too many attempts. Please wait a quarter of an hour and try again; "
            "your account is not locked."
        ),
    }

    def clean(self) -> dict[str, Any]:
        account, now = self.cleaned_data.get("username", ""), timezone.now()
        if account and throttle.is_exceeded(self.request, account=account, now=now):
            metrics.logins.labels("throttled").inc()
            raise ValidationError(self.error_messages["throttled"], code="throttled")
        cleaned: dict[str, Any] = super().clean()
        throttle.forget(self.request, account=account, now=now)
        return cleaned


class ReaderLoginForm(ThrottledLoginForm):
    """The same for a closed page of the public site, where nobody is remembered."""

    remember = None


class ClosedForm(PasswordViewRestrictionForm):
    """Asks for a page's password, and looks at none: there were too many."""

    def clean_password(self) -> str:
        raise ValidationError(
            _("Too many attempts. Please wait a quarter of an hour and try again."),
            code="throttled",
        )


class TokenForm(forms.Form):
    """Six digits from an app, or a recovery code, however it is spaced."""

    token = forms.CharField(
        label=_("Code"),
        max_length=20,
        error_messages={"required": _("Please enter a code.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "autofocus": ""}
        ),
    )

    def clean_token(self) -> str:
        return "".join(filter(str.isalnum, self.cleaned_data["token"])).lower()


class SetUpForm(TokenForm):
    """A first code, which proves that the app has the secret."""

    secret = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].label = _("Enter the code that the app shows now")
        self.fields["token"].widget.attrs["inputmode"] = "numeric"
