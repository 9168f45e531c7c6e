import datetime as dt
from typing import Any

import pytest
import time_machine

from campaigns.enums import Activity, EducationKind, ReturnState, SweepAnswer, Team
from campaigns.models import Education, GroupRecord, MonthlyReturn, Patrol, Sweep, SweepCategory
from campaigns.selectors.history import changes_since
from campaigns.services.sections import save_section
from pingan.enums import PeriodState
from pingan.models import AuditEvent, Period, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.campaigns.makers import HANDED_IN_AT, SEPTEMBER, make_return, patrol_rows
from tests.factories import County

AFTER_MID_AUTUMN = dt.datetime(2026, 9, 25, 12, tzinfo=dt.UTC)


def education(**fields: Any) -> dict[str, Any]:
    return {
        "pk": None,
        "on": dt.date(2026, 9, 5),
        "kind": EducationKind.BROADCAST,
        "topic": "反诈",
        "host_post": "村支书",
        "audience": 60,
        **fields,
    }


def sweep(category: SweepCategory, **fields: int | str) -> dict[str, Any]:
    solved = dict.fromkeys(
        ("solved_in_group", "solved_in_village", "solved_in_township", "solved_in_county"), 0
    )
    return {
        "category_id": category.pk,
        "answer": SweepAnswer.ZERO,
        "found": 0,
        **solved,
        **fields,
    }


def save(
    monthly_return: MonthlyReturn, by: User, rows: list[dict[str, Any]], **fields: Any
) -> bool:
    what = {"activity": Activity.PATROL, "version": monthly_return.version, **fields}
    return save_section(monthly_return=monthly_return, rows=rows, by=by, **what)


def test_saved_days_are_written_with_month_and_key_days(
    village_return: MonthlyReturn, village_clerk: User, clock: time_machine.Traveller
):
    clock.move_to(AFTER_MID_AUTUMN)

    changed = save(village_return, village_clerk, patrol_rows(3, 4, 25))

    rows = Patrol.objects.values_list("on", "month", "team", "day_heads", "is_key_day")
    # The 3rd is a market day, the 25th Mid-autumn.
    assert changed
    assert list(rows) == [
        (dt.date(2026, 9, 3), SEPTEMBER, Team.VOLUNTEER, 2, True),
        (dt.date(2026, 9, 4), SEPTEMBER, Team.VOLUNTEER, 2, False),
        (dt.date(2026, 9, 25), SEPTEMBER, Team.VOLUNTEER, 2, True),
    ]
    assert (village_return.version, village_return.saved_by) == (2, village_clerk)


def test_market_days_of_the_township_hold_for_a_village_without_its_own(
    tree: County, village_return: MonthlyReturn, village_clerk: User
):
    tree.villages[0].market_days = ""
    tree.villages[0].save()

    save(village_return, village_clerk, patrol_rows(3, 4))

    assert list(Patrol.objects.values_list("is_key_day", flat=True)) == [True, False]


def test_only_what_differs_is_written_and_told(village_return: MonthlyReturn, village_clerk: User):
    save(village_return, village_clerk, patrol_rows(3, 4, 5))
    kept = Patrol.objects.get(on=dt.date(2026, 9, 3))

    save(village_return, village_clerk, [*patrol_rows(3, 6), *patrol_rows(4, night_heads=9)])

    assert Patrol.objects.get(on=kept.on).pk == kept.pk
    assert list(Patrol.objects.values_list("on__day", "night_heads")) == [(3, 4), (4, 9), (6, 4)]
    event = AuditEvent.objects.filter(action="保存治安巡逻").latest("pk")
    told = {"队伍": "义务巡逻队", "白天人数": 2, "发现情况": "", "处置情况": ""}
    assert event.before == {
        "9月4日": {**told, "夜间人数": 4},
        "9月5日": {**told, "夜间人数": 4},
        "version": 2,
    }
    assert event.after == {
        "9月4日": {**told, "夜间人数": 9},
        "9月6日": {**told, "夜间人数": 4},
        "version": 3,
    }
    assert (event.by, event.unit_path) == (village_clerk, village_return.unit.path)


def test_nothing_changed_leaves_version_and_audit(
    village_return: MonthlyReturn, village_clerk: User
):
    save(village_return, village_clerk, patrol_rows(3))
    events = AuditEvent.objects.count()

    changed = save(village_return, village_clerk, patrol_rows(3))

    assert not changed
    assert village_return.version == 2
    assert AuditEvent.objects.count() == events


