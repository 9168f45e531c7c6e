"""重点整治 (S7): key places under regulation, their plan and their monthly progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from assessments.models.problems import RectificationNotice
from pingan import scopes
from pingan.fields import MonthField, person_field
from pingan.models import StoredFile, Unit

if TYPE_CHECKING:
    from pingan.models import User


class KeyPlaceQuerySet(models.QuerySet["KeyPlace"]):
    def visible_to(self, user: User) -> Self:
        """Of the own tree, and those that the own unit leads."""
        if not scopes.has_records(user):
            return self.none()
        return self.filter(scopes.record_scope(user) | Q(lead_unit=user.unit_id))

    def listed(self) -> Self:
        return self.filter(delisted_on=None)


class KeyPlace(models.Model):
    """重点整治地区: a place with serious problems, put right under a lead unit (挂牌督办)."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="key_places", verbose_name="所在单位"
    )
    name = models.CharField("地区", max_length=60, help_text="写地点，不写人名")
    problem = models.CharField("突出问题", max_length=300)
    basis = models.CharField("依据文件", max_length=100)
    notice = models.ForeignKey(
        RectificationNotice,
        models.PROTECT,
        related_name="key_places",
        null=True,
        blank=True,
        verbose_name="整改通知书",
    )
    lead_unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="led_places", verbose_name="牵头单位"
    )
    responsible_post = models.CharField("责任岗位", max_length=40)
    plan = models.TextField("整治方案", max_length=2000)
    plan_file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="方案文件"
    )
    listed_on = models.DateField("列入日期")
    due_on = models.DateField("整治期限")
    delisted_on = models.DateField("摘牌日期", null=True, blank=True)
    outcome = models.CharField("整治结果", max_length=300, blank=True)
    listed_by = person_field("列入人")
    delisted_by = person_field("摘牌人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = KeyPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = "重点整治地区"
        ordering = ["delisted_on", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("listed_on")), name="key_place_due_after_listed"
            ),
            models.CheckConstraint(
                condition=Q(delisted_on=None)
                | (Q(delisted_on__gte=F("listed_on")) & ~Q(outcome="")),
                name="key_place_delisted_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KeyPlaceProgress(models.Model):
    """整治进展 of one month."""

    place = models.ForeignKey(
        KeyPlace, models.CASCADE, related_name="progress", verbose_name="重点整治地区"
    )
    month = MonthField(verbose_name="月份")
    text = models.TextField("进展", max_length=500)
    recorded_at = models.DateTimeField("填报时间", auto_now=True)
    recorded_by = person_field("填报人")

    class Meta:
        verbose_name = "整治进展"
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["place", "month"], name="key_place_progress_unique")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.month}"
