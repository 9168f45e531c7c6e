"""The county's own kinds of naming and their standards: a copy of the common list, then kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from assessments.models import Naming, NamingAnswer, NamingCriterion, NamingKind
from assessments.policies import namings as policies
from assessments.selectors.namings import criteria_of, kinds_of
from assessments.services.namings import check_text
from pingan import audit, scopes
from pingan.enums import UnitKind
from pingan.models import Unit, User
from pingan.refusals import Refused

KIND = ("name", "unit_kinds", "years", "goal_qualified", "goal_demonstration", "is_active")
CRITERION = ("text", "evidence", "for_demonstration", "is_active")
LONGEST_YEARS = 5
FULL = 100


@dataclass(frozen=True, slots=True)
class KindText:
    """One kind as the county wants it."""

    name: str
    unit_kinds: list[str]
    years: int
    goal_qualified: int
    goal_demonstration: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One line of a standard."""

    text: str
    evidence: str
    for_demonstration: bool
    is_active: bool


@transaction.atomic
def own_naming_kinds(*, county: Unit, by: User) -> dict[str, NamingKind]:
    """The county's copy of the common kinds by code; its namings stand under them from then on."""
    policies.check_keep_naming_kinds(county=county, by=by)
    Unit.objects.select_for_update().get(pk=county.pk)
    found = kinds_of(county.pk)
    if not found or found[0].county_id:
        return {each.code: each for each in found}
    own = _copy(found, county)
    audit.record(action="建立本县命名类别", obj=county, by=by, unit=county, note=f"{len(own)}类")
    return own


def _copy(common: Sequence[NamingKind], county: Unit) -> dict[str, NamingKind]:
    """Kinds and their lines in a fixed number of queries, and two more a kind that is in use."""
    lines = list(NamingCriterion.objects.filter(kind__in=common))
    used = [kind for kind in common if kind.used]  # type: ignore[attr-defined]
    kinds = {kind.pk: kind for kind in common}
    before = {kind.code: pk for pk, kind in kinds.items()}
    for kind in common:
        kind.pk, kind.county = None, county
        kind._state.adding = True
    NamingKind.objects.bulk_create(common)
    copies = {line.pk: line for line in lines}
    for line in lines:
        line.pk, line.kind = None, kinds[line.kind_id]
        line._state.adding = True
    NamingCriterion.objects.bulk_create(lines)
    namings = Naming.objects.filter(scopes.within(county.path, "unit__path"))
    for kind in used:
        namings.filter(kind=before[kind.code]).update(kind=kind)
    answers = list(NamingAnswer.objects.filter(naming__kind__in=used))
    for answer in answers:
        answer.criterion = copies[answer.criterion_id]
    NamingAnswer.objects.bulk_update(answers, ["criterion"], batch_size=500)
    return {kind.code: kind for kind in common}


@transaction.atomic
def keep_naming_kind(
    *, county: Unit, kind: NamingKind | None, text: KindText, by: User
) -> NamingKind:
    """Add or change one kind; who is named keeps the name it was named with."""
    own = own_naming_kinds(county=county, by=by)
    kept = own.get(kind.code) if kind else None
    _check_kind(text, [each for each in own.values() if each is not kept])
    before = audit.snapshot(kept, *KIND) if kept else {}
    if kept is None:
        number = len(own) + 1
        while f"own-{number}" in own:
            number += 1
        last = max((each.position for each in own.values()), default=0)
        kept = NamingKind(county=county, code=f"own-{number}", position=last + 1)
    elif kept.name != text.name and kept.namings.exists():
        raise Refused("已有单位申报或命名，名称不能再改；请停用它，另加一类。")
    for name, value in asdict(text).items():
        setattr(kept, name, value)
    kept.save()
    action = "修改命名类别" if before else "新增命名类别"
    after = audit.snapshot(kept, *KIND)
    audit.record(action=action, obj=kept, by=by, unit=county, before=before, after=after)
    return kept


@transaction.atomic
def keep_naming_criterion(
    *,
    county: Unit,
    kind: NamingKind,
    criterion: NamingCriterion | None,
    text: CriterionText,
    by: User,
) -> NamingCriterion:
    """Add or change one line. What was answered keeps its words: retire it and add another."""
    own = own_naming_kinds(county=county, by=by)[kind.code]
    check_text(text.text, "标准")
    lines = list(criteria_of(own))
    kept = _same(lines, criterion)
    before = audit.snapshot(kept, *CRITERION) if kept else {}
    if any(each.text == text.text for each in lines if each is not kept):
        raise Refused("这一类已经有同样的标准。")
    if kept is None:
        last = max((each.position for each in lines), default=0)
        kept = NamingCriterion(kind=own, position=last + 1)
    elif kept.is_used and _words(kept) != (text.text, text.for_demonstration):  # type: ignore[attr-defined]
        raise Refused("已有申报按这条自评，文字和示范要求不能再改；请停用它，另加一条。")
    for name, value in asdict(text).items():
        setattr(kept, name, value)
    kept.save()
    action = "修改命名标准" if before else "新增命名标准"
    after = audit.snapshot(kept, *CRITERION)
    audit.record(action=action, obj=kept, by=by, unit=county, before=before, after=after)
    return kept


@transaction.atomic
def drop_naming_criterion(
    *, county: Unit, kind: NamingKind, criterion: NamingCriterion, by: User
) -> None:
    """Delete a line that nobody has answered; one that was answered can only be retired."""
    own = own_naming_kinds(county=county, by=by)[kind.code]
    kept = _same(list(criteria_of(own)), criterion)
    if kept is None:
        raise Refused("这条标准已经删除。")
    if kept.is_used:  # type: ignore[attr-defined]
        raise Refused("已有申报按这条自评，不能删除；不再要求的，请停用。")
    before = audit.snapshot(kept, *CRITERION)
    audit.record(action="删除命名标准", obj=kept, by=by, unit=county, before=before)
    kept.delete()


def _same(
    lines: list[NamingCriterion], criterion: NamingCriterion | None
) -> NamingCriterion | None:
    """The own line that this one is, or was copied to: same place in the same kind."""
    if criterion is None:
        return None
    return next((each for each in lines if each.position == criterion.position), None)


def _words(criterion: NamingCriterion) -> tuple[str, bool]:
    return criterion.text, criterion.for_demonstration


def _check_kind(text: KindText, others: list[NamingKind]) -> None:
    check_text(text.name, "名称")
    if any(each.name == text.name for each in others):
        raise Refused("已经有同名的命名类别。")
    if not text.unit_kinds or not set(text.unit_kinds) <= set(UnitKind.values):
        raise Refused("请至少选一种可以申报的单位类型。")
    if not 1 <= text.years <= LONGEST_YEARS:
        raise Refused(f"有效年数应在1至{LONGEST_YEARS}之间。")
    if not (0 <= text.goal_demonstration <= text.goal_qualified <= FULL):
        raise Refused("目标应在0至100之间，示范目标不能高于合格目标。")
