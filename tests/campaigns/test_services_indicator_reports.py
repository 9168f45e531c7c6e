import datetime as dt

import pytest

from campaigns.enums import IndicatorAnswer, ReturnState
from campaigns.models import IndicatorValue
from campaigns.services import indicator_reports as services
from campaigns.services.indicator_reports import Answer
from campaigns.spans import Span
from pingan.models import AuditEvent, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.campaigns.indicator_makers import (
    SEPTEMBER,
    accepted,
    answers,
    common,
    fill_in,
    make_form,
    make_report,
    waiting,
)
from tests.factories import County

AUGUST: Span = SEPTEMBER.previous
NOW = dt.datetime(2026, 9, 20, 2, 0, tzinfo=dt.UTC)


def saved(report) -> dict[str, tuple]:
    rows = IndicatorValue.objects.filter(report=report).select_related("indicator")
    return {row.indicator.code: (row.answer, row.number, row.note) for row in rows}


def test_answers_are_saved_whole(tree: County, township_clerk: User):
    form = make_form(tree.county)
    report = fill_in(make_report(form, tree.townships[0]), criminal_cases=9, order_cases=5)
    wanted = answers(form, criminal_cases=3, criminal_solved=None)

    changed = services.save_answers(report=report, answers=wanted, version=1, by=township_clerk)

    assert (changed, report.version) == (True, 2)
    assert saved(report) == {
        "criminal_cases": (IndicatorAnswer.COUNTED, 3, ""),
        "criminal_solved": (IndicatorAnswer.NOT_APPLICABLE, None, ""),
    }
    event = AuditEvent.objects.get()
    assert event.before == {"刑事案件": "9", "治安案件": "5"}
    assert event.after == {"刑事案件": "3", "刑事案件破案": "不适用"}


def test_same_answers_change_nothing(tree: County, township_clerk: User):
    form = make_form(tree.county)
    report = fill_in(make_report(form, tree.townships[0]), criminal_cases=9)

    changed = services.save_answers(
        report=report, answers=answers(form, criminal_cases=9), version=1, by=township_clerk
    )

    assert (changed, report.version, AuditEvent.objects.count()) == (False, 1, 0)


def test_second_saver_meets_a_conflict(tree: County, township_clerk: User):
    form = make_form(tree.county)
    report = make_report(form, tree.townships[0])
    services.save_answers(
        report=report, answers=answers(form, criminal_cases=1), version=1, by=township_clerk
    )

    with pytest.raises(Conflict, match="《案件月报》刚刚有变动"):
        services.save_answers(
            report=report, answers=answers(form, criminal_cases=2), version=1, by=township_clerk
        )

    assert saved(report)["criminal_cases"][1] == 1


def test_foreign_indicator_and_ratio_are_refused(tree: County, township_clerk: User):
    report = make_report(make_form(tree.county), tree.townships[0])

    for indicator in common("fires", "criminal_solved_rate"):
        with pytest.raises(Refused, match="不属于这张表"):
            services.save_answers(
                report=report, answers={indicator.pk: Answer(1)}, version=1, by=township_clerk
            )


def test_stranger_and_reviewer_do_not_fill_in(
    tree: County, other_clerk: User, county_officer: User
):
    form = make_form(tree.county)
    report = make_report(form, tree.townships[0])

    for stranger in (other_clerk, county_officer):
        with pytest.raises(Forbidden, match="不能填写它的指标报表"):
            services.save_answers(
                report=report, answers=answers(form, criminal_cases=1), version=1, by=stranger
            )


def test_whole_report_is_submitted(tree: County, township_clerk: User):
    report = fill_in(
        make_report(make_form(tree.county), tree.townships[0]),
        criminal_cases=4,
        criminal_solved=4,
        order_cases=0,
    )

    services.submit_report(report=report, version=1, by=township_clerk)

    assert (report.state, report.is_on_time, report.submitted_at) == (
        ReturnState.SUBMITTED,
        True,
        NOW,
    )
    assert (report.submitted_by, report.version) == (township_clerk, 2)
    assert AuditEvent.objects.get().action == "上报"


