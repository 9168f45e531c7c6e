"""Who may reward, penalise, pay and take back, and whom not."""

from __future__ import annotations

import datetime as dt

from assessments.enums import RewardKind
from assessments.models import Reward
from assessments.policies import check_officer
from assessments.selectors.freezes import freeze_of
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused


def check_keep(*, county: Unit, by: User | None) -> None:
    """The ledger of rewards is the county officer's."""
    try:
        check_officer(county=county, by=by)
    except Forbidden as error:
        raise Forbidden(f"奖惩由{county.name}的县级经办员登记。") from error


def check_reward(
    *, unit: Unit, kind: str, decided_on: dt.date, today: dt.date, by: User | None
) -> None:
    """A penalty for anyone of the county; a reward for no unit that is listed or vetoed."""
    check_keep(county=unit.county or unit, by=by)
    if decided_on > today:
        raise Refused("决定日期不能晚于今天。")
    if kind == RewardKind.REWARD:
        _check_not_frozen(unit, decided_on, "不能奖励")


def check_change(*, reward: Reward, by: User | None) -> None:
    check_keep(county=reward.unit.county or reward.unit, by=by)
    if reward.cancelled_on is not None:
        raise Refused("这条奖惩已经撤销，不能再改。")
    if reward.paid_on is not None:
        raise Refused("这条奖惩已经兑现，不能再改；确有错误的，请写明原因撤销后重新登记。")


def check_pay(*, reward: Reward, paid_on: dt.date, today: dt.date, by: User | None) -> None:
    """Money is handed over once, after the decision, and not while the unit is frozen."""
    check_keep(county=reward.unit.county or reward.unit, by=by)
    if reward.cancelled_on is not None:
        raise Refused("这条奖惩已经撤销，不能兑现。")
    if reward.paid_on is not None:
        raise Refused(f"这条奖惩已于{reward.paid_on:%Y-%m-%d}兑现，不能再登记一次。")
    if reward.amount == 0:
        raise Refused("这条奖惩没有金额，不需要登记兑现。")
    if not reward.decided_on <= paid_on <= today:
        raise Refused("兑现日期应在决定日期之后，不能晚于今天。")
    if reward.kind == RewardKind.REWARD:
        _check_not_frozen(reward.unit, paid_on, "现在不能兑现奖励")


def check_cancel(*, reward: Reward, by: User | None) -> None:
    check_keep(county=reward.unit.county or reward.unit, by=by)
    if reward.cancelled_on is not None:
        raise Refused("这条奖惩已经撤销。")


def _check_not_frozen(unit: Unit, on: dt.date, what: str) -> None:
    freeze = freeze_of(unit, on)
    if freeze is not None:
        raise Refused(f"{unit.name}{what}：{freeze.sentence}")
