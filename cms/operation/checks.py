"""What is looked at to say whether all is well; each app brings its own."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

logger = logging.getLogger(__name__)


class State(models.TextChoices):
    """How a part fares; the order is from good to bad."""

    GOOD = "good", gettext_lazy("Good")
    ATTENTION = "attention", gettext_lazy("Needs attention")
    FAILING = "failing", gettext_lazy("Failing")


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the program: how it fares, and what to do if it does not fare well."""

    title: str
    state: State
    said: str
    advice: str = ""


Check = Callable[[datetime], Iterable[Finding]]
_checks: list[Check] = []
_ORDER = list(State)


def check(look: Check) -> Check:
    """Register a function that looks at a part; put it into a module `monitoring` of an app."""
    _checks.append(look)
    return look


def look_at_all(*, now: datetime) -> list[Finding]:
    """Return what every check finds, the worst first; a check that fails is a finding."""
    found = [finding for look in _checks for finding in _look(look, now)]
    return sorted(found, key=lambda finding: -_ORDER.index(finding.state))


def worst(findings: Iterable[Finding]) -> State:
    return max((finding.state for finding in findings), key=_ORDER.index, default=State.GOOD)


def _look(look: Check, now: datetime) -> list[Finding]:
    try:
        return list(look(now))
    except Exception as error:
        logger.exception("A check failed.", extra={"event": "check_failed"})
        return [
            Finding(
                title=str(getattr(look, "__module__", "")),
                state=State.FAILING,
                said=_("This could not be looked at: %(error)s") % {"error": type(error).__name__},
                advice=_("The log says why. First make sure that database and Redis answer."),
            )
        ]


def in_words(seconds: float) -> str:
    """Return a duration as people say it, in its largest unit."""
    for unit_seconds, one, many in _units():
        if seconds >= 2 * unit_seconds or unit_seconds == 1:
            count = int(seconds // unit_seconds)
            return str((one if count == 1 else many) % {"count": count})
    raise AssertionError


def _units() -> list[tuple[int, Any, Any]]:
    return [
        (86400, _("%(count)s day"), _("%(count)s days")),
        (3600, _("%(count)s hour"), _("%(count)s hours")),
        (60, _("%(count)s minute"), _("%(count)s minutes")),
        (1, _("%(count)s second"), _("%(count)s seconds")),
    ]
