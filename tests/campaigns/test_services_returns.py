import datetime as dt
from typing import Any

import pytest

from campaigns.enums import Activity, ReturnState, SweepAnswer
from campaigns.models import CheckNote, FieldRemark, MonthlyReturn, Patrol, Sweep, SweepCategory
from campaigns.services import returns as services
from campaigns.services.explanations import explain
from campaigns.services.remarks import Remark
from campaigns.services.sections import save_section
from pingan.enums import PeriodState
from pingan.models import AuditEvent, Period, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.campaigns.makers import (
    AUGUST,
    SEPTEMBER,
    fill_in,
    make_return,
    patrol_rows,
    submitted,
)
from tests.factories import County

NOON = dt.datetime(2026, 9, 20, 2, 0, tzinfo=dt.UTC)


def close(tree: County) -> None:
    Period.objects.create(
        county=tree.county, month=SEPTEMBER, state=PeriodState.CLOSED, closed_at=NOON
    )


def test_complete_return_is_submitted(village_return: MonthlyReturn, village_clerk: User):
    fill_in(village_return)

    services.submit(monthly_return=village_return, version=1, by=village_clerk)

    assert village_return.state == ReturnState.SUBMITTED
    assert village_return.submitted_by == village_clerk
    assert village_return.submitted_at == village_return.first_submitted_at == NOON
    assert (village_return.is_on_time, village_return.version) == (True, 2)
    event = AuditEvent.objects.get()
    assert (event.action, event.by, event.unit_path) == (
        "上报",
        village_clerk,
        village_return.unit.path,
    )
    assert (event.before["state"], event.after["state"]) == ("draft", "submitted")


@pytest.mark.parametrize(
    ("moment", "on_time"),
    [
        (dt.datetime(2026, 9, 28, 15, 59, tzinfo=dt.UTC), True),  # 23:59 in China
        (dt.datetime(2026, 9, 28, 16, 0, tzinfo=dt.UTC), False),  # the 29th there
    ],
)
def test_late_is_after_the_last_minute_of_the_day(
    clock, village_return: MonthlyReturn, village_clerk: User, moment: dt.datetime, on_time: bool
):
    fill_in(village_return)
    clock.move_to(moment)

    services.submit(monthly_return=village_return, version=1, by=village_clerk)

    assert village_return.is_on_time is on_time


def test_first_submission_decides_lateness(
    clock, village_return: MonthlyReturn, village_clerk: User, reviewer: User
):
    fill_in(village_return)
    services.submit(monthly_return=village_return, version=1, by=village_clerk)
    services.send_back(monthly_return=village_return, version=2, by=reviewer, reason="补会议")
    clock.move_to(dt.datetime(2026, 10, 3, tzinfo=dt.UTC))

    services.submit(monthly_return=village_return, version=3, by=village_clerk)

    assert (village_return.is_on_time, village_return.first_submitted_at) == (True, NOON)
    assert village_return.submitted_at == dt.datetime(2026, 10, 3, tzinfo=dt.UTC)


def test_empty_return_is_refused_even_when_confirmed(
    village_return: MonthlyReturn, village_clerk: User
):
    with pytest.raises(services.Incomplete, match="五个活动都还没有填写"):
        services.submit(monthly_return=village_return, version=1, by=village_clerk, confirmed=True)

    village_return.refresh_from_db()
    assert village_return.state == ReturnState.DRAFT


def test_unanswered_sweep_is_refused_even_when_confirmed(
    village_return: MonthlyReturn, village_clerk: User
):
    fill_in(village_return)
    Sweep.objects.filter(category__code="hazard").delete()

    with pytest.raises(services.Incomplete, match="六排查还有1类没有答复"):
        services.submit(monthly_return=village_return, version=1, by=village_clerk, confirmed=True)


def test_gaps_want_a_confirmation_which_is_recorded(
    village_return: MonthlyReturn, village_clerk: User
):
    fill_in(village_return)
    Patrol.objects.filter(on__day__gt=11).delete()

    with pytest.raises(services.Incomplete) as refusal:
        services.submit(monthly_return=village_return, version=1, by=village_clerk)
    services.submit(monthly_return=village_return, version=1, by=village_clerk, confirmed=True)

    sentence = "治安巡逻只填了11天，应有19天。"
    assert (refusal.value.gaps.blocking, refusal.value.gaps.warnings) == ((), (sentence,))
    assert village_return.state == ReturnState.SUBMITTED
    assert AuditEvent.objects.get().note == sentence


