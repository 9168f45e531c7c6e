"""The monthly return of a unit and the records of its activities.

Rows are wide and typed; each carries the month, so that one month is one index range whatever
the history (index on month and return). Nothing here names a person: sweeps are counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from campaigns.enums import EducationKind, MeetingKind, ReturnState, SweepAnswer, Team
from pingan import scopes
from pingan.enums import Level, Role
from pingan.fields import MonthField
from pingan.models import Unit
from pingan.months import Month

if TYPE_CHECKING:
    from pingan.models import User


# Departments under these stand directly below the county; all others stand below a township.
COUNTY_PARENTS = (Level.COUNTY, Level.SECTOR)
ANSWERS_TO_COUNTY = Q(unit__level=Level.TOWNSHIP) | Q(
    unit__level=Level.DEPARTMENT, unit__parent__level__in=COUNTY_PARENTS
)
_ANSWERS_TO_TOWNSHIP = Q(unit__level=Level.VILLAGE) | (
    Q(unit__level=Level.DEPARTMENT) & ~Q(unit__parent__level__in=COUNTY_PARENTS)
)


class MonthlyReturnQuerySet(models.QuerySet["MonthlyReturn"]):
    def for_month(self, month: Month) -> Self:
        return self.filter(month=month)

    def within(self, unit: Unit) -> Self:
        return self.filter(scopes.within(unit.path, "unit__path"))

    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def reviewed_by(self, user: User) -> Self:
        """Returns that this person's office reviews, whatever their state."""
        if user.role == Role.COUNTY_OFFICER:
            return self.visible_to(user).filter(ANSWERS_TO_COUNTY)
        if user.role in (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER):
            return self.visible_to(user).filter(_ANSWERS_TO_TOWNSHIP)
        return self.none()

    def accepted(self) -> Self:
        return self.filter(state=ReturnState.ACCEPTED)


class MonthlyReturn(models.Model):
    """One unit's month. `version` grows with every save, so that two savers notice each other."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="monthly_returns", db_index=False, verbose_name="单位"
    )
    month = MonthField(verbose_name="月份")
    state = models.CharField("状态", max_length=10, choices=ReturnState, default=ReturnState.DRAFT)
    version = models.PositiveIntegerField("版本", default=1)
    # {activity: the version in which it was last changed}: two people on two activities of one
    # return do not stand in each other's way.
    section_versions = models.JSONField("各项活动版本", default=dict, blank=True)
    due_on = models.DateField("截止日期")
    first_submitted_at = models.DateTimeField("首次上报时间", null=True, blank=True)
    is_on_time = models.BooleanField("按时", null=True, blank=True)
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        "pingan.User",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="上报人",
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        "pingan.User",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="审核人",
    )
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    saved_at = models.DateTimeField("最近保存时间", null=True, blank=True)
    saved_by = models.ForeignKey(
        "pingan.User",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="最近保存人",
    )

    objects = MonthlyReturnQuerySet.as_manager()

    class Meta:
        verbose_name = "月报"
        ordering = ["-month", "unit__path"]
        constraints = [
            models.UniqueConstraint(fields=["month", "unit"], name="monthly_return_unique"),
            models.CheckConstraint(
                condition=Q(first_submitted_at=None, is_on_time=None)
                | Q(first_submitted_at__isnull=False, is_on_time__isnull=False),
                name="monthly_return_on_time_with_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReturnState.SUBMITTED, ReturnState.ACCEPTED])
                | Q(submitted_at__isnull=False),
                name="monthly_return_submitted_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReturnState.RETURNED) | ~Q(return_reason=""),
                name="monthly_return_returned_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["unit", "month"], name="monthly_return_unit_month")]

    def __str__(self) -> str:
        return f"{self.unit} {self.month}"


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


class SurveyQuerySet(models.QuerySet["Survey"]):
    def for_month(self, month: Month) -> Self:
        return self.filter(month=month)

    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))


class Survey(models.Model):
    """治安测评 (F5) of one unit at one place by its superior: slips, and how many said yes.

    Anonymous by construction: only sums are kept. The three indexes are computed from the counts.
    """

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="surveys", db_index=False, verbose_name="被测评单位"
    )
    month = MonthField(verbose_name="月份")
    on = models.DateField("测评日期")
    place = models.CharField("地点", max_length=40)
    slips = models.PositiveIntegerField("有效票数")
    order_good = models.PositiveIntegerField("治安状况好")
    feels_safe = models.PositiveIntegerField("有安全感")
    satisfied = models.PositiveIntegerField("满意")
    recorded_by = models.ForeignKey(
        "pingan.User",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="录入人",
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = "治安测评"
        ordering = ["-month", "on"]
        indexes = [models.Index(fields=["month", "unit"], name="survey_month_unit")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "month", "place"], name="survey_place_unique"),
            models.CheckConstraint(
                condition=Q(
                    slips__gte=1,
                    order_good__lte=F("slips"),
                    feels_safe__lte=F("slips"),
                    satisfied__lte=F("slips"),
                ),
                name="survey_answers_within_slips",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month} {self.place}"
