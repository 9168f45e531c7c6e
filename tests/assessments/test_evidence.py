"""What stands behind the items of a card: what is missing or late, and what was found."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.enums import ProblemSource, VisitKind
from assessments.models import Inspection, InspectionEntry, LeaderRating, Problem, Scorecard
from assessments.selectors.cards import card_page
from assessments.selectors.evidence import evidence
from assessments.selectors.record_evidence import Behind, days_text
from assessments.services.closing import close_month
from assessments.services.editions import open_preview, publish_edition
from campaigns.enums import MeetingKind
from campaigns.models import MonthlyReturn, Sweep
from pingan.enums import Role
from pingan.models import CountySettings
from tests.assessments.records import (
    MONTH,
    add_meeting,
    add_patrols,
    add_sweep,
    make_return,
    perfect_county,
)
from tests.factories import make_user

CLOSED = dt.datetime(2026, 10, 8, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(CLOSED, tick=False) as clock:
        yield clock


def closed(tree):
    (edition,) = close_month(counties=[tree.county], month=MONTH, by=None)
    return edition


def card_of(edition, unit):
    cards = Scorecard.objects.select_related("edition__county", "unit__parent")
    return cards.get(edition=edition, unit=unit)


def notes_of(edition, unit, user, *names):
    found = MonthlyReturn.objects.filter(unit=unit, month=MONTH).first()
    notes = evidence(Behind(card_of(edition, unit), found, user), names)
    return [[note.text for note in notes.get(name, [])] for name in names]


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ([], ""),
        ([3], "9月3日"),
        ([3, 4], "9月3日至4日"),
        ([1, 2, 3, 7, 9, 10], "9月1日至3日、7日、9日至10日"),
    ],
)
def test_runs_of_days_are_joined(days, text):
    assert days_text([dt.date(2026, 9, day) for day in days]) == text


def test_days_without_a_patrol_are_named(tree, county_officer):
    made = make_return(tree.townships[0])
    add_patrols(made, days=28, nights=29)

    (days,), (nights,) = notes_of(
        closed(tree), tree.townships[0], county_officer, "patrol_days_covered", "nights_covered"
    )

    assert days == "没有白天巡逻记录的有2天：9月29日至30日。"
    assert nights == "没有夜间巡逻记录的有1天：9月30日。"


def test_meetings_sweeps_and_education_say_what_is_missing(tree, county_officer):
    made = make_return(tree.townships[0], is_on_time=False)
    add_meeting(made, MeetingKind.WORK)
    add_sweep(made, found=3, solved=1)
    Sweep.objects.filter(monthly_return=made).order_by("-category__position")[0].delete()

    edition = closed(tree)
    work, appraisal, answered, solved, broadcasts, on_time = notes_of(
        edition,
        tree.townships[0],
        county_officer,
        "work_meetings",
        "appraisal_meetings",
        "categories_answered",
        "matters_solved",
        "broadcasts",
        "returns_on_time",
    )

    assert work == ["9月1日 综治例会，20人到会"]
    assert appraisal == ["本月没有评议会的记录。"]
    assert answered == ["没有填的排查类别：安全隐患。"]
    assert solved == ["民间纠纷：排查3件，已化解1件，未结2件"]
    assert broadcasts == ["本月没有广播会的记录。"]
    assert on_time == ["9月30日首次上报，应在9月30日前上报，逾期。"]


def test_sheet_lines_with_losses_and_findings_are_shown(tree, county_officer):
    visit = Inspection.objects.create(
        unit=tree.townships[0],
        month=MONTH,
        on=MONTH.last_day,
        points_given=9_000,
        place="农贸市场",
        recorded_by=county_officer,
    )
    for position, (name, given, finding) in enumerate(
        [("值班室", 1_500, "没有交接班记录"), ("宣传栏", 2_000, ""), ("台账", None, "")]
    ):
        InspectionEntry.objects.create(
            inspection=visit,
            position=position,
            code=f"c{position}",
            name=name,
            points_given=given,
            points_possible=2_000,
            finding=finding,
        )

    (notes,) = notes_of(closed(tree), tree.townships[0], county_officer, "inspection_given")

    assert notes == [
        f"9月30日 {tree.county.name}集中检查（农贸市场）：100分得90分",
        "值班室扣5分：没有交接班记录",
    ]


def test_secret_visits_and_ratings_stay_hidden_until_the_preview(
    tree, county_officer, township_clerk
):
    CountySettings.objects.update(preview_hours=48)
    unit = tree.townships[0]
    make_return(unit)
    Inspection.objects.create(
        unit=unit,
        month=MONTH,
        on=MONTH.last_day,
        kind=VisitKind.SECRET,
        points_given=5_000,
        findings="夜间无人值守",
    )
    LeaderRating.objects.create(
        unit=unit, month=MONTH, rater_post="县委副书记", points_given=8_000, recorded_by=None
    )
    edition = closed(tree)
    names = ("undercover_given", "rating_given")

    before = notes_of(edition, unit, township_clerk, *names)
    open_preview(edition=edition, by=county_officer)
    after = notes_of(edition, unit, township_clerk, *names)

    assert before == [["本月没有检查记录。"], ["本月没有领导评分。"]]
    assert [len(notes) for notes in after] == [1, 1]
    assert "夜间无人值守" in after[0][0]
    assert "县委副书记：100分评80分" in after[1][0]


def test_villages_with_open_matters_or_late_returns_are_named(tree, county_officer):
    make_return(tree.townships[0])
    late = make_return(tree.villages[0], is_on_time=False)
    add_sweep(late, found=5, solved=2)

    on_time, area, disputes = notes_of(
        closed(tree),
        tree.townships[0],
        county_officer,
        "villages_on_time",
        "area_solved",
        "area_disputes_solved",
    )

    assert on_time == ["月报逾期上报的：甲1村（9月30日）。"]
    assert area == ["还有未结事项的：甲1村3件。"]
    assert disputes == ["还有未化解纠纷的：甲1村3件。"]


def test_open_problems_are_named(tree, county_officer):
    make_return(tree.townships[0])
    Problem.objects.create(
        unit=tree.townships[0],
        month=MONTH,
        source=ProblemSource.INSPECTION,
        title="河堤护栏缺口",
        found_on=MONTH.first_day,
        due_on=MONTH.last_day,
    )

    (notes,) = notes_of(closed(tree), tree.townships[0], county_officer, "problems_open")

    assert notes == ["河堤护栏缺口（2026-09-01发现，期限9月30日）"]


def test_card_takes_the_same_queries_for_more_records(tree, county_officer):
    perfect_county(tree)
    edition = closed(tree)
    counts = []
    for extra in (0, 3):
        for number in range(extra):
            Inspection.objects.create(
                unit=tree.townships[0],
                month=MONTH,
                on=MONTH.first_day + dt.timedelta(days=number),
                points_given=100,
            )
            add_meeting(tree.townships[0].monthly_returns.get(), MeetingKind.WORK)
        with CaptureQueriesContext(connection) as queries:
            card_page(card_of(edition, tree.townships[0]), county_officer)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 24


def test_every_level_has_a_card_that_opens(tree, county_officer, client_of):
    perfect_county(tree)
    publish_edition(edition=closed(tree), by=None)
    client = client_of(county_officer)

    for card in Scorecard.objects.all():
        page = client.get(reverse("assessments:scorecard-detail", args=[card.pk]))
        assert page.status_code == 200, card


def test_change_of_another_unit_is_not_told(tree, county_officer, township_clerk, client_of):
    perfect_county(tree)
    CountySettings.objects.update(preview_hours=48)
    open_preview(edition=closed(tree), by=county_officer)
    tree.townships[0].inspections.update(points_given=5_000)
    tree.townships[1].inspections.update(points_given=4_000)
    again = closed(tree)

    own = client_of(township_clerk).get(
        reverse("assessments:scorecard-detail", args=[card_of(again, tree.townships[0]).pk])
    )

    assert len(again.changes) >= 2
    assert "第 2 版比上一版：总分由" in own.text
    assert tree.townships[1].name not in own.text
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    page = client_of(clerk).get(
        reverse("assessments:scorecard-detail", args=[card_of(again, tree.villages[0]).pk])
    )
    assert "比上一版" not in page.text
