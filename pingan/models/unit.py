"""One tree of units, with the history of every name and place in it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from pingan import scopes
from pingan.enums import LEVEL_OF_KIND, Level, UnitEventKind, UnitKind
from pingan.fields import PathField, person_field

if TYPE_CHECKING:
    from pingan.models.user import User

_LEVEL_MATCHES_KIND = Q(
    *(
        Q(level=level, kind__in=[kind for kind, of in LEVEL_OF_KIND.items() if of == level])
        for level in Level
    ),
    _connector=Q.OR,
)


class UnitQuerySet(models.QuerySet["Unit"]):
    def within(self, unit: Unit) -> Self:
        """`unit` and everything below it, as the tree stands today."""
        return self.filter(scopes.within(unit.path))

    def below(self, unit: Unit) -> Self:
        return self.within(unit).exclude(pk=unit.pk)

    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.unit_scope(user))

    def living(self) -> Self:
        """Units not closed or merged away."""
        return self.filter(valid_to=None)

    def counties(self) -> Self:
        return self.filter(level=Level.COUNTY)


class Unit(models.Model):
    """A unit as it stands today; `UnitVersion` holds what it was on any day before.

    A unit that was merged away keeps its row: its path moves below its successor, so whoever
    sees the successor sees the archive.
    """

    path = PathField("路径", unique=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
        verbose_name="上级单位",
    )
    county = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="所属县",
        help_text="县本身为空",
    )
    code = models.CharField("代码", max_length=20, db_index=True)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=40)
    kind = models.CharField("类型", max_length=20, choices=UnitKind)
    level = models.SmallIntegerField("层级", choices=Level)
    position = models.PositiveIntegerField("排序", default=0)
    population = models.PositiveIntegerField("人口", null=True, blank=True)
    households = models.PositiveIntegerField("户数", null=True, blank=True)
    area = models.DecimalField(
        "面积(平方公里)", max_digits=9, decimal_places=2, null=True, blank=True
    )
    market_days = models.CharField(
        "逢场日", max_length=40, blank=True, help_text="公历日期的尾数，如 3,8 表示逢三、逢八"
    )
    is_scored = models.BooleanField("参加考评", default=True)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, related_name="+", null=True, blank=True, verbose_name="并入单位"
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "单位"
        ordering = ["level", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to=None), name="unit_code_unique_while_living"
            ),
            models.CheckConstraint(condition=_LEVEL_MATCHES_KIND, name="unit_level_matches_kind"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")),
                name="unit_closed_after_opened",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.COUNTY, parent=None, county=None)
                | (~Q(level=Level.COUNTY) & Q(parent__isnull=False, county__isnull=False)),
                name="unit_has_parent_and_county",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def root_id(self) -> int:
        """Id of the county: the unit's own where it is one."""
        return self.county_id or self.pk

    @property
    def is_living(self) -> bool:
        return self.valid_to is None


class UnitVersionQuerySet(models.QuerySet["UnitVersion"]):
    def on(self, day: dt.date) -> Self:
        """The tree of one day: at most one version a unit."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def within(self, path: str) -> Self:
        """Below `path` as the tree stood on the version's own days."""
        return self.filter(scopes.within(path))

    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.unit_scope(user, "unit__path"))


class UnitVersion(models.Model):
    """Name, kind and place of a unit from `valid_from` until the day before `valid_to`."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="versions", verbose_name="单位")
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    path = PathField("路径", db_index=True)
    parent = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="上级单位"
    )
    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="所属县"
    )
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=40)
    kind = models.CharField("类型", max_length=20, choices=UnitKind)
    level = models.SmallIntegerField("层级", choices=Level)
    position = models.PositiveIntegerField("排序", default=0)
    is_scored = models.BooleanField("参加考评", default=True)

    objects = UnitVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "单位沿革"
        ordering = ["level", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "valid_from"], name="unit_version_start_unique"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to=None), name="unit_version_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")),
                name="unit_version_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.valid_from}起）"


class UnitEvent(models.Model):
    """One dated change of one unit: set up, renamed, moved, merged, split, closed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="events", verbose_name="单位")
    kind = models.CharField("变更类型", max_length=12, choices=UnitEventKind)
    on = models.DateField("生效日期")
    other = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="相关单位",
        help_text="并入、划入或分出的单位",
    )
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)
    recorded_by = person_field("记录人")

    class Meta:
        verbose_name = "单位变更"
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.unit} {self.get_kind_display()}"


class Guidance(models.Model):
    """包片指导: which unit guides which township (domain C5)."""

    guide = models.ForeignKey(Unit, models.PROTECT, related_name="guides", verbose_name="挂钩单位")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="guided_by", verbose_name="被指导单位"
    )
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "包片指导"
        constraints = [
            models.UniqueConstraint(fields=["guide", "unit", "valid_from"], name="guidance_unique")
        ]

    def __str__(self) -> str:
        return f"{self.guide} → {self.unit}"
