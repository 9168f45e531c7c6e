"""What stays open until it is solved: matters of places and things, decisions of meetings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from campaigns.enums import FollowUpSource
from campaigns.models.activities import SweepCategory
from pingan import scopes
from pingan.enums import Level
from pingan.fields import MonthField, person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def open(self) -> Self:
        return self.filter(solved_on=None)

    def overdue(self, *, on: dt.date) -> Self:
        return self.open().filter(due_on__lt=on)


class FollowUp(models.Model):
    """跟踪事项: owner's post, duty, deadline. Categories that touch persons never have one."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="follow_ups", db_index=False, verbose_name="单位"
    )
    source = models.CharField("来源", max_length=10, choices=FollowUpSource)
    category = models.ForeignKey(
        SweepCategory,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="排查类别",
    )
    month = MonthField(verbose_name="发现月份")
    title = models.CharField("事项", max_length=80, help_text="写地点和事情，不写人名")
    place = models.CharField("地点", max_length=60, blank=True)
    owner_post = models.CharField("责任岗位", max_length=40)
    duty = models.CharField("任务", max_length=200, blank=True)
    due_on = models.DateField("办结期限")
    level = models.SmallIntegerField("办理层级", choices=Level)
    solved_on = models.DateField("办结日期", null=True, blank=True)
    solved_level = models.SmallIntegerField("办结层级", choices=Level, null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = person_field("登记人")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "跟踪事项"
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["unit", "solved_on"], name="follow_up_unit_solved"),
            models.Index(fields=["month", "unit"], name="follow_up_month_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(solved_on=None, solved_level=None)
                | Q(solved_on__isnull=False, solved_level__isnull=False),
                name="follow_up_solved_pair",
            ),
            models.CheckConstraint(
                condition=Q(source="sweep", category__isnull=False)
                | (~Q(source="sweep") & Q(category=None)),
                name="follow_up_category_with_sweep",
            ),
        ]

    def __str__(self) -> str:
        return self.title