def test_stale_page_does_not_submit(village_return: MonthlyReturn, village_clerk: User):
    fill_in(village_return)
    MonthlyReturn.objects.update(version=4)

    with pytest.raises(Conflict, match="刚刚有变动"):
        services.submit(monthly_return=village_return, version=1, by=village_clerk)

    village_return.refresh_from_db()
    assert village_return.state == ReturnState.DRAFT


def test_submitting_twice_is_refused(village_return: MonthlyReturn, village_clerk: User):
    fill_in(village_return)
    services.submit(monthly_return=village_return, version=1, by=village_clerk)

    with pytest.raises(Refused, match="不必再报"):
        services.submit(monthly_return=village_return, version=2, by=village_clerk)


def test_stranger_does_not_submit(village_return: MonthlyReturn, other_clerk: User):
    fill_in(village_return)

    with pytest.raises(Forbidden):
        services.submit(monthly_return=village_return, version=1, by=other_clerk)


def test_withdrawn_return_is_a_draft_again(tree: County, village_clerk: User):
    monthly_return = submitted(tree.villages[0], village_clerk)

    services.withdraw(monthly_return=monthly_return, version=1, by=village_clerk)

    assert (monthly_return.state, monthly_return.submitted_by) == (ReturnState.DRAFT, None)
    assert monthly_return.first_submitted_at is not None
    assert AuditEvent.objects.get().action == "撤回"


def test_accepted_return_is_not_withdrawn(tree: County, village_clerk: User):
    monthly_return = make_return(tree.villages[0], state=ReturnState.ACCEPTED)

    with pytest.raises(Refused, match="不能撤回"):
        services.withdraw(monthly_return=monthly_return, version=1, by=village_clerk)


def test_return_is_sent_back_with_its_reason(tree: County, village_clerk: User, reviewer: User):
    monthly_return = submitted(tree.villages[0], village_clerk)

    services.send_back(monthly_return=monthly_return, version=1, by=reviewer, reason=" 补夜巡 ")

    assert (monthly_return.state, monthly_return.return_reason) == ("returned", "补夜巡")
    assert (monthly_return.reviewed_by, monthly_return.reviewed_at) == (reviewer, NOON)
    event = AuditEvent.objects.get()
    assert (event.action, event.note) == ("退回", "补夜巡")


def test_accepted_return_may_still_be_sent_back(tree: County, reviewer: User):
    monthly_return = make_return(tree.villages[0], state=ReturnState.ACCEPTED)

    services.send_back(monthly_return=monthly_return, version=1, by=reviewer, reason="数字不符")

    assert monthly_return.state == ReturnState.RETURNED


@pytest.mark.parametrize(("reason", "sentence"), [("  ", "请写明"), ("长" * 301, "300字以内")])
def test_sending_back_needs_a_reason_of_fitting_length(
    tree: County, village_clerk: User, reviewer: User, reason: str, sentence: str
):
    monthly_return = submitted(tree.villages[0], village_clerk)

    with pytest.raises(Refused, match=sentence):
        services.send_back(monthly_return=monthly_return, version=1, by=reviewer, reason=reason)

    monthly_return.refresh_from_db()
    assert monthly_return.state == ReturnState.SUBMITTED


def test_superior_accepts(tree: County, village_clerk: User, reviewer: User):
    monthly_return = submitted(tree.villages[0], village_clerk)

    services.accept(monthly_return=monthly_return, version=1, by=reviewer)

    assert (monthly_return.state, monthly_return.reviewed_by) == (ReturnState.ACCEPTED, reviewer)
    assert AuditEvent.objects.get().after["state"] == "accepted"


def test_county_accepts_the_township_and_not_the_village(
    tree: County, township_clerk: User, county_officer: User
):
    township = submitted(tree.townships[0], township_clerk)
    village = submitted(tree.villages[0], township_clerk)

    services.accept(monthly_return=township, version=1, by=county_officer)
    with pytest.raises(Forbidden, match="不由您审核"):
        services.accept(monthly_return=village, version=1, by=county_officer)


def test_other_township_does_not_review(tree: County, village_clerk: User, other_clerk: User):
    monthly_return = submitted(tree.villages[0], village_clerk)

    with pytest.raises(Forbidden):
        services.accept(monthly_return=monthly_return, version=1, by=other_clerk)
    with pytest.raises(Forbidden):
        services.send_back(monthly_return=monthly_return, version=1, by=other_clerk, reason="不")


def test_what_was_changed_since_the_look_is_not_accepted(
    tree: County, village_clerk: User, reviewer: User
):
    monthly_return = submitted(tree.villages[0], village_clerk)
    MonthlyReturn.objects.update(version=3)

    with pytest.raises(Conflict):
        services.accept(monthly_return=monthly_return, version=1, by=reviewer)


