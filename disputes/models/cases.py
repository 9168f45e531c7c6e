"""纠纷 (D1–D5): the case, its parties, its way between units and levels."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from disputes.enums import (
    OPEN_STATES,
    Channel,
    DisputeState,
    EscalationCause,
    HandoverState,
    Move,
    PartyKind,
    PartyRole,
    Prevented,
)
from disputes.models.committees import Committee, Mediator
from disputes.models.settings import DisputeTerm
from pingan import scopes
from pingan.enums import Level, Role
from pingan.fields import SealedField, person_field
from pingan.models import Unit
from pingan.privacy import Sealed

if TYPE_CHECKING:
    from pingan.models import User


# Who works on cases; leaders and inspectors look at counts.
DESK_ROLES = frozenset(
    {Role.VILLAGE_CLERK, Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER}
)


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, user: User) -> Self:
        """Cases registered in the own tree, and those that the own unit holds or is offered."""
        if not scopes.has_records(user):
            return self.none()
        offered = Handover.objects.filter(to_unit=user.unit_id, state=HandoverState.PENDING)
        return self.filter(
            scopes.record_scope(user)
            | Q(holder_id=user.unit_id)
            | Q(pk__in=offered.values("dispute"))
        )

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def handled_by(self, user: User) -> Self:
        """Whose names this person may see: the cases in his hands."""
        return self.visible_to(user).filter(
            Q(handler=user) | Q(mediator__account=user, holder_id=user.unit_id)
        )


class Dispute(models.Model):
    """纠纷 from registration to the closed file.

    `unit` registered it and keeps its number; `holder` works on it now, by the person `handler`;
    `level` is the level of 四级七天 that it has reached, since `level_since`. What may name a
    person (`facts`) is sealed, and erased with the parties' names on `erase_on`.
    """

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="disputes", db_index=False, verbose_name="登记单位"
    )
    county = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="县")
    committee = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="disputes",
        null=True,
        blank=True,
        verbose_name="调解委员会",
    )
    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveIntegerField("序号")
    code = models.CharField("案号", max_length=40, db_index=True)
    title = models.CharField("事由", max_length=60, help_text="写事情，不写人名")
    category = models.ForeignKey(
        DisputeTerm, models.PROTECT, related_name="+", verbose_name="纠纷类别"
    )
    scale = models.ForeignKey(
        DisputeTerm, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="规模"
    )
    source = models.ForeignKey(DisputeTerm, models.PROTECT, related_name="+", verbose_name="来源")
    source_note = models.CharField("来源说明", max_length=80, blank=True)
    place = models.CharField("发生地点", max_length=60, blank=True)
    place_index = models.CharField("地点摘要", max_length=64, default="", blank=True)
    happened_on = models.DateField("发生日期", null=True, blank=True)
    people = models.PositiveIntegerField("涉及人数", default=2)
    amount = models.PositiveBigIntegerField("涉及金额（分）", null=True, blank=True)
    facts = SealedField("纠纷简要情况", default=Sealed, blank=True)
    channel = models.CharField("调解方式", max_length=16, choices=Channel, default=Channel.PEOPLE)
    state = models.CharField(
        "状态", max_length=12, choices=DisputeState, default=DisputeState.REGISTERED
    )
    holder = models.ForeignKey(
        Unit, models.PROTECT, related_name="held_disputes", verbose_name="承办单位"
    )
    handler = person_field("经办人")
    mediator = models.ForeignKey(
        Mediator,
        models.PROTECT,
        related_name="disputes",
        null=True,
        blank=True,
        verbose_name="调解员",
    )
    level = models.SmallIntegerField("办理层级", choices=Level)
    level_since = models.DateField("到本级日期")
    level_due_on = models.DateField("本级期满日期", null=True, blank=True)
    registered_on = models.DateField("登记日期")
    registered_at = models.DateTimeField("登记时间", auto_now_add=True)
    registered_by = person_field("登记人")
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    due_on = models.DateField("调解期限", null=True, blank=True)
    settled_on = models.DateField("调解终结日期", null=True, blank=True)
    settled_level = models.SmallIntegerField("化解层级", choices=Level, null=True, blank=True)
    closed_on = models.DateField("结案日期", null=True, blank=True)
    is_crime_likely = models.BooleanField("可能引发治安或刑事案件", default=False)
    police_told_at = models.DateTimeField("报告公安机关时间", null=True, blank=True)
    police_told_by = person_field("报告人")
    prevented = models.CharField(
        "防止激化", max_length=16, choices=Prevented, blank=True, default=""
    )
    prevented_people = models.PositiveIntegerField("防止激化涉及人数", default=0)
    erase_on = models.DateField("姓名销毁日期", null=True, blank=True)
    erased_at = models.DateTimeField("姓名销毁时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = "纠纷"
        ordering = ["-registered_on", "-pk"]
        indexes = [
            models.Index(fields=["unit", "state"], name="dispute_unit_state"),
            models.Index(fields=["county", "registered_on"], name="dispute_county_registered"),
            models.Index(fields=["holder", "state"], name="dispute_holder_state"),
            models.Index(fields=["state", "level_due_on"], name="dispute_state_level_due"),
            models.Index(fields=["county", "place_index"], name="dispute_county_place"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "number"],
                condition=Q(committee=None),
                name="dispute_unit_number_unique",
            ),
            models.UniqueConstraint(
                fields=["committee", "year", "number"],
                condition=Q(committee__isnull=False),
                name="dispute_committee_number_unique",
            ),
            models.CheckConstraint(
                condition=Q(happened_on=None) | Q(happened_on__lte=F("registered_on")),
                name="dispute_happened_before_registered",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(accepted_on__gte=F("registered_on")),
                name="dispute_accepted_after_registered",
            ),
            models.CheckConstraint(
                condition=Q(settled_on=None) | Q(settled_on__gte=F("registered_on")),
                name="dispute_settled_after_registered",
            ),
            models.CheckConstraint(
                condition=~Q(state=DisputeState.CLOSED) | Q(closed_on__isnull=False),
                name="dispute_closed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(prevented="", prevented_people=0) | ~Q(prevented=""),
                name="dispute_prevented_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def is_known_to(self, user: User) -> bool:
        """Need to know: the handler, or the case's mediator by his own account while the unit
        holds it. Nobody else sees a name."""
        if not user.is_active or user.role not in DESK_ROLES:
            return False
        if self.handler_id == user.pk:
            return True
        mediator = self.mediator
        return (
            mediator is not None
            and mediator.account_id == user.pk
            and self.holder_id == user.unit_id
        )


class Party(models.Model):
    """当事人. Everything that says who it is, is sealed; equal names meet in `name_index`."""

    dispute = models.ForeignKey(
        Dispute, models.CASCADE, related_name="parties", verbose_name="纠纷"
    )
    position = models.PositiveSmallIntegerField("排序")
    role = models.CharField("身份", max_length=10, choices=PartyRole)
    kind = models.CharField("类型", max_length=14, choices=PartyKind, default=PartyKind.PERSON)
    name = SealedField("姓名（名称）")
    name_index = models.CharField("姓名摘要", max_length=64, default="", blank=True)
    contact = SealedField("联系方式", default=Sealed, blank=True)
    address = SealedField("住址", default=Sealed, blank=True)

    class Meta:
        verbose_name = "当事人"
        ordering = ["dispute", "position"]
        indexes = [models.Index(fields=["name_index"], name="party_name_index")]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "position"], name="party_position_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}{self.position}"


class DisputeMove(models.Model):
    """办理经过: one move of a case."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="moves", verbose_name="纠纷")
    move = models.CharField("动作", max_length=10, choices=Move)
    before = models.CharField("之前", max_length=12, choices=DisputeState)
    after = models.CharField("之后", max_length=12, choices=DisputeState)
    on = models.DateField("日期")
    note = models.CharField("说明", max_length=300, blank=True)
    at = models.DateTimeField("录入时间", auto_now_add=True)
    by = person_field("办理人")

    class Meta:
        verbose_name = "办理经过"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_move_display()}"


