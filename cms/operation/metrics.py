"""Counters of this host's web processes, and what everybody adds at the moment of a scrape.

A web process counts in files that it shares with the others of its host (see `sharing`), so
that whichever is asked answers for all. Any other process counts for itself, and nobody asks.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from cms.operation import sharing

if sharing.is_shared():
    values.ValueClass = values.MultiProcessValue(sharing.process_id)  # type: ignore[no-untyped-call]
_REGISTRY = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

requests = Counter(
    "redaktion_requests",
    "Requests that reached Django.",
    ["area", "method", "status"],
    registry=_REGISTRY,
)
request_seconds = Histogram(
    "redaktion_request_seconds",
    "Time that Django took to answer.",
    ["area"],
    buckets=_SECONDS,
    registry=_REGISTRY,
)
page_cache = Counter(
    "redaktion_page_cache",
    "Answers of the page cache; only hit and stale are without Django.",
    ["outcome"],
    registry=_REGISTRY,
)
intake = Counter(
    "redaktion_intake",
    "Beacons by what intake made of them (accepted, or dropped for a reason) and by where that "
    "was stored: in Redis, in the spool, or nowhere (the sender was told so).",
    ["kind", "outcome", "stored"],
    registry=_REGISTRY,
)
logins = Counter(
    "redaktion_logins", "Log-ins to the admin by outcome.", ["outcome"], registry=_REGISTRY
)

Observer = Callable[[datetime], Iterable[Metric]]
_observers: list[Observer] = []


def observer(observe: Observer) -> Observer:
    """Register a function that says at the time of a scrape what it sees.

    Put such functions into a module `monitoring` of an app: it is found by its name.
    """
    _observers.append(observe)
    return observe


def exposition(*, now: datetime) -> bytes:
    """Return every metric in Prometheus' text format."""
    seen = CollectorRegistry()
    seen.register(_Seen(now))
    return counted() + generate_latest(seen)


def counted() -> bytes:
    """Return the counters alone: of all web processes of this host, else of this process."""
    registry = _REGISTRY
    if sharing.is_shared():
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped there
    return generate_latest(registry)


class _Seen(Collector):
    """What the observers see at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        for observe in _observers:
            yield from observe(self._now)

    def describe(self) -> Iterable[Metric]:
        return []
