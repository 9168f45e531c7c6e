import datetime as dt
from typing import Any

import pytest
from django.db import models

from campaigns.enums import FollowUpSource, SweepAnswer
from campaigns.models import FollowUp, MonthlyReturn, Sweep, SweepCategory
from campaigns.selectors.followups import asks, solved_matters
from campaigns.services.followups import (
    change_follow_up,
    escalate_follow_up,
    open_follow_ups,
    solve_follow_up,
)
from pingan.enums import Level, Role
from pingan.models import AuditEvent, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.campaigns.makers import AUGUST, make_return
from tests.factories import County, make_user

TODAY = dt.date(2026, 9, 20)
PERSONS = ["key_persons", "petition", "mass_incident", "cult"]


def category(code: str = "hazard") -> SweepCategory:
    return SweepCategory.objects.get(code=code, county=None)


def item(**values: Any) -> dict[str, Any]:
    return {
        "category_id": category().pk,
        "title": "集镇路口路灯坏了三盏",
        "place": "集镇路口",
        "owner_post": "治保主任",
        "duty": "联系供电所修复",
        "due_on": dt.date(2026, 9, 30),
        **values,
    }


def register(
    monthly_return: MonthlyReturn,
    by: User,
    *items: dict[str, Any],
    source: FollowUpSource = FollowUpSource.SWEEP,
) -> list[FollowUp]:
    return open_follow_ups(
        monthly_return=monthly_return, source=source, items=items or [item()], by=by
    )


def solve(follow_up: FollowUp, by: User, **values: Any) -> None:
    what = {
        "version": follow_up.version,
        "solved_on": TODAY,
        "level": Level.VILLAGE,
        "outcome": "已经修好",
        **values,
    }
    solve_follow_up(follow_up=follow_up, by=by, **what)


def sweep(monthly_return: MonthlyReturn, code: str, found: int, **solved: int) -> Sweep:
    return Sweep.objects.create(
        monthly_return=monthly_return,
        month=monthly_return.month,
        category=category(code),
        answer=SweepAnswer.COUNTED,
        found=found,
        **solved,
    )


def test_matter_is_registered_with_post_duty_and_deadline(
    village_return: MonthlyReturn, village_clerk: User
):
    (made,) = register(village_return, village_clerk)

    made.refresh_from_db()
    assert (made.unit, made.month, made.level) == (
        village_return.unit,
        village_return.month,
        Level.VILLAGE,
    )
    assert (made.title, made.owner_post, made.due_on) == (
        "集镇路口路灯坏了三盏",
        "治保主任",
        dt.date(2026, 9, 30),
    )
    event = AuditEvent.objects.get(action="登记跟踪事项")
    assert (event.by, event.object_id) == (village_clerk, str(made.pk))


@pytest.mark.parametrize("code", PERSONS)
def test_categories_that_touch_persons_have_no_item(
    village_return: MonthlyReturn, village_clerk: User, code: str
):
    with pytest.raises(Refused, match="只报数字，不登记事项"):
        register(village_return, village_clerk, item(), item(category_id=category(code).pk))

    assert not FollowUp.objects.exists()


def test_a_count_of_persons_has_no_room_for_words():
    # The privacy rule: a sweep holds numbers and one fixed choice, nothing that could be written.
    free = (models.TextField, models.FileField, models.JSONField, models.BinaryField)
    words = [
        field.name
        for field in Sweep._meta.concrete_fields
        if isinstance(field, free) or (isinstance(field, models.CharField) and not field.choices)
    ]

    assert words == []


def test_all_categories_that_touch_persons_are_known(db: None):
    assert set(
        SweepCategory.objects.filter(touches_persons=True).values_list("code", flat=True)
    ) == set(PERSONS)


def test_decision_of_a_meeting_has_no_category(village_return: MonthlyReturn, village_clerk: User):
    (made,) = register(village_return, village_clerk, source=FollowUpSource.MEETING)

    assert (made.source, made.category) == (FollowUpSource.MEETING, None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"due_on": dt.date(2026, 8, 31)}, "早于发现的月份"),
        ({"due_on": dt.date(2028, 1, 1)}, "定在一年以内"),
        ({"category_id": 987654}, "没有这个排查类别"),
    ],
)
def test_impossible_items_are_refused(
    village_return: MonthlyReturn, village_clerk: User, values: dict[str, Any], sentence: str
):
    with pytest.raises(Refused, match=sentence):
        register(village_return, village_clerk, item(**values))

    assert not FollowUp.objects.exists()


def test_the_same_matter_is_not_registered_twice(
    village_return: MonthlyReturn, village_clerk: User
):
    register(village_return, village_clerk)

    with pytest.raises(Refused, match="已经登记过"):
        register(village_return, village_clerk, item(title="另一件"), item())
    register(village_return, village_clerk, item(place="菜市场"))

    assert FollowUp.objects.count() == 2


def test_strangers_register_nothing(
    village_return: MonthlyReturn, other_clerk: User, reviewer: User, county_officer: User
):
    for person in (other_clerk, reviewer, county_officer):
        with pytest.raises(Forbidden, match="不是甲1村的填报人"):
            register(village_return, person)


