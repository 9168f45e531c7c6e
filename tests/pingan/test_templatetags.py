"""Numbers and states as pages print them."""

import pytest
from django.template import Context, Template

from pingan.months import Month
from pingan.templatetags.pingan import month_label, points, rate


@pytest.mark.parametrize(
    ("hundredths", "text"),
    [(9850, "98.50"), (0, "0.00"), (5, "0.05"), (-50, "-0.50"), (10000, "100.00"), (None, "—")],
)
def test_points_are_hundredths(hundredths, text):
    assert points(hundredths) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (370, 375, "98.7%"),
        (1, 3, "33.3%"),
        (1, 2000, "0.1%"),  # 0.05 rounds up
        (2, 2, "100.0%"),
        (0, 5, "0.0%"),
        (0, 0, "—"),
        (None, 5, "—"),
        (5, None, "—"),
    ],
)
def test_rate_is_rounded_once(numerator, denominator, text):
    assert rate(numerator, denominator) == text


def test_tags_work_in_a_page():
    page = Template(
        "{% load pingan %}{{ total|points }} {% rate 1 4 %} {{ month|month_label }} "
        "{{ none|points }}"
        '{% pill "已上报" "good" %}'
    )

    text = page.render(Context({"total": 9850, "month": Month(2026, 9)}))

    assert text.startswith("98.50 25.0% 2026年9月 —")
    assert '<span class="pa-pill pa-pill-good">已上报</span>' in text
    assert month_label(None) == "—"
