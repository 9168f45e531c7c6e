"""What the report pages are drawn from."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.enums import Colour
from assessments.models import Edition
from campaigns.enums import ReturnState
from campaigns.models import MonthlyReturn
from pingan.enums import Level, Role
from pingan.models import OfficeName, Unit, User
from pingan.months import Month
from pingan.selectors.calendars import deadlines
from pingan.services.periods import reopen_period
from reports.selectors import home
from reports.selectors.colours import colour_parents, colour_rows
from reports.selectors.dashboard import dashboard, key_figures
from reports.selectors.editions import (
    latest_month,
    previous_edition,
    published_edition,
    shown_edition,
    shown_editions,
)
from reports.selectors.figures import activity_totals, month_figures
from reports.selectors.matrix import month_matrix
from reports.selectors.rankings import find_peers, moved, peers_in, ranking_page
from tests.assessments.records import MONTH, add_inspection, make_return
from tests.disputes.makers import make_dispute
from tests.factories import County, make_county, make_user
from tests.reports.figures import PREVIOUS_TOTALS, TOTALS
from tests.reports.months import card_of, close, closed, fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]
TODAY = dt.date(2026, 10, 9)
ISSUED = dt.date(2026, 10, 10)


def figures_of(edition: Edition) -> Any:
    return month_figures(edition, issued_on=ISSUED, bulletin_number=7)


def test_month_figures_repeat_the_edition(tree: County, edition: Edition):
    figures = figures_of(edition)

    assert figures.county_name == "演示县"
    assert figures.county_code == "530628"
    assert (figures.edition_number, figures.edition_hash) == (1, edition.hash)
    assert (figures.bulletin_number, figures.issued_on, figures.is_demo) == (7, ISSUED, True)
    assert [row.unit_name for row in figures.townships.rows] == ["甲镇", "乙镇"]
    assert [row.total for row in figures.townships.rows] == [
        card_of(edition, unit).total for unit in tree.townships
    ]
    assert [ranking.parent_name for ranking in figures.villages] == ["甲镇", "乙镇"]
    assert [[row.unit_name for row in each.rows] for each in figures.sectors] == [
        ["演示县公安局", "演示县司法局"]
    ]
    assert figures.sectors[0].peer_label == "政法口"


def test_month_figures_sum_the_counts_of_the_reporting_units(edition: Edition):
    totals = figures_of(edition).totals

    # 8 units: 4 perfect, 4 weak (township, two villages, department)
    assert (totals.returns_expected, totals.returns_received, totals.returns_on_time) == (8, 8, 4)
    assert (totals.patrol_days_covered, totals.patrol_days_expected) == (4 * 30 + 4 * 15, 240)
    assert (totals.nights_covered, totals.nights_expected) == (4 * 30 + 4 * 10, 240)
    assert (totals.matters_found, totals.matters_solved) == (4 * 2 + 4 * 4, 4 * 2 + 4)
    assert (totals.survey_slips, totals.satisfied) == (160, 4 * 20 + 4 * 7)


def test_points_of_a_row_stand_under_their_items(tree: County, edition: Edition):
    weak = figures_of(edition).townships.rows[1]
    lines = {line[0]: line[1] for line in card_of(edition, tree.townships[1]).lines}
    heads = figures_of(edition).townships.items

    assert [head.code for head in heads] == list(lines)
    assert dict(zip([head.code for head in heads], weak.points, strict=True)) == lines
    assert weak.open_matters == card_of(edition, tree.townships[1]).facts["open_matters"] > 0


def test_office_names_are_those_of_the_day(tree: County, edition: Edition):
    OfficeName.objects.create(
        county=tree.county,
        role="lead_office",
        name="演示县综治办",
        short_name="综治办",
        valid_from=dt.date(2000, 1, 1),
        valid_to=dt.date(2026, 10, 10),
    )
    OfficeName.objects.create(
        county=tree.county,
        role="lead_office",
        name="演示县平安办",
        short_name="平安办",
        valid_from=dt.date(2026, 10, 10),
    )

    assert figures_of(edition).offices.lead_office == "演示县平安办"
    day_before = month_figures(edition, issued_on=TODAY, bulletin_number=7)
    assert day_before.offices.lead_office == "演示县综治办"


def test_last_month_is_compared_as_it_stood_at_the_close(tree: County, edition: Edition):
    with_travel = closed(tree, Month(2026, 8))
    assert previous_edition(edition) == with_travel  # closed at the same moment, not after
    Edition.objects.filter(pk=with_travel.pk).update(
        closed_at=edition.closed_at + dt.timedelta(hours=1)
    )

    assert previous_edition(edition) is None
    assert figures_of(edition).previous_totals is None


def test_figures_take_the_same_queries_for_two_townships_and_for_four(
    tree: County, edition: Edition
):
    larger = closed(make_county("510704", "另一县", townships=4))

    with CaptureQueriesContext(
        connection,
    ) as few:
        figures_of(Edition.objects.select_related("county").get(pk=edition.pk))
    with CaptureQueriesContext(connection) as many:
        figures_of(Edition.objects.select_related("county").get(pk=larger.pk))

    assert len(few) == len(many) <= 9


def test_a_missing_count_is_nought():
    assert activity_totals({"meetings": 3}).meetings == 3
    assert activity_totals({}).matters_found == 0


def test_before_publication_only_the_county_sees_the_month(
    tree: County, county_officer: User, township_clerk: User
):
    hidden = closed(tree, publish=False)

    assert shown_edition(county_officer, MONTH) == hidden
    assert shown_edition(township_clerk, MONTH) is None
    assert latest_month(township_clerk) is None
    assert published_edition(county_officer) is None


def test_a_correction_not_yet_published_leaves_the_first_edition_on_show(
    tree: County, edition: Edition, county_officer: User, township_clerk: User
):
    reopen_period(county=tree.county, month=MONTH, by=county_officer, reason="更正")
    add_inspection(tree.groups[0], given=0)  # a group is not inspected: nothing changes
    MonthlyReturn.objects.filter(unit=tree.townships[0]).update(is_on_time=False)
    second = close(tree, publish=False)

    assert second.number == 2
    assert shown_edition(township_clerk, MONTH) == edition
    assert shown_edition(county_officer, MONTH) == second
    assert shown_editions(township_clerk, MONTH, MONTH) == {MONTH: edition}


def test_other_counties_and_administrators_see_no_edition(tree: County, edition: Edition):
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "另一县").county)
    auditor = make_user(Role.AUDITOR, tree.county)

    assert shown_edition(stranger, MONTH) is None
    assert shown_edition(auditor, MONTH) is None


def test_ranking_page_of_the_townships(tree: County, edition: Edition, township_clerk: User):
    groups = peers_in(edition)
    peers = find_peers(edition, groups, parent_id=None, level=None)
    assert peers is not None
    page = ranking_page(edition, groups, peers, township_clerk)

    assert [(line.rank, line.unit_name, line.change) for line in page.lines] == [
        (1, "甲镇", None),
        (2, "乙镇", None),
    ]
    assert [line.is_own for line in page.lines] == [True, False]
    # the card of one's own unit opens, that of the other township does not
    assert page.lines[0].card_id == card_of(edition, tree.townships[0]).pk
    assert page.lines[1].card_id is None
    assert [[below.level for below in line.below] for line in page.lines] == [[Level.VILLAGE]] * 2
    assert [(tab.level, tab.count) for tab in page.tabs] == [(Level.TOWNSHIP, 2), (Level.SECTOR, 1)]


def test_ranking_goes_down_to_the_groups(tree: County, edition: Edition, county_officer: User):
    groups = peers_in(edition)
    village = tree.villages[0]
    peers = find_peers(edition, groups, parent_id=village.pk, level=None)
    assert peers is not None
    page = ranking_page(edition, groups, peers, county_officer)

    assert [line.unit_name for line in page.lines] == ["1组", "2组"]
    assert [name for name, _ in page.trail] == ["演示县", "甲镇", "甲1村"]
    assert find_peers(edition, groups, parent_id=tree.groups[0].pk, level=None) is None


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("rank", ["甲镇", "乙镇"]),
        ("-rank", ["乙镇", "甲镇"]),
        ("total", ["乙镇", "甲镇"]),
        ("-total", ["甲镇", "乙镇"]),
        ("patrol-days", ["乙镇", "甲镇"]),
        ("unit", ["甲镇", "乙镇"]),
        ("no-such-column", ["甲镇", "乙镇"]),
    ],
)
def test_ranking_sorts_by_any_column(
    edition: Edition, county_officer: User, sort: str, names: list[str]
):
    groups = peers_in(edition)
    peers = find_peers(edition, groups, parent_id=None, level=None)
    assert peers is not None

    page = ranking_page(edition, groups, peers, county_officer, sort)

    assert [line.unit_name for line in page.lines] == names


def test_moved_says_up_down_and_new():
    assert [moved(change).mark for change in (2, -1, 0, None)] == ["▲2", "▼1", "—", "新"]


def test_colour_rows_span_the_year(tree: County, edition: Edition, county_officer: User):
    august = closed(tree, Month(2026, 8))
    editions = shown_editions(county_officer, Month(2026, 1), Month(2026, 12))
    rows = colour_rows(
        editions, parent_id=tree.county.pk, level=Level.TOWNSHIP, user=county_officer
    )

    assert editions == {Month(2026, 8): august, MONTH: edition}
    assert [row.unit_name for row in rows] == ["甲镇", "乙镇"]
    letters = [[cell.letter if cell else "" for cell in row.cells] for row in rows]
    assert letters[0] == [""] * 7 + ["蓝", "蓝"] + [""] * 3
    assert letters[1][7:9] == [
        LETTER_OF[card_of(e, tree.townships[1]).colour] for e in (august, edition)
    ]
    assert [name for _, _, name in colour_parents(editions)] == ["甲镇", "乙镇", "政法口"]


LETTER_OF = {"blue": "蓝", "yellow": "黄", "red": "红"}


def test_colour_cells_open_only_what_one_may_see(
    tree: County, edition: Edition, township_clerk: User
):
    rows = colour_rows(
        {MONTH: edition}, parent_id=tree.county.pk, level=Level.TOWNSHIP, user=township_clerk
    )

    cells = [row.cells[8] for row in rows]
    assert [cell.card_id if cell else 0 for cell in cells] == [
        card_of(edition, tree.townships[0]).pk,
        None,
    ]


def test_key_figures_say_the_change_in_points():
    figures = {figure.name: figure for figure in key_figures(TOTALS, PREVIOUS_TOTALS)}

    assert figures["月报报送"].value == "98.25%"
    assert figures["月报报送"].detail == "168 / 171 份"
    assert figures["月报报送"].change == "▲1.75个百分点"
    assert figures["有安全感"].change == "持平"
    assert figures["法制宣教"].change == "▼8"
    assert {figure.change for figure in key_figures(TOTALS, None)} == {""}


def test_dashboard_of_the_month(tree: County, edition: Edition, county_officer: User):
    board = dashboard(edition, county_officer)

    assert [line.unit_name for line in board.top] == ["甲镇", "乙镇"]
    assert board.bottom == ()
    red = {line.unit_name for line in board.red}
    assert red == set(
        edition.scorecards.filter(colour=Colour.RED)
        .exclude(level=Level.GROUP)
        .values_list("unit_name", flat=True)
    )
    assert red
    assert [name for name, _, _ in board.grades] == ["乡镇", "各口", "单位", "村(社区)", "小组"]
    assert sum(part.count for part in board.solved) == board.totals.matters_solved
    assert board.trend is not None
    assert [len(line.dots) for line in board.trend.lines] == [1, 1, 1]


def test_dashboard_takes_the_same_queries_for_more_units_and_months(
    tree: County, edition: Edition, county_officer: User
):
    with CaptureQueriesContext(connection) as few:
        dashboard(edition, county_officer)
    larger = make_county("510704", "另一县", townships=4)
    closed(larger, Month(2026, 7))
    closed(larger, Month(2026, 8))
    newest = closed(larger)
    officer = make_user(Role.COUNTY_OFFICER, larger.county)
    with CaptureQueriesContext(connection) as many:
        dashboard(newest, officer)

    assert len(few) == len(many) <= 9


def test_dashboard_tells_the_county_alone_of_its_disputes(
    tree: County, edition: Edition, county_officer: User, township_clerk: User, client_of: Any
):
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0], "desk")
    make_dispute(tree.villages[0], clerk, registered_on=edition.month.first_day)

    found = dashboard(edition, county_officer).disputes
    page = client_of(county_officer).get(f"/dashboard/{edition.month}/").content.decode()

    assert found is not None
    assert (found.received, found.mediated) == (1, 0)
    assert dashboard(edition, township_clerk).disputes is None
    assert f"/disputes/county/?period={edition.month}" in page
    assert "演示甲" not in page


def matrix_of(user: User, parent: Unit, edition: Edition | None = None) -> dict[str, list[str]]:
    matrix = month_matrix(
        parent, MONTH, user=user, edition=edition, due=deadlines(parent, MONTH), today=TODAY
    )
    return {row.unit_name: [cell.text for cell in row.cells] for row in matrix.rows}


def test_matrix_of_the_county(tree: County, edition: Edition, county_officer: User):
    MonthlyReturn.objects.filter(unit=tree.villages[0]).update(state=ReturnState.SUBMITTED)
    MonthlyReturn.objects.filter(unit=tree.villages[1]).update(
        state=ReturnState.RETURNED, return_reason="请补填"
    )

    grades = [card_of(edition, unit).get_grade_display() for unit in tree.townships]
    assert matrix_of(county_officer, tree.county, edition) == {
        "甲镇": ["1/2", "0/2", "按时", "已通过", "100.00分", "20票", grades[0]],
        "乙镇": ["2/2", "2/2", "迟报", "已通过", "40.00分", "20票", grades[1]],
        "政法口": [
            "2/2",
            "2/2",
            "—",
            "—",
            "2/2",
            "2/2",
            card_of(edition, tree.sectors[0]).get_grade_display(),
        ],
    }


def test_matrix_of_a_township_shows_its_own_villages_only(
    tree: County, edition: Edition, township_clerk: User
):
    rows = matrix_of(township_clerk, tree.townships[0], edition)

    assert list(rows) == ["甲1村", "甲2村"]
    assert rows["甲1村"][:4] == ["按时", "已通过", "100.00分", "20票"]


def test_matrix_of_a_month_without_records_says_so(
    tree: County, county_officer: User, edition: Edition
):
    matrix = month_matrix(
        tree.county,
        Month(2026, 10),
        user=county_officer,
        edition=None,
        due=deadlines(tree.county, Month(2026, 10)),
        today=TODAY,
    )

    assert [cell.text for cell in matrix.rows[0].cells] == [
        "0/2",
        "0/2",
        "未开启",
        "—",
        "未检查",
        "未测评",
        "未结账",
    ]


def test_matrix_shows_an_inspector_what_is_lent_to_him(tree: County, edition: Edition):
    inspector = make_user(Role.INSPECTOR, tree.departments[0])
    inspector.lent_units.set([tree.townships[1]])

    rows = matrix_of(User.objects.get(pk=inspector.pk), tree.county, edition)

    assert list(rows) == ["乙镇"]


def test_matrix_takes_the_same_queries_for_more_units(
    tree: County, edition: Edition, county_officer: User
):
    larger = make_county("510704", "另一县", townships=4, villages=3)
    other = closed(larger)
    officer = make_user(Role.COUNTY_OFFICER, larger.county)

    with CaptureQueriesContext(connection) as few:
        matrix_of(county_officer, tree.county, edition)
    with CaptureQueriesContext(connection) as many:
        matrix_of(officer, larger.county, other)

    assert len(few) == len(many) <= 9


def test_unfinished_lists_every_earlier_month(tree: County, township_clerk: User):
    make_return(tree.townships[0], Month(2026, 6), state=ReturnState.RETURNED)
    make_return(tree.villages[0], Month(2026, 7), state=ReturnState.DRAFT)
    make_return(tree.villages[1], Month(2026, 7), state=ReturnState.SUBMITTED)
    make_return(tree.townships[0], Month(2026, 8))
    make_return(tree.townships[1], Month(2026, 8), state=ReturnState.DRAFT)  # another's

    found = [(each.month, each.text) for each in home.unfinished(township_clerk, Month(2026, 10))]

    assert found == [
        (Month(2026, 7), "1个单位没有完成上报，1份等待审核"),
        (Month(2026, 6), "本单位月报被退回，还没有改好重报"),
    ]


def test_own_return_says_how_much_is_filled_and_when_it_is_due(tree: County, township_clerk: User):
    fill(tree)
    MonthlyReturn.objects.filter(unit=tree.townships[0]).update(state=ReturnState.DRAFT)
    own = home.own_return(township_clerk, MONTH, deadlines(tree.county, MONTH), TODAY)

    assert own is not None
    assert {mark.activity.value: mark.text for mark in own.marks} == {
        "patrol": "30/30天",
        "education": "3/1次",
        "sweep": f"{own.marks[2].total}/{own.marks[2].total}类",
        "meeting": "1/1次",
    }
    assert own.due.text == "已逾期9天"  # by the day that the return itself bears
    assert own.is_late


def test_shares_and_waiting_units_of_a_township(tree: County, township_clerk: User):
    make_return(tree.villages[0], MONTH, state=ReturnState.SUBMITTED)
    make_return(tree.villages[1], MONTH, state=ReturnState.DRAFT)
    make_return(tree.villages[2], MONTH, state=ReturnState.DRAFT)  # another township's
    due = deadlines(tree.county, MONTH)

    (share,) = home.shares(township_clerk, MONTH, due, TODAY)
    units = home.waiting_units(township_clerk, MONTH)

    assert (share.name, share.text, share.tone) == ("村(社区)", "1/2", "bad")
    assert [(each.unit_name, each.state) for each in units] == [
        ("甲1村", "待审核"),
        ("甲2村", "未上报"),
    ]
    assert home.review_count(township_clerk) == 1


def test_last_month_counts_inspections_of_what_answers_to_the_county(
    tree: County, county_officer: User
):
    for unit in (*tree.townships, *tree.departments, *tree.villages):
        make_return(unit)
    add_inspection(tree.townships[0])
    add_inspection(tree.villages[0])  # the township's own look

    last = home.last_month(county_officer, MONTH, deadlines(tree.county, MONTH), TODAY)

    assert last.inspected.text == "1/4"
    assert (last.is_closed, last.edition, last.bulletin, last.is_done) == (False, None, None, False)


def test_unsettled_names_open_and_silent_months(tree: County, county_officer: User):
    closed(tree, Month(2026, 7))
    fill(tree, Month(2026, 8))
    close(tree, Month(2026, 8))
    reopen_period(county=tree.county, month=Month(2026, 8), by=county_officer, reason="更正")

    assert home.unsettled(county_officer, MONTH) == [
        (Month(2026, 8), "还没有结账"),
        (Month(2026, 7), "已结账，通报还没有签发"),
    ]
