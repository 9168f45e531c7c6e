"""一票否决 (S8): proposed, decided with its document and term, refused, lifted.

In force, it needs nobody's further step: the next close finds it (`vetoes_in_force`), namings and
rewards are refused (`selectors.freezes`). What the unit was named is withdrawn with the decision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessments.enums import NamingState, VetoState
from assessments.models import Naming, Veto, VetoCondition
from assessments.policies import vetoes as policies
from assessments.selectors.vetoes import conditions_of, namings_to_withdraw
from assessments.terms import add_months
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused

PROPOSAL = ("unit_id", "condition_id", "facts", "happened_on")
DECISION = ("state", "decision", "document", "starts_on", "ends_on", "lifted_on", "lift_reason")
LONGEST_MONTHS = 36
LATEST_START = dt.timedelta(days=31)
OPEN = (VetoState.PROPOSED, VetoState.DECIDED)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What happened, about places and things; no names."""

    condition: VetoCondition
    facts: str
    happened_on: dt.date


@dataclass(frozen=True, slots=True)
class Decision:
    """What the document says: why, from when, how long."""

    document: str
    decision: str
    starts_on: dt.date
    months: int


@transaction.atomic
def propose_veto(*, unit: Unit, proposal: Proposal, by: User) -> Veto:
    """Put it before the county. The same matter sent twice meets the first."""
    policies.check_propose_veto(unit=unit, by=by)
    Unit.objects.select_for_update().get(pk=unit.pk)
    _check_proposal(unit, proposal)
    same = Veto.objects.filter(
        unit=unit,
        condition=proposal.condition,
        happened_on=proposal.happened_on,
        state__in=OPEN,
    )
    if same.exists():
        raise Refused(f"{unit.name}的这件事已经提出过，请到列表里查看。")
    veto = Veto.objects.create(
        unit=unit,
        proposing_unit=by.unit,
        proposed_at=timezone.now(),
        proposed_by=by,
        **_fields(proposal),
    )
    _record("提出一票否决", veto, by, after=audit.snapshot(veto, *PROPOSAL))
    return veto


@transaction.atomic
def change_proposal(*, veto: Veto, proposal: Proposal, version: int, by: User) -> Veto:
    """Correct the proposal; Conflict where somebody saved it since `version`."""
    locked = _held(veto, version)
    policies.check_change_proposal(veto=locked, by=by)
    _check_proposal(locked.unit, proposal)
    before = audit.snapshot(locked, *PROPOSAL)
    for name, value in _fields(proposal).items():
        setattr(locked, name, value)
    _save(locked)
    after = audit.snapshot(locked, *PROPOSAL)
    _record("修改一票否决提议", locked, by, before=before, after=after)
    return locked


@transaction.atomic
def decide_veto(
    *, veto: Veto, decision: Decision, withdrawn: Collection[int], version: int, by: User
) -> Veto:
    """The county decides; the namings chosen are withdrawn with the same document."""
    locked = _held(veto, version)
    policies.check_decide_veto(veto=locked, by=by)
    _check_decision(locked, decision)
    before = audit.snapshot(locked, *DECISION)
    locked.state = VetoState.DECIDED
    locked.document, locked.decision = decision.document, decision.decision
    locked.starts_on = decision.starts_on
    locked.ends_on = add_months(decision.starts_on, decision.months)
    locked.decided_at, locked.decided_by = timezone.now(), by
    _save(locked)
    after = audit.snapshot(locked, *DECISION)
    _record("决定一票否决", locked, by, before=before, after=after, note=decision.document)
    _withdraw_namings(locked, withdrawn, by)
    return locked


@transaction.atomic
def refuse_veto(*, veto: Veto, reason: str, version: int, by: User) -> Veto:
    """The county does not veto, and says why."""
    locked = _held(veto, version)
    policies.check_decide_veto(veto=locked, by=by)
    _check_text(reason, "不予否决的理由")
    before = audit.snapshot(locked, *DECISION)
    locked.state, locked.decision = VetoState.REFUSED, reason
    locked.decided_at, locked.decided_by = timezone.now(), by
    _save(locked)
    after = audit.snapshot(locked, *DECISION)
    _record("不予一票否决", locked, by, before=before, after=after, note=reason)
    return locked


@transaction.atomic
def lift_veto(*, veto: Veto, reason: str, on: dt.date, version: int, by: User) -> Veto:
    """End it before its term. What it withdrew stays withdrawn: the unit applies anew."""
    locked = _held(veto, version)
    today = timezone.localdate()
    policies.check_lift_veto(veto=locked, today=today, by=by)
    _check_text(reason, "解除的理由")
    assert locked.starts_on is not None
    assert locked.ends_on is not None
    if not locked.starts_on <= on < locked.ends_on or on > today:
        raise Refused("解除日期应在起始日期以后、期满以前，也不能晚于今天。")
    before = audit.snapshot(locked, *DECISION)
    locked.state, locked.lifted_on, locked.lift_reason = VetoState.LIFTED, on, reason
    locked.lifted_by = by
    _save(locked)
    after = audit.snapshot(locked, *DECISION)
    _record("解除一票否决", locked, by, before=before, after=after, note=reason)
    return locked


