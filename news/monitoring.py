"""What the newsroom adds to the page of the program's state."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.operation.checks import Finding, State, check, in_words
from news import scheduling


@check
def schedule(now: datetime) -> Iterable[Finding]:
    """Say whether pages go live and come down at their time."""
    title = _("Scheduled publishing")
    heartbeat = scheduling.last_heartbeat()
    if heartbeat is None or scheduling.is_stale(heartbeat, now=now):
        said = (
            _("It has not run yet.")
            if heartbeat is None
            else _("It last ran %(age)s ago.")
            % {"age": in_words((now - heartbeat.at).total_seconds())}
        )
        yield Finding(
            title,
            State.FAILING,
            said,
            _("Start beat and the upkeep worker again. What is due is then published at once."),
        )
    elif heartbeat.failed_count:
        said = ngettext(
            "%(count)s page could not be published or taken down on time.",
            "%(count)s pages could not be published or taken down on time.",
            heartbeat.failed_count,
        ) % {"count": heartbeat.failed_count}
        yield Finding(
            title,
            State.ATTENTION,
            said,
            _("Open the page in the editor and publish it by hand; the log says why it failed."),
        )
    else:
        yield Finding(title, State.GOOD, _("It runs every minute."))