def test_second_saver_of_the_same_activity_meets_a_conflict(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User
):
    save(village_return, village_clerk, patrol_rows(3))
    save(village_return, township_clerk, patrol_rows(3, night_heads=6), version=2)

    with pytest.raises(Conflict, match="治安巡逻已被别人改过"):
        save(village_return, village_clerk, patrol_rows(3, night_heads=8), version=2)

    assert Patrol.objects.get().night_heads == 6
    (change,) = changes_since(village_return, Activity.PATROL, 2)
    assert (change.row, change.field, change.old, change.new, change.who) == (
        "9月3日",
        "夜间人数",
        4,
        6,
        township_clerk.display_name,
    )


def test_two_people_on_two_activities_do_not_conflict(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User
):
    save(village_return, village_clerk, patrol_rows(3), version=1)
    save(
        village_return,
        township_clerk,
        [education()],
        version=1,
        activity=Activity.EDUCATION,
    )

    village_return.refresh_from_db()
    assert village_return.version == 3
    assert (Patrol.objects.count(), Education.objects.count()) == (1, 1)


def test_list_rows_keep_their_identity(village_return: MonthlyReturn, village_clerk: User):
    save(
        village_return,
        village_clerk,
        [education(), education(topic="禁毒")],
        activity=Activity.EDUCATION,
    )
    first, second = Education.objects.order_by("pk")

    save(
        village_return,
        village_clerk,
        [education(pk=second.pk, topic="禁毒", audience=90), education(topic="防火")],
        activity=Activity.EDUCATION,
    )

    rows = Education.objects.order_by("pk").values_list("pk", "topic", "audience")
    assert rows[0] == (second.pk, "禁毒", 90)
    assert [row[1:] for row in rows[1:]] == [("防火", 60)]
    assert not Education.objects.filter(pk=first.pk).exists()


def test_sweep_counts_are_saved_by_category(village_return: MonthlyReturn, village_clerk: User):
    dispute, order = SweepCategory.objects.filter(code__in=("dispute", "order"))
    rows = [
        sweep(dispute, answer=SweepAnswer.COUNTED, found=3, solved_in_group=2),
        sweep(order),
    ]

    save(village_return, village_clerk, rows, activity=Activity.SWEEP)

    found = Sweep.objects.values_list("category__code", "answer", "found", "solved_in_group")
    assert set(found) == {("dispute", "counted", 3, 2), ("order", "zero", 0, 0)}


def test_groups_are_those_of_the_village(
    tree: County, village_return: MonthlyReturn, village_clerk: User
):
    row = {"patrol_nights": 3, "briefs": 1, "found": 1, "solved": 1, "appraisal": 90}

    save(
        village_return,
        village_clerk,
        [{"group_id": tree.groups[0].pk, **row}],
        activity=Activity.GROUPS,
    )
    with pytest.raises(Refused, match="不属于这份月报"):
        save(
            village_return,
            village_clerk,
            [{"group_id": tree.groups[2].pk, **row}],
            activity=Activity.GROUPS,
        )

    assert list(GroupRecord.objects.values_list("group", flat=True)) == [tree.groups[0].pk]


def test_rows_of_another_return_are_refused(
    tree: County, village_return: MonthlyReturn, village_clerk: User, township_clerk: User
):
    other = make_return(tree.villages[1])
    save(other, township_clerk, [education()], activity=Activity.EDUCATION)
    foreign = Education.objects.get()

    with pytest.raises(Refused, match="不属于这份月报"):
        save(
            village_return,
            village_clerk,
            [education(pk=foreign.pk, topic="改掉")],
            activity=Activity.EDUCATION,
        )

    foreign.refresh_from_db()
    assert foreign.topic == "反诈"


@pytest.mark.parametrize(
    ("activity", "rows", "sentence"),
    [
        (Activity.PATROL, patrol_rows(3, 3), "重复的行"),
        (Activity.PATROL, [{**patrol_rows(3)[0], "on": dt.date(2026, 10, 1)}], "不属于"),
        (Activity.EDUCATION, [education(on=dt.date(2026, 8, 31))], "不在2026年9月"),
    ],
)
def test_rows_that_no_form_sends_are_refused(
    village_return: MonthlyReturn,
    village_clerk: User,
    activity: Activity,
    rows: list[dict[str, Any]],
    sentence: str,
):
    with pytest.raises(Refused, match=sentence):
        save(village_return, village_clerk, rows, activity=activity)

    village_return.refresh_from_db()
    assert village_return.version == 1
    assert not AuditEvent.objects.exists()


def test_a_stranger_is_refused(village_return: MonthlyReturn, other_clerk: User, reviewer: User):
    for person in (other_clerk, reviewer):
        with pytest.raises(Forbidden, match="不能填写"):
            save(village_return, person, patrol_rows(3))

    assert not Patrol.objects.exists()


@pytest.mark.parametrize("state", [ReturnState.SUBMITTED, ReturnState.ACCEPTED])
@pytest.mark.parametrize("activity", [Activity.EDUCATION, Activity.SWEEP, Activity.GROUPS])
def test_what_is_handed_in_is_not_edited(
    tree: County, village_clerk: User, state: ReturnState, activity: Activity
):
    monthly_return = make_return(tree.villages[0], state=state)

    with pytest.raises(Refused, match="要修改"):
        save(monthly_return, village_clerk, [], activity=activity)


