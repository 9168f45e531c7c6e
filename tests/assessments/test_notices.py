"""Rectification notices: drafted by the close, signed, answered, rechecked, closed or again."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from assessments.enums import LadderKind, NoticeState, RecheckResult
from assessments.models import LadderStep, Problem, RectificationNotice
from assessments.selectors.freezes import freeze_of, frozen_units
from assessments.services import notices as services
from assessments.services import problems as problem_services
from assessments.services.notice_drafts import draft_notices
from pingan import calendars
from pingan.enums import Role
from pingan.models import AuditEvent, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.regulating import (
    NOW,
    TODAY,
    draft,
    make_matter,
    make_problem,
    replied,
    signed,
)
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
SEPTEMBER = Month(2026, 9)


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_close_drafts_one_notice_a_unit_with_all_its_problems(tree: County):
    first = make_problem(tree.townships[0])
    second = make_problem(tree.townships[0], "场口占道")
    make_problem(tree.townships[0], "本月才发现", SEPTEMBER)
    make_problem(tree.villages[2])

    drafts = draft_notices(county=tree.county, month=SEPTEMBER)

    assert [notice.unit for notice in drafts] == [tree.townships[0], tree.villages[2]]
    notice = drafts[0]
    assert list(notice.problems.all()) == [first, second]
    assert (notice.kind, notice.state, notice.number) == (
        LadderKind.NOTICE,
        NoticeState.DRAFT,
        None,
    )
    assert notice.responsible_post == "综治专干"
    assert notice.due_on >= TODAY + dt.timedelta(days=15)
    assert not calendars.is_day_off(notice.due_on)
    assert not calendars.is_day_off(notice.recheck_on)
    assert "广东省平安建设条例" in notice.basis


def test_drafting_twice_changes_nothing(tree: County, county_officer: User):
    make_problem(tree.townships[0])
    make_matter(tree.villages[0])

    assert len(draft_notices(county=tree.county, month=SEPTEMBER)) == 2
    events = AuditEvent.objects.count()
    assert draft_notices(county=tree.county, month=SEPTEMBER, by=county_officer) == []

    assert RectificationNotice.objects.count() == 2
    assert AuditEvent.objects.count() == events


def test_unsigned_draft_takes_further_problems_in(tree: County):
    notice = draft(tree.townships[0])
    make_problem(tree.townships[0], "又一处")

    assert draft_notices(county=tree.county, month=SEPTEMBER) == [notice]
    assert notice.problems.count() == 2


def test_only_the_county_drafts(tree: County, township_clerk: User):
    with pytest.raises(Forbidden):
        draft_notices(county=tree.county, month=SEPTEMBER, by=township_clerk)


def test_signing_numbers_without_gaps(tree: County, county_officer: User):
    make_problem(tree.townships[0])
    make_problem(tree.townships[1])
    first, second = draft_notices(county=tree.county, month=SEPTEMBER)

    services.sign_notice(notice=second, version=1, by=county_officer)
    with pytest.raises(Conflict):
        services.sign_notice(notice=second, version=1, by=county_officer)
    services.sign_notice(notice=first, version=1, by=county_officer)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (str(second), str(first)) == ("整改通知〔2026〕1号", "整改通知〔2026〕2号")
    assert (first.signed_on, first.signed_by, first.state) == (
        TODAY,
        county_officer,
        NoticeState.SIGNED,
    )


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR, Role.AUDITOR])
def test_step_is_signed_by_its_own_duty(tree: County, role: Role):
    notice = draft(tree.townships[0])

    with pytest.raises(Forbidden):
        services.sign_notice(notice=notice, version=1, by=make_user(role, tree.county))


def test_solved_problems_are_not_signed_for(tree: County, county_officer: User):
    notice = draft(tree.townships[0])
    Problem.objects.update(solved_on=TODAY)

    with pytest.raises(Refused, match="都已经解决"):
        services.sign_notice(notice=notice, version=1, by=county_officer)


def test_deadline_that_has_passed_is_not_signed(tree: County, county_officer: User):
    notice = draft(tree.townships[0])
    RectificationNotice.objects.update(due_on=TODAY)

    with pytest.raises(Refused, match="请先改到今天以后"):
        services.sign_notice(notice=notice, version=1, by=county_officer)


def test_listing_freezes_by_the_ladder(tree: County, county_officer: User):
    leader = make_user(Role.LEADER, tree.county)
    notice = draft(tree.townships[0])
    RectificationNotice.objects.update(kind=LadderKind.LISTED)
    assert freeze_of(tree.townships[0], TODAY) is None

    services.sign_notice(notice=notice, version=1, by=leader)

    freeze = freeze_of(tree.townships[0], TODAY)
    assert freeze is not None
    assert (freeze.until, freeze.reason) == (dt.date(2027, 4, 9), "挂牌督办〔2026〕1号")
    assert set(frozen_units(TODAY)) == {tree.townships[0].pk}
    assert frozen_units(dt.date(2027, 4, 9)) == {}
    notice.refresh_from_db()
    services.withdraw_notice(notice=notice, version=2, reason="另案处理", by=leader)
    assert freeze_of(tree.townships[0], TODAY) is None


def test_ladder_of_the_county_comes_before_the_common_one(tree: County):
    LadderStep.objects.create(
        county=tree.county,
        position=1,
        kind=LadderKind.NOTICE,
        after_months=1,
        due_days=5,
        recheck_days=3,
        basis="本县办法",
    )
    make_problem(tree.townships[0], month=SEPTEMBER)

    [notice] = draft_notices(county=tree.county, month=SEPTEMBER)

    assert (notice.basis, notice.due_on) == ("本县办法", TODAY + dt.timedelta(days=5))


def test_unit_replies_and_somebody_else_rechecks(
    tree: County, county_officer: User, township_clerk: User
):
    notice = signed(tree.townships[0], county_officer)
    upload = SimpleUploadedFile("报告.pdf", b"%PDF-1.7 x")

    reply = services.reply_notice(
        notice=notice, version=2, text="已加固", uploads=[upload], by=township_clerk
    )

    assert [file.name for file in reply.files.all()] == ["报告.pdf"]
    notice.refresh_from_db()
    assert notice.state == NoticeState.REPLIED
    arguments: dict[str, Any] = {
        "on": TODAY,
        "result": RecheckResult.PASSED,
        "findings": "现场看过",
    }
    for by in (county_officer, township_clerk):
        with pytest.raises(Forbidden):
            services.recheck_notice(notice=notice, version=3, by=by, **arguments)
    inspector = make_user(Role.INSPECTOR, tree.county)
    services.recheck_notice(notice=notice, version=3, by=inspector, **arguments)

    notice.refresh_from_db()
    problem = Problem.objects.get()
    assert (notice.state, notice.closed_on) == (NoticeState.CLOSED, TODAY)
    assert (problem.solved_on, problem.solution) == (TODAY, "复查通过：现场看过")


def test_township_reviewer_rechecks_a_village(tree: County, county_officer: User):
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    notice = replied(tree.villages[0], county_officer, clerk)
    reviewer = make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0])
    stranger = make_user(Role.TOWNSHIP_REVIEWER, tree.townships[1])
    arguments: dict[str, Any] = {"on": TODAY, "result": RecheckResult.PASSED, "findings": "好"}

    with pytest.raises(Forbidden):
        services.recheck_notice(notice=notice, version=3, by=stranger, **arguments)
    services.recheck_notice(notice=notice, version=3, by=reviewer, **arguments)

    notice.refresh_from_db()
    assert notice.state == NoticeState.CLOSED


def test_failed_recheck_brings_the_next_draft(
    tree: County, county_officer: User, township_clerk: User
):
    notice = replied(tree.townships[0], county_officer, township_clerk)
    other = make_user(Role.COUNTY_OFFICER, tree.county)

    services.recheck_notice(
        notice=notice,
        version=3,
        on=TODAY,
        result=RecheckResult.FAILED,
        findings="北侧没有做",
        by=other,
    )
    notice.refresh_from_db()
    assert notice.state == NoticeState.AGAIN
    with time_machine.travel(dt.datetime(2026, 11, 9, 1, tzinfo=dt.UTC), tick=False):
        [following] = draft_notices(county=tree.county, month=Month(2026, 10))

    assert (following.kind, following.previous) == (LadderKind.INTERVIEW, notice)
    assert Problem.objects.open().count() == 1


def test_whole_ladder_and_the_end_of_every_step(
    tree: County, county_officer: User, township_clerk: User
):
    """Nothing is answered until the place is listed; then everything ends together."""
    leader = make_user(Role.LEADER, tree.county)
    first = signed(tree.townships[0], county_officer)
    moments = [dt.datetime(2026, month, 20, 1, tzinfo=dt.UTC) for month in (11, 12)]
    with time_machine.travel(moments[0], tick=False):
        [second] = draft_notices(county=tree.county, month=Month(2026, 10))
        services.sign_notice(notice=second, version=1, by=county_officer)
        with pytest.raises(Refused, match="已经进入下一步"):
            services.reply_notice(notice=first, version=2, text="做了", by=township_clerk)
    with time_machine.travel(moments[1], tick=False):
        [third] = draft_notices(county=tree.county, month=Month(2026, 11))
        services.sign_notice(notice=third, version=1, by=leader)
        services.reply_notice(notice=third, version=2, text="做了", by=township_clerk)
        services.recheck_notice(
            notice=third,
            version=3,
            on=moments[1].date(),
            result=RecheckResult.PASSED,
            findings="好",
            by=county_officer,
        )

    kinds = RectificationNotice.objects.order_by("pk").values_list("kind", "state")
    assert list(kinds) == [(kind, NoticeState.CLOSED) for kind in LadderKind]


def test_follow_up_must_be_solved_before_the_recheck_passes(
    tree: County, county_officer: User, township_clerk: User
):
    matter = make_matter(tree.townships[0])
    [notice] = draft_notices(county=tree.county, month=SEPTEMBER)
    services.sign_notice(notice=notice, version=1, by=county_officer)
    services.reply_notice(notice=notice, version=2, text="已换", by=township_clerk)
    inspector = make_user(Role.INSPECTOR, tree.county)
    arguments: dict[str, Any] = {"on": TODAY, "result": RecheckResult.PASSED, "findings": "好"}

    with pytest.raises(Refused, match="还没有办结"):
        services.recheck_notice(notice=notice, version=3, by=inspector, **arguments)
    matter.solved_on, matter.solved_level, matter.outcome = TODAY, matter.level, "已换灯"
    matter.save()
    services.recheck_notice(notice=notice, version=3, by=inspector, **arguments)

    assert Problem.objects.get().solution == "已换灯"


def test_withdrawn_draft_comes_back_only_with_the_next_close(tree: County, county_officer: User):
    notice = draft(tree.townships[0])

    with pytest.raises(Refused, match="为什么"):
        services.withdraw_notice(notice=notice, version=1, reason=" ", by=county_officer)
    services.withdraw_notice(notice=notice, version=1, reason="已口头整改", by=county_officer)

    assert draft_notices(county=tree.county, month=SEPTEMBER) == []
    [again] = draft_notices(county=tree.county, month=Month(2026, 10))
    assert again.kind == LadderKind.NOTICE


def test_unsigned_notices_stay_in_the_county(
    tree: County, county_officer: User, township_clerk: User, other_clerk: User
):
    notice = draft(tree.townships[0])
    seen = RectificationNotice.objects.visible_to

    assert list(seen(county_officer)) == [notice]
    assert list(seen(township_clerk)) == []
    services.sign_notice(notice=notice, version=1, by=county_officer)
    assert list(seen(township_clerk)) == [notice]
    assert list(seen(other_clerk)) == []


def test_bad_file_refuses_the_whole_reply(tree: County, county_officer: User, township_clerk: User):
    notice = signed(tree.townships[0], county_officer)
    upload = SimpleUploadedFile("木马.exe", b"MZ")

    with pytest.raises(Refused, match="不能上传"):
        services.reply_notice(
            notice=notice, version=2, text="已加固", uploads=[upload], by=township_clerk
        )

    notice.refresh_from_db()
    assert (notice.state, notice.replies.count()) == (NoticeState.SIGNED, 0)


def test_wording_changes_under_the_version(tree: County, county_officer: User):
    notice = draft(tree.townships[0])
    values = {
        "demand": "限期整改",
        "responsible_post": "镇长",
        "due_on": TODAY + dt.timedelta(days=20),
        "recheck_on": TODAY + dt.timedelta(days=25),
        "basis": "依据",
    }

    services.edit_notice(notice=notice, version=1, values=values, by=county_officer)
    with pytest.raises(Conflict):
        services.edit_notice(notice=notice, version=1, values=values, by=county_officer)

    notice.refresh_from_db()
    assert (notice.responsible_post, notice.version) == ("镇长", 2)


def test_problem_reopened_after_the_close_goes_on_with_the_ladder(
    tree: County, county_officer: User, township_clerk: User
):
    notice = replied(tree.townships[0], county_officer, township_clerk)
    inspector = make_user(Role.INSPECTOR, tree.county)
    services.recheck_notice(
        notice=notice,
        version=3,
        on=TODAY,
        result=RecheckResult.PASSED,
        findings="好",
        by=inspector,
    )
    problem = Problem.objects.get()
    problem_services.reopen_problem(
        problem=problem, version=problem.version, reason="又松动", by=county_officer
    )

    [following] = draft_notices(county=tree.county, month=Month(2026, 10))

    assert (following.kind, following.previous) == (LadderKind.INTERVIEW, notice)


@pytest.mark.slow
@pytest.mark.usefixtures("real_commits")
def test_two_sign_at_once_and_get_two_numbers(tree: County):
    officers = [make_user(Role.COUNTY_OFFICER, tree.county) for _ in range(2)]
    for township in tree.townships:
        make_problem(township)
    drafts = draft_notices(county=tree.county, month=SEPTEMBER)

    def sign(pair: tuple[RectificationNotice, User]) -> None:
        try:
            services.sign_notice(notice=pair[0], version=1, by=pair[1])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sign, zip(drafts, officers, strict=True)))

    numbers = RectificationNotice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2]
