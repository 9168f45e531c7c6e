"""Problems of the board (S5) and their rectification (S6): notices, replies, rechecks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from assessments.enums import LadderKind, NoticeState, ProblemSource, RecheckResult
from assessments.models.inspections import Inspection
from campaigns.models import FollowUp
from pingan import scopes
from pingan.enums import Level, Role
from pingan.fields import MonthField, person_field
from pingan.models import StoredFile, Unit

if TYPE_CHECKING:
    from pingan.models import User


class ProblemQuerySet(models.QuerySet["Problem"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def open(self) -> Self:
        return self.filter(solved_on=None)

    def open_on(self, day: dt.date) -> Self:
        """What stood on the board at the end of that day."""
        return self.filter(Q(solved_on=None) | Q(solved_on__gt=day), found_on__lte=day)


class Problem(models.Model):
    """问题 of a unit: about a place or a thing, never a person. On the board until it is solved."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="problems", db_index=False, verbose_name="单位"
    )
    month = MonthField(verbose_name="发现月份")
    source = models.CharField("来源", max_length=12, choices=ProblemSource)
    inspection = models.ForeignKey(
        Inspection,
        models.PROTECT,
        related_name="problems",
        null=True,
        blank=True,
        verbose_name="督导检查",
    )
    follow_up = models.OneToOneField(
        FollowUp,
        models.PROTECT,
        related_name="problem",
        null=True,
        blank=True,
        verbose_name="跟踪事项",
    )
    title = models.CharField("问题", max_length=60, help_text="写地点和事情，不写人名")
    detail = models.CharField("情况", max_length=300, blank=True)
    responsible_post = models.CharField("责任岗位", max_length=40, blank=True)
    found_on = models.DateField("发现日期")
    due_on = models.DateField("整改期限")
    solved_on = models.DateField("解决日期", null=True, blank=True)
    solution = models.CharField("整改结果", max_length=300, blank=True)
    solved_by = person_field("销号人")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by = person_field("登记人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = "问题"
        ordering = ["found_on", "pk"]
        indexes = [models.Index(fields=["unit", "solved_on"], name="problem_unit_solved")]
        constraints = [
            models.CheckConstraint(
                condition=Q(solved_on=None) | Q(solved_on__gte=F("found_on")),
                name="problem_solved_after_found",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class LadderStep(models.Model):
    """整改阶梯 (S6): after how many closes without a solution which step is drafted, and how.

    County null: the common ladder. `freeze_months`: no naming, no reward so long (挂牌).
    """

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="ladder_steps", null=True, blank=True, verbose_name="县"
    )
    position = models.PositiveSmallIntegerField("排序")
    kind = models.CharField("步骤", max_length=10, choices=LadderKind)
    after_months = models.PositiveSmallIntegerField("连续几个月未解决")
    due_days = models.PositiveSmallIntegerField("整改期限（天）")
    recheck_days = models.PositiveSmallIntegerField("期满后几天内复查")
    freeze_months = models.PositiveSmallIntegerField("冻结评先评优（月）", default=0)
    signer = models.CharField("签发岗位", max_length=20, choices=Role, default=Role.COUNTY_OFFICER)
    basis = models.CharField("依据", max_length=200)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "整改阶梯"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "kind"], name="ladder_step_unique"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(county=None), name="ladder_step_common_unique"
            ),
            models.CheckConstraint(
                condition=Q(after_months__gt=0, due_days__gt=0), name="ladder_step_has_terms"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class RectificationNoticeQuerySet(models.QuerySet["RectificationNotice"]):
    def visible_to(self, user: User) -> Self:
        """The own tree's; what was never signed stays with the county."""
        own = self.filter(scopes.record_scope(user))
        if user.unit.level == Level.COUNTY:
            return own
        return own.exclude(number=None)

    def running(self) -> Self:
        """Signed and neither closed nor withdrawn."""
        return self.filter(state__in=[NoticeState.SIGNED, NoticeState.REPLIED])

    def overdue(self, *, on: dt.date) -> Self:
        return self.filter(state=NoticeState.SIGNED, due_on__lt=on)


class RectificationNotice(models.Model):
    """整改通知书 (S6): unit, responsible post, deadline, recheck date; also 约谈 and 挂牌督办.

    Drafted by the close, signed by a person, numbered when it is signed. `previous` is the notice
    whose recheck failed or whose step came before.
    """

    county = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="notices", db_index=False, verbose_name="责任单位"
    )
    kind = models.CharField("步骤", max_length=10, choices=LadderKind)
    month = MonthField(verbose_name="依据月份", help_text="哪个月的结账拟出")
    problems = models.ManyToManyField(Problem, related_name="notices", verbose_name="问题")
    previous = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="followed_by",
        null=True,
        blank=True,
        verbose_name="前一份通知书",
    )
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    number = models.PositiveSmallIntegerField("序号", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=NoticeState, default=NoticeState.DRAFT)
    demand = models.TextField("整改要求", max_length=1000)
    responsible_post = models.CharField("责任岗位", max_length=40)
    due_on = models.DateField("整改期限")
    recheck_on = models.DateField("复查日期")
    frozen_until = models.DateField("冻结评先评优至", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    drafted_at = models.DateTimeField("拟稿时间")
    drafted_by = person_field("拟稿人")
    signed_on = models.DateField("签发日期", null=True, blank=True)
    signed_by = person_field("签发人")
    closed_on = models.DateField("销号日期", null=True, blank=True)
    reason = models.CharField("撤销原因", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = RectificationNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "整改通知书"
        ordering = ["-drafted_at", "-pk"]
        indexes = [models.Index(fields=["unit", "state"], name="notice_unit_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "kind", "year", "number"],
                condition=Q(number__isnull=False),
                name="notice_number_unique",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[NoticeState.DRAFT, NoticeState.WITHDRAWN])
                | Q(signed_on__isnull=False, number__isnull=False, year__isnull=False),
                name="notice_signed_has_number",
            ),
            models.CheckConstraint(
                condition=Q(recheck_on__gte=F("due_on")), name="notice_recheck_after_due"
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.CLOSED) | Q(closed_on__isnull=False),
                name="notice_closed_has_day",
            ),
        ]

    def __str__(self) -> str:
        name = self.get_kind_display()
        return f"{name}〔{self.year}〕{self.number}号" if self.number else f"{name}（待签发）"


class RectificationReply(models.Model):
    """整改报告: what the unit says it did, with its files."""

    notice = models.ForeignKey(
        RectificationNotice, models.CASCADE, related_name="replies", verbose_name="整改通知书"
    )
    text = models.TextField("整改情况", max_length=2000)
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True, verbose_name="附件")
    replied_at = models.DateTimeField("报告时间")
    replied_by = person_field("报告人")

    class Meta:
        verbose_name = "整改报告"
        ordering = ["replied_at"]

    def __str__(self) -> str:
        return f"{self.notice} 整改报告"


class Recheck(models.Model):
    """复查 of a reply, by somebody other than who replied and who signed."""

    notice = models.ForeignKey(
        RectificationNotice, models.CASCADE, related_name="rechecks", verbose_name="整改通知书"
    )
    on = models.DateField("复查日期")
    result = models.CharField("复查结果", max_length=8, choices=RecheckResult)
    findings = models.CharField("复查情况", max_length=500)
    checked_at = models.DateTimeField("录入时间", auto_now_add=True)
    checked_by = person_field("复查人")

    class Meta:
        verbose_name = "复查"
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.notice} {self.on} {self.get_result_display()}"