def test_matter_is_solved_with_date_level_and_outcome(
    village_return: MonthlyReturn, village_clerk: User
):
    (made,) = register(village_return, village_clerk)

    solve(made, village_clerk, level=Level.GROUP)

    made.refresh_from_db()
    assert (made.solved_on, made.solved_level, made.outcome) == (TODAY, Level.GROUP, "已经修好")
    event = AuditEvent.objects.get(action="办结")
    assert (event.note, event.after["solved_level"]) == ("已经修好", Level.GROUP)
    with pytest.raises(Refused, match="已经办结"):
        solve(made, village_clerk)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"outcome": " "}, "写明办理结果"),
        ({"level": Level.TOWNSHIP}, "办结层级不对"),
        ({"solved_on": dt.date(2026, 9, 21)}, "不能晚于今天"),
        ({"solved_on": dt.date(2026, 8, 31)}, "不能早于发现的月份"),
    ],
)
def test_impossible_solutions_are_refused(
    village_return: MonthlyReturn, village_clerk: User, values: dict[str, Any], sentence: str
):
    (made,) = register(village_return, village_clerk)

    with pytest.raises(Refused, match=sentence):
        solve(made, village_clerk, **values)

    made.refresh_from_db()
    assert made.solved_on is None


def test_matter_goes_up_level_by_level_and_changes_hands(
    village_return: MonthlyReturn,
    village_clerk: User,
    reviewer: User,
    other_clerk: User,
    county_officer: User,
):
    (made,) = register(village_return, village_clerk)

    escalate_follow_up(follow_up=made, version=1, note="要供电所停电施工", by=village_clerk)
    made.refresh_from_db()
    for person in (village_clerk, other_clerk, county_officer):
        with pytest.raises(Forbidden, match="现由乡镇办理"):
            solve(made, person)
    escalate_follow_up(follow_up=made, version=2, note="跨乡镇线路", by=reviewer)
    made.refresh_from_db()
    with pytest.raises(Forbidden, match="现由县办理"):
        solve(made, reviewer)
    with pytest.raises(Refused, match="没有更高一级"):
        escalate_follow_up(follow_up=made, version=3, note="再上交", by=county_officer)
    solve(made, county_officer, level=Level.COUNTY)

    events = AuditEvent.objects.filter(object_id=str(made.pk), object_type="跟踪事项")
    assert list(events.order_by("pk").values_list("action", "note")) == [
        ("登记跟踪事项", ""),
        ("上交乡镇办理", "要供电所停电施工"),
        ("上交县办理", "跨乡镇线路"),
        ("办结", "已经修好"),
    ]


def test_handing_up_needs_a_reason(village_return: MonthlyReturn, village_clerk: User):
    (made,) = register(village_return, village_clerk)

    with pytest.raises(Refused, match="为什么上交"):
        escalate_follow_up(follow_up=made, version=1, note=" ", by=village_clerk)


def test_matter_of_a_department_goes_to_the_county(tree: County):
    clerk = make_user(Role.VILLAGE_CLERK, tree.departments[0])
    (made,) = register(make_return(tree.departments[0]), clerk)

    escalate_follow_up(follow_up=made, version=1, note="需县里协调", by=clerk)

    made.refresh_from_db()
    assert made.level == Level.COUNTY


def test_second_of_two_changes_meets_a_conflict(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User
):
    (made,) = register(village_return, village_clerk)
    change_follow_up(
        follow_up=made, version=1, values=item(due_on=dt.date(2026, 10, 8)), by=township_clerk
    )

    with pytest.raises(Conflict, match="刚刚有变动"):
        solve(made, village_clerk, version=1)

    made.refresh_from_db()
    assert (made.due_on, made.solved_on, made.version) == (dt.date(2026, 10, 8), None, 2)


def test_lines_are_asked_for_open_matters_without_an_item(
    village_return: MonthlyReturn, village_clerk: User
):
    sweep(village_return, "hazard", 4, solved_in_village=1)
    sweep(village_return, "dispute", 2, solved_in_group=2)
    sweep(village_return, "petition", 3)
    august = make_return(village_return.unit, AUGUST)
    register(august, village_clerk, item(due_on=dt.date(2026, 8, 31)))
    (solved,) = register(village_return, village_clerk, item(title="护栏损坏"))
    solve(solved, village_clerk)

    found = [(ask.name, ask.open, ask.live, ask.missing) for ask in asks(village_return)]

    # The item of August still lives and counts; the solved one does not.
    assert found == [(category().name, 3, 1, 2)]


def test_solved_items_are_offered_to_the_sweep_of_their_month(
    village_return: MonthlyReturn, village_clerk: User, clock
):
    august = make_return(village_return.unit, AUGUST)
    first, second, _live = register(
        august, village_clerk, *(item(title=title) for title in ("甲处", "乙处", "丙处"))
    )
    solve(first, village_clerk, solved_on=dt.date(2026, 8, 30), level=Level.GROUP)
    solve(second, village_clerk, solved_on=dt.date(2026, 9, 2), level=Level.GROUP)

    (offered,) = solved_matters(village_return).values()
    (earlier,) = solved_matters(august).values()

    assert (offered.by_field, offered.live) == ({"solved_in_group": 1}, 1)
    assert (earlier.by_field, earlier.live) == ({"solved_in_group": 1}, 1)
