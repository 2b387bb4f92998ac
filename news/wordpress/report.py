"""The report of a run: counted in memory, its rows written in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from news.wordpress.models import ImportRun, Kind, Outcome, ReportRow

# Rows kept in memory at most; a dry run keeps these for its printout.
BATCH = 500


class Report:
    """What became of everything, with reasons. Without a run (dry) only samples are kept."""

    def __init__(self, run: ImportRun | None) -> None:
        self.run = run
        self.counts: Counter[tuple[str, str]] = Counter()
        self.reasons: Counter[tuple[str, str, str]] = Counter()
        self.samples: list[ReportRow] = []
        self._waiting: list[ReportRow] = []

    def add(
        self,
        kind: Kind,
        outcome: Outcome,
        key: str,
        title: str = "",
        *,
        reason: str = "",
        old_url: str = "",
        object_id: int | None = None,
    ) -> None:
        self.counts[kind.value, outcome.value] += 1
        if outcome == Outcome.UNCHANGED:
            return
        if outcome in {Outcome.SKIPPED, Outcome.KEPT}:
            self.reasons[kind.value, outcome.value, reason] += 1
        row = ReportRow(
            run=self.run,
            kind=kind,
            outcome=outcome,
            source_key=key[:255],
            title=(title or key)[:255],
            reason=reason,
            old_url=old_url[:1000],
            object_id=object_id,
        )
        if len(self.samples) < BATCH and outcome != Outcome.IMPORTED:
            self.samples.append(row)
        if self.run:
            self._waiting.append(row)
            if len(self._waiting) >= BATCH:
                self.flush()

    def flush(self) -> None:
        """Write the waiting rows and the counts so far."""
        if self.run:
            ReportRow.objects.bulk_create(self._waiting)
            self._waiting = []
            self.run.counts = self.as_counts()
            self.run.save(update_fields=["counts"])

    def as_counts(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for (kind, outcome), count in sorted(self.counts.items()):
            counts.setdefault(kind, {})[outcome] = count
        return counts

    def lines(self) -> Iterator[str]:
        """Yield the report as a terminal shows it."""
        for kind, outcomes in self.as_counts().items():
            parts = (f"{Outcome(name).label}: {count}" for name, count in outcomes.items())
            yield f"{Kind(kind).label}: {', '.join(parts)}"
        for (kind, outcome, reason), count in self.reasons.most_common(30):
            yield f"  {Kind(kind).label}, {Outcome(outcome).label.lower()}, {count} × {reason}"

    def as_json(self) -> Iterator[str]:
        """Yield the report as JSON, a row at a time."""
        import json

        yield json.dumps({"counts": self.as_counts()}, ensure_ascii=False)[:-1] + ', "rows": ['
        rows: Any = self.run.rows.order_by("pk").iterator() if self.run else self.samples
        for number, row in enumerate(rows):
            yield (", " if number else "") + json.dumps(row.as_json(), ensure_ascii=False)
        yield "]}\n"
