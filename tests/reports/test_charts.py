"""Geometry of the charts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Series,
    bar_segments,
    line_chart,
    nice_range,
)


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0, 10, (0, 10, 5)),
        (0, 0, (0, 1, 1)),
        (7, 7, (7, 8, 1)),
        (8123, 9876, (8000, 10000, 500)),
        (-50, 120, (-50, 150, 50)),
    ],
)
def test_nice_range_is_round_and_holds_the_values(low: int, high: int, answer: tuple[int, ...]):
    assert nice_range(low, high) == answer


@given(st.integers(-10_000, 10_000), st.integers(0, 1_000_000))
def test_nice_range_always_holds_its_values(low: int, span: int):
    bottom, top, step = nice_range(low, low + span)

    assert bottom <= low
    assert top >= low + span
    assert (top - bottom) % step == 0
    assert (top - bottom) // step <= 6


def test_line_chart_places_values_between_its_edges():
    chart = line_chart(["1月", "2月", "3月"], [Series("总分", (9000, 9500, 10000))], unit="分")

    assert chart is not None
    (line,) = chart.lines
    assert [dot.x for dot in line.dots] == [144, 338, 531]
    assert [dot.y for dot in line.dots] == [HEIGHT - BOTTOM, 102, TOP]
    assert line.segments == ("144,192 338,102 531,12",)
    assert line.dots[1].title == "2月 总分 95.00分"
    assert [tick.text for tick in chart.ticks] == ["90", "95", "100"]


def test_line_chart_breaks_where_a_month_is_missing():
    values = (1, 2, None, 3, None, 4, 5)
    chart = line_chart([*"abcdefg"], [Series("件数", values)], hundredths=False)

    assert chart is not None
    (line,) = chart.lines
    assert [len(segment.split()) for segment in line.segments] == [2, 2]
    assert [dot.title for dot in line.dots] == [
        "a 件数 1",
        "b 件数 2",
        "d 件数 3",
        "f 件数 4",
        "g 件数 5",
    ]


def test_line_chart_of_nothing_is_none():
    assert line_chart(["1月"], [Series("总分", (None,))]) is None


def test_small_differences_do_not_fill_the_chart():
    chart = line_chart(["1月", "2月"], [Series("总分", (9990, 10000))], least=1000)

    assert chart is not None
    assert chart.ticks[0].text == "90"
    assert chart.lines[0].dots[0].y - chart.lines[0].dots[1].y <= 3


@given(st.lists(st.integers(-5_000, 20_000) | st.none(), min_size=1, max_size=24))
def test_every_dot_lies_inside_the_plot(values: list[int | None]):
    labels = [str(number) for number in range(len(values))]
    chart = line_chart(labels, [Series("值", tuple(values))])

    dots = chart.lines[0].dots if chart else ()
    assert len(dots) == sum(value is not None for value in values)
    assert all(LEFT <= dot.x <= WIDTH - RIGHT for dot in dots)
    assert all(TOP <= dot.y <= HEIGHT - BOTTOM for dot in dots)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8))
def test_parts_of_a_bar_meet_and_fill_it(counts: list[int]):
    segments = bar_segments([(str(count), "bar", count) for count in counts])

    edges = [(part.x, part.x + part.width) for part in segments]
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(edges))
    assert edges[-1][1] == (1000 if sum(counts) else 0)
