"""A mail to whom a second factor was given or taken: it may not have been them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cms.outbox.mail import put_mail
from cms.site_name import site_name


def factor_added(user: Any) -> None:
    """Tell somebody that a second factor guards their account from now on."""
    with _language_of(user):
        _tell(user, _("%(site)s: second factor set up"), "factor_added")


def factor_removed(user: Any, *, must_have_one: bool) -> None:
    """Tell somebody that their password alone is enough again, or that a new factor is due."""
    with _language_of(user):
        _tell(
            user,
            _("%(site)s: second factor removed"),
            "factor_removed",
            must_have_one=must_have_one,
        )


def _language_of(user: Any) -> Any:
    profile = getattr(user, "wagtail_userprofile", None)
    return translation.override(
        profile.get_preferred_language() if profile else settings.LANGUAGE_CODE
    )


def _tell(user: Any, subject: str, template: str, **context: Any) -> None:
    context |= {
        "name": user.get_short_name() or user.get_username(),
        "username": user.get_username(),
        "account_address": settings.SITE_URL + reverse("wagtailadmin_account"),
    }
    text = render_to_string(f"signing_in/mail/{template}.txt", context)
    try:
        put_mail(to=user.email, subject=subject % {"site": site_name()}, text=text)
    except ValidationError:
        return  # an account without an address
