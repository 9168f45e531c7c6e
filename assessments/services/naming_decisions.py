"""命名 (S9), from the decision on: named for a term, rechecked, renewed, withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from assessments.enums import NamingGrade, NamingState, RecheckResult
from assessments.models import Naming, NamingAnswer, NamingRecheck
from assessments.policies import namings as policies
from assessments.selectors.freezes import frozen_units
from assessments.selectors.namings import SOON_DAYS, best_grade, last_result
from assessments.services.namings import (
    check_day,
    check_not_frozen,
    check_text,
    held,
    record_all,
    save,
)
from assessments.terms import MONTHS_OF_YEAR, add_months, half_way
from pingan import audit, calendars
from pingan.enums import ShiftRule
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused

LISTED = 5  # names of one refusal
TERM = ("state", "grade", "document", "valid_from", "valid_to", "recheck_on", "withdrawn_on")
LATEST_START = dt.timedelta(days=31)
LAST_RECHECK_DAYS = 60  # before the term ends


@dataclass(frozen=True, slots=True)
class NamingDocument:
    """The decision that namings rest on."""

    document: str
    decision: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class Choice:
    """One application taken into a decision, with its grade and the version that was read."""

    grade: NamingGrade
    version: int


@transaction.atomic
def decide_namings(
    *, county: Unit, chosen: Mapping[int, Choice], decision: NamingDocument, by: User
) -> list[Naming]:
    """Name all of them with one document, or none: a refusal says whom it concerns."""
    policies.check_decide_namings(county=county, by=by)
    _check_decision(decision)
    namings = _held_all(county, chosen)
    _check_grades(namings, chosen)
    _check_freezes(namings, decision.on)
    for naming in namings:
        _name(naming, chosen[naming.pk].grade, decision, by)
    fields = ["state", "grade", "decision", "document", "decided_at", "decided_by"]
    fields += ["valid_from", "valid_to", "recheck_on", "version"]
    _end_earlier(namings, decision, by)
    Naming.objects.bulk_update(namings, fields, batch_size=200)
    record_all(
        action="命名", namings=namings, by=by, note=decision.document, after=NamingState.NAMED
    )
    return namings


def _held_all(county: Unit, chosen: Mapping[int, Choice]) -> list[Naming]:
    rows = Naming.objects.select_for_update(of=("self",)).select_related("unit", "kind")
    rows = rows.filter(pk__in=chosen, unit__path__startswith=county.path)
    namings = list(rows.order_by("pk"))
    if not namings:
        raise Refused("请至少勾选一个要命名的单位。")
    changed = [each for each in namings if each.version != chosen[each.pk].version]
    if changed or len(namings) != len(chosen):
        raise Conflict("您打开这一页之后，有的申请已经办过，请按现在的名单重新勾选。")
    for naming in namings:
        if naming.state != NamingState.CHECKED:
            raise Refused(f"{naming.unit.name}的申请还没有核查，不能命名。")
    return namings


def _check_grades(namings: list[Naming], chosen: Mapping[int, Choice]) -> None:
    """No grade above what the confirmed lines allow. One query."""
    answers: dict[int, list[NamingAnswer]] = {}
    rows = NamingAnswer.objects.filter(naming__in=namings).select_related("criterion")
    for answer in rows:
        answers.setdefault(answer.naming_id, []).append(answer)
    for naming in namings:
        best = best_grade(answers.get(naming.pk, []))
        if best is None:
            raise Refused(f"{naming.unit.name}核查还有基本标准未达标，只能不予命名。")
        wants_more = chosen[naming.pk].grade == NamingGrade.DEMONSTRATION
        if wants_more and best != NamingGrade.DEMONSTRATION:
            raise Refused(f"{naming.unit.name}没有达到全部示范标准，只能命名为合格。")


def _check_freezes(namings: list[Naming], on: dt.date) -> None:
    today = timezone.localdate()
    units = [naming.unit for naming in namings]
    frozen = frozen_units(today, units=units) | frozen_units(on, units=units)
    sentences = [
        f"{unit.name}：{frozen[unit.pk][0].sentence}" for unit in units if unit.pk in frozen
    ]
    if sentences:
        raise Refused("这些单位现在不能命名，请取消勾选。" + "".join(sentences[:LISTED]))


def _name(naming: Naming, grade: NamingGrade, decision: NamingDocument, by: User) -> None:
    naming.state, naming.grade = NamingState.NAMED, grade
    naming.document, naming.decision = decision.document, decision.decision
    naming.decided_at, naming.decided_by = timezone.now(), by
    naming.valid_from = decision.on
    naming.valid_to = add_months(decision.on, naming.kind.years * MONTHS_OF_YEAR)
    naming.recheck_on = _workday(half_way(decision.on, naming.valid_to))
    naming.version += 1


def _end_earlier(namings: list[Naming], decision: NamingDocument, by: User) -> None:
    """What the units were named before ends where the new naming begins."""
    kinds = {(naming.unit_id, naming.kind_id) for naming in namings}
    rows = Naming.objects.valid(on=decision.on).filter(unit__in={unit for unit, _ in kinds})
    rows = rows.filter(state=NamingState.NAMED, valid_from__lt=decision.on)
    earlier = [
        each
        for each in rows.select_related("unit").select_for_update(of=("self",))
        if (each.unit_id, each.kind_id) in kinds
    ]
    for each in earlier:
        each.valid_to, each.version = decision.on, each.version + 1
    Naming.objects.bulk_update(earlier, ["valid_to", "version"], batch_size=200)
    record_all(
        action="命名由新的命名接续",
        namings=earlier,
        by=by,
        note=decision.document,
        after=NamingState.NAMED,
    )


@transaction.atomic
def refuse_naming(*, naming: Naming, reason: str, version: int, by: User) -> Naming:
    """The county does not name it, and says why."""
    locked = held(naming, version)
    policies.check_decide_naming(naming=locked, by=by)
    check_text(reason, "不予命名的理由")
    before = audit.snapshot(locked, *TERM)
    locked.state, locked.decision = NamingState.REFUSED, reason
    locked.decided_at, locked.decided_by = timezone.now(), by
    save(locked)
    _record("不予命名", locked, by, before, reason)
    return locked


@transaction.atomic
def withdraw_naming(*, naming: Naming, reason: str, version: int, by: User) -> Naming:
    """End it today, with the reason."""
    locked = held(naming, version)
    today = timezone.localdate()
    policies.check_withdraw_naming(naming=locked, today=today, by=by)
    check_text(reason, "撤销的理由")
    before = audit.snapshot(locked, *TERM)
    locked.state, locked.withdrawn_on = NamingState.WITHDRAWN, today
    locked.withdraw_reason, locked.withdrawn_by = reason, by
    save(locked)
    _record("撤销命名", locked, by, before, reason)
    return locked


@transaction.atomic
def recheck_naming(
    *,
    naming: Naming,
    on: dt.date,
    result: RecheckResult,
    findings: str,
    version: int,
    by: User,
) -> Naming:
    """Look again whether the standard is still met. One that failed goes before the county."""
    locked = held(naming, version)
    policies.check_recheck_naming(naming=locked, today=timezone.localdate(), by=by)
    check_text(findings, "复核情况")
    check_day(on, "复核日期")
    assert locked.valid_from is not None
    assert locked.valid_to is not None
    if on < locked.valid_from:
        raise Refused("复核日期不能早于命名日期。")
    NamingRecheck.objects.create(
        naming=locked, on=on, result=result, findings=findings, checked_by=by
    )
    before = audit.snapshot(locked, *TERM)
    locked.recheck_on = _next_recheck(locked.valid_to, on)
    save(locked)
    label = RecheckResult(result).label
    _record(f"命名复核{label}", locked, by, before, findings)
    return locked


@transaction.atomic
def renew_naming(*, naming: Naming, decision: NamingDocument, version: int, by: User) -> Naming:
    """A new term after the old one, on the word of a recheck of its last months."""
    locked = held(naming, version)
    today = timezone.localdate()
    policies.check_withdraw_naming(naming=locked, today=today, by=by)
    _check_decision(decision)
    check_not_frozen(locked.unit)
    check_renewable(locked, today)
    assert locked.valid_to is not None
    begins = locked.valid_to
    renewed = Naming.objects.create(
        unit=locked.unit,
        kind=locked.kind,
        grade=locked.grade,
        count=locked.count,
        state=NamingState.NAMED,
        statement=locked.statement,
        applied_at=locked.applied_at,
        applied_by=locked.applied_by,
        checked_on=locked.checked_on,
        check_note=locked.check_note,
        checked_by=locked.checked_by,
        decision=decision.decision,
        document=decision.document,
        decided_at=timezone.now(),
        decided_by=by,
        valid_from=begins,
        valid_to=add_months(begins, locked.kind.years * MONTHS_OF_YEAR),
    )
    assert renewed.valid_to is not None
    renewed.recheck_on = _workday(half_way(begins, renewed.valid_to))
    renewed.save(update_fields=["recheck_on"])
    _record("命名续期", renewed, by, {}, decision.document)
    return renewed


def check_renewable(naming: Naming, today: dt.date) -> None:
    """Refused, with the sentence why, unless the last months of the term were rechecked."""
    assert naming.valid_to is not None
    if (naming.valid_to - today).days > SOON_DAYS:
        raise Refused(f"离到期还有{SOON_DAYS}天以上，到期前{SOON_DAYS}天内才能续期。")
    rechecks = list(naming.rechecks.all())
    late = [each for each in rechecks if (naming.valid_to - each.on).days <= SOON_DAYS]
    if not late or last_result(naming) != RecheckResult.PASSED:
        raise Refused(f"续期以前要先复核通过，复核应在到期前{SOON_DAYS}天内。")
    later = Naming.objects.filter(unit=naming.unit_id, kind=naming.kind_id)
    if later.filter(state=NamingState.NAMED, valid_from__gte=naming.valid_to).exists():
        raise Refused("已经续期，不用再办。")


def _next_recheck(valid_to: dt.date, on: dt.date) -> dt.date | None:
    """After the recheck of half-term one more before the end, after that none."""
    last = _workday(valid_to - dt.timedelta(days=LAST_RECHECK_DAYS))
    return last if (valid_to - on).days > SOON_DAYS else None


def _workday(day: dt.date) -> dt.date:
    return calendars.shift(day, ShiftRule.NEXT_WORKDAY)


def _check_decision(decision: NamingDocument) -> None:
    check_text(decision.document, "命名文件")
    check_text(decision.decision, "决定理由")
    today = timezone.localdate()
    if abs(decision.on - today) > LATEST_START:
        raise Refused("命名日期应在今天前后一个月之内。")


def _record(action: str, naming: Naming, by: User, before: Mapping[str, object], note: str) -> None:
    after = audit.snapshot(naming, *TERM)
    audit.record(
        action=action, obj=naming, by=by, unit=naming.unit, before=before, after=after, note=note
    )
