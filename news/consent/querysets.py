"""The vocabulary in which consent is asked for."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from news.consent.append_only import AppendOnlyQuerySet


class ConsentTextQuerySet(AppendOnlyQuerySet):
    def valid_at(self, now: datetime) -> "ConsentTextQuerySet":
        return self.filter(valid_from__lte=now)

    def newest_first(self) -> "ConsentTextQuerySet":
        return self.order_by("purpose", "language", "-version")


class ConsentEventQuerySet(AppendOnlyQuerySet):
    def for_subjects(self, subjects: Iterable[str]) -> "ConsentEventQuerySet":
        return self.filter(subject__in=[subject for subject in subjects if subject])

    def for_comment(self, comment_id: int) -> "ConsentEventQuerySet":
        return self.filter(comment_id=comment_id)

    def in_order(self) -> "ConsentEventQuerySet":
        return self.order_by("at", "pk")

    def unsealed(self, *, since: datetime | None = None) -> "ConsentEventQuerySet":
        """Events outside the chain; `since` spares the database a look at all that is older."""
        events = self.filter(seal=None)
        return events.filter(at__gte=since) if since else events

    def forget(self) -> int:
        """Empty the erasable columns; kind, time, text and digest stay as proof."""
        return models.QuerySet.update(self, subject="", comment_id=None, evidence={}, salt="")
