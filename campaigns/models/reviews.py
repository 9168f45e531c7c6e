"""What a review leaves behind: remarks by field, explanations, extensions, requests to reopen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from campaigns.enums import Activity, RequestState
from campaigns.models.returns import MonthlyReturn
from pingan import scopes
from pingan.fields import MonthField, person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class FieldRemark(models.Model):
    """退回意见: why one field of a return was sent back; resolved when the row is saved again."""

    monthly_return = models.ForeignKey(
        MonthlyReturn, models.CASCADE, related_name="remarks", verbose_name="月报"
    )
    activity = models.CharField("活动", max_length=10, choices=Activity)
    row = models.CharField("行", max_length=40, blank=True, help_text="日期、类别代码或小组编号")
    field = models.CharField("字段", max_length=40, blank=True)
    text = models.CharField("意见", max_length=200)
    by = person_field("提出人")
    at = models.DateTimeField("提出时间", auto_now_add=True)
    resolved_at = models.DateTimeField("改正时间", null=True, blank=True)

    class Meta:
        verbose_name = "退回意见"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text


class CheckNote(models.Model):
    """校验说明: the clerk's word on a finding that needs one."""

    monthly_return = models.ForeignKey(
        MonthlyReturn, models.CASCADE, related_name="check_notes", verbose_name="月报"
    )
    code = models.CharField("校验代码", max_length=40)
    row = models.CharField("行", max_length=40, blank=True)
    text = models.CharField("说明", max_length=200)
    by = person_field("说明人")
    at = models.DateTimeField("说明时间", auto_now=True)

    class Meta:
        verbose_name = "校验说明"
        constraints = [
            models.UniqueConstraint(
                fields=["monthly_return", "code", "row"], name="check_note_unique"
            )
        ]

    def __str__(self) -> str:
        return self.text


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))


class Extension(models.Model):
    """延期: a later deadline for one unit's month, with who allowed it and why."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="extensions", verbose_name="单位")
    month = MonthField(verbose_name="月份")
    until = models.DateField("延至")
    reason = models.CharField("原因", max_length=200)
    by = person_field("批准人")
    at = models.DateTimeField("批准时间", auto_now_add=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = "延期"
        constraints = [
            models.UniqueConstraint(fields=["month", "unit"], name="extension_unique"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month} 延至 {self.until}"


class ReopenRequestQuerySet(models.QuerySet["ReopenRequest"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))


class ReopenRequest(models.Model):
    """重开申请: a unit asks to correct a closed month."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="reopen_requests", verbose_name="单位"
    )
    month = MonthField(verbose_name="月份")
    reason = models.CharField("原因", max_length=200)
    requested_by = person_field("申请人")
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    state = models.CharField(
        "状态", max_length=8, choices=RequestState, default=RequestState.PENDING
    )
    decided_by = person_field("决定人")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decision = models.CharField("决定说明", max_length=200, blank=True)

    objects = ReopenRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "重开申请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "month"],
                condition=Q(state="pending"),
                name="reopen_request_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at=None)
                | (~Q(state="pending") & Q(decided_at__isnull=False)),
                name="reopen_request_decided_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month}"
