"""Who proposes a veto, and who decides it: the right to veto is the county's alone (S8)."""

from __future__ import annotations

import datetime as dt

from assessments.enums import VetoState
from assessments.models import Veto
from assessments.selectors.vetoes import VETOED_LEVELS
from pingan import scopes
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused

_TOWNSHIP_HANDS = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
PROPOSERS = (*_TOWNSHIP_HANDS, Role.COUNTY_OFFICER)


def check_propose_veto(*, unit: Unit, by: User) -> None:
    """The county proposes for any of its units, a township for those below it."""
    if not by.is_active or by.role not in PROPOSERS or not scopes.may_see(by, unit.path):
        raise Forbidden(f"对{unit.name}的一票否决不由您提出。")
    if by.role in _TOWNSHIP_HANDS and unit.pk == by.unit_id:
        raise Forbidden("乡镇只能对所辖的村（社区）和单位提出，对乡镇本身由县级提出。")
    if unit.level not in VETOED_LEVELS:
        raise Refused("请选择乡镇、村（社区）或单位。")
    if not unit.is_living:
        raise Refused(f"{unit.name}已经停用，不能再提出否决。")


def check_change_proposal(*, veto: Veto, by: User) -> None:
    """Its author's unit, or the county, until it is decided."""
    check_propose_veto(unit=veto.unit, by=by)
    if by.role != Role.COUNTY_OFFICER and veto.proposing_unit_id != by.unit_id:
        raise Forbidden("这件一票否决由别的单位提出，不能由您改。")
    _check_state(veto, VetoState.PROPOSED)


def check_decide_veto(*, veto: Veto, by: User) -> None:
    """The officer of the county, while it waits for the decision."""
    _check_county(veto.unit.root_id, by, "决定一票否决")
    _check_state(veto, VetoState.PROPOSED)


def check_lift_veto(*, veto: Veto, today: dt.date, by: User) -> None:
    """The officer of the county, before the term is over."""
    _check_county(veto.unit.root_id, by, "解除一票否决")
    _check_state(veto, VetoState.DECIDED)
    if veto.ends_on is not None and veto.ends_on <= today:
        raise Refused("否决期限已满，效力自行终止，不用解除。")


def check_keep_veto_conditions(*, county: Unit, by: User) -> None:
    """The county keeps its own list of conditions."""
    _check_county(county.pk, by, "修改否决情形")


def _check_county(county_id: int, by: User, what: str) -> None:
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county_id:
        raise Forbidden(f"只有本县的县级经办员可以{what}。")


def _check_state(veto: Veto, wanted: VetoState) -> None:
    if veto.state != wanted:
        raise Refused(f"这件一票否决{veto.get_state_display()}，不能再办这一步。")
