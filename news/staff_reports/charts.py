"""Geometry of the charts: drawn as SVG by the server, without script or style attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format, number_format

from analytics.figures.spans import Point

WIDTH, HEIGHT = 960, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 12, 28
X_LABELS = 8
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the grid with its label."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the series; `title` is what the pointer shows."""

    x: str
    y: str
    width: str
    height: str
    title: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A line of the data table."""

    at: datetime
    label: str
    visits: int
    views: int
    visits_before: int | None
    event: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A series of visits as bars, the period before as a line, events as marks."""

    bars: list[Bar]
    before: str
    horizontals: list[Line]
    verticals: list[Line]
    rows: list[SeriesRow]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def top_of_axis(most: int) -> int:
    """Return a round number not below `most` that four lines can divide."""
    size = 4
    while True:
        for step in STEPS:
            if size * step >= most and size * step % 4 == 0:
                return int(size * step)
        size *= 10


def grouped(number: int) -> str:
    return str(number_format(number, use_l10n=True, force_grouping=True))


def label_of(at: datetime, *, hourly: bool) -> str:
    """Return a moment in words; an hour that comes twice says which one it is."""
    if not hourly:
        return date_format(at, "SHORT_DATE_FORMAT")
    text = f"{date_format(at, 'SHORT_DATE_FORMAT')} {at:%H:%M}"
    return f"{text} ({at:%Z})" if _is_ambiguous(at) else text


def _is_ambiguous(at: datetime) -> bool:
    return at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()


def draw(
    points: Sequence[Point],
    before: Sequence[Point] = (),
    *,
    hourly: bool,
    events: dict[int, str] | None = None,
) -> Chart:
    """Return the chart of a series; `events` are texts by the step they fall into."""
    events = events or {}
    drawn = before[: len(points)] if any(point.visits for point in before) else ()
    most = max((point.visits for point in [*points, *before[: len(points)]]), default=0)
    top = top_of_axis(most)
    plot = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / max(1, len(points))

    def y_of(visits: int) -> float:
        return TOP + plot * (1 - visits / top)

    bars, rows = [], []
    for number, point in enumerate(points):
        label = label_of(point.at, hourly=hourly)
        old = before[number].visits if number < len(before) else None
        count = grouped(point.visits)
        event = events.get(number, "")
        bars.append(
            Bar(
                x=f"{LEFT + number * step + step * 0.1:.1f}",
                y=f"{y_of(point.visits):.1f}",
                width=f"{step * 0.8:.1f}",
                height=f"{HEIGHT - BOTTOM - y_of(point.visits):.1f}",
                title=f"{label}: {count}" + (f" – {event}" if event else ""),
                mark=f"{LEFT + (number + 0.5) * step:.1f}" if event else "",
            )
        )
        rows.append(SeriesRow(point.at, label, point.visits, point.views, old, event))
    every = max(1, -(-len(points) // X_LABELS))
    return Chart(
        bars=bars,
        before=" ".join(
            f"{LEFT + (number + 0.5) * step:.1f},{y_of(point.visits):.1f}"
            for number, point in enumerate(drawn)
        ),
        horizontals=[
            Line(f"{y_of(top * part // 4):.1f}", grouped(top * part // 4)) for part in range(5)
        ],
        verticals=[
            Line(
                f"{LEFT + (number + 0.5) * step:.1f}",
                f"{points[number].at:%H:%M}"
                if hourly
                else date_format(points[number].at, "MONTH_DAY_FORMAT"),
            )
            for number in range(0, len(points), every)
        ],
        rows=rows,
    )


def sparkline(points: Sequence[Point]) -> list[Bar]:
    """Return bars in a field of 10 by 40 units a step, for places without room for a chart."""
    most = max((point.visits for point in points), default=0)
    heights = [round(38 * point.visits / most) if most else 0 for point in points]
    return [
        Bar(
            x=str(10 * number + 1),
            y=str(39 - height),
            width="8",
            height=str(height + 1),
            title=f"{label_of(point.at, hourly=False)}: {grouped(point.visits)}",
        )
        for number, (point, height) in enumerate(zip(points, heights, strict=True))
    ]
