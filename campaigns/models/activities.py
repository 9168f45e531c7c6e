"""The records of the activities of a return.

Rows are wide and typed; each carries the month, so that one month is one index range whatever
the history (index on month and return). Nothing here names a person: sweeps are counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from campaigns.enums import EducationKind, MeetingKind, ReturnState, SweepAnswer, Team
from campaigns.models.returns import MonthlyReturn
from pingan import scopes
from pingan.fields import MonthField
from pingan.models import Unit
from pingan.months import Month

if TYPE_CHECKING:
    from pingan.models import User


class ActivityQuerySet(models.QuerySet["ActivityRecord"]):
    def for_month(self, month: Month) -> Self:
        return self.filter(month=month)

    def counted(self, month: Month) -> Self:
        """Records of accepted returns of one month: what a close counts."""
        return self.filter(
            month=month, monthly_return__month=month, monthly_return__state=ReturnState.ACCEPTED
        )

    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user, "monthly_return__unit__path"))


class ActivityRecord(models.Model):
    """What every activity row has: its return and, for the index, the return's month."""

    monthly_return = models.ForeignKey(
        MonthlyReturn,
        models.CASCADE,
        related_name="%(class)s_rows",
        db_index=False,
        verbose_name="月报",
    )
    month = MonthField(verbose_name="月份")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["month", "monthly_return"], name="%(class)s_month")]


class Patrol(ActivityRecord):
    """治安巡逻 of one day (F1): heads on the day and the night shift; null is not filled."""

    on = models.DateField("日期")
    team = models.CharField("队伍", max_length=20, choices=Team)
    day_heads = models.PositiveSmallIntegerField("白天人数", null=True, blank=True)
    night_heads = models.PositiveSmallIntegerField("夜间人数", null=True, blank=True)
    is_key_day = models.BooleanField("逢场或节假日", default=False)
    findings = models.CharField("发现情况", max_length=200, blank=True)
    handled = models.CharField("处置情况", max_length=200, blank=True)

    class Meta(ActivityRecord.Meta):
        verbose_name = "治安巡逻"
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["monthly_return", "on"], name="patrol_day_unique")
        ]

    def __str__(self) -> str:
        return f"{self.on} 巡逻"


class Education(ActivityRecord):
    """法制宣教 (F2): a broadcast, a renewed column, a class."""

    on = models.DateField("日期")
    kind = models.CharField("形式", max_length=12, choices=EducationKind)
    topic = models.CharField("法律或主题", max_length=80)
    host_post = models.CharField("主讲人职务", max_length=40, blank=True)
    audience = models.PositiveIntegerField("受众人数", default=0)

    class Meta(ActivityRecord.Meta):
        verbose_name = "法制宣教"
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.topic}"


class SweepCategory(models.Model):
    """A category of the 六排查 (F3). Those that touch persons or belief take counts alone."""

    county = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="sweep_categories",
        null=True,
        blank=True,
        verbose_name="县",
        help_text="空表示各县通用",
    )
    code = models.SlugField("代码", max_length=20)
    name = models.CharField("名称", max_length=30)
    touches_persons = models.BooleanField("涉及人员或信仰（只报数）", default=False)
    position = models.PositiveSmallIntegerField("排序")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "排查类别"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="sweep_category_unique"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(county=None), name="sweep_category_common_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Sweep(ActivityRecord):
    """六排查 of one category (F3): counts found and counts solved, by the level that solved."""

    category = models.ForeignKey(
        SweepCategory, models.PROTECT, related_name="+", verbose_name="排查类别"
    )
    answer = models.CharField("填报方式", max_length=16, choices=SweepAnswer)
    found = models.PositiveIntegerField("排查数", default=0)
    solved_in_group = models.PositiveIntegerField("组内化解", default=0)
    solved_in_village = models.PositiveIntegerField("村内化解", default=0)
    solved_in_township = models.PositiveIntegerField("乡镇化解", default=0)
    solved_in_county = models.PositiveIntegerField("县级化解", default=0)

    class Meta(ActivityRecord.Meta):
        verbose_name = "六排查"
        ordering = ["category__position"]
        constraints = [
            models.UniqueConstraint(fields=["monthly_return", "category"], name="sweep_unique"),
            models.CheckConstraint(
                condition=Q(
                    found__gte=F("solved_in_group")
                    + F("solved_in_village")
                    + F("solved_in_township")
                    + F("solved_in_county")
                ),
                name="sweep_solved_within_found",
            ),
            models.CheckConstraint(
                condition=Q(answer=SweepAnswer.COUNTED, found__gt=0)
                | (~Q(answer=SweepAnswer.COUNTED) & Q(found=0)),
                name="sweep_answer_matches_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.found}"

    @property
    def solved(self) -> int:
        return (
            self.solved_in_group
            + self.solved_in_village
            + self.solved_in_township
            + self.solved_in_county
        )


class Meeting(ActivityRecord):
    """综治例会 (F4)."""

    on = models.DateField("日期")
    kind = models.CharField("会议", max_length=12, choices=MeetingKind)
    chair_post = models.CharField("主持人职务", max_length=40)
    attendance = models.PositiveIntegerField("到会人数")
    items = models.TextField("议题", max_length=500)
    decisions = models.TextField("议定事项", max_length=500, blank=True)

    class Meta(ActivityRecord.Meta):
        verbose_name = "综治例会"
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


class GroupRecord(ActivityRecord):
    """小组评议: what a village records of each of its groups at its 评议会 (E, 三之一)."""

    group = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="小组")
    patrol_nights = models.PositiveSmallIntegerField("轮班巡逻夜数", default=0)
    briefs = models.PositiveSmallIntegerField("碰头会次数", default=0)
    found = models.PositiveIntegerField("排查数", default=0)
    solved = models.PositiveIntegerField("化解数", default=0)
    appraisal = models.PositiveSmallIntegerField("评议分（百分制）", null=True, blank=True)

    class Meta(ActivityRecord.Meta):
        verbose_name = "小组评议"
        ordering = ["group__position"]
        constraints = [
            models.UniqueConstraint(fields=["monthly_return", "group"], name="group_record_unique"),
            models.CheckConstraint(
                condition=Q(found__gte=F("solved")), name="group_record_solved_within_found"
            ),
            models.CheckConstraint(
                condition=Q(appraisal=None) | Q(appraisal__lte=100),
                name="group_record_appraisal_within_100",
            ),
            models.CheckConstraint(
                condition=Q(patrol_nights__lte=31), name="group_record_nights_within_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.month}"