HANDED_IN = [ReturnState.SUBMITTED, ReturnState.ACCEPTED]


@pytest.mark.parametrize("state", HANDED_IN)
def test_patrols_go_on_after_handing_in(
    tree: County,
    village_clerk: User,
    township_clerk: User,
    clock: time_machine.Traveller,
    state: ReturnState,
):
    monthly_return = make_return(tree.villages[0], state=state, submitted_by=village_clerk)
    before = (monthly_return.first_submitted_at, monthly_return.is_on_time)
    clock.move_to(AFTER_MID_AUTUMN)

    save(monthly_return, village_clerk, patrol_rows(21, 25))
    save(monthly_return, township_clerk, patrol_rows(21, night_heads=6))

    assert list(Patrol.objects.values_list("on__day", "night_heads")) == [(21, 6)]
    assert monthly_return.state == state
    assert (monthly_return.first_submitted_at, monthly_return.is_on_time) == before
    notes = AuditEvent.objects.filter(action="保存治安巡逻").values_list("note", flat=True)
    assert list(notes) == ["上报后续填"] * 2


@pytest.mark.parametrize("state", HANDED_IN)
@pytest.mark.parametrize("rows", [[], patrol_rows(19, night_heads=9), patrol_rows(18, 19, 20)])
def test_days_up_to_handing_in_stay_as_they_are(
    tree: County,
    village_clerk: User,
    clock: time_machine.Traveller,
    state: ReturnState,
    rows: list[dict[str, Any]],
):
    monthly_return = make_return(tree.villages[0])
    save(monthly_return, village_clerk, patrol_rows(19))
    MonthlyReturn.objects.filter(pk=monthly_return.pk).update(
        state=state, submitted_at=HANDED_IN_AT
    )
    clock.move_to(AFTER_MID_AUTUMN)

    with pytest.raises(Refused, match="的巡逻已经随月报在9月20日上报，不能再改"):
        save(monthly_return, village_clerk, [*rows, *patrol_rows(21)])

    assert list(Patrol.objects.values_list("on__day", "night_heads")) == [(19, 4)]


def test_nobody_else_goes_on_with_patrols(
    tree: County, reviewer: User, other_clerk: User, clock: time_machine.Traveller
):
    monthly_return = make_return(tree.villages[0], state=ReturnState.ACCEPTED)
    clock.move_to(AFTER_MID_AUTUMN)

    for person in (reviewer, other_clerk):
        with pytest.raises(Forbidden, match="不能填写"):
            save(monthly_return, person, patrol_rows(25))

    assert not Patrol.objects.exists()


def test_month_handed_in_after_its_last_day_is_shut(
    tree: County, village_clerk: User, clock: time_machine.Traveller
):
    late = dt.datetime(2026, 9, 30, 8, tzinfo=dt.UTC)
    monthly_return = make_return(
        tree.villages[0], state=ReturnState.ACCEPTED, submitted_at=late, first_submitted_at=late
    )
    clock.move_to(late)

    with pytest.raises(Refused, match="审核人先退回"):
        save(monthly_return, village_clerk, patrol_rows(30))


@pytest.mark.parametrize("state", [ReturnState.DRAFT, *HANDED_IN])
def test_nobody_patrols_in_advance(tree: County, village_clerk: User, state: ReturnState):
    monthly_return = make_return(tree.villages[0], state=state)

    with pytest.raises(Refused, match="还没到9月21日"):
        save(monthly_return, village_clerk, patrol_rows(21, 22))

    assert not Patrol.objects.exists()


def test_closed_month_is_not_edited(
    tree: County, village_return: MonthlyReturn, village_clerk: User
):
    now = dt.datetime(2026, 10, 8, tzinfo=dt.UTC)
    Period.objects.create(
        county=tree.county, month=SEPTEMBER, state=PeriodState.CLOSED, closed_at=now
    )

    for state in (ReturnState.DRAFT, ReturnState.ACCEPTED):
        MonthlyReturn.objects.update(state=state, submitted_at=HANDED_IN_AT)
        with pytest.raises(Refused, match="已经结账"):
            save(village_return, village_clerk, patrol_rows(20, 19))

    assert not Patrol.objects.exists()


def test_returned_month_stays_marked_while_it_is_edited(tree: County, village_clerk: User):
    monthly_return = make_return(
        tree.villages[0], state=ReturnState.RETURNED, return_reason="请补夜巡"
    )

    save(monthly_return, village_clerk, patrol_rows(3))

    assert (monthly_return.state, monthly_return.return_reason) == ("returned", "请补夜巡")
