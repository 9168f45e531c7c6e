"""Indicator reports on paper, and the way back from their code."""

import io

import pdfplumber
import pytest

from campaigns.content.indicators import compose_reports
from campaigns.selectors.indicator_reports import report_lines
from campaigns.selectors.indicators import form_fields
from campaigns.selectors.paper import report_code, report_of_code
from pingan.enums import Level
from tests.campaigns.indicator_makers import SEPTEMBER, accepted, fill_in, make_form, make_report


def pages_of(document: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(document)) as opened:
        return [page.extract_text() for page in opened.pages]


def sheet_of(report, *, is_filled=True):
    fields = form_fields(report.form)
    lines = report_lines(report.form, fields, [report])
    (sheet,) = compose_reports(
        report.form,
        SEPTEMBER,
        lines,
        is_filled=is_filled,
        is_demo=True,
        address=lambda code: f"https://x.cn/f/{code}",
    )
    return sheet


def test_answers_stand_beside_the_period_before(tree):
    form = make_form(tree.county)
    accepted(form, tree.townships[0], SEPTEMBER.previous, criminal_cases=5, criminal_solved=4)
    report = make_report(form, tree.townships[0])
    fill_in(report, criminal_cases=4, criminal_solved=3, order_cases=None)

    rows = sheet_of(report).table.rows

    assert [row.cells[2:5] for row in rows] == [
        ("4", "□", "5"),
        ("3", "□", "4"),
        ("", "■", "—"),
        ("75.0%", "", ""),
    ]
    assert [row.is_shaded for row in rows] == [False, False, False, True]


def test_blank_report_keeps_the_period_before_and_nothing_else(tree):
    form = make_form(tree.county)
    accepted(form, tree.townships[0], SEPTEMBER.previous, criminal_cases=5)
    report = fill_in(make_report(form, tree.townships[0]), criminal_cases=4, order_cases=None)

    rows = sheet_of(report, is_filled=False).table.rows

    assert [row.cells[2:5] for row in rows] == [
        ("", "□", "5"),
        ("", "□", "—"),
        ("", "□", "—"),
        ("", "", ""),
    ]


@pytest.mark.slow
def test_report_prints_on_one_page_with_its_code(tree, township_clerk, client_of):
    report = make_report(make_form(tree.county), tree.townships[0])

    page = client_of(township_clerk).get(f"/indicators/reports/{report.pk}/print/")

    (text,) = pages_of(page.content)
    for words in ("案件月报", "甲镇", "2026年9月", report_code(report), "演示发〔2026〕1号"):
        assert words in text


@pytest.mark.slow
def test_township_prints_the_blank_form_of_its_villages(tree, township_clerk, client_of):
    form = make_form(tree.county, "fires", levels=[Level.VILLAGE])
    for village in tree.villages:
        make_report(form, village)

    page = client_of(township_clerk).get(f"/indicators/forms/{form.pk}/2026-09-01/print/?blank=1")

    units = [next(name for name in ("甲1村", "甲2村", "乙") if f"：{name}" in text)
             for text in pages_of(page.content)]  # fmt: skip
    assert units == ["甲1村", "甲2村"]


def test_code_opens_the_report_for_who_may_see_it(tree, township_clerk, other_clerk, client_of):
    report = make_report(make_form(tree.county), tree.townships[0])
    code = report_code(report)

    assert report_of_code(township_clerk, f" {code.lower()} ") == report
    assert report_of_code(other_clerk, code) is None
    assert client_of(township_clerk).get(f"/f/{code}")["Location"] == (
        f"/indicators/reports/{report.pk}/"
    )


@pytest.mark.parametrize("text", ["", "Z", "Z1", "Z99999", "Z" + "9" * 30, "Ｚ００００１"])
def test_code_of_no_report_finds_nothing(tree, township_clerk, text):
    make_report(make_form(tree.county), tree.townships[0])

    assert report_of_code(township_clerk, text) is None


def test_report_elsewhere_is_not_printed(tree, other_clerk, client_of):
    report = make_report(make_form(tree.county), tree.townships[0])

    assert client_of(other_clerk).get(f"/indicators/reports/{report.pk}/print/").status_code == 404
