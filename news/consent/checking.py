"""Whether the record is still what was written: all of it at night, one person's at once."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from news.consent import canonical
from news.consent.models import ChainCheck, ConsentEvent, ConsentSeal
from news.consent.sealing import Break, first_break, link_digest

KEEP_CHECKS_FOR = timedelta(days=400)


def check(now: datetime) -> ChainCheck:
    """Walk everything, write down what was found, and return it."""
    found = first_break()
    ChainCheck.objects.filter(at__lt=now - KEEP_CHECKS_FOR).delete()
    made: ChainCheck = ChainCheck.objects.create(
        at=now,
        links=ConsentSeal.objects.count(),
        position=found.position if found else None,
        what=found.what if found else "",
    )
    return made


def last_check() -> ChainCheck | None:
    return ChainCheck.objects.order_by("-at", "-pk").first()


def first_break_of(events: Iterable[ConsentEvent]) -> Break | None:
    """Return the first of these events that is not as it was sealed, or not in its place.

    Looks at the events (read with text and seal) and at the links on both sides of each, however
    long the chain is. What is missing altogether only a walk over everything can tell.
    """
    sealed = [event for event in events if getattr(event, "seal", None)]
    sealed.sort(key=lambda event: event.seal.position)
    return next(_broken(sealed), None)


def _broken(sealed: list[ConsentEvent]) -> Iterator[Break]:
    beside = {event.seal.position + step for event in sealed for step in (-1, 1)}
    links: dict[int, ConsentSeal] = ConsentSeal.objects.in_bulk(beside)
    head = ConsentSeal.objects.order_by("-position").first()
    for event in sealed:
        link = event.seal
        before, after = links.get(link.position - 1), links.get(link.position + 1)
        if event.text and event.text.sha256 != _digest_of_text(event):
            yield Break(link.position, f"consent text {event.text_id} is not what was saved")
        if link.digest != link_digest(link.position, link.previous_digest, event):
            yield Break(link.position, f"event {event.pk} was changed")
        if event.salt and event.person_digest != canonical.fields_digest(
            event, canonical.PERSON_FIELDS
        ):
            yield Break(link.position, f"person, comment or evidence of event {event.pk} changed")
        if link.previous_digest != (before.digest if before else ""):
            yield Break(link.position, "link does not follow the one before it")
        if after is None and head and head.position > link.position:
            yield Break(link.position + 1, "link is missing")
        if after and after.previous_digest != link.digest:
            yield Break(after.position, "link does not follow the one before it")


def _digest_of_text(event: ConsentEvent) -> str:
    return canonical.fields_digest(event.text, canonical.TEXT_FIELDS)