def test_closed_month_refuses_every_move(
    tree: County, village_clerk: User, reviewer: User, township_clerk: User
):
    draft = fill_in(make_return(tree.villages[1]))
    waiting = submitted(tree.villages[0], village_clerk)
    close(tree)

    with pytest.raises(Refused, match="已经结账"):
        services.submit(monthly_return=draft, version=1, by=township_clerk)
    with pytest.raises(Refused, match="已经结账"):
        services.withdraw(monthly_return=waiting, version=1, by=village_clerk)
    with pytest.raises(Refused, match="已经结账"):
        services.send_back(monthly_return=waiting, version=1, by=reviewer, reason="改")
    with pytest.raises(Refused, match="已经结账"):
        services.accept(monthly_return=waiting, version=1, by=reviewer)
    assert not AuditEvent.objects.exists()


def test_one_refused_return_does_not_stop_the_others(
    tree: County, village_clerk: User, township_clerk: User
):
    good = submitted(tree.villages[0], village_clerk)
    own = submitted(tree.villages[1], township_clerk)

    accepted, refused = services.accept_many(
        returns=[own, good], versions={good.pk: 1, own.pk: 1}, by=township_clerk
    )

    assert accepted == 1
    assert [(each.monthly_return, "代为上报" in each.sentence) for each in refused] == [(own, True)]
    assert set(MonthlyReturn.objects.values_list("pk", "state")) == {
        (good.pk, "accepted"),
        (own.pk, "submitted"),
    }


def _leap(tree: County, monthly_return: MonthlyReturn) -> str:
    """The month before had 2 disputes, this one has 9: a check wants a word."""
    category = SweepCategory.objects.get(code="dispute", county=None)
    before = make_return(tree.villages[0], AUGUST)
    what = {"category": category, "answer": SweepAnswer.COUNTED}
    Sweep.objects.create(monthly_return=before, month=AUGUST, found=2, **what)
    Sweep.objects.filter(monthly_return=monthly_return, category=category).update(
        answer=SweepAnswer.COUNTED, found=9
    )
    return "民间纠纷排查数：上月2，本月9，增加到3倍以上。"


def test_question_of_a_check_wants_a_word_which_is_kept(
    tree: County, village_return: MonthlyReturn, village_clerk: User
):
    question = _leap(tree, fill_in(village_return))
    what: dict[str, Any] = {"monthly_return": village_return, "version": 1, "by": village_clerk}

    with pytest.raises(services.Incomplete) as refusal:
        services.submit(**what, confirmed=True, said={question: "  "})
    said = {question: " 征地后纠纷增多 ", "别的": "不算"}
    services.submit(**what, confirmed=True, said=said)  # nine open matters have no item yet

    assert [finding.text for finding in refusal.value.questions] == [question]
    note = CheckNote.objects.get()
    assert (note.code, note.row, note.text) == ("month-sweep", "dispute", "征地后纠纷增多")
    assert note.by == village_clerk
    assert village_return.state == ReturnState.SUBMITTED
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["校验说明", "上报"]


def test_word_that_was_kept_is_not_asked_again(
    tree: County, village_return: MonthlyReturn, village_clerk: User
):
    question = _leap(tree, fill_in(village_return))
    explain(monthly_return=village_return, said={question: "征地后纠纷增多"}, by=village_clerk)

    services.submit(monthly_return=village_return, version=1, by=village_clerk, confirmed=True)

    assert village_return.state == ReturnState.SUBMITTED


def test_stranger_explains_nothing(tree: County, village_return: MonthlyReturn, other_clerk: User):
    question = _leap(tree, fill_in(village_return))

    with pytest.raises(Forbidden):
        explain(monthly_return=village_return, said={question: "没事"}, by=other_clerk)

    assert not CheckNote.objects.exists()


def test_what_cannot_be_stops_the_submission(village_return: MonthlyReturn, village_clerk: User):
    fill_in(village_return)
    village_return.meeting_rows.update(attendance=0)
    sentence = "第1次会议的到会人数是0，没有开成的会请删除该行。"

    with pytest.raises(services.Incomplete, match=sentence):
        services.submit(
            monthly_return=village_return,
            version=1,
            by=village_clerk,
            confirmed=True,
            said={sentence: "无"},
        )

    assert not CheckNote.objects.exists()


