"""考核办法 (S1): versioned schemes of 100 points, their items, and the groups of peers (S4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from assessments.enums import ItemSource, RuleShape, SchemeState
from pingan import scopes
from pingan.enums import Level
from pingan.fields import MonthField, person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class PeerGroup(models.Model):
    """同组 (S4): units of one level that are ranked with one another alone, such as the 街道.

    A unit belongs to the group that names it, else to the first that names its kind, else to the
    rest of its level.
    """

    county = models.ForeignKey(Unit, models.PROTECT, related_name="peer_groups", verbose_name="县")
    level = models.SmallIntegerField("层级", choices=Level)
    name = models.CharField("名称", max_length=20)
    position = models.PositiveSmallIntegerField("排序", default=0)
    unit_kinds = models.JSONField("单位类别", default=list, help_text="UnitKind 的值")
    units = models.ManyToManyField(
        Unit, related_name="+", blank=True, verbose_name="另外指定的单位"
    )
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "同组"
        ordering = ["county", "level", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "level", "name", "valid_from"], name="peer_group_unique"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="peer_group_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def visible_to(self, user: User) -> Self:
        """Rules are for everybody who is scored by them; drafts for the county alone."""
        if not scopes.has_records(user):
            return self.none()
        own = self.filter(Q(county=None) | Q(county_id=user.unit.root_id))
        if user.unit.level == Level.COUNTY:
            return own
        return own.filter(state=SchemeState.ADOPTED)

    def adopted(self) -> Self:
        return self.filter(state=SchemeState.ADOPTED)


class Scheme(models.Model):
    """考核办法 for one level of units, or one group of peers: 100 points, as data.

    `county` null: the common default. An adopted scheme never changes: a change is a new version.
    """

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="schemes", null=True, blank=True, verbose_name="县"
    )
    level = models.SmallIntegerField("适用层级", choices=Level)
    peer_group = models.ForeignKey(
        PeerGroup,
        models.PROTECT,
        related_name="schemes",
        null=True,
        blank=True,
        verbose_name="同组",
        help_text="空表示该层级的全部单位",
    )
    name = models.CharField("名称", max_length=60)
    basis = models.CharField("依据文件", max_length=100, blank=True)
    state = models.CharField("状态", max_length=8, choices=SchemeState, default=SchemeState.ADOPTED)
    version = models.PositiveSmallIntegerField("版本", default=1)
    revision = models.PositiveIntegerField("修改次数", default=1)
    valid_from = MonthField(verbose_name="起始月份")
    valid_to = MonthField(verbose_name="终止月份", null=True, blank=True)
    grade_bands = models.JSONField(
        "等次分数线", help_text="[[等次, 最低分(百分之一分)] …] 从高到低"
    )
    colour_rules = models.JSONField(
        "颜色规则", help_text="{等次: 颜色}，以及未结事项达到多少件降一档 open_limit"
    )
    adopted_at = models.DateTimeField("采用时间", null=True, blank=True)
    adopted_by = person_field("采用人")

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = "考核办法"
        ordering = ["level", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "level", "version"],
                condition=Q(peer_group=None),
                name="scheme_version_unique",
            ),
            models.UniqueConstraint(
                fields=["county", "peer_group", "version"],
                condition=Q(peer_group__isnull=False),
                name="scheme_peer_version_unique",
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
    section = models.CharField("分类", max_length=20, blank=True, help_text="如 基础工作、群众评价")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=30)
    source = models.CharField("数据来源", max_length=14, choices=ItemSource)
    shape = models.CharField("计分方式", max_length=10, choices=RuleShape)
    points = models.PositiveIntegerField("分值（百分之一分）")
    parameters = models.JSONField("参数", default=dict)
    clause = models.CharField("条文", max_length=200, help_text="写给被考核单位看的规则")

    class Meta:
        verbose_name = "考核项"
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="score_item_code_unique"),
            models.CheckConstraint(
                condition=Q(points__gt=0) | Q(shape=RuleShape.VETO, points=0),
                name="score_item_has_points",
            ),
        ]

    def __str__(self) -> str:
        return self.name
