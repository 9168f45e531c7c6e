"""Who may do what with a case, and who may know its names."""

from __future__ import annotations

from collections.abc import Callable

from disputes.enums import MOVES, OPEN_STATES, ClaimState, DisputeState, HandoverState, Move
from disputes.models import DESK_ROLES, Committee, Dispute, Handover, Mediator, SubsidyClaim
from pingan import scopes
from pingan.enums import Level, Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused

SUBSIDY_REVIEWERS = frozenset({Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER})


def check_desk(*, by: User) -> None:
    """Somebody whose duty is to work on cases."""
    if not by.is_active or by.role not in DESK_ROLES:
        raise Forbidden("您的岗位不办理纠纷。")


def check_register(*, unit: Unit, by: User) -> None:
    """Every desk registers for itself, a township also for its villages."""
    check_desk(by=by)
    if not scopes.may_see(by, unit.path):
        raise Forbidden(f"您不能替{unit.name}登记纠纷。")
    if unit.level not in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY, Level.DEPARTMENT):
        raise Refused("请选择村(社区)、乡镇、单位或县级登记；小组的纠纷由村(社区)登记。")


def check_handle(*, dispute: Dispute, by: User) -> None:
    """Work on a case belongs to its handler; names and papers are his alone (need to know)."""
    check_desk(by=by)
    if not dispute.is_known_to(by):
        raise Forbidden("这件纠纷不在您手上。需要办理的，请先“接手”，接手会记入操作日志。")


def check_take(*, dispute: Dispute, by: User) -> None:
    """A desk of the unit that holds the case, or a township for its village, may take it over."""
    check_desk(by=by)
    own = dispute.holder_id == by.unit_id
    below = (
        by.unit.level == Level.TOWNSHIP
        and dispute.holder.level == Level.VILLAGE
        and scopes.may_see(by, dispute.holder.path)
    )
    if not own and not below:
        raise Forbidden(f"这件纠纷由{dispute.holder.name}承办，您不能接手。")
    if dispute.state == DisputeState.CLOSED:
        raise Refused("这件纠纷已经结案，不能再接手。")


def check_move(*, dispute: Dispute, move: Move, by: User) -> None:
    """The table of moves decides; while an offer to another unit is open nothing moves."""
    check_handle(dispute=dispute, by=by)
    states, _after = MOVES[move]
    if DisputeState(dispute.state) not in states:
        raise Refused(f"“{dispute.get_state_display()}”的纠纷不能“{move.label}”。")
    if dispute.handovers.filter(state=HandoverState.PENDING).exists():
        raise Refused("这件纠纷正在移交，等对方答复或您收回移交后再办。")


def check_offer(*, dispute: Dispute, to_unit: Unit, by: User) -> None:
    """An open case is offered to another living unit of the county."""
    check_handle(dispute=dispute, by=by)
    if DisputeState(dispute.state) not in OPEN_STATES:
        raise Refused(f"“{dispute.get_state_display()}”的纠纷不能移交。")
    if to_unit.pk == dispute.holder_id:
        raise Refused(f"这件纠纷就在{to_unit.name}，不用移交。")
    if to_unit.root_id != dispute.county_id or not to_unit.is_living:
        raise Refused("只能移交给本县现有的单位。")
    if to_unit.level in (Level.GROUP, Level.SECTOR):
        raise Refused("小组和口不承办纠纷，请移交给村(社区)、乡镇或具体单位。")


def check_answer(*, handover: Handover, by: User) -> None:
    """The unit that is offered a case answers."""
    check_desk(by=by)
    if handover.to_unit_id != by.unit_id:
        raise Forbidden(f"由{handover.to_unit.name}答复这次移交。")
    if handover.state != HandoverState.PENDING:
        raise Refused(f"这次移交{handover.get_state_display()}，不用再答复。")


def check_found_committee(*, unit: Unit, by: User) -> None:
    """A township founds and dissolves for its tree, the county for all; a village does not."""
    check_desk(by=by)
    if by.unit.level == Level.VILLAGE or not scopes.may_see(by, unit.path):
        raise Forbidden("调解组织由乡镇或县级登记、撤销，只能办本乡镇、本县的。")
    if unit.level in (Level.GROUP, Level.SECTOR):
        raise Refused("小组和口不设调解组织，请选择村(社区)、乡镇、县或具体单位。")


def check_keep_committee(*, committee: Committee, by: User) -> None:
    """Its own desk keeps it, and the desks above."""
    check_desk(by=by)
    if not scopes.may_see(by, committee.unit.path):
        raise Forbidden(f"您不能修改{committee.unit.name}的调解组织。")
    if committee.dissolved_on is not None:
        raise Refused(f"{committee.name}已于{committee.dissolved_on:%Y-%m-%d}撤销，不能再改。")


def check_see_mediator(*, mediator: Mediator, by: User) -> None:
    """A mediator's plain name: the desk of the committee's own unit, the township's reviewer."""
    check_desk(by=by)
    unit = mediator.committee.unit
    own = unit.pk == by.unit_id
    above = by.role == Role.TOWNSHIP_REVIEWER and scopes.may_see(by, unit.path)
    if not own and not above:
        raise Forbidden(f"调解员姓名只给{unit.name}的经办人和所在乡镇的审核员查看。")


def check_keep_training(*, unit: Unit, by: User) -> None:
    check_desk(by=by)
    if not scopes.may_see(by, unit.path):
        raise Forbidden(f"您不能登记{unit.name}的培训。")


def check_keep_settings(*, county: Unit, by: User) -> None:
    """The county's officer sets lists, terms of days and rates of his own county."""
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county.pk:
        raise Forbidden("只有本县的县级经办员可以修改纠纷设置。")


def check_see_subsidies(*, by: User) -> None:
    """The desks; a leader sees the sums."""
    if not by.is_active or by.role not in DESK_ROLES | {Role.LEADER}:
        raise Forbidden("您的岗位不办理以案定补。")


def check_claim(*, dispute: Dispute, by: User) -> None:
    """The desk that holds the case, or one above the unit that registered it."""
    check_desk(by=by)
    if not scopes.may_see(by, dispute.unit.path) and dispute.holder_id != by.unit_id:
        raise Forbidden("这件纠纷不由您单位承办。")


def check_review_claims(*, by: User) -> None:
    if not by.is_active or by.role not in SUBSIDY_REVIEWERS:
        raise Forbidden("只有乡镇审核员和县级经办员可以审核、发放补贴。")


def check_decide(*, claim: SubsidyClaim, by: User) -> None:
    """Somebody else than who claimed it, and than who gets it."""
    check_review_claims(by=by)
    if claim.state != ClaimState.CLAIMED:
        raise Refused(f"{claim.dispute.code}的申报{claim.get_state_display()}，不用再审核。")
    if claim.claimed_by_id == by.pk:
        raise Refused(f"{claim.dispute.code}是您申报的，请由别人审核。")
    if claim.mediator.account_id == by.pk:
        raise Refused(f"{claim.dispute.code}是您自己调解的，请由别人审核。")


def may(check: Callable[..., None], **what: object) -> bool:
    """Any `check_<verb>` of this module as a question."""
    try:
        check(**what)
    except Refused:
        return False
    return True
