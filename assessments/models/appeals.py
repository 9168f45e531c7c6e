"""申诉: a unit contests points lost, in the preview before publication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from assessments.enums import AppealState
from assessments.models.editions import Scorecard
from pingan import scopes
from pingan.fields import MonthField, person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def pending(self) -> Self:
        return self.filter(state=AppealState.PENDING)


class Appeal(models.Model):
    """申诉 against one item of a scorecard; the county decides, with a reason.

    `restored` is what the next close gives back on that item, in hundredths; 0 where the record
    itself was corrected instead.
    """

    scorecard = models.ForeignKey(
        Scorecard, models.PROTECT, related_name="appeals", verbose_name="计分卡"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="appeals", db_index=False, verbose_name="单位"
    )
    month = MonthField(verbose_name="月份")
    item_code = models.SlugField("考核项代码", max_length=30)
    item_name = models.CharField("考核项", max_length=30)
    lost = models.PositiveIntegerField("申诉时失分（百分之一分）")
    reason = models.TextField("申诉理由", max_length=500)
    filed_at = models.DateTimeField("提出时间")
    filed_by = person_field("提出人")
    state = models.CharField(
        "状态", max_length=10, choices=AppealState, default=AppealState.PENDING
    )
    restored = models.PositiveIntegerField("补回（百分之一分）", default=0)
    decision = models.CharField("决定理由", max_length=300, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = person_field("决定人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = "申诉"
        ordering = ["-filed_at", "-pk"]
        indexes = [models.Index(fields=["month", "unit"], name="appeal_month_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "month", "item_code"],
                condition=Q(state=AppealState.PENDING),
                name="appeal_one_pending",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AppealState.UPHELD, AppealState.REFUSED])
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="appeal_decided_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(restored=0) | Q(state=AppealState.UPHELD),
                name="appeal_restored_only_upheld",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month} {self.item_name}"
