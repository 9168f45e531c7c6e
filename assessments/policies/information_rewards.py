"""Who handles rewards for information: the county's officers alone, two pairs of eyes."""

from __future__ import annotations

import datetime as dt

from assessments.enums import InformationState
from assessments.models import InformationReward
from assessments.policies import check_officer
from assessments.selectors.reward_rules import reward_rules
from pingan.models import Unit, User
from pingan.money import yuan_text
from pingan.refusals import Forbidden, Refused

_WAITING = {
    InformationState.RECEIVED: "还没有核实",
    InformationState.VERIFIED: "还没有审批",
    InformationState.APPROVED: "已经审批",
    InformationState.PAID: "已经发放",
    InformationState.REFUSED: "已决定不予奖励",
}


def check_keep(*, county: Unit, by: User | None) -> None:
    try:
        check_officer(county=county, by=by)
    except Forbidden as error:
        raise Forbidden("信息奖励只由县级经办员办理。") from error


def check_state(*, reward: InformationReward, wanted: InformationState) -> None:
    if reward.state != wanted:
        raise Refused(f"这条信息{_WAITING[InformationState(reward.state)]}，不能这样办理。")


def check_verify(*, reward: InformationReward, by: User) -> None:
    check_keep(county=reward.county, by=by)
    check_state(reward=reward, wanted=InformationState.RECEIVED)


def check_approve(*, reward: InformationReward, by: User) -> None:
    """Not by whoever verified it."""
    check_keep(county=reward.county, by=by)
    check_state(reward=reward, wanted=InformationState.VERIFIED)
    if reward.verified_by_id == by.pk:
        raise Refused("核实人不能审批自己核实的信息，请由另一位县级经办员审批。")


def check_amount(amount: int) -> None:
    rules = reward_rules().information
    if not rules.minimum <= amount <= rules.maximum:
        raise Refused(
            f"奖励金额应在{yuan_text(rules.minimum)}元到{yuan_text(rules.maximum)}元之间。"
        )


def check_refuse(*, reward: InformationReward, by: User) -> None:
    check_keep(county=reward.county, by=by)
    if reward.state not in (InformationState.RECEIVED, InformationState.VERIFIED):
        raise Refused(f"这条信息{_WAITING[InformationState(reward.state)]}，不能改为不予奖励。")


def check_reissue(*, reward: InformationReward, by: User) -> None:
    """A new code only before anybody has looked into the information."""
    check_keep(county=reward.county, by=by)
    if reward.state != InformationState.RECEIVED:
        raise Refused("核实以后不能再换领奖码。")


def check_pay(*, reward: InformationReward, paid_on: dt.date, today: dt.date, by: User) -> None:
    check_keep(county=reward.county, by=by)
    check_state(reward=reward, wanted=InformationState.APPROVED)
    if not reward.received_on <= paid_on <= today:
        raise Refused("发放日期应在收到日期之后，不能晚于今天。")


def check_receipt(*, reward: InformationReward, by: User) -> None:
    check_keep(county=reward.county, by=by)
    check_state(reward=reward, wanted=InformationState.PAID)
