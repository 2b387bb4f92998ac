"""What counting says to Prometheus and to the page of the program's state."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from analytics import health, quality
from analytics.health import Freshness
from analytics.models import PoisonEntry
from cms.operation.checks import Finding, State, check, in_words
from cms.operation.metrics import observer

# The workers take some 10,000 a second; what is not taken in a minute is more than a peak.
BIG_BACKLOG = 10_000
POISON_TOLD = timedelta(hours=24)


@check
def counting(now: datetime) -> Iterable[Finding]:
    """Say whether views are taken in, stored and added up."""
    found = health.check(now=now)
    yield _database(found)
    yield _redis(found)
    yield _ranking(found)
    yield _spool(found)
    if found.database:
        yield _unreadable(now)
    yield _beacon()


def _database(found: health.Health) -> Finding:
    if found.database:
        return Finding(_("Database"), State.GOOD, _("It answers."))
    return Finding(
        _("Database"),
        State.FAILING,
        _("It does not answer. Cached pages are still served; nothing can be written."),
        _("Start the database again and look into its log. Views wait in Redis meanwhile."),
    )


def _redis(found: health.Health) -> Finding:
    if found.redis:
        return Finding(_("Redis for counting"), State.GOOD, _("It answers."))
    return Finding(
        _("Redis for counting"),
        State.FAILING,
        _("It does not answer. Pages are served, and views wait on the web hosts' disks."),
        _("Start Redis again within a day; waiting views are then counted with their own time."),
    )


def _ranking(found: health.Health) -> Finding:
    title = _("Counting and ranking")
    ages = (found.drained_seconds_ago, found.rolled_seconds_ago)
    if None in ages:
        said = _("Nothing has been added up yet.")
    else:
        age = in_words(max(age for age in ages if age is not None))
        said = _("Views were last added up %(age)s ago.") % {"age": age}
    if found.backlog_count:
        said += " " + _("%(count)s events wait in Redis.") % {"count": found.backlog_count}
    if found.freshness is Freshness.OK and (found.backlog_count or 0) < BIG_BACKLOG:
        return Finding(title, State.GOOD, said)
    is_stalled = found.freshness is Freshness.STALLED
    return Finding(
        title,
        State.FAILING if is_stalled else State.ATTENTION,
        said,
        _("Start beat and the counting worker again. Nothing is lost: what waits is counted."),
    )


def _spool(found: health.Health) -> Finding:
    title = _("Views waiting on this host's disk")
    if not found.spool_bytes:
        return Finding(title, State.GOOD, _("None."))
    said = _("%(size)s MB wait.") % {"size": number_format(found.spool_bytes / 1e6, 1)}
    return Finding(
        title,
        State.ATTENTION if found.is_spool_roomy else State.FAILING,
        said,
        _("They are counted as soon as Redis takes them. If it is full there will be losses."),
    )


def _unreadable(now: datetime) -> Finding:
    title = _("Unreadable events")
    count = PoisonEntry.objects.filter(found_at__gt=now - POISON_TOLD).count()
    if not count:
        return Finding(title, State.GOOD, _("None in the last 24 hours."))
    said = ngettext(
        "%(count)s event in Redis could not be read and was set aside.",
        "%(count)s events in Redis could not be read and were set aside.",
        count,
    )
    return Finding(
        title,
        State.ATTENTION,
        said % {"count": number_format(count)},
        _(
            "Nothing else was held up. See that web and workers are of the same version and that "
            "no other program writes under KEY_PREFIX; the log has the shard."
        ),
    )


def _beacon() -> Finding:
    title = _("Beacon")
    if quality.is_beacon_reachable():
        return Finding(title, State.GOOD, _("It is reachable at the address of the site."))
    return Finding(
        title,
        State.FAILING,
        _("It is not reachable at the address of the site, so no view may arrive."),
        _("See that SITE_URL is the address readers use and that the proxy lets /_/ through."),
    )


@observer
def freshness(now: datetime) -> Iterable[Metric]:
    """Say what the health address says, as gauges; what is unknown is left out."""
    found = health.check(now=now)
    gauges: list[tuple[str, str, float | None]] = [
        ("redaktion_database_up", "Whether the database answers.", found.database),
        ("redaktion_redis_up", "Whether the Redis for counting answers.", found.redis),
        ("redaktion_backlog", "Events that wait in Redis, to 10,000.", found.backlog_count),
        ("redaktion_spool_bytes", "What waits on this host's disk.", found.spool_bytes),
        ("redaktion_drain_lag_seconds", "Age of the last drain.", found.drained_seconds_ago),
        ("redaktion_ranking_lag_seconds", "Age of the ranking.", found.rolled_seconds_ago),
    ]
    for name, help_text, value in gauges:
        if value is not None:
            yield GaugeMetricFamily(name, help_text, value=float(value))
