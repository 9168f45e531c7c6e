"""Geometry of the charts: plain numbers in, whole drawing units out. Templates draw them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 28
LINE_STYLES = ("line", "line-2", "line-3")
_STEPS = (1, 2, 5)
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid and its number."""

    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A word below the axis."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One value: where it stands and what a reader is told about it."""

    x: int
    y: int
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One series. `segments` are point lists; a missing value breaks the line."""

    name: str
    style: str  # class of the stylesheet
    segments: tuple[str, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart ready to draw in a box of `width` × `height`."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Values in hundredths, one a label; None where there is none."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar of 1000 units."""

    name: str
    style: str
    count: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Spark:
    """A drawing of one line's height: places and totals of some months, and both in words."""

    width: int
    height: int
    places: tuple[str, ...]  # point lists; a missing month breaks the line
    totals: tuple[str, ...]
    last: tuple[int, int] | None  # where the newest place stands
    words: str


@dataclass(frozen=True, slots=True)
class Whisker:
    """One row of a range chart, in the units of its axis."""

    name: str
    value: int
    low: int
    high: int
    mark: str  # a word at the end of the row
    title: str  # what a reader is told about it
    band: int = 0  # rows of one band share their ground


@dataclass(frozen=True, slots=True)
class WhiskerRow:
    """A row as it is drawn: the whisker from `start` to `end`, the dot, its words."""

    y: int
    top: int
    start: int
    end: int
    dot: int
    name: str
    mark: str
    title: str
    is_shaded: bool


@dataclass(frozen=True, slots=True)
class WhiskerChart:
    """Ranges one below the other over a common axis."""

    width: int
    height: int
    left: int
    right: int
    row_height: int
    ticks: tuple[Label, ...]
    rows: tuple[WhiskerRow, ...]


def nice_range(low: int, high: int) -> tuple[int, int, int]:
    """Bottom, top and step of an axis that holds `low` … `high` with a few round steps."""
    span = max(high - low, 1)
    step = next(
        factor * 10**power
        for power in range(20)
        for factor in _STEPS
        if factor * 10**power * _TICKS >= span
    )
    bottom = low // step * step
    top = -(-high // step) * step
    return bottom, max(top, bottom + step), step


def line_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "",
    least: int | None = None,
    hundredths: bool = True,
) -> LineChart | None:
    """Place the series over their labels; None where there is no value at all.

    `least` keeps the axis from growing out of a tiny difference: its range is never smaller.
    """
    found = [value for line in series for value in line.values if value is not None]
    if not found:
        return None
    low, high = min(found), max(found)
    if least is not None and high - low < least:
        low = min(low, max(high - least, 0))
    bottom, top, step = nice_range(low, high)
    plot = HEIGHT - TOP - BOTTOM

    def across(index: int) -> int:
        room = WIDTH - LEFT - RIGHT
        return LEFT + (room * (2 * index + 1)) // (2 * len(labels))

    def up(value: int) -> int:
        return TOP + plot - plot * (value - bottom) // (top - bottom)

    ticks = tuple(
        Tick(up(value), _number(value, hundredths)) for value in range(bottom, top + 1, step)
    )
    lines = tuple(
        _line(line, style, labels, across=across, up=up, unit=unit, hundredths=hundredths)
        for line, style in zip(series, LINE_STYLES, strict=False)
    )
    marks = tuple(Label(across(index), text) for index, text in enumerate(labels))
    return LineChart(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, TOP + plot, ticks, marks, lines)


def sparkline(
    months: Sequence[tuple[str, int, int, int] | None], number: Callable[[int], str]
) -> Spark:
    """(month, total, place, peers) a month, None where there is none; the first place is on top.

    Totals fill the height between their own lowest and highest; a single one stands half-way.
    """
    width, height, edge = 96, 28, 4
    room, fall = width - 2 * edge, height - 2 * edge
    found = [month for month in months if month is not None]
    low = min((total for _name, total, _place, _peers in found), default=0)
    high = max((total for _name, total, _place, _peers in found), default=0)
    last_place = max((peers for *_rest, peers in found), default=1)
    places: list[list[str]] = [[]]
    totals: list[list[str]] = [[]]
    last = None
    for index, month in enumerate(months):
        if month is None:
            places.append([])
            totals.append([])
            continue
        _name, total, place, _peers = month
        x = edge + room * index // max(len(months) - 1, 1)
        y = edge + fall * (place - 1) // max(last_place - 1, 1)
        places[-1].append(f"{x},{y}")
        rise = fall * (total - low) // (high - low) if high > low else fall // 2
        totals[-1].append(f"{x},{edge + fall - rise}")
        last = (x, y)
    words = "；".join(f"{name}第{place}名{number(total)}分" for name, total, place, _peers in found)
    return Spark(width, height, _joined(places), _joined(totals), last, words)


def _joined(segments: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(" ".join(points) for points in segments if len(points) > 1)


def bar_segments(parts: Sequence[tuple[str, str, int]]) -> tuple[Segment, ...]:
    """(name, style, count) as parts of one bar; edges are rounded, so that they always meet."""
    total = sum(count for _, _, count in parts)
    segments, done = [], 0
    for name, style, count in parts:
        start = done * 1000 // total if total else 0
        done += count
        end = done * 1000 // total if total else 0
        segments.append(Segment(name, style, count, start, end - start))
    return tuple(segments)


def whisker_chart(rows: Sequence[Whisker], ticks: Sequence[tuple[int, str]]) -> WhiskerChart | None:
    """Dot and whisker a row, between the first tick and the last; None without rows."""
    if not rows:
        return None
    left, right, height, head = 200, 578, 30, 26
    low, high = ticks[0][0], ticks[-1][0]

    def across(value: int) -> int:
        inside = min(max(value, low), high)
        return left + (right - left) * (inside - low) // max(high - low, 1)

    drawn = tuple(
        WhiskerRow(
            y=head + height * index + height // 2,
            top=head + height * index,
            start=across(row.low),
            end=across(row.high),
            dot=across(row.value),
            name=row.name,
            mark=row.mark,
            title=row.title,
            is_shaded=row.band % 2 == 1,
        )
        for index, row in enumerate(rows)
    )
    marks = tuple(Label(across(value), text) for value, text in ticks)
    return WhiskerChart(WIDTH, head + height * len(rows) + 8, left, right, height, marks, drawn)


def _line(
    series: Series,
    style: str,
    labels: Sequence[str],
    *,
    across: Callable[[int], int],
    up: Callable[[int], int],
    unit: str,
    hundredths: bool,
) -> Line:
    segments: list[list[str]] = [[]]
    dots = []
    for index, value in enumerate(series.values):
        if value is None:
            segments.append([])
            continue
        x, y = across(index), up(value)
        segments[-1].append(f"{x},{y}")
        text = f"{labels[index]} {series.name} {_number(value, hundredths, exact=True)}{unit}"
        dots.append(Dot(x, y, text))
    return Line(series.name, style, _joined(segments), tuple(dots))


def _number(value: int, hundredths: bool, *, exact: bool = False) -> str:
    if not hundredths:
        return str(value)
    sign, value = ("-" if value < 0 else ""), abs(value)
    text = f"{sign}{value // 100}.{value % 100:02d}"
    return text if exact else text.rstrip("0").rstrip(".")