class Handover(models.Model):
    """移交 of a case to another unit, which accepts or refuses with a reason."""

    dispute = models.ForeignKey(
        Dispute, models.CASCADE, related_name="handovers", verbose_name="纠纷"
    )
    from_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="移出单位")
    to_unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="offered_disputes", verbose_name="接收单位"
    )
    channel = models.CharField("调解方式", max_length=16, choices=Channel)
    reason = models.CharField("移交理由", max_length=200)
    state = models.CharField(
        "状态", max_length=10, choices=HandoverState, default=HandoverState.PENDING
    )
    asked_at = models.DateTimeField("移交时间")
    asked_by = person_field("移交人")
    answer = models.CharField("接收意见", max_length=200, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = person_field("答复人")

    class Meta:
        verbose_name = "纠纷移交"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"],
                condition=Q(state=HandoverState.PENDING),
                name="handover_one_pending",
            ),
            models.CheckConstraint(
                condition=~Q(from_unit=F("to_unit")), name="handover_between_two_units"
            ),
            models.CheckConstraint(
                condition=~Q(state=HandoverState.REFUSED) | ~Q(answer=""),
                name="handover_refused_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_unit} → {self.to_unit}"


class Escalation(models.Model):
    """逐级上报 (四级七天, domain D3): a case went up a level, by itself or on request."""

    dispute = models.ForeignKey(
        Dispute, models.CASCADE, related_name="escalations", verbose_name="纠纷"
    )
    from_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="原承办单位")
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="上级承办单位")
    from_level = models.SmallIntegerField("原层级", choices=Level)
    to_level = models.SmallIntegerField("上报层级", choices=Level)
    cause = models.CharField("原因", max_length=8, choices=EscalationCause)
    note = models.CharField("说明", max_length=200, blank=True)
    on = models.DateField("日期")
    at = models.DateTimeField("时间", auto_now_add=True)
    by = person_field("办理人")

    class Meta:
        verbose_name = "逐级上报"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.dispute} {self.get_to_level_display()}"


class ClockPause(models.Model):
    """中止: days that do not count, with their reason; open until `ends_on`."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="pauses", verbose_name="纠纷")
    starts_on = models.DateField("中止日期")
    ends_on = models.DateField("恢复日期", null=True, blank=True)
    reason = models.CharField("中止理由", max_length=200)
    by = person_field("批准人")

    class Meta:
        verbose_name = "期限中止"
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispute"], condition=Q(ends_on=None), name="clock_pause_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="clock_pause_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} {self.reason}"

    def days_until(self, day: dt.date) -> int:
        """Days that this pause takes out of a clock read on `day`."""
        return max(0, (min(self.ends_on or day, day) - self.starts_on).days)
