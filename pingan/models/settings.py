"""Settings kept by people, not by code: deadlines, names of offices, sign-in rules."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from pingan.enums import OfficeRole, ShiftRule
from pingan.models.unit import Unit


def _day_field(name: str, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        name, default=default, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )


class CountySettings(models.Model):
    """The county's calendar (document E: 25 / 28 / 6 / 10) and the marks of its documents."""

    county = models.OneToOneField(
        Unit, models.PROTECT, related_name="county_settings", verbose_name="县"
    )
    village_day = _day_field("村(社区)上报截止日（当月）", 25)
    township_day = _day_field("乡镇上报截止日（当月）", 28)
    inspection_day = _day_field("督导检查截止日（次月）", 6)
    bulletin_day = _day_field("通报日（次月）", 10)
    shift_rule = models.CharField(
        "遇节假日", max_length=20, choices=ShiftRule, default=ShiftRule.NEXT_WORKDAY
    )
    preview_hours = models.PositiveSmallIntegerField(
        "考评结果公布前的预览小时数", default=48, validators=[MaxValueValidator(240)]
    )
    survey_minimum = models.PositiveSmallIntegerField(
        "测评最少有效票数",
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )
    is_board_public = models.BooleanField(
        "公示栏对外公开",
        default=False,
        help_text="打开后不登录也能看，只有单位名称、等次颜色和问题标题",
    )
    document_prefix = models.CharField("发文机关代字", max_length=20, default="创安办")
    is_demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "县级设置"

    def __str__(self) -> str:
        return f"{self.county}设置"


class OfficeNameQuerySet(models.QuerySet["OfficeName"]):
    def on(self, day: dt.date) -> Self:
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class OfficeName(models.Model):
    """What an office was called from `valid_from` until the day before `valid_to`."""

    county = models.ForeignKey(Unit, models.PROTECT, related_name="office_names", verbose_name="县")
    role = models.CharField("机构", max_length=20, choices=OfficeRole)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=20)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)

    objects = OfficeNameQuerySet.as_manager()

    class Meta:
        verbose_name = "机构名称"
        ordering = ["role", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "role", "valid_from"], name="office_name_start_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SecuritySettings(models.Model):
    """Sign-in rules, kept by the security administrator. One row."""

    failure_limit = models.PositiveSmallIntegerField(
        "连续失败几次锁定", default=5, validators=[MinValueValidator(3), MaxValueValidator(20)]
    )
    lock_minutes = models.PositiveSmallIntegerField(
        "锁定分钟数", default=15, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    idle_minutes = models.PositiveSmallIntegerField(
        "无操作自动退出分钟数",
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(480)],
    )
    password_length = models.PositiveSmallIntegerField(
        "密码最短长度", default=10, validators=[MinValueValidator(8), MaxValueValidator(40)]
    )

    class Meta:
        verbose_name = "安全设置"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="security_settings_one_row")]

    def __str__(self) -> str:
        return "安全设置"
