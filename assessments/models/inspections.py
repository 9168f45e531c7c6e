"""督导检查 (S2): groups, the sheet, open and secret visits, the month's focus, the sealed draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from assessments.enums import DrawState, VisitKind
from assessments.models.editions import Edition
from pingan import scopes
from pingan.enums import Level, Role
from pingan.fields import MonthField, person_field
from pingan.models import Unit
from pingan.months import Month

if TYPE_CHECKING:
    from pingan.models import User


class InspectionGroup(models.Model):
    """督导检查组 (S2): lead office, vehicle's unit, the units it inspects. Members by post only."""

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="inspection_groups", verbose_name="县"
    )
    name = models.CharField("名称", max_length=40)
    lead_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="组长所在单位",
        help_text="抽查时回避它所挂钩的单位",
    )
    lead_unit_name = models.CharField("组长单位", max_length=40)
    vehicle_unit_name = models.CharField("出车单位", max_length=40, blank=True)
    member_posts = models.CharField("成员（职务）", max_length=200, blank=True)
    units = models.ManyToManyField(Unit, related_name="inspected_by", verbose_name="督导单位")
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

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

    def openly(self) -> Self:
        """The inspections that are due every month; secret visits come on top of them."""
        return self.filter(kind=VisitKind.OPEN)

    def visible_to(self, user: User) -> Self:
        """A secret visit is hidden from the unit, and from whoever it answers to below the county,
        until the preview of its month has begun. An inspector knows of all but his own unit's."""
        own = self.filter(scopes.record_scope(user))
        if user.unit.level == Level.COUNTY:
            return own
        told = Edition.objects.filter(
            Q(preview_opened_at__isnull=False) | Q(published_at__isnull=False),
            county=OuterRef("unit__county"),
            month=OuterRef("month"),
        )
        known = Q(Exists(told)) | ~Q(kind=VisitKind.SECRET)
        if user.role == Role.INSPECTOR:
            known |= ~scopes.within(user.unit.path, "unit__path")
        return own.filter(known)


