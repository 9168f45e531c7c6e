"""命名 (S9), from application to check: started, filled in, handed in, checked on the spot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from assessments.enums import NamingGrade, NamingState
from assessments.models import Naming, NamingAnswer, NamingKind
from assessments.policies import namings as policies
from assessments.selectors.freezes import freeze_of
from assessments.selectors.namings import IN_HAND
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused
from pingan.services.files import store_file

APPLICATION = ("state", "grade", "count", "statement")
CHECK = ("state", "checked_on", "check_note")
LONGEST_BACK = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class AnswerText:
    """How the unit meets one line. Files are never asked for."""

    is_met: bool | None
    evidence: str
    upload: UploadedFile | None = None
    drops_file: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """What an application says; `answers` by the id of the answer."""

    grade: NamingGrade
    count: int | None
    statement: str
    answers: Mapping[int, AnswerText]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the check found of one line."""

    is_confirmed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Check:
    """One check on the spot; `lines` by the id of the answer."""

    on: dt.date
    note: str
    lines: Mapping[int, Confirmation]


@transaction.atomic
def start_naming(*, unit: Unit, kind: NamingKind, by: User) -> Naming:
    """Begin an application with every line of the standard still to be answered."""
    policies.check_apply_naming(unit=unit, kind=kind, by=by)
    Unit.objects.select_for_update().get(pk=unit.pk)
    check_not_frozen(unit)
    if Naming.objects.filter(unit=unit, kind__code=kind.code, state__in=IN_HAND).exists():
        raise Refused(f"{unit.name}的“{kind.name}”已经在申报，请到列表里接着办。")
    criteria = list(kind.criteria.filter(is_active=True))
    if not criteria:
        raise Refused(f"“{kind.name}”还没有标准，请先由县级制定标准。")
    naming = Naming.objects.create(unit=unit, kind=kind, grade=NamingGrade.QUALIFIED)
    NamingAnswer.objects.bulk_create(
        NamingAnswer(naming=naming, criterion=criterion) for criterion in criteria
    )
    _record("开始命名申报", naming, by, after=audit.snapshot(naming, *APPLICATION))
    return naming


@transaction.atomic
def fill_naming(*, naming: Naming, application: Application, version: int, by: User) -> Naming:
    """Save the self-assessment; Conflict where somebody saved it since `version`."""
    locked = held(naming, version)
    policies.check_fill_naming(naming=locked, by=by)
    _check_count(locked, application.count, is_final=False)
    before = audit.snapshot(locked, *APPLICATION)
    locked.grade = application.grade
    locked.count = application.count if locked.kind.is_counted else None
    locked.statement = application.statement
    for answer in locked.answers.select_related("criterion"):
        typed = application.answers.get(answer.pk)
        if typed is not None:
            _answer(locked, answer, typed, by)
    save(locked)
    after = audit.snapshot(locked, *APPLICATION)
    _record("保存命名自评", locked, by, before=before, after=after)
    return locked


def _answer(naming: Naming, answer: NamingAnswer, typed: AnswerText, by: User) -> None:
    answer.is_met, answer.evidence = typed.is_met, typed.evidence
    if typed.upload is not None:
        answer.file = store_file(upload=typed.upload, unit=naming.unit, by=by)
    elif typed.drops_file:
        answer.file = None
    answer.save(update_fields=["is_met", "evidence", "file"])


@transaction.atomic
def apply_naming(*, naming: Naming, version: int, by: User) -> Naming:
    """Hand the self-assessment in for the check."""
    locked = held(naming, version)
    policies.check_fill_naming(naming=locked, by=by)
    check_not_frozen(locked.unit)
    answers = list(locked.answers.select_related("criterion"))
    open_lines = sum(answer.is_met is None for answer in answers)
    if open_lines:
        raise Refused(f"还有{open_lines}条标准没有自评，请逐条填“达标”或“未达标”再申报。")
    failed = [a for a in answers if not a.is_met and not a.criterion.for_demonstration]
    if failed:
        raise Refused(f"自评还有{len(failed)}条基本标准未达标，达标以后再申报。")
    if locked.grade == NamingGrade.DEMONSTRATION and not all(a.is_met for a in answers):
        raise Refused("申报示范须全部标准达标，请改报合格，或达标以后再申报。")
    _check_count(locked, locked.count, is_final=True)
    before = audit.snapshot(locked, *APPLICATION)
    locked.state = NamingState.APPLIED
    locked.applied_at, locked.applied_by = timezone.now(), by
    save(locked)
    after = audit.snapshot(locked, *APPLICATION)
    _record("申报命名", locked, by, before=before, after=after)
    return locked


