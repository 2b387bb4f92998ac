"""The charts: drawn as SVG by pygal on the server, coloured by our own style sheet.

Its own script and styles are taken out, so that a chart follows Wagtail's theme and a strict
policy allows it; gaps and marks, which it does not know, are put in.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pygal
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from pygal.style import Style

from analytics.figures.spans import Point

# pygal leaves a finder of map plugins behind that Python has not understood since 3.4.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

WIDTH, HEIGHT = 960, 260
X_LABELS = 8
# From so many days on, hours are named by their days.
NAMED_DAYS = timedelta(days=2)
STEPS = (1, 2, 2.5, 5, 10)
MOST_DOTS = 40
# A mark is a line through the chart while there are few, else a dot on its ground.
MOST_LINES = 4
# Only measures the room for labels; what is seen is decided by the style sheet.
STYLE = Style(label_font_size=11, major_label_font_size=11)
COMMON = {
    "width": WIDTH,
    "height": HEIGHT,
    "js": [],
    "css": [],
    "style": STYLE,
    "disable_xml_declaration": True,
    "no_prefix": True,
    "show_legend": False,
    "show_minor_x_labels": False,
    "truncate_label": -1,
    "margin": 4,
    "margin_right": 26,  # half of the last label
    "spacing": 6,
    "allow_interruptions": True,
    "no_data_text": "",
    "include_x_axis": True,
}


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A line of the data table."""

    at: datetime
    label: str
    visits: int | None
    views: int | None
    visits_before: int | None
    event: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A series of visits, what it is compared with as a dashed line, events as marks."""

    svg: SafeString
    rows: list[SeriesRow]
    has_before: bool = False
    has_marks: bool = False
    has_gaps: bool = False


@dataclass(frozen=True, slots=True)
class TableChart:
    """Several series over the same steps, and the same as a table."""

    svg: SafeString
    names: list[str]
    rows: list[tuple[str, list[int | None]]] = field(default_factory=list)
    has_gaps: bool = False


def top_of_axis(most: int) -> int:
    """Return a round number not below `most` that four lines can divide."""
    size = 4
    while True:
        for step in STEPS:
            if size * step >= most and size * step % 4 == 0:
                return int(size * step)
        size *= 10


def grouped(number: float) -> str:
    return str(number_format(round(number), use_l10n=True, force_grouping=True))


def label_of(at: datetime, *, hourly: bool) -> str:
    """Return a moment in words; an hour that comes twice says which one it is."""
    if not hourly:
        return date_format(at, "SHORT_DATE_FORMAT")
    text = f"{date_format(at, 'SHORT_DATE_FORMAT')} {at:%H:%M}"
    return f"{text} ({at:%Z})" if _is_ambiguous(at) else text


def _is_ambiguous(at: datetime) -> bool:
    return at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()


def short_label(at: datetime | date, *, hourly: bool) -> str:
    # Translators: a day without its year under a chart, in Django's letters for dates.
    return f"{at:%H:%M}" if hourly else str(date_format(at, _("M j")))


def step_labels(moments: Sequence[datetime | date], *, hourly: bool) -> list[str]:
    """Return what stands below each step, mostly nothing; hours of many days name the days."""
    numbers = range(len(moments))
    days = [at.date() if isinstance(at, datetime) else at for at in moments]
    is_long = hourly and bool(days) and days[-1] - days[0] >= NAMED_DAYS
    named = [n for n in numbers if not is_long or n == 0 or days[n] != days[n - 1]]
    if is_long and len(named) > 1 and named[1] < len(moments) / X_LABELS / 2:
        del named[0]
    shown = set(named[:: max(1, -(-len(named) // X_LABELS))])
    return [
        short_label(at, hourly=hourly and not is_long) if n in shown else ""
        for n, at in zip(numbers, moments, strict=True)
    ]


def _name_steps(chart: Any, moments: Sequence[datetime | date], *, hourly: bool) -> None:
    # pygal knows the labels it shows by their text alone
    chart.x_labels = step_labels(moments, hourly=hourly)
    chart.x_labels_major = [label for label in chart.x_labels if label]


def draw(
    points: Sequence[Point],
    before: Sequence[Point] = (),
    *,
    hourly: bool,
    now: datetime,
    events: dict[int, str] | None = None,
) -> Chart:
    """Return the chart of a series; `events` are texts by the step they fall into.

    A step at which nobody counted, or that has not begun, has no value: it is no zero.
    """
    events = events or {}
    old = [point.visits for point in before[: len(points)]]
    has_before = any(old)
    values = [None if point.is_gap or point.at > now else point.visits for point in points]
    most = max([0, *old, *(value for value in values if value is not None)])
    rows = [
        SeriesRow(
            point.at,
            label_of(point.at, hourly=hourly),
            value,
            None if value is None else point.views,
            old[number] if number < len(old) else None,
            events.get(number, ""),
            note_on(point, now),
        )
        for number, (point, value) in enumerate(zip(points, values, strict=True))
    ]
    chart = pygal.Line(
        **COMMON,
        **_axis(most),
        show_dots=len(points) <= MOST_DOTS,
        dots_size=2.5,
        value_formatter=grouped,
    )
    _name_steps(chart, [point.at for point in points], hourly=hourly)
    chart.add("visits", values)
    if has_before:
        padded = [*old, *[None] * (len(points) - len(old))]
        chart.add("before", padded, show_dots=False)
    gaps = {n for n, point in enumerate(points) if point.is_gap or point.is_partial}
    chart.add_xml_filter(lambda root: _finish(root, values, top_of_axis(most), gaps, events))
    return Chart(_markup(chart), rows, has_before, bool(events), bool(gaps))


def note_on(point: Point, now: datetime) -> str:
    """Say why a step has no value, or not a whole one; else nothing."""
    if point.at > now:
        return _("not yet")
    if point.is_gap:
        return _("not counted")
    return _("counted in part") if point.is_partial else ""


def stacked(
    series: Mapping[str, Sequence[int | None]],
    steps: Sequence[date],
    *,
    labels: Sequence[str],
    gaps: Collection[int] = (),
) -> TableChart:
    """Return values over days, one on top of the other; in `gaps` nobody counted all of it."""
    totals = [sum(values[n] or 0 for values in series.values()) for n in range(len(steps))]
    chart = pygal.StackedBar(
        **COMMON,
        **_axis(max(totals, default=0)),
        value_formatter=grouped,
    )
    _name_steps(chart, steps, hourly=False)
    for name, values in series.items():
        chart.add(name, list(values))
    chart.add_xml_filter(lambda root: _with_gaps_behind_bars(root, len(steps), gaps))
    rows = [(label, [values[n] for values in series.values()]) for n, label in enumerate(labels)]
    return TableChart(_markup(chart), list(series), rows, bool(gaps))


def places(positions: Mapping[datetime, int | None]) -> TableChart:
    """Return the way through a ranking: the first place is at the top."""
    moments, values = list(positions), list(positions.values())
    lowest = max([5, *(value for value in values if value)])
    chart = pygal.Line(
        **COMMON,
        inverse_y_axis=True,
        range=(1, lowest),
        y_labels=[1, *range(5, lowest + 1, max(5, lowest // 25 * 5))],
        show_dots=len(values) <= MOST_DOTS,
        dots_size=2.5,
        value_formatter=grouped,
    )
    _name_steps(chart, moments, hourly=True)
    chart.add("place", values)
    chart.add_xml_filter(_without_styles)
    rows = [(label_of(moment, hourly=True), [value]) for moment, value in positions.items()]
    return TableChart(_markup(chart), [_("Place")], rows)


def sparkline(points: Sequence[Point]) -> SafeString:
    """Return a line for places without room for a chart."""
    chart = pygal.Line(
        **COMMON | {"width": 280, "height": 64, "margin": 2, "margin_right": 2}, fill=True
    )
    chart.show_x_labels = chart.show_y_labels = chart.show_dots = chart.show_y_guides = False
    chart.range = (0, max(1, *(point.visits for point in points)))
    chart.add("visits", [None if point.is_gap else point.visits for point in points])
    chart.add_xml_filter(_without_styles)
    return _markup(chart)


def _axis(most: int) -> dict[str, Any]:
    top = top_of_axis(most)
    return {"range": (0, top), "y_labels": [top * part // 4 for part in range(5)]}


def _markup(chart: Any) -> SafeString:
    # labels come escaped from pygal, whatever they hold
    return mark_safe(chart.render(is_unicode=True))  # noqa: S308


def _without_styles(root: Any) -> Any:
    """Leave script, styles and titles out; the figure around a chart says what it shows."""
    for parent in list(root.iter()):
        for child in list(parent):
            is_comment = not isinstance(child.tag, str)
            if is_comment or child.tag in ("defs", "title") or child.get("class") == "legends":
                parent.remove(child)
    root.attrib.pop("id", None)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    return root


def _finish(
    root: Any,
    values: Sequence[int | None],
    top: int,
    gaps: set[int],
    events: dict[int, str],
) -> Any:
    """Put areas and gaps behind the lines, and marks where something was published."""
    _without_styles(root)
    plot = next(node for node in root.iter("g") if node.get("class") == "plot")
    frame = next(node for node in plot if node.tag == "rect")
    width, height = float(frame.get("width")), float(frame.get("height"))
    # pygal leaves a margin of its own around the lines
    box = _box_of(width)
    step = box / max(1, len(values) - 1)
    for area in _areas(values, top, (width, height), step):
        plot.insert(1, plot.makeelement("path", {"class": "area", "d": area}))
    for number in sorted(gaps):
        left = max(0.0, (width - box) / 2 + step * (number - 0.5))
        right = min(width, (width - box) / 2 + step * (number + 0.5))
        gap = {"class": "gap", "x": f"{left:.1f}", "y": "0", "height": f"{height:.1f}"}
        plot.insert(1, plot.makeelement("rect", gap | {"width": f"{right - left:.1f}"}))
    for number in events:
        x = f"{(width - box) / 2 + step * number:.1f}"
        if len(events) <= MOST_LINES:
            line = {"class": "mark", "x1": x, "x2": x, "y1": "0", "y2": f"{height:.1f}"}
            plot.append(plot.makeelement("line", line))
        dot = {"class": "mark", "cx": x, "cy": f"{height:.1f}", "r": "3"}
        plot.append(plot.makeelement("circle", dot))
    return root


def _with_gaps_behind_bars(root: Any, count: int, gaps: Collection[int]) -> Any:
    _without_styles(root)
    plot = next(node for node in root.iter("g") if node.get("class") == "plot")
    frame = next(node for node in plot if node.tag == "rect")
    step, height = float(frame.get("width")) / max(1, count), frame.get("height")
    for number in sorted(gaps):
        gap = {"class": "gap", "x": f"{step * number:.1f}", "y": "0", "height": str(height)}
        plot.insert(1, plot.makeelement("rect", gap | {"width": f"{step:.1f}"}))
    return root


def _areas(
    values: Sequence[int | None], top: int, size: tuple[float, float], step: float
) -> list[str]:
    """Return a path below each stretch of values; where one is missing, nothing is below it."""
    width, height = size
    runs: list[list[tuple[float, float]]] = [[]]
    left, inner = (width - _box_of(width)) / 2, _box_of(height)
    ground = height - (height - inner) / 2
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((left + step * number, ground - inner * value / top))
    return [
        f"M{run[0][0]:.1f} {ground:.1f}"
        + "".join(f"L{x:.1f} {y:.1f}" for x, y in run)
        + f"L{run[-1][0]:.1f} {ground:.1f}Z"
        for run in runs
        if len(run) > 1
    ]


def _box_of(width: float) -> float:
    """Return the width between the first and the last step: pygal keeps 2 % on either side."""
    return width / 1.04