class Inspection(models.Model):
    """督导检查 of one unit for one month: points given out of the points of the sheet."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="inspections", db_index=False, verbose_name="受检单位"
    )
    month = MonthField(verbose_name="月份")
    kind = models.CharField("检查方式", max_length=6, choices=VisitKind, default=VisitKind.OPEN)
    on = models.DateField("检查日期")
    place = models.CharField("检查地点", max_length=60, blank=True, help_text="查看了哪里")
    group = models.ForeignKey(
        InspectionGroup, models.PROTECT, null=True, blank=True, verbose_name="督导检查组"
    )
    points_given = models.PositiveIntegerField("得分（百分之一分）")
    points_possible = models.PositiveIntegerField("满分（百分之一分）", default=10000)
    findings = models.TextField("发现问题", max_length=500, blank=True)
    draw = models.ForeignKey(
        "Draw",
        models.PROTECT,
        related_name="inspections",
        null=True,
        blank=True,
        verbose_name="抽签",
    )
    recorded_by = person_field("录入人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "督导检查"
        ordering = ["-month", "on"]
        indexes = [models.Index(fields=["month", "unit"], name="inspection_month_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "month", "on", "kind"], name="inspection_day_unique"
            ),
            models.CheckConstraint(
                condition=Q(points_possible__gt=0, points_given__lte=F("points_possible")),
                name="inspection_points_within_sheet",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month} 督导检查"


class SheetItem(models.Model):
    """检查表项: one line of the sheet that an inspector scores on the spot. County null: common."""

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="sheet_items", null=True, blank=True, verbose_name="县"
    )
    level = models.SmallIntegerField("受检层级", choices=Level)
    kind = models.CharField("检查方式", max_length=6, choices=VisitKind)
    position = models.PositiveSmallIntegerField("排序")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("检查内容", max_length=40)
    standard = models.CharField("评分标准", max_length=200, blank=True)
    points = models.PositiveIntegerField("满分（百分之一分）")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "检查表项"
        ordering = ["level", "kind", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "level", "kind", "code"], name="sheet_item_unique"
            ),
            models.UniqueConstraint(
                fields=["level", "kind", "code"],
                condition=Q(county=None),
                name="sheet_item_common_unique",
            ),
            models.CheckConstraint(condition=Q(points__gt=0), name="sheet_item_has_points"),
        ]

    def __str__(self) -> str:
        return self.name


class InspectionEntry(models.Model):
    """检查记录项: what one line of the sheet was given, and what was found there.

    Name and points are copies: the sheet of a past month stays as it was.
    """

    inspection = models.ForeignKey(
        Inspection, models.CASCADE, related_name="entries", verbose_name="督导检查"
    )
    position = models.PositiveSmallIntegerField("排序")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("检查内容", max_length=40)
    points_given = models.PositiveIntegerField("得分（百分之一分）", null=True, blank=True)
    points_possible = models.PositiveIntegerField("满分（百分之一分）")
    finding = models.CharField("发现问题", max_length=200, blank=True)

    class Meta:
        verbose_name = "检查记录项"
        ordering = ["inspection", "position"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "code"], name="inspection_entry_unique"),
            models.CheckConstraint(
                condition=Q(points_given=None) | Q(points_given__lte=F("points_possible")),
                name="inspection_entry_within_points",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MonthFocus(models.Model):
    """检查重点 of a month: what the inspections look at, published to every unit beforehand."""

    county = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="县")
    month = MonthField(verbose_name="月份")
    text = models.TextField("检查重点", max_length=500)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = person_field("公布人")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "检查重点"
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["county", "month"], name="month_focus_unique")
        ]

    def __str__(self) -> str:
        return f"{self.month}检查重点"


class DrawQuerySet(models.QuerySet["Draw"]):
    def visible_to(self, user: User) -> Self:
        """Of the own county: everybody sees what was sealed. Whoever is not of the county's
        office or an inspector sees the result when its visits are over: `result_is_open`."""
        if not scopes.has_records(user):
            return self.none()
        return self.filter(county_id=user.unit.root_id)


class Draw(models.Model):
    """抽签: an unannounced choice of units, drawn from a seed whose hash was published before.

    `pool` and `excluded` are fixed when the seed is sealed; `salt` is a public number that nobody
    could know then. The order is that of SHA-256("seed:salt:code"), so that anyone who has the
    printed record can draw again.
    """

    county = models.ForeignKey(Unit, models.PROTECT, related_name="draws", verbose_name="县")
    month = MonthField(verbose_name="月份")
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("名称", max_length=40)
    kind = models.CharField("检查方式", max_length=6, choices=VisitKind)
    group = models.ForeignKey(
        InspectionGroup, models.PROTECT, null=True, blank=True, verbose_name="督导检查组"
    )
    wanted = models.PositiveSmallIntegerField("抽取个数")
    pool = models.JSONField("候选单位", help_text="[[单位, 代码, 名称] …]")
    excluded = models.JSONField("回避单位", help_text="[[代码, 名称, 原因] …]")
    seed = models.CharField("种子", max_length=64, help_text="抽取之前不显示")
    seed_hash = models.CharField("封存码", max_length=64)
    salt = models.CharField("公开数", max_length=40, blank=True)
    result = models.JSONField("抽中单位", default=list, help_text="[[单位, 代码, 名称, 摘要] …]")
    state = models.CharField("状态", max_length=10, choices=DrawState, default=DrawState.COMMITTED)
    committed_at = models.DateTimeField("封存时间")
    committed_by = person_field("封存人")
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    drawn_by = person_field("抽取人")
    reason = models.CharField("作废原因", max_length=200, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = "抽签"
        ordering = ["-month", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["county", "month", "number"], name="draw_unique"),
            models.CheckConstraint(
                condition=~Q(state=DrawState.DRAWN) | (Q(drawn_at__isnull=False) & ~Q(salt="")),
                name="draw_drawn_has_moment_and_salt",
            ),
            models.CheckConstraint(condition=Q(wanted__gt=0), name="draw_wants_some"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.title}"


class LeaderRatingQuerySet(models.QuerySet["LeaderRating"]):
    def visible_to(self, user: User) -> Self:
        """The county's own until the preview of the month; then each unit sees its own."""
        own = self.filter(scopes.record_scope(user))
        if user.unit.level == Level.COUNTY:
            return own
        told = Edition.objects.filter(
            Q(preview_opened_at__isnull=False) | Q(published_at__isnull=False),
            county=OuterRef("unit__county"),
            month=OuterRef("month"),
        )
        return own.filter(Exists(told))


class LeaderRating(models.Model):
    """领导评分 (S1): points that one leading post gives a unit for a month."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="leader_ratings", db_index=False, verbose_name="单位"
    )
    month = MonthField(verbose_name="月份")
    rater_post = models.CharField("评分领导职务", max_length=40)
    points_given = models.PositiveIntegerField("得分（百分之一分）")
    points_possible = models.PositiveIntegerField("满分（百分之一分）", default=10000)
    note = models.CharField("理由", max_length=200, blank=True)
    recorded_at = models.DateTimeField("录入时间", auto_now=True)
    recorded_by = person_field("录入人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = LeaderRatingQuerySet.as_manager()

    class Meta:
        verbose_name = "领导评分"
        ordering = ["-month", "unit__path", "rater_post"]
        indexes = [models.Index(fields=["month", "unit"], name="leader_rating_month_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "month", "rater_post"], name="leader_rating_unique"
            ),
            models.CheckConstraint(
                condition=Q(points_possible__gt=0, points_given__lte=F("points_possible")),
                name="leader_rating_within_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month} {self.rater_post}"
