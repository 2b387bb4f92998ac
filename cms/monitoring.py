"""What signing in says to the page of the program's state."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from cms.operation.checks import Finding, State, check
from cms.signing_in.second_factor import NO_GROUPS


@check
def second_factor(now: datetime) -> Iterable[Finding]:
    """Say whether every group that must have a second factor is one; else it guards nobody."""
    required = set(settings.SECOND_FACTOR_REQUIRED) - NO_GROUPS
    if not required:
        return
    unknown = required - set(
        Group.objects.filter(name__in=required).values_list("name", flat=True)
    )
    title = _("Second factor")
    if unknown:
        yield Finding(
            title,
            State.ATTENTION,
            _("Required of groups that do not exist: %(names)s")
            % {"names": ", ".join(sorted(unknown))},
            _("Correct SECOND_FACTOR_REQUIRED: the names are under Settings, Groups."),
        )
    else:
        yield Finding(title, State.GOOD, _("Required, and every group that is named exists."))
