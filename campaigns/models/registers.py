"""登记册 (O3–O5): leading groups and posts, teams, facilities, each with its dates."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from campaigns.enums import FacilityKind, PostKind, TeamKind
from pingan import scopes
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class RegisterQuerySet(models.QuerySet["RegisterEntry"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def on(self, day: dt.date) -> Self:
        """What stood in the register on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class RegisterEntry(models.Model):
    """An entry from `valid_from` until the day before `valid_to`; a change makes a new one."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="%(class)s_entries", verbose_name="单位"
    )
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="%(class)s_ends_after_start",
            )
        ]


class LeadingPost(RegisterEntry):
    """领导组岗位 (O3): is the post set up, does someone hold it. Posts, never persons."""

    office = models.CharField("机构名称", max_length=60)
    kind = models.CharField("岗位", max_length=12, choices=PostKind)
    holder_title = models.CharField(
        "任职人职务", max_length=40, blank=True, help_text="写职务，如镇党委书记；空缺则不填"
    )

    class Meta(RegisterEntry.Meta):
        verbose_name = "领导组岗位"
        ordering = ["unit__path", "office", "kind"]

    def __str__(self) -> str:
        return f"{self.office} {self.get_kind_display()}"

    @property
    def is_held(self) -> bool:
        return bool(self.holder_title)


class TeamEntry(RegisterEntry):
    """群防群治队伍 (O4): head-counts, squads that take turns, equipment."""

    kind = models.CharField("队伍", max_length=16, choices=TeamKind)
    name = models.CharField("名称", max_length=40)
    heads = models.PositiveIntegerField("人数")
    squads = models.PositiveSmallIntegerField("轮班小组数", default=1)
    is_round_the_clock = models.BooleanField("24小时值守", default=False)
    equipment = models.CharField("装备", max_length=100, blank=True)

    class Meta(RegisterEntry.Meta):
        verbose_name = "群防群治队伍"
        ordering = ["unit__path", "kind", "name"]

    def __str__(self) -> str:
        return self.name


class Facility(RegisterEntry):
    """设施 (O5): how many there are, how many work, how many are needed."""

    kind = models.CharField("设施", max_length=16, choices=FacilityKind)
    number = models.PositiveIntegerField("数量")
    working = models.PositiveIntegerField("完好数")
    needed = models.PositiveIntegerField("应有数", null=True, blank=True)
    note = models.CharField("备注", max_length=80, blank=True)

    class Meta(RegisterEntry.Meta):
        verbose_name = "设施"
        ordering = ["unit__path", "kind"]
        constraints = [
            *RegisterEntry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(working__lte=F("number")), name="facility_working_within_number"
            ),
            models.UniqueConstraint(
                fields=["unit", "kind"], condition=Q(valid_to=None), name="facility_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
