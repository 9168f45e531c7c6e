"""A notice on its way: worded, signed and numbered, answered, rechecked, withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assessments.enums import LadderKind, NoticeState, RecheckResult
from assessments.models import Problem, Recheck, RectificationNotice, RectificationReply
from assessments.policies import notices as policies
from assessments.selectors.ladder import signer_of, steps_of
from assessments.services import problems as problem_services
from assessments.services.finishing import finish
from assessments.services.notice_drafts import settle_follow_ups
from assessments.terms import add_months
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused
from pingan.services.files import store_file

WORDED = ("demand", "responsible_post", "due_on", "recheck_on", "basis")
MOST_FILES = 5
_AUDITED = (*WORDED, "state", "year", "number", "signed_on", "frozen_until", "closed_on", "reason")


@transaction.atomic
def edit_notice(
    *, notice: RectificationNotice, version: int, values: Mapping[str, Any], by: User
) -> RectificationNotice:
    """Word the draft; its problems are those that the close found."""
    locked = _locked(notice, version)
    signer = signer_of(locked.county_id, locked.kind)
    policies.check_edit_notice(notice=locked, signer=signer, by=by)
    policies.check_terms(
        due_on=values["due_on"], recheck_on=values["recheck_on"], today=timezone.localdate()
    )
    before = audit.snapshot(locked, *_AUDITED)
    for name in WORDED:
        setattr(locked, name, values[name])
    return finish(
        row=locked, before=before, fields=_AUDITED, action="修改通知书草稿", note="", by=by
    )


@transaction.atomic
def sign_notice(
    *, notice: RectificationNotice, version: int, by: User, on: dt.date | None = None
) -> RectificationNotice:
    """Sign and number. The county's row is the lock of its register: no gaps, no doubles."""
    county = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=notice.county_id)
    locked = _locked(notice, version)
    signer = signer_of(county.pk, locked.kind)
    policies.check_sign_notice(notice=locked, signer=signer, by=by)
    today = on or timezone.localdate()
    policies.check_terms(due_on=locked.due_on, recheck_on=locked.recheck_on, today=today)
    solved = list(locked.problems.exclude(solved_on=None))
    if len(solved) == locked.problems.count():
        raise Refused("所列问题都已经解决，请撤销这份草稿，不用签发。")
    locked.problems.remove(*solved)
    before = audit.snapshot(locked, *_AUDITED)
    locked.state = NoticeState.SIGNED
    locked.signed_on, locked.signed_by = today, by
    locked.year, locked.number = today.year, _next_number(county, locked.kind, today.year)
    step = steps_of(county.pk).get(LadderKind(locked.kind))
    if step is not None and step.freeze_months:
        locked.frozen_until = add_months(today, step.freeze_months)
    return finish(
        row=locked,
        before=before,
        fields=_AUDITED,
        action=f"签发{locked.get_kind_display()}",
        note="",
        by=by,
    )