@transaction.atomic
def take_back_naming(*, naming: Naming, version: int, by: User) -> Naming:
    """The applicant corrects what is not yet checked."""
    locked = held(naming, version)
    policies.check_take_back_naming(naming=locked, by=by)
    return _back_to_draft(locked, "撤回命名申报", by)


@transaction.atomic
def send_back_naming(*, naming: Naming, reason: str, version: int, by: User) -> Naming:
    """The checker returns it with the reason, to be filled in better."""
    locked = held(naming, version)
    policies.check_check_naming(naming=locked, by=by)
    check_text(reason, "退回的理由")
    locked.check_note = reason
    return _back_to_draft(locked, "退回命名申报", by, note=reason)


def _back_to_draft(locked: Naming, action: str, by: User, note: str = "") -> Naming:
    before = {"state": locked.state}
    locked.state = NamingState.DRAFT
    locked.applied_at = locked.applied_by = None
    save(locked)
    _record(action, locked, by, before=before, after={"state": locked.state}, note=note)
    return locked


@transaction.atomic
def drop_naming(*, naming: Naming, version: int, by: User) -> None:
    """An application that was never handed in leaves nothing behind but its event."""
    locked = held(naming, version)
    policies.check_fill_naming(naming=locked, by=by)
    _record("放弃命名申报", locked, by, before=audit.snapshot(locked, *APPLICATION))
    locked.delete()


@transaction.atomic
def check_naming(*, naming: Naming, check: Check, version: int, by: User) -> Naming:
    """Write down what the check found, line by line."""
    locked = held(naming, version)
    policies.check_check_naming(naming=locked, by=by)
    check_text(check.note, "核查意见")
    check_day(check.on, "核查日期")
    answers = list(locked.answers.all())
    if {answer.pk for answer in answers} != check.lines.keys():
        raise Refused("请逐条核查后再保存。")
    for answer in answers:
        found = check.lines[answer.pk]
        answer.is_confirmed, answer.note = found.is_confirmed, found.note
    NamingAnswer.objects.bulk_update(answers, ["is_confirmed", "note"])
    before = audit.snapshot(locked, *CHECK)
    locked.state = NamingState.CHECKED
    locked.checked_on, locked.check_note, locked.checked_by = check.on, check.note, by
    save(locked)
    after = audit.snapshot(locked, *CHECK)
    _record("核查命名", locked, by, before=before, after=after, note=check.note)
    return locked


def check_not_frozen(unit: Unit) -> None:
    """A listed or vetoed unit is neither named nor may it apply."""
    freeze = freeze_of(unit, timezone.localdate())
    if freeze is not None:
        raise Refused(f"{unit.name}现在不能申报命名：{freeze.sentence}")


def check_text(text: str, what: str) -> None:
    if not text.strip():
        raise Refused(f"请写明{what}。")


def check_day(day: dt.date, what: str) -> None:
    today = timezone.localdate()
    if not today - LONGEST_BACK <= day <= today:
        raise Refused(f"{what}应在今天以前的一年之内。")


def held(naming: Naming, version: int) -> Naming:
    """The row, held until the end; Conflict where somebody saved it since `version`."""
    rows = Naming.objects.select_for_update(of=("self",)).select_related("unit", "kind")
    locked = rows.filter(pk=naming.pk).first()
    if locked is None or locked.version != version:
        raise Conflict("您打开这一页之后，别人已经办过这份命名。")
    return locked


def save(naming: Naming) -> None:
    naming.version += 1
    naming.save()


def _check_count(naming: Naming, count: int | None, *, is_final: bool) -> None:
    if not naming.kind.is_counted:
        return
    if is_final and not count:
        raise Refused("请填达标的户数。只报户数，不列户名。")
    households = naming.unit.households
    if count and households is not None and count > households:
        raise Refused(f"户数不能多于{naming.unit.name}的总户数{households}户。")


def _record(
    action: str,
    naming: Naming,
    by: User,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    note: str = "",
) -> None:
    audit.record(
        action=action, obj=naming, by=by, unit=naming.unit, before=before, after=after, note=note
    )


def record_all(*, action: str, namings: Sequence[Naming], by: User, note: str, after: str) -> None:
    """An event for each of many, in one statement."""
    audit.record_all(
        audit.event(
            action=action, obj=each, by=by, unit=each.unit, after={"state": after}, note=note
        )
        for each in namings
    )
