"""Made-up vetoes and namings: most villages named, some as demonstration, one vetoed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable

from django.utils import timezone

from assessments.enums import NamingGrade, NamingState, RecheckResult, VetoState
from assessments.models import Naming, NamingAnswer, NamingKind, NamingRecheck, Veto
from assessments.selectors.namings import kinds_of
from assessments.selectors.vetoes import conditions_of
from assessments.terms import MONTHS_OF_YEAR, add_months, half_way
from pingan.enums import Level
from pingan.models import Unit, User

SEED = 2031
DEMO = "（演示）"
# kind of naming, how many of its units are named, how many of these as demonstration
_SHARES = (
    ("township", 0.75, 0.35),
    ("subdistrict", 0.75, 0.35),
    ("village", 0.72, 0.4),
    ("community", 0.8, 0.45),
    ("department", 0.7, 0.3),
    ("school", 0.8, 0.4),
    ("hospital", 0.8, 0.4),
    ("family", 0.35, 0.0),
)
_STATEMENT = "巡逻、排查、宣教按月开展，矛盾当月化解，隐患有人管。" + DEMO
_WAITING = (NamingState.APPLIED, NamingState.APPLIED, NamingState.CHECKED, NamingState.CHECKED)


def load_honours(county: Unit, first: dt.date, officer: User, people: dict[int, User]) -> None:
    """Everything since `first`, dated; the closes after it find the veto in its months."""
    dice = random.Random(SEED)
    today = timezone.localdate()
    units = list(
        Unit.objects.living()
        .filter(county=county, level__in=(Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT))
        .select_related("parent")
        .order_by("path")
    )
    kinds = {kind.code: kind for kind in kinds_of(county.pk)}
    decided_on = first.replace(day=12)
    vetoed_on = _vetoed_on(first, today)
    namings: list[Naming] = []
    for code, named, best in _SHARES:
        for unit in units:
            if kinds[code].is_counted and not unit.households:
                continue
            if unit.kind in kinds[code].unit_kinds and dice.random() < named:
                grade = NamingGrade.DEMONSTRATION if dice.random() < best else NamingGrade.QUALIFIED
                namings.append(_named(unit, kinds[code], grade, decided_on, officer, dice))
    villages = [unit for unit in units if unit.level == Level.VILLAGE]
    has_one = {naming.unit_id for naming in namings if naming.kind.code == "village"}
    free = [unit for unit in villages if unit.kind == "village" and unit.pk not in has_one]
    vetoed = next((unit for unit in reversed(villages) if unit.pk in has_one), None)
    for unit, state in zip(free, _WAITING, strict=False):
        clerk = people.get(unit.pk)
        namings.append(_in_hand(unit, kinds["village"], state, clerk, officer, today))
    _withdraw(namings, vetoed, vetoed_on, officer)
    Naming.objects.bulk_create(namings, batch_size=500)
    _answers(namings)
    _rechecks(namings, today, dice)
    _vetoes(county, vetoed, free[-1:], officer, vetoed_on)


def _vetoed_on(first: dt.date, today: dt.date) -> dt.date:
    """Three months ago, but after the namings; never later than three weeks ago."""
    start = max(add_months(today.replace(day=1), -3), add_months(first, 1))
    return min(start, today - dt.timedelta(days=21))


def _document(county: str, on: dt.date, number: int) -> str:
    return f"{county[0]}创安办〔{on.year}〕{number}号{DEMO}"


def _named(
    unit: Unit, kind: NamingKind, grade: NamingGrade, on: dt.date, by: User, dice: random.Random
) -> Naming:
    moment = timezone.make_aware(dt.datetime.combine(on, dt.time(10)))
    until = add_months(on, kind.years * MONTHS_OF_YEAR)
    households = unit.households or 0
    return Naming(
        unit=unit,
        kind=kind,
        grade=grade,
        count=int(households * dice.uniform(0.5, 0.9)) if kind.is_counted else None,
        state=NamingState.NAMED,
        statement=_STATEMENT,
        applied_at=moment - dt.timedelta(days=30),
        checked_on=on - dt.timedelta(days=10),
        check_note="实地查看，逐条属实" + DEMO,
        decision="申报属实，核查达标",
        document=_document(by.unit.name, on, 3),
        decided_at=moment,
        decided_by=by,
        valid_from=on,
        valid_to=until,
        recheck_on=half_way(on, until),
    )


def _in_hand(
    unit: Unit, kind: NamingKind, state: NamingState, clerk: User | None, officer: User, on: dt.date
) -> Naming:
    moment = timezone.now() - dt.timedelta(days=6)
    is_checked = state == NamingState.CHECKED
    return Naming(
        unit=unit,
        kind=kind,
        grade=NamingGrade.QUALIFIED,
        state=state,
        statement=_STATEMENT,
        applied_at=moment,
        applied_by=clerk,
        checked_on=on - dt.timedelta(days=2) if is_checked else None,
        check_note="实地查看，逐条属实" + DEMO if is_checked else "",
        checked_by=officer if is_checked else None,
    )


def _withdraw(namings: Iterable[Naming], vetoed: Unit | None, on: dt.date, by: User) -> None:
    """What the vetoed village was named ended with the veto."""
    for naming in namings:
        if vetoed and naming.unit_id == vetoed.pk and naming.valid_from and naming.valid_from < on:
            naming.state, naming.withdrawn_on = NamingState.WITHDRAWN, on
            naming.withdraw_reason = f"一票否决（{_document(by.unit.name, on, 7)}）"
            naming.withdrawn_by = by


def _answers(namings: Iterable[Naming]) -> None:
    """Every line of each checklist; those of 示范 are met where it is one."""
    lines: dict[int, list[int]] = {}
    more: dict[int, set[int]] = {}
    answers = []
    for naming in namings:
        if naming.kind_id not in lines:
            criteria = list(naming.kind.criteria.order_by("position"))
            lines[naming.kind_id] = [line.pk for line in criteria]
            more[naming.kind_id] = {line.pk for line in criteria if line.for_demonstration}
        is_best = naming.grade == NamingGrade.DEMONSTRATION
        is_checked = naming.checked_on is not None
        for pk in lines[naming.kind_id]:
            is_met = is_best or pk not in more[naming.kind_id]
            answers.append(
                NamingAnswer(
                    naming=naming,
                    criterion_id=pk,
                    is_met=is_met,
                    evidence="见台账" if is_met else "",
                    is_confirmed=is_met if is_checked else None,
                )
            )
    NamingAnswer.objects.bulk_create(answers, batch_size=2000)


def _rechecks(namings: Iterable[Naming], today: dt.date, dice: random.Random) -> None:
    """Most that are due have been looked at again; one did not pass, some wait."""
    made: list[NamingRecheck] = []
    changed: list[Naming] = []
    for naming in namings:
        due = naming.recheck_on
        if naming.state != NamingState.NAMED or due is None or due > today or dice.random() < 0.1:
            continue
        result = RecheckResult.PASSED if made else RecheckResult.FAILED
        findings = "逐条复核，仍然达标" if made else "宣传栏三个月没有更新，排查台账不全"
        made.append(NamingRecheck(naming=naming, on=due, result=result, findings=findings + DEMO))
        assert naming.valid_to is not None
        naming.recheck_on = naming.valid_to - dt.timedelta(days=60)
        changed.append(naming)
    NamingRecheck.objects.bulk_create(made)
    Naming.objects.bulk_update(changed, ["recheck_on"], batch_size=500)


def _vetoes(
    county: Unit, vetoed: Unit | None, proposed: Iterable[Unit], officer: User, start: dt.date
) -> None:
    """One in force, one proposed by its township this week."""
    conditions = {condition.code: condition for condition in conditions_of(county.pk)}
    today = timezone.localdate()
    moment = timezone.make_aware(dt.datetime.combine(start, dt.time(16)))
    if vetoed is not None:
        Veto.objects.create(
            unit=vetoed,
            condition=conditions["hotspot"],
            facts=f"砂石料场夜间偷采两次报告后仍未制止，群众反映强烈{DEMO}",
            happened_on=start - dt.timedelta(days=9),
            state=VetoState.DECIDED,
            proposing_unit=vetoed.parent or county,
            proposed_at=moment - dt.timedelta(days=5),
            decision="情况属实，整治不力",
            document=_document(county.name, start, 7),
            decided_at=moment,
            decided_by=officer,
            starts_on=start,
            ends_on=add_months(start, conditions["hotspot"].months),
        )
    for unit in proposed:
        Veto.objects.create(
            unit=unit,
            condition=conditions["disaster"],
            facts=f"集市后巷仓库违规存放烟花爆竹引发火灾，过火约200平方米{DEMO}",
            happened_on=today - dt.timedelta(days=8),
            proposing_unit=unit.parent or county,
            proposed_at=timezone.now() - dt.timedelta(days=3),
        )