def _next_number(county: Unit, kind: str, year: int) -> int:
    given = RectificationNotice.objects.filter(county=county, kind=kind, year=year)
    return (given.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def withdraw_notice(
    *, notice: RectificationNotice, version: int, reason: str, by: User
) -> RectificationNotice:
    """Take it back with a reason; a number that was given is not given again."""
    locked = _locked(notice, version)
    signer = signer_of(locked.county_id, locked.kind)
    policies.check_withdraw_notice(notice=locked, signer=signer, by=by)
    reason = _needed(reason, "请写明为什么撤销。")
    before = audit.snapshot(locked, *_AUDITED)
    locked.state, locked.reason = NoticeState.WITHDRAWN, reason
    return finish(
        row=locked, before=before, fields=_AUDITED, action="撤销通知书", note=reason, by=by
    )


@transaction.atomic
def reply_notice(
    *,
    notice: RectificationNotice,
    version: int,
    text: str,
    uploads: Sequence[UploadedFile] = (),
    by: User,
) -> RectificationReply:
    """The unit's written report, with its files."""
    locked = _locked(notice, version)
    policies.check_reply_notice(notice=locked, by=by)
    text = _needed(text, "请逐项写明整改情况。")
    if len(uploads) > MOST_FILES:
        raise Refused(f"附件最多{MOST_FILES}个，请合并后再上传。")
    reply = RectificationReply.objects.create(
        notice=locked, text=text, replied_at=timezone.now(), replied_by=by
    )
    reply.files.set([store_file(upload=each, unit=locked.unit, by=by) for each in uploads])
    before = audit.snapshot(locked, *_AUDITED)
    locked.state = NoticeState.REPLIED
    finish(
        row=locked, before=before, fields=_AUDITED, action="报告整改情况", note=text[:200], by=by
    )
    return reply


@transaction.atomic
def recheck_notice(
    *,
    notice: RectificationNotice,
    version: int,
    on: dt.date,
    result: RecheckResult,
    findings: str,
    by: User,
) -> Recheck:
    """Passed: the notice is closed and its problems leave the board. Failed: again."""
    locked = _locked(notice, version)
    policies.check_recheck_notice(notice=locked, by=by)
    findings = _needed(findings, "请写明复查看到的情况。")
    assert locked.signed_on is not None
    if not locked.signed_on <= on <= timezone.localdate():
        raise Refused("复查日期应在签发之日和今天之间。")
    recheck = Recheck.objects.create(
        notice=locked, on=on, result=result, findings=findings, checked_by=by
    )
    before = audit.snapshot(locked, *_AUDITED)
    if result == RecheckResult.FAILED:
        locked.state = NoticeState.AGAIN
        finish(
            row=locked,
            before=before,
            fields=_AUDITED,
            action="复查未通过",
            note=findings[:200],
            by=by,
        )
        return recheck
    _solve_all(locked, on, findings, by)
    locked.state, locked.closed_on = NoticeState.CLOSED, on
    finish(
        row=locked,
        before=before,
        fields=_AUDITED,
        action="复查通过，销号",
        note=findings[:200],
        by=by,
    )
    _close_earlier(locked, on, by)
    return recheck


def _solve_all(notice: RectificationNotice, on: dt.date, findings: str, by: User) -> None:
    settle_follow_ups(county=notice.county)
    for problem in notice.problems.open().select_related("unit", "follow_up"):
        if problem.follow_up_id:
            raise Refused(
                f"跟踪事项“{problem.title}”还没有办结，请先在“跟踪事项”里办结，再复查通过。"
            )
        before = audit.snapshot(problem, "solved_on", "solution")
        day = max(on, problem.found_on)
        problem_services.settle(
            problem=problem, solved_on=day, solution=f"复查通过：{findings}", by=by
        )
        problem.version += 1
        problem.save()
        audit.record(
            action="问题销号",
            obj=problem,
            by=by,
            unit=problem.unit,
            before=before,
            after=audit.snapshot(problem, "solved_on", "solution"),
        )


def _close_earlier(notice: RectificationNotice, on: dt.date, by: User) -> None:
    """The notices before it end with it, where nothing of theirs is open any more."""
    earlier = notice.previous
    while earlier is not None:
        is_running = earlier.state in (NoticeState.SIGNED, NoticeState.REPLIED)
        if is_running and not Problem.objects.open().filter(notices=earlier).exists():
            before = audit.snapshot(earlier, *_AUDITED)
            earlier.state, earlier.closed_on = NoticeState.CLOSED, on
            finish(
                row=earlier,
                before=before,
                fields=_AUDITED,
                action="随后一步销号",
                note=str(notice),
                by=by,
            )
        earlier = earlier.previous


def _needed(text: str, otherwise: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(otherwise)
    return text


def _locked(notice: RectificationNotice, version: int) -> RectificationNotice:
    held = RectificationNotice.objects.select_for_update(of=("self",))
    locked = held.select_related("unit__parent", "county", "previous").get(pk=notice.pk)
    if locked.version != version:
        raise Conflict(f"{locked}刚刚有变动，请看过最新内容再操作。")
    return locked
