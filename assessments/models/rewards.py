"""奖惩 (S11), 信息奖励 (S13) and the tenure of leading posts (S10)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from assessments.enums import InformationState, RewardKind
from pingan import scopes
from pingan.enums import Level, Role
from pingan.fields import person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class RewardQuerySet(models.QuerySet["Reward"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))


class Reward(models.Model):
    """奖惩 of a unit, with the fund it is paid from or into. Money in 分."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="rewards", verbose_name="单位")
    kind = models.CharField("奖惩", max_length=8, choices=RewardKind)
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("事由", max_length=60)
    document = models.CharField("依据文件", max_length=100)
    amount = models.PositiveBigIntegerField("金额（分）", default=0)
    fund = models.CharField("经费来源", max_length=40, blank=True)
    decided_on = models.DateField("决定日期")
    paid_on = models.DateField("兑现日期", null=True, blank=True)
    cancelled_on = models.DateField("撤销日期", null=True, blank=True)
    cancel_reason = models.CharField("撤销原因", max_length=200, blank=True)
    recorded_by = person_field("录入人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = RewardQuerySet.as_manager()

    class Meta:
        verbose_name = "奖惩"
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=0) | ~Q(fund=""), name="reward_money_has_fund"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on=None) | ~Q(cancel_reason=""),
                name="reward_cancelled_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.title}"


class InformationRewardQuerySet(models.QuerySet["InformationReward"]):
    def visible_to(self, user: User) -> Self:
        """The county's office alone: who gave information is nobody else's business."""
        if user.is_active and user.role == Role.COUNTY_OFFICER:
            return self.filter(county_id=user.unit_id)
        return self.none()


class InformationReward(models.Model):
    """信息奖励 (document D): paid to whoever shows the code. No name is kept anywhere.

    Only a hash of the code is stored; the code itself is shown once.
    """

    county = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="县")
    code_hash = models.CharField("领奖码摘要", max_length=64, unique=True)
    code_tail = models.CharField("领奖码末四位", max_length=4)
    topic = models.CharField("信息类别", max_length=20)
    summary = models.CharField("信息内容", max_length=300, help_text="写事情，不写提供人")
    township = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="涉及乡镇"
    )
    state = models.CharField(
        "状态", max_length=10, choices=InformationState, default=InformationState.RECEIVED
    )
    received_on = models.DateField("收到日期")
    amount = models.PositiveBigIntegerField("金额（分）", default=0)
    fund = models.CharField("经费来源", max_length=40, blank=True)
    decision = models.CharField("核实和审批意见", max_length=300, blank=True)
    verified_by = person_field("核实人")
    approved_by = person_field("审批人")
    paid_on = models.DateField("发放日期", null=True, blank=True)
    paid_by = person_field("发放人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = InformationRewardQuerySet.as_manager()

    class Meta:
        verbose_name = "信息奖励"
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=InformationState.PAID)
                | (Q(paid_on__isnull=False, amount__gt=0) & ~Q(fund="")),
                name="information_reward_paid_has_money",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} 尾号{self.code_tail}"


class PostTenureQuerySet(models.QuerySet["PostTenure"]):
    def visible_to(self, user: User) -> Self:
        """The county's office and leaders, and each unit its own."""
        if not scopes.has_records(user):
            return self.none()
        if user.unit.level == Level.COUNTY and user.role in (Role.COUNTY_OFFICER, Role.LEADER):
            return self.filter(scopes.record_scope(user))
        return self.filter(unit=user.unit_id)

    def on(self, day: dt.date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


class PostTenure(models.Model):
    """任期 (S10): who held a leading post of a unit from when until the day before `ends_on`.

    A holder of a public office, by name or by the number of the cadre file; nothing else of the
    person is kept.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="tenures", verbose_name="单位")
    post = models.CharField("职务", max_length=40)
    holder = models.CharField("任职人", max_length=30, help_text="姓名或干部编号")
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("离任日期", null=True, blank=True)
    recorded_by = person_field("录入人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = PostTenureQuerySet.as_manager()

    class Meta:
        verbose_name = "任期"
        ordering = ["unit__path", "post", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "post", "starts_on"], name="post_tenure_unique"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="post_tenure_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.post}"
