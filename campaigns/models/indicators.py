"""指标 (I1): what the county asks, grouped into forms for levels and periods, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from campaigns.enums import (
    IndicatorAnswer,
    IndicatorDirection,
    IndicatorKind,
    PeriodKind,
    ReturnState,
)
from campaigns.models.returns import reviewed_scope
from pingan import scopes
from pingan.fields import person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class Indicator(models.Model):
    """A count, or a ratio of two counts: a ratio is computed, never typed."""

    county = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="indicators",
        null=True,
        blank=True,
        verbose_name="县",
        help_text="空表示各县通用",
    )
    code = models.SlugField("代码", max_length=40)
    name = models.CharField("名称", max_length=40)
    topic = models.CharField("类别", max_length=20, blank=True)
    kind = models.CharField("类型", max_length=6, choices=IndicatorKind)
    measure = models.CharField("计量单位", max_length=10)
    numerator = models.ForeignKey(
        "self", models.PROTECT, related_name="+", null=True, blank=True, verbose_name="分子"
    )
    denominator = models.ForeignKey(
        "self", models.PROTECT, related_name="+", null=True, blank=True, verbose_name="分母"
    )
    direction = models.CharField("好的方向", max_length=8, choices=IndicatorDirection)
    minimum = models.BigIntegerField("下限", default=0)
    maximum = models.BigIntegerField("上限", null=True, blank=True)
    is_stock = models.BooleanField(
        "期末数", default=False, help_text="如站点数、人口数：各期不相加，累计取最近一期"
    )
    note = models.CharField("口径", max_length=200, blank=True)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "指标"
        ordering = ["topic", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="indicator_unique"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(county=None), name="indicator_common_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind="ratio", numerator__isnull=False, denominator__isnull=False)
                | Q(kind="count", numerator=None, denominator=None),
                name="indicator_ratio_of_two_counts",
            ),
            models.CheckConstraint(
                condition=Q(maximum=None) | Q(maximum__gte=F("minimum")),
                name="indicator_limits_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IndicatorForm(models.Model):
    """指标表: the county asks these indicators of these levels every period, on this basis."""

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="indicator_forms", verbose_name="县"
    )
    code = models.CharField("表号", max_length=20)
    name = models.CharField("表名", max_length=40)
    period = models.CharField("周期", max_length=10, choices=PeriodKind)
    levels = models.JSONField("填报层级", default=list)
    due_days = models.PositiveSmallIntegerField("期后几日内上报", default=3)
    minutes = models.PositiveSmallIntegerField("预计填报分钟数", default=5)
    basis = models.CharField("依据文件", max_length=80)
    indicators = models.ManyToManyField(
        Indicator, through="IndicatorFormField", related_name="forms", verbose_name="指标"
    )
    issued_on = models.DateField("下发日期", null=True, blank=True)
    withdrawn_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "指标表"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="indicator_form_unique"),
            models.CheckConstraint(condition=~Q(basis=""), name="indicator_form_has_basis"),
        ]

    def __str__(self) -> str:
        return self.name


class IndicatorFormField(models.Model):
    form = models.ForeignKey(IndicatorForm, models.CASCADE, verbose_name="指标表")
    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="指标")
    position = models.PositiveSmallIntegerField("排序")

    class Meta:
        verbose_name = "指标表字段"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "indicator"], name="indicator_form_field_unique"
            )
        ]

    def __str__(self) -> str:
        return str(self.indicator)


class IndicatorReportQuerySet(models.QuerySet["IndicatorReport"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def reviewed_by(self, user: User) -> Self:
        """Reports that this person's office reviews, whatever their state."""
        return self.visible_to(user).filter(reviewed_scope(user))

    def accepted(self) -> Self:
        return self.filter(state=ReturnState.ACCEPTED)


class IndicatorReport(models.Model):
    """One unit's answers to one form for one period; the same moves as a monthly return."""

    form = models.ForeignKey(
        IndicatorForm, models.PROTECT, related_name="reports", verbose_name="指标表"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="indicator_reports", db_index=False, verbose_name="单位"
    )
    starts_on = models.DateField("期初")
    ends_on = models.DateField("期末")
    due_on = models.DateField("截止日期")
    state = models.CharField("状态", max_length=10, choices=ReturnState, default=ReturnState.DRAFT)
    version = models.PositiveIntegerField("版本", default=1)
    first_submitted_at = models.DateTimeField("首次上报时间", null=True, blank=True)
    is_on_time = models.BooleanField("按时", null=True, blank=True)
    submitted_at = models.DateTimeField("上报时间", null=True, blank=True)
    submitted_by = person_field("上报人")
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    reviewed_by = person_field("审核人")
    return_reason = models.CharField("退回原因", max_length=300, blank=True)

    objects = IndicatorReportQuerySet.as_manager()

    class Meta:
        verbose_name = "指标报表"
        ordering = ["-starts_on", "form", "unit__path"]
        indexes = [models.Index(fields=["unit", "starts_on"], name="indicator_report_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "starts_on", "unit"], name="indicator_report_unique"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="indicator_report_period_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReturnState.RETURNED) | ~Q(return_reason=""),
                name="indicator_report_returned_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.form} {self.starts_on}"


class IndicatorValue(models.Model):
    """数值: a count, or 不适用; a missing row is 空."""

    report = models.ForeignKey(
        IndicatorReport, models.CASCADE, related_name="values", verbose_name="指标报表"
    )
    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name="指标")
    answer = models.CharField("填报方式", max_length=16, choices=IndicatorAnswer)
    number = models.BigIntegerField("数值", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "数值"
        constraints = [
            models.UniqueConstraint(fields=["report", "indicator"], name="indicator_value_unique"),
            models.CheckConstraint(
                condition=Q(answer="counted", number__isnull=False)
                | Q(answer="not_applicable", number=None),
                name="indicator_value_answer_matches",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.number}"
