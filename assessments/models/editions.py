"""Editions and scorecards: one close of a month, frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from assessments.enums import Colour, Grade
from pingan import scopes
from pingan.enums import Level
from pingan.fields import MonthField, person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class EditionQuerySet(models.QuerySet["Edition"]):
    def current(self) -> Self:
        return self.filter(is_current=True)

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def with_correction(self) -> Self:
        """Mark as `is_correction` what follows a published edition of its month."""
        out = Edition.objects.published().filter(
            county=OuterRef("county"), month=OuterRef("month"), number__lt=OuterRef("number")
        )
        return self.annotate(is_correction=Exists(out))

    def visible_to(self, user: User) -> Self:
        """Of the user's own county; before publication only to those who see all of it."""
        if not scopes.has_records(user):
            return self.none()
        own = self.filter(county_id=user.unit.root_id)
        return own if user.unit.level == Level.COUNTY else own.published()


class Edition(models.Model):
    """One close of one county's month, frozen: rules, weights, totals and a hash over it all."""

    county = models.ForeignKey(Unit, models.PROTECT, related_name="editions", verbose_name="县")
    month = MonthField(verbose_name="月份")
    number = models.PositiveSmallIntegerField("版次")
    is_current = models.BooleanField("现行", default=True)
    hash = models.CharField("校验码", max_length=64)
    closed_at = models.DateTimeField("结账时间")
    closed_by = person_field("结账人")
    unit_count = models.PositiveIntegerField("单位数")
    rules = models.JSONField("规则", help_text="当时的考核办法全文，按层级")
    totals = models.JSONField("汇总", help_text="全县各项计数之和")
    changes = models.JSONField("与上一版的不同", default=list)
    preview_opened_at = models.DateTimeField("公示预览开始时间", null=True, blank=True)
    preview_until = models.DateTimeField("公示预览截止时间", null=True, blank=True)
    preview_opened_by = person_field("发起预览人")
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = person_field("公布人")

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = "考评版次"
        ordering = ["-month", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "month", "number"], name="edition_number_unique"
            ),
            models.UniqueConstraint(
                fields=["county", "month"],
                condition=Q(is_current=True),
                name="edition_one_current",
            ),
            models.CheckConstraint(
                condition=Q(preview_opened_at=None, preview_until=None)
                | Q(preview_until__gte=F("preview_opened_at")),
                name="edition_preview_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.county} {self.month} 第{self.number}版"


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    def visible_to(self, user: User) -> Self:
        """Of the user's units: published, or in the preview before it.

        Who sees the whole county sees every edition.
        """
        own = self.filter(scopes.record_scope(user))
        if scopes.has_records(user) and user.unit.level == Level.COUNTY:
            return own
        return own.filter(
            Q(edition__published_at__isnull=False)
            | Q(edition__preview_opened_at__isnull=False, edition__is_current=True)
        )

    def current(self) -> Self:
        return self.filter(edition__is_current=True)


class Scorecard(models.Model):
    """计分卡: one unit in one edition, with every point explained and its facts frozen."""

    edition = models.ForeignKey(
        Edition, models.CASCADE, related_name="scorecards", db_index=False, verbose_name="版次"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="scorecards", db_index=False, verbose_name="单位"
    )
    month = MonthField(verbose_name="月份")
    parent = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_index=False, verbose_name="当时的上级单位"
    )
    parent_code = models.CharField("当时上级的代码", max_length=20, default="")
    parent_name = models.CharField("当时上级的名称", max_length=80, default="")
    level = models.SmallIntegerField("层级", choices=Level)
    unit_code = models.CharField("当时的代码", max_length=20)
    unit_name = models.CharField("当时的名称", max_length=80)
    position = models.PositiveIntegerField("排序", default=0)
    total = models.IntegerField("总分（百分之一分）")
    peer_group = models.CharField("同组", max_length=20, default="", db_default="", blank=True)
    rank = models.PositiveIntegerField("名次")
    peers = models.PositiveIntegerField("同组单位数")
    is_tied = models.BooleanField("并列")
    previous_rank = models.PositiveIntegerField("上月名次", null=True, blank=True)
    grade = models.CharField("等次", max_length=12, choices=Grade)
    colour = models.CharField("颜色", max_length=8, choices=Colour)
    lines = models.JSONField("得分明细", help_text="[[考核项代码, 得分, 满分, 分子, 分母] …]")
    facts = models.JSONField("计数", help_text="{计数名: 值}")

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        verbose_name = "计分卡"
        ordering = ["level", "rank", "position"]
        indexes = [models.Index(fields=["unit", "month"], name="scorecard_unit_month")]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "parent", "level", "unit"], name="scorecard_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} {self.month}"
