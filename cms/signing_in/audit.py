"""Who signed in, and who tried: in Wagtail's own log, without an address."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import LogActionRegistry, log

from cms.operation import metrics

ACTIONS = {
    "cms.logged_in": (_("Sign in"), _("Signed in")),
    "cms.logged_out": (_("Sign out"), _("Signed out")),
    "cms.login_failed": (_("Failed sign-in"), _("Tried to sign in with a wrong password")),
    "cms.second_factor_added": (_("Second factor"), _("Set up a second factor")),
    "cms.second_factor_removed": (_("Second factor removed"), _("Removed a second factor")),
    "cms.recovery_codes_renewed": (_("Recovery codes"), _("Drew new recovery codes")),
}


def register_actions(actions: LogActionRegistry) -> None:
    for action, (label, message) in ACTIONS.items():
        actions.register_action(action, label, message)


def connect() -> None:
    user_logged_in.connect(_on_login, dispatch_uid="signing_in.login")
    user_logged_out.connect(_on_logout, dispatch_uid="signing_in.logout")
    user_login_failed.connect(_on_failure, dispatch_uid="signing_in.failure")


def note(action: str, user: Any, *, by: Any) -> None:
    """Log what was done to a user, and by whom; None is somebody at the server's command line.

    A request's lazy user is nothing that Wagtail's log knows.
    """
    people = get_user_model().objects
    log(
        instance=people.get(pk=user.pk),
        action=action,
        user=None if by is None else people.get(pk=by.pk),
    )


def _on_login(user: Any, **kwargs: Any) -> None:
    metrics.logins.labels("success").inc()
    note("cms.logged_in", user, by=user)


def _on_logout(user: Any = None, **kwargs: Any) -> None:
    if user is not None:
        note("cms.logged_out", user, by=user)


def _on_failure(
    credentials: dict[str, Any] | None = None, request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Note the account that was tried, if there is one; an invented name leaves no trace."""
    metrics.logins.labels("failure").inc()
    name = (credentials or {}).get("username") or ""
    user = get_user_model().objects.filter(username=name).first()
    if user is not None:
        log(instance=user, action="cms.login_failed")