def test_late_is_after_the_due_day(tree: County, township_clerk: User):
    report = make_report(
        make_form(tree.county, "fires"), tree.townships[0], due_on=dt.date(2026, 9, 19)
    )

    services.submit_report(report=fill_in(report, fires=1), version=1, by=township_clerk)

    assert report.is_on_time is False


def test_gap_impossible_number_and_leap_keep_it_back(tree: County, township_clerk: User):
    form = make_form(tree.county)
    accepted(form, tree.townships[0], AUGUST, criminal_cases=2, criminal_solved=1, order_cases=1)
    report = fill_in(make_report(form, tree.townships[0]), criminal_cases=8, criminal_solved=9)

    with pytest.raises(services.Unfit) as refusal:
        services.submit_report(report=report, version=1, by=township_clerk)

    assert refusal.value.sentences == [
        "治安案件还没有填。",
        "刑事案件上期是2，本期是8，相差较大，请说明原因。",
        "刑事案件破案上期是1，本期是9，相差较大，请说明原因。",
        "刑事案件破案9多于刑事案件8，刑事案件破案率会超过100%。",
    ]
    report.refresh_from_db()
    assert report.state == ReturnState.DRAFT


def test_explained_leap_passes(tree: County, township_clerk: User):
    form = make_form(tree.county, "fires")
    accepted(form, tree.townships[0], AUGUST, fires=1)
    report = fill_in(make_report(form, tree.townships[0]), fires=8)
    IndicatorValue.objects.filter(report=report).update(note="连日干旱")

    services.submit_report(report=report, version=1, by=township_clerk)

    assert report.state == ReturnState.SUBMITTED


def test_report_is_sent_back_corrected_and_accepted(
    tree: County, township_clerk: User, county_officer: User
):
    form = make_form(tree.county, "fires")
    report = waiting(form, tree.townships[0], township_clerk, fires=3)

    services.send_report_back(report=report, version=1, by=county_officer, reason=" 与消防数不符 ")
    assert (report.state, report.return_reason) == (ReturnState.RETURNED, "与消防数不符")
    services.save_answers(
        report=report, answers=answers(form, fires=2), version=2, by=township_clerk
    )
    services.submit_report(report=report, version=3, by=township_clerk)
    services.accept_report(report=report, version=4, by=county_officer)

    assert (report.state, report.return_reason, report.reviewed_by) == (
        ReturnState.ACCEPTED,
        "",
        county_officer,
    )


def test_sending_back_needs_a_reason(tree: County, township_clerk: User, county_officer: User):
    report = waiting(make_form(tree.county, "fires"), tree.townships[0], township_clerk, fires=3)

    with pytest.raises(Refused, match="请写明退回的原因"):
        services.send_report_back(report=report, version=1, by=county_officer, reason=" ")


def test_nobody_accepts_what_he_submitted(tree: County, township_clerk: User, reviewer: User):
    form = make_form(tree.county, "fires", levels=[3])
    own = waiting(form, tree.villages[0], township_clerk, fires=0)
    other = waiting(form, tree.villages[1], reviewer, fires=0)

    done, refused = services.accept_reports(
        reports=[own, other], versions={own.pk: 1, other.pk: 1}, by=township_clerk
    )

    assert (done, refused) == (
        1,
        ["甲1村的指标报表是您代为上报的，不能由您自己审核，请换一位审核人。"],
    )


def test_withdrawn_report_may_be_changed_again(tree: County, township_clerk: User):
    report = waiting(make_form(tree.county, "fires"), tree.townships[0], township_clerk, fires=3)

    services.withdraw_report(report=report, version=1, by=township_clerk)

    assert (report.state, report.submitted_at) == (ReturnState.DRAFT, None)


def test_submitted_report_is_not_changed(tree: County, township_clerk: User):
    form = make_form(tree.county, "fires")
    report = waiting(form, tree.townships[0], township_clerk, fires=3)

    with pytest.raises(Refused, match="这份指标报表已经上报，正在等待审核"):
        services.save_answers(
            report=report, answers=answers(form, fires=1), version=1, by=township_clerk
        )