def test_remarks_go_back_with_the_return(tree: County, village_clerk: User, reviewer: User):
    monthly_return = submitted(tree.villages[0], village_clerk)

    services.send_back(
        monthly_return=monthly_return,
        version=1,
        by=reviewer,
        reason=" ",
        remarks=[
            Remark(Activity.PATROL, "夜巡人数不对", "2026-09-03", "night_heads"),
            Remark(Activity.MEETING, "补一次例会"),
        ],
    )

    assert monthly_return.return_reason == "请按标出的2处意见修改。"
    found = FieldRemark.objects.values_list("activity", "row", "field", "text", "by")
    assert list(found) == [
        ("patrol", "2026-09-03", "night_heads", "夜巡人数不对", reviewer.pk),
        ("meeting", "", "", "补一次例会", reviewer.pk),
    ]
    assert AuditEvent.objects.get().note == "请按标出的2处意见修改。；夜巡人数不对；补一次例会"


@pytest.mark.parametrize(
    "remark",
    [
        Remark(Activity.PATROL, "改", "2026-09-03", "is_key_day"),
        Remark(Activity.SURVEY, "改"),
        Remark(Activity.PATROL, "长" * 201),
    ],
)
def test_remark_about_nothing_is_refused(
    tree: County, village_clerk: User, reviewer: User, remark: Remark
):
    monthly_return = submitted(tree.villages[0], village_clerk)

    with pytest.raises(Refused):
        services.send_back(
            monthly_return=monthly_return, version=1, by=reviewer, reason="改", remarks=[remark]
        )

    monthly_return.refresh_from_db()
    assert (monthly_return.state, FieldRemark.objects.count()) == (ReturnState.SUBMITTED, 0)


def test_remarks_are_settled_when_their_row_is_saved_again_or_all_is_accepted(
    tree: County, village_return: MonthlyReturn, village_clerk: User, reviewer: User
):
    remarks = [
        Remark(Activity.PATROL, "夜巡人数不对", "2026-09-03", "night_heads"),
        Remark(Activity.PATROL, "这天不是没有人吗", "2026-09-04"),
        Remark(Activity.MEETING, "补一次例会"),
    ]
    FieldRemark.objects.bulk_create(
        FieldRemark(
            monthly_return=village_return,
            activity=each.activity,
            row=each.row,
            field=each.field,
            text=each.text,
        )
        for each in remarks
    )
    save_section(
        monthly_return=village_return,
        activity=Activity.PATROL,
        rows=patrol_rows(3),
        version=1,
        by=village_clerk,
    )
    left = list(FieldRemark.objects.filter(resolved_at=None).values_list("text", flat=True))
    MonthlyReturn.objects.update(
        state=ReturnState.SUBMITTED, submitted_at=NOON, submitted_by=village_clerk
    )

    services.accept(monthly_return=village_return, version=2, by=reviewer)

    assert left == ["这天不是没有人吗", "补一次例会"]
    assert not FieldRemark.objects.filter(resolved_at=None).exists()


def test_many_at_once_are_those_without_a_hint(tree: County, village_clerk: User, reviewer: User):
    clean = submitted(tree.villages[0], village_clerk)
    odd = fill_in(submitted(tree.villages[1], village_clerk))
    both = MonthlyReturn.objects.select_related("unit__parent").order_by("pk")

    accepted, refused = services.accept_many(
        returns=both, versions={clean.pk: 1, odd.pk: 1}, by=reviewer
    )

    assert accepted == 1
    assert [each.sentence for each in refused] == [
        "甲2村2026年9月的月报有建议看一看的地方，请打开审核。"
    ]


def test_zeros_are_signed_for_before_or_by_handing_in(
    village_return: MonthlyReturn, village_clerk: User
):
    fill_in(village_return)
    MonthlyReturn.objects.update(zero_signed_at=None)
    village_return.refresh_from_db()

    with pytest.raises(services.Incomplete) as refusal:
        services.submit(monthly_return=village_return, version=1, by=village_clerk)
    services.submit(monthly_return=village_return, version=1, by=village_clerk, confirmed=True)

    assert refusal.value.gaps.warnings == ("六排查有7类零报告还没有签认，上报即为签认。",)
    assert village_return.zero_signed_by == village_clerk
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["签认零报告", "上报"]


def test_open_matters_without_an_item_want_a_confirmation(
    village_return: MonthlyReturn, village_clerk: User
):
    fill_in(village_return)
    Sweep.objects.filter(category__code__in=("hazard", "petition")).update(
        answer=SweepAnswer.COUNTED, found=2
    )

    with pytest.raises(services.Incomplete) as refusal:
        services.submit(monthly_return=village_return, version=1, by=village_clerk)

    # Of the petitions nothing is asked but their number.
    assert refusal.value.gaps.warnings == ("安全隐患有2件没有化解的事项还没有登记责任岗位和期限。",)