def _withdraw_namings(veto: Veto, chosen: Collection[int], by: User) -> None:
    """One statement for all of them, an event for each."""
    today = timezone.localdate()
    rows = namings_to_withdraw(veto.unit, today).filter(pk__in=chosen)
    namings = list(rows.select_related("unit").select_for_update(of=("self",)))
    reason = f"一票否决：{veto.condition.name}（{veto.document}）"
    Naming.objects.filter(pk__in=[each.pk for each in namings]).update(
        state=NamingState.WITHDRAWN,
        withdrawn_on=today,
        withdraw_reason=reason,
        withdrawn_by=by,
        version=F("version") + 1,
    )
    audit.record_all(
        audit.event(
            action="撤销命名",
            obj=each,
            by=by,
            unit=veto.unit,
            before={"state": each.state},
            after={"state": NamingState.WITHDRAWN, "withdrawn_on": today},
            note=reason,
        )
        for each in namings
    )


def _fields(proposal: Proposal) -> dict[str, object]:
    return {
        "condition": proposal.condition,
        "facts": proposal.facts,
        "happened_on": proposal.happened_on,
    }


def _check_proposal(unit: Unit, proposal: Proposal) -> None:
    if proposal.happened_on > timezone.localdate():
        raise Refused("发生日期不能晚于今天。")
    offered = {each.pk for each in conditions_of(unit.root_id) if each.is_active}
    if proposal.condition.pk not in offered:
        raise Refused("这个否决情形已经停用，请另选一个。")
    _check_text(proposal.facts, "事实")


def _check_decision(veto: Veto, decision: Decision) -> None:
    _check_text(decision.document, "决定文件")
    _check_text(decision.decision, "决定理由")
    if not 1 <= decision.months <= LONGEST_MONTHS:
        raise Refused(f"否决期限应在1至{LONGEST_MONTHS}个月之间。")
    last = timezone.localdate() + LATEST_START
    if not veto.happened_on <= decision.starts_on <= last:
        raise Refused(f"起始日期应在发生日期（{veto.happened_on}）以后，最迟{last}。")


def _check_text(text: str, what: str) -> None:
    if not text.strip():
        raise Refused(f"请写明{what}。")


def _held(veto: Veto, version: int) -> Veto:
    held = Veto.objects.select_for_update(of=("self",)).select_related("unit", "condition")
    locked = held.get(pk=veto.pk)
    if locked.version != version:
        raise Conflict("您打开这一页之后，别人已经办过这件一票否决。")
    return locked


def _save(veto: Veto) -> None:
    veto.version += 1
    veto.save()


def _record(
    action: str,
    veto: Veto,
    by: User,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    note: str = "",
) -> None:
    audit.record(
        action=action, obj=veto, by=by, unit=veto.unit, before=before, after=after, note=note
    )


CONDITION = ("name", "basis", "months", "is_active")


@dataclass(frozen=True, slots=True)
class ConditionText:
    """One line of the county's list."""

    name: str
    basis: str
    months: int
    is_active: bool


@transaction.atomic
def own_veto_conditions(*, county: Unit, by: User) -> Sequence[VetoCondition]:
    """The county's own copy of the common list; its vetoes rest on the copies from then on."""
    policies.check_keep_veto_conditions(county=county, by=by)
    Unit.objects.select_for_update().get(pk=county.pk)
    found = conditions_of(county.pk)
    if found and found[0].county_id:
        return found
    for each in found:
        common, each.pk, each.county = each.pk, None, county
        each.save()
        Veto.objects.filter(unit__path__startswith=county.path, condition=common).update(
            condition=each
        )
    audit.record(action="建立本县否决情形", obj=county, by=by, unit=county, note=f"{len(found)}条")
    return found


@transaction.atomic
def keep_veto_condition(
    *, county: Unit, condition: VetoCondition | None, text: ConditionText, by: User
) -> VetoCondition:
    """Add or change one line. What vetoes rest on keeps its words: retire it and add another."""
    policies.check_keep_veto_conditions(county=county, by=by)
    own = {each.code: each for each in own_veto_conditions(county=county, by=by)}
    _check_text(text.name, "情形")
    _check_text(text.basis, "法律政策依据")
    if not 1 <= text.months <= LONGEST_MONTHS:
        raise Refused(f"否决期限应在1至{LONGEST_MONTHS}个月之间。")
    if any(each.name == text.name for each in own.values() if not _same(each, condition)):
        raise Refused("已经有同名的否决情形。")
    kept = own.get(condition.code) if condition else None
    before = audit.snapshot(kept, *CONDITION) if kept else {}
    if kept is None:
        number = len(own) + 1
        while f"own-{number}" in own:
            number += 1
        last = max((each.position for each in own.values()), default=0)
        kept = VetoCondition(county=county, code=f"own-{number}", position=last + 1)
    elif kept.vetoes.exists() and (kept.name, kept.basis) != (text.name, text.basis):
        raise Refused("已有一票否决以这条为据，名称和依据不能再改；请停用它，另加一条。")
    for name, value in asdict(text).items():
        setattr(kept, name, value)
    kept.save()
    action = "修改否决情形" if before else "新增否决情形"
    after = audit.snapshot(kept, *CONDITION)
    audit.record(action=action, obj=kept, by=by, unit=county, before=before, after=after)
    return kept


def _same(each: VetoCondition, condition: VetoCondition | None) -> bool:
    return condition is not None and each.code == condition.code
