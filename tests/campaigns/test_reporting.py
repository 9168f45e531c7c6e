import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client

from campaigns.enums import ReturnState, SweepAnswer
from campaigns.models import Extension, MonthlyReturn, Patrol, Sweep, SweepCategory
from campaigns.selectors.reporting import ReportingRow, reporting_figures
from pingan.models import User
from tests.campaigns.makers import SEPTEMBER, fill_in, make_return
from tests.factories import County, make_county

ClientOf = Callable[[User], Client]
LATE = dt.datetime(2026, 9, 30, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def month(tree: County) -> list[MonthlyReturn]:
    """First township: complete, empty, in draft; second: sent back late, withdrawn. One 口."""
    first, second, third, fourth = tree.villages
    accepted = ReturnState.ACCEPTED
    made = [
        fill_in(make_return(first, state=accepted)),
        make_return(second, state=ReturnState.SUBMITTED),
        make_return(tree.townships[0]),
        make_return(
            third,
            state=ReturnState.RETURNED,
            return_reason="改",
            submitted_at=LATE,
            first_submitted_at=LATE,
            is_on_time=False,
        ),
        make_return(fourth, first_submitted_at=LATE, is_on_time=True),
        make_return(tree.departments[0], state=accepted),
    ]
    make_return(make_county("510704", "外县").villages[0], state=accepted)
    Extension.objects.create(unit=third, month=SEPTEMBER, until=dt.date(2026, 9, 29), reason="停电")
    return made


def test_figures_by_township_and_in_all(
    tree: County, month: list[MonthlyReturn], county_officer: User
):
    figures = reporting_figures(tree.county, SEPTEMBER, county_officer)

    first, second = (each.pk for each in tree.townships)
    assert figures.rows == [
        ReportingRow("甲镇", first, expected=3, received=2, on_time=2, complete=1),
        ReportingRow("乙镇", second, expected=2, received=1, returned=1, extended=1),
        ReportingRow("政法口", None, expected=1, received=1, on_time=1),
    ]
    assert figures.total == ReportingRow(
        "合计", None, expected=6, received=4, on_time=3, complete=1, returned=1, extended=1
    )


def test_no_figure_passes_what_was_expected(
    tree: County, month: list[MonthlyReturn], county_officer: User
):
    figures = reporting_figures(tree.county, SEPTEMBER, county_officer)

    for row in (*figures.rows, figures.total):
        assert max(row.on_time, row.complete, row.returned) <= row.received <= row.expected


def complete(tree: County, county_officer: User) -> int:
    return reporting_figures(tree.county, SEPTEMBER, county_officer).total.complete


def test_complete_is_every_section_answered(tree: County, county_officer: User):
    made = fill_in(make_return(tree.villages[0], state=ReturnState.ACCEPTED))
    Patrol.objects.filter(on__day__gt=19).delete()  # handed in on the 20th
    found = [complete(tree, county_officer)]
    Patrol.objects.filter(on__day=19).update(day_heads=None, night_heads=None)
    found.append(complete(tree, county_officer))
    Patrol.objects.filter(on__day=19).update(day_heads=0)
    found.append(complete(tree, county_officer))
    Sweep.objects.filter(category__code="hazard").delete()
    found.append(complete(tree, county_officer))
    Sweep.objects.create(
        monthly_return=made,
        month=SEPTEMBER,
        category=SweepCategory.objects.get(code="hazard", county=None),
        answer=SweepAnswer.NOT_APPLICABLE,
    )
    made.education_rows.latest("pk").delete()
    found.append(complete(tree, county_officer))
    made.education_rows.all().delete()
    found.append(complete(tree, county_officer))

    # filled; a day left blank; nobody went; a category left blank; one broadcast of two; none
    assert found == [1, 0, 1, 0, 1, 0]


def test_township_sees_itself(tree: County, month: list[MonthlyReturn], township_clerk: User):
    figures = reporting_figures(tree.county, SEPTEMBER, township_clerk)

    assert [row.name for row in figures.rows] == ["甲镇"]
    assert figures.total.expected == 3


def test_figures_take_the_same_queries_for_one_and_many(
    django_assert_num_queries, tree: County, county_officer: User
):
    make_return(tree.villages[0])
    with django_assert_num_queries(12):
        reporting_figures(tree.county, SEPTEMBER, county_officer)
    for unit in (*tree.villages[1:], *tree.townships, *tree.departments):
        fill_in(make_return(unit, state=ReturnState.ACCEPTED))
    with django_assert_num_queries(12):
        reporting_figures(tree.county, SEPTEMBER, county_officer)


def test_page_and_workbook_tell_the_same(
    month: list[MonthlyReturn], county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)

    latest = client.get("/reporting/?month=2026-09")
    page = client.get("/reporting/2026-09/").content.decode()
    answer = client.get("/reporting/2026-09/download/")
    empty = client.get("/reporting/2026-08/").content.decode()

    assert latest["Location"] == "/reporting/2026-09/"
    assert "66.7%" in page
    assert "/reporting/2026-08/" in page
    assert "/reporting/2026-10/" not in page  # not begun
    assert "这个月还没有月报。" in empty
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell for cell in row if cell is not None] for row in sheet.values]
    assert rows[3][:3] == ["单位", "应报", "已报"]
    assert rows[4] == ["甲镇", 3, 2, "66.7%", 2, "66.7%", 1, "33.3%", 0, 0]
    assert rows[-1] == ["合计", 6, 4, "66.7%", 3, "50.0%", 1, "16.7%", 1, 1]


def test_village_clerk_has_no_figures_of_many(
    month: list[MonthlyReturn], village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)

    assert client.get("/reporting/2026-09/").status_code == 403
    assert client.get("/reporting/2026-09/download/").status_code == 403
