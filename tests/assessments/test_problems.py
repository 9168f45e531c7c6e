"""Problems: who raises, reports and closes them, and what each way out leaves behind."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from assessments.enums import ProblemSource
from assessments.models import Problem
from assessments.services import problems as services
from assessments.services.notice_drafts import adopt_follow_ups, settle_follow_ups
from pingan.enums import Role
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.regulating import FOUND, NOW, TODAY, make_matter, make_problem
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
SEPTEMBER = Month(2026, 9)


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def raise_one(unit: Unit, by: User | None, **changes: Any) -> Problem:
    values: dict[str, Any] = {
        "month": SEPTEMBER,
        "source": ProblemSource.SUPERIOR,
        "title": "场口消防栓无水",
        "found_on": TODAY,
        "due_on": TODAY + dt.timedelta(days=15),
    }
    return services.raise_problem(unit=unit, by=by, **{**values, **changes})


def test_superiors_and_inspectors_raise_problems(
    tree: County, county_officer: User, township_clerk: User
):
    inspector = make_user(Role.INSPECTOR, tree.departments[0])
    inspector.lent_units.add(tree.townships[1])

    assert raise_one(tree.townships[0], county_officer).recorded_by == county_officer
    assert raise_one(tree.villages[0], township_clerk, detail="两处").detail == "两处"
    assert raise_one(tree.townships[1], inspector).pk
    event = AuditEvent.objects.filter(action="登记问题").order_by("pk")[0]
    assert (event.by, event.after["title"]) == (county_officer, "场口消防栓无水")


def test_strangers_and_the_unit_itself_raise_none(
    tree: County, township_clerk: User, other_clerk: User
):
    village = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    for by, unit in (
        (township_clerk, tree.townships[0]),
        (other_clerk, tree.villages[0]),
        (village, tree.villages[0]),
        (make_user(Role.LEADER, tree.county), tree.townships[0]),
    ):
        with pytest.raises(Forbidden):
            raise_one(unit, by)

    assert not Problem.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": "  "}, "写明"),
        ({"title": "长" * 61}, "60字以内"),
        ({"found_on": TODAY + dt.timedelta(days=1)}, "不能晚于今天"),
        ({"due_on": TODAY - dt.timedelta(days=1)}, "不能早于发现日期"),
        ({"due_on": TODAY + dt.timedelta(days=400)}, "一年以内"),
    ],
)
def test_bad_input_is_refused(
    tree: County, county_officer: User, changes: dict[str, Any], sentence: str
):
    with pytest.raises(Refused, match=sentence):
        raise_one(tree.townships[0], county_officer, **changes)

    assert not Problem.objects.exists()


def test_same_problem_twice_is_refused(tree: County, county_officer: User):
    raise_one(tree.townships[0], county_officer)

    with pytest.raises(Refused, match="已经登记"):
        raise_one(tree.townships[0], county_officer)

    assert Problem.objects.count() == 1


def test_unit_reports_and_superior_closes(tree: County, county_officer: User, township_clerk: User):
    problem = make_problem(tree.townships[0])

    services.report_problem(problem=problem, version=1, solution="已加固", by=township_clerk)
    with pytest.raises(Refused, match="等待上级确认"):
        services.report_problem(problem=problem, version=2, solution="再报", by=township_clerk)
    with pytest.raises(Forbidden):
        services.solve_problem(
            problem=problem, version=2, solved_on=TODAY, solution="已加固", by=township_clerk
        )
    services.solve_problem(
        problem=problem, version=2, solved_on=TODAY, solution="现场看过", by=county_officer
    )

    problem.refresh_from_db()
    assert (problem.solved_on, problem.solution, problem.solved_by) == (
        TODAY,
        "现场看过",
        county_officer,
    )
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["报告问题已整改", "问题销号"]


def test_report_is_sent_back_and_a_closed_problem_reopened(
    tree: County, county_officer: User, township_clerk: User
):
    problem = make_problem(tree.townships[0])
    services.report_problem(problem=problem, version=1, solution="已加固", by=township_clerk)

    services.send_back_problem(problem=problem, version=2, reason="北侧未做", by=county_officer)
    problem.refresh_from_db()
    assert problem.solution == ""

    services.solve_problem(
        problem=problem, version=3, solved_on=TODAY, solution="已加固", by=county_officer
    )
    services.reopen_problem(problem=problem, version=4, reason="又松动", by=county_officer)
    problem.refresh_from_db()
    assert (problem.solved_on, problem.solved_by, problem.version) == (None, None, 5)
    assert AuditEvent.objects.get(action="重新打开问题").note == "又松动"


def test_second_of_two_savers_is_told(tree: County, county_officer: User):
    problem = make_problem(tree.townships[0])
    values = {"title": "新", "detail": "", "responsible_post": "", "due_on": TODAY}
    services.change_problem(problem=problem, version=1, values=values, by=county_officer)

    with pytest.raises(Conflict):
        services.change_problem(problem=problem, version=1, values=values, by=county_officer)


def test_matter_open_through_two_closes_becomes_a_problem_and_leaves_with_it(
    tree: County, county_officer: User
):
    old = make_matter(tree.villages[0])
    make_matter(tree.villages[0], SEPTEMBER)
    solved = make_matter(tree.villages[1])
    solved.solved_on, solved.solved_level = TODAY, solved.level
    solved.save()

    assert adopt_follow_ups(county=tree.county, month=SEPTEMBER, on=TODAY) == 1
    assert adopt_follow_ups(county=tree.county, month=SEPTEMBER, on=TODAY) == 0

    problem = Problem.objects.get()
    assert (problem.follow_up, problem.title, problem.source) == (
        old,
        "场口集镇路灯损坏",
        ProblemSource.SWEEP,
    )
    with pytest.raises(Refused, match="跟踪事项"):
        services.solve_problem(
            problem=problem, version=1, solved_on=TODAY, solution="好", by=county_officer
        )
    old.solved_on, old.solved_level, old.outcome = TODAY, old.level, "已换灯"
    old.save()
    assert settle_follow_ups() == 1
    assert settle_follow_ups() == 0
    problem.refresh_from_db()
    assert (problem.solved_on, problem.solution) == (TODAY, "已换灯")


def test_other_counties_keep_out(tree: County, county_officer: User):
    other = make_county("510704", "另一县")
    make_matter(other.villages[0])
    problem = make_problem(other.townships[0])

    assert adopt_follow_ups(county=tree.county, month=SEPTEMBER, on=TODAY) == 0
    assert not Problem.objects.visible_to(county_officer).exists()
    with pytest.raises(Forbidden):
        services.solve_problem(
            problem=problem, version=1, solved_on=TODAY, solution="好", by=county_officer
        )
    assert problem.month == FOUND
