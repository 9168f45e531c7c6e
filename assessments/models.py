"""Schemes, inspections, and the frozen editions with their scorecards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from assessments.enums import Colour, Grade, ItemSource, RuleShape
from pingan import scopes
from pingan.enums import Level
from pingan.fields import MonthField, person_field
from pingan.models import Unit
from pingan.months import Month

if TYPE_CHECKING:
    from pingan.models import User


class Scheme(models.Model):
    """考核办法 for one level of units: 100 points, as data. `county` null: the common default."""

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="schemes", null=True, blank=True, verbose_name="县"
    )
    level = models.SmallIntegerField("适用层级", choices=Level)
    name = models.CharField("名称", max_length=60)
    version = models.PositiveSmallIntegerField("版本", default=1)
    valid_from = MonthField(verbose_name="起始月份")
    valid_to = MonthField(verbose_name="终止月份", null=True, blank=True)
    grade_bands = models.JSONField(
        "等次分数线", help_text="[[等次, 最低分(百分之一分)] …] 从高到低"
    )
    colour_rules = models.JSONField(
        "颜色规则", help_text="{等次: 颜色}，以及未结事项达到多少件降一档 open_limit"
    )

    class Meta:
        verbose_name = "考核办法"
        ordering = ["level", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "level", "version"], name="scheme_version_unique"
            ),
            models.UniqueConstraint(
                fields=["level", "version"],
                condition=Q(county=None),
                name="scheme_common_version_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第{self.version}版）"


class ScoreItem(models.Model):
    """考核项: points, where they come from, and the rule that turns counts into points."""

    scheme = models.ForeignKey(
        Scheme, models.CASCADE, related_name="items", verbose_name="考核办法"
    )
    position = models.PositiveSmallIntegerField("排序")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=30)
    source = models.CharField("数据来源", max_length=12, choices=ItemSource)
    shape = models.CharField("计分方式", max_length=10, choices=RuleShape)
    points = models.PositiveIntegerField("分值（百分之一分）")
    parameters = models.JSONField("参数", default=dict)
    clause = models.CharField("条文", max_length=200, help_text="写给被考核单位看的规则")

    class Meta:
        verbose_name = "考核项"
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="score_item_code_unique"),
            models.CheckConstraint(condition=Q(points__gt=0), name="score_item_has_points"),
        ]

    def __str__(self) -> str:
        return self.name


class InspectionGroup(models.Model):
    """督导检查组 (S2): lead office, vehicle's unit, the units it inspects. Members by post only."""

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="inspection_groups", verbose_name="县"
    )
    name = models.CharField("名称", max_length=40)
    lead_unit_name = models.CharField("组长单位", max_length=40)
    vehicle_unit_name = models.CharField("出车单位", max_length=40, blank=True)
    member_posts = models.CharField("成员（职务）", max_length=200, blank=True)
    units = models.ManyToManyField(Unit, related_name="inspected_by", verbose_name="督导单位")
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "督导检查组"
        ordering = ["county", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "name", "valid_from"], name="inspection_group_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def for_month(self, month: Month) -> Self:
        return self.filter(month=month)

    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))


class Inspection(models.Model):
    """督导检查 of one unit for one month: points given out of the points of the sheet."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="inspections", db_index=False, verbose_name="受检单位"
    )
    month = MonthField(verbose_name="月份")
    on = models.DateField("检查日期")
    group = models.ForeignKey(
        InspectionGroup, models.PROTECT, null=True, blank=True, verbose_name="督导检查组"
    )
    points_given = models.PositiveIntegerField("得分（百分之一分）")
    points_possible = models.PositiveIntegerField("满分（百分之一分）", default=10000)
    findings = models.TextField("发现问题", max_length=500, blank=True)
    recorded_by = person_field("录入人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "督导检查"
        ordering = ["-month", "on"]
        indexes = [models.Index(fields=["month", "unit"], name="inspection_month_unit")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "month", "on"], name="inspection_day_unique"),
            models.CheckConstraint(
                condition=Q(points_possible__gt=0, points_given__lte=F("points_possible")),
                name="inspection_points_within_sheet",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month} 督导检查"


class EditionQuerySet(models.QuerySet["Edition"]):
    def current(self) -> Self:
        return self.filter(is_current=True)

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

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
        ]

    def __str__(self) -> str:
        return f"{self.county} {self.month} 第{self.number}版"


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    def visible_to(self, user: User) -> Self:
        """Of the user's units; before publication only to those who see the whole county."""
        own = self.filter(scopes.record_scope(user))
        if scopes.has_records(user) and user.unit.level == Level.COUNTY:
            return own
        return own.filter(edition__published_at__isnull=False)

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
