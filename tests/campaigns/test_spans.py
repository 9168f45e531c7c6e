import datetime as dt
import itertools

import pytest

from campaigns.enums import PeriodKind
from campaigns.spans import span_on, spans_until

TEN, MONTH, QUARTER, YEAR = PeriodKind


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "label"),
    [
        (TEN, (2026, 9, 1), (2026, 9, 1), (2026, 9, 10), "2026年9月上旬"),
        (TEN, (2026, 9, 10), (2026, 9, 1), (2026, 9, 10), "2026年9月上旬"),
        (TEN, (2026, 9, 11), (2026, 9, 11), (2026, 9, 20), "2026年9月中旬"),
        (TEN, (2026, 2, 28), (2026, 2, 21), (2026, 2, 28), "2026年2月下旬"),
        (TEN, (2024, 2, 21), (2024, 2, 21), (2024, 2, 29), "2024年2月下旬"),
        (MONTH, (2026, 12, 31), (2026, 12, 1), (2026, 12, 31), "2026年12月"),
        (QUARTER, (2026, 3, 31), (2026, 1, 1), (2026, 3, 31), "2026年第一季度"),
        (QUARTER, (2026, 10, 1), (2026, 10, 1), (2026, 12, 31), "2026年第四季度"),
        (YEAR, (2026, 6, 6), (2026, 1, 1), (2026, 12, 31), "2026年"),
    ],
)
def test_span_of_a_day(kind: PeriodKind, day: tuple, first: tuple, last: tuple, label: str):
    span = span_on(kind, dt.date(*day))

    assert (span.starts_on, span.ends_on) == (dt.date(*first), dt.date(*last))
    assert span.label == label


@pytest.mark.parametrize("kind", PeriodKind)
def test_spans_follow_each_other_without_gap(kind: PeriodKind):
    spans = list(spans_until(kind, dt.date(2023, 12, 15), dt.date(2025, 3, 5)))

    gaps = {(b.starts_on - a.ends_on).days for a, b in itertools.pairwise(spans)}
    assert gaps == {1}
    assert spans[0].starts_on <= dt.date(2023, 12, 15)
    assert spans[-1].starts_on <= dt.date(2025, 3, 5) <= spans[-1].ends_on
    assert [span.previous for span in spans[1:]] == spans[:-1]


@pytest.mark.parametrize("kind", PeriodKind)
def test_a_year_before_is_the_same_period(kind: PeriodKind):
    span = span_on(kind, dt.date(2024, 2, 29))

    before = span.a_year_before

    assert before.starts_on == span.starts_on.replace(year=2023)
    assert before.label == span.label.replace("2024", "2023")
