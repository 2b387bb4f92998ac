"""What the outbox says to Prometheus and to the page of the program's state."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from cms.operation.checks import Finding, State, check, in_words
from cms.operation.metrics import observer
from cms.outbox.models import EntryState, Mail, MailState, OutboxEntry

LATE = timedelta(minutes=5)


@check
def outbox(now: datetime) -> Iterable[Finding]:
    """Say whether mails and other promised work are done."""
    yield _waiting(now)
    yield _mails()


def _waiting(now: datetime) -> Finding:
    title = _("Promised work")
    parked = OutboxEntry.objects.filter(state=EntryState.PARKED).count()
    late = OutboxEntry.objects.filter(state=EntryState.WAITING, due_at__lt=now - LATE).aggregate(
        count=Count("pk"), oldest=Min("due_at")
    )
    if late["count"]:
        said = ngettext(
            "%(count)s piece of work is overdue, for %(age)s.",
            "%(count)s pieces of work are overdue, the oldest for %(age)s.",
            late["count"],
        ) % {
            "count": late["count"],
            "age": in_words((now - late["oldest"]).total_seconds()),
        }
        return Finding(
            title,
            State.FAILING,
            said,
            _("Start beat and the mail worker again; the work is kept and then done."),
        )
    if parked:
        said = ngettext(
            "%(count)s piece of work was given up after ten tries.",
            "%(count)s pieces of work were given up after ten tries.",
            parked,
        ) % {"count": parked}
        return Finding(
            title,
            State.ATTENTION,
            said,
            _(
                "The log says why, under outbox_entry_parked. Mails that were given up are in the "
                "mail outbox."
            ),
        )
    return Finding(title, State.GOOD, _("All of it is done in time."))


def _mails() -> Finding:
    title = _("Mail")
    if not settings.MAIL_URL:
        kept = Mail.objects.filter(state=MailState.KEPT).count()
        said = ngettext(
            "There is no mail server: %(count)s mail is read in the mail outbox only.",
            "There is no mail server: %(count)s mails are read in the mail outbox only.",
            kept,
        ) % {"count": kept}
        return Finding(
            title,
            State.ATTENTION if settings.PRODUCTION else State.GOOD,
            said,
            _("Set MAIL_URL, or readers cannot confirm their comments.")
            if settings.PRODUCTION
            else "",
        )
    parked = Mail.objects.filter(state=MailState.PARKED).count()
    if parked:
        said = ngettext(
            "%(count)s mail could not be delivered.",
            "%(count)s mails could not be delivered.",
            parked,
        ) % {"count": parked}
        return Finding(
            title,
            State.ATTENTION,
            said,
            _("See whether the mail server takes mail from MAIL_FROM by the log-in in MAIL_URL."),
        )
    return Finding(title, State.GOOD, _("The mail server takes what is sent."))


@observer
def work(now: datetime) -> Iterable[Metric]:
    """Say how much waits, by kind, and how mails fare, by state."""
    waiting = OutboxEntry.objects.filter(state=EntryState.WAITING)
    kinds = GaugeMetricFamily("redaktion_outbox_waiting", "Work that waits.", labels=["kind"])
    for kind, count in waiting.values_list("kind").annotate(count=Count("pk")).order_by("kind"):
        kinds.add_metric([kind], count)
    yield kinds
    oldest = waiting.filter(due_at__lt=now).aggregate(oldest=Min("due_at"))["oldest"]
    yield GaugeMetricFamily(
        "redaktion_outbox_late_seconds",
        "How long the oldest work is overdue.",
        value=(now - oldest).total_seconds() if oldest else 0,
    )
    mails = GaugeMetricFamily("redaktion_mails", "Mails kept, by state.", labels=["state"])
    counts = dict(Mail.objects.values_list("state").annotate(count=Count("pk")).order_by())
    for state in MailState.values:
        mails.add_metric([state], counts.get(state, 0))
    yield mails
