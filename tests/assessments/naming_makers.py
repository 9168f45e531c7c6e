"""Makers of applications and namings, step by step as people make them."""

from __future__ import annotations

import datetime as dt

from assessments.enums import NamingGrade, VetoState
from assessments.models import (
    Naming,
    NamingKind,
    Veto,
    VetoCondition,
)
from assessments.services.naming_decisions import (
    Choice,
    NamingDocument,
    decide_namings,
)
from assessments.services.namings import (
    AnswerText,
    Application,
    Check,
    Confirmation,
    apply_naming,
    check_naming,
    fill_naming,
    start_naming,
)
from pingan.models import Unit, User
from tests.factories import County

TODAY = dt.date(2026, 10, 8)
DOCUMENT = NamingDocument("演创安办〔2026〕12号", "经核查达标", TODAY)


def kind_of(code: str = "village") -> NamingKind:
    return NamingKind.objects.get(county=None, code=code)


def start(unit: Unit, by: User, code: str = "village") -> Naming:
    return start_naming(unit=unit, kind=kind_of(code), by=by)


def fill(
    naming: Naming,
    by: User,
    *,
    grade: NamingGrade = NamingGrade.QUALIFIED,
    missing: bool = False,
    count: int | None = None,
) -> Naming:
    """Every line met; with `missing` those of 示范 are not."""
    answers = {
        answer.pk: AnswerText(not (missing and answer.criterion.for_demonstration), "台账")
        for answer in naming.answers.select_related("criterion")
    }
    application = Application(grade, count, "做法", answers)
    return fill_naming(naming=naming, application=application, version=naming.version, by=by)


def applied(unit: Unit, by: User, code: str = "village", **how: object) -> Naming:
    filled = fill(start(unit, by, code), by, **how)  # type: ignore[arg-type]
    return apply_naming(naming=filled, version=filled.version, by=by)


def checked(unit: Unit, by: User, checker: User, *, failing: str = "", **how: object) -> Naming:
    """`failing`: "basic" or "demonstration", the lines that the check does not confirm."""
    naming = applied(unit, by, **how)  # type: ignore[arg-type]
    wanted = {"basic": False, "demonstration": True}.get(failing)
    lines = {
        answer.pk: Confirmation(answer.criterion.for_demonstration is not wanted, "")
        for answer in naming.answers.select_related("criterion")
    }
    check = Check(TODAY, "实地看过", lines)
    return check_naming(naming=naming, check=check, version=naming.version, by=checker)


def decide(namings: list[Naming], by: User, grade: NamingGrade = NamingGrade.QUALIFIED):
    chosen = {naming.pk: Choice(grade, naming.version) for naming in namings}
    return decide_namings(county=by.unit, chosen=chosen, decision=DOCUMENT, by=by)


def veto(unit: Unit) -> Veto:
    return Veto.objects.create(
        unit=unit,
        condition=VetoCondition.objects.filter(county=None)[0],
        facts="火灾",
        happened_on=TODAY,
        state=VetoState.DECIDED,
        proposing_unit=unit.county or unit,
        proposed_at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        decision="属实",
        document="9号",
        decided_at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        starts_on=dt.date(2026, 10, 1),
        ends_on=dt.date(2027, 4, 1),
    )


def named(tree: County, clerk: User, reviewer: User, officer: User) -> Naming:
    return decide([checked(tree.villages[0], clerk, reviewer)], officer)[0]
