"""What is typed but not saved, and what was imported as one step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from campaigns.enums import Activity
from campaigns.models.returns import MonthlyReturn
from pingan import scopes
from pingan.fields import MonthField, person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class Draft(models.Model):
    """未保存的填写: one person's half-filled form. Counts nowhere; gone once it is saved."""

    user = models.ForeignKey("pingan.User", models.CASCADE, related_name="+", verbose_name="填写人")
    monthly_return = models.ForeignKey(
        MonthlyReturn, models.CASCADE, related_name="drafts", verbose_name="月报"
    )
    activity = models.CharField("活动", max_length=10, choices=Activity)
    base_version = models.PositiveIntegerField("所依据的版本")
    data = models.JSONField("内容", default=dict)
    saved_at = models.DateTimeField("暂存时间", auto_now=True)

    class Meta:
        verbose_name = "未保存的填写"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "monthly_return", "activity"], name="draft_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.monthly_return} {self.activity}"


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def of_returns(self) -> Self:
        """Imports of monthly returns; those of indicators name their form in `changes`."""
        return self.exclude(changes__has_key="indicators")


class ImportRun(models.Model):
    """导入: one workbook taken in as one step, with what stood there before, for the undo."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    month = MonthField(verbose_name="月份")
    file_name = models.CharField("文件名", max_length=120)
    file_hash = models.CharField("文件校验码", max_length=64)
    changes = models.JSONField("变更", default=dict)
    before = models.JSONField("导入前", default=dict)
    is_applied = models.BooleanField("已导入", default=False)
    by = person_field("导入人")
    at = models.DateTimeField("时间", auto_now_add=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = person_field("撤销人")

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = "导入"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name
