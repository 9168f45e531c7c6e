"""命名 (S9): kinds of 平安细胞, their standards, applications, checks and decisions."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from assessments.enums import NamingGrade, NamingState, RecheckResult
from pingan import scopes
from pingan.fields import person_field
from pingan.models import StoredFile, Unit

if TYPE_CHECKING:
    from pingan.models import User


class NamingKind(models.Model):
    """命名类别, such as 平安村 or 平安学校. County null: the common list.

    `unit_kinds`: whose units are named, and counted as the denominator of the rate. Where
    `is_counted` is true the named are households and the like: a village applies for a number of
    them, no household is ever listed.
    """

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="naming_kinds", null=True, blank=True, verbose_name="县"
    )
    position = models.PositiveSmallIntegerField("排序")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=20)
    unit_kinds = models.JSONField("单位类别", default=list, help_text="UnitKind 的值")
    is_counted = models.BooleanField("按户数命名", default=False)
    years = models.PositiveSmallIntegerField("有效年数", default=2)
    goal_qualified = models.PositiveSmallIntegerField("合格目标（%）", default=100)
    goal_demonstration = models.PositiveSmallIntegerField("示范目标（%）", default=40)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "命名类别"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="naming_kind_unique"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(county=None), name="naming_kind_common_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NamingCriterion(models.Model):
    """命名标准: one line of the checklist of a kind; `for_demonstration`: asked of 示范 alone."""

    kind = models.ForeignKey(
        NamingKind, models.CASCADE, related_name="criteria", verbose_name="命名类别"
    )
    position = models.PositiveSmallIntegerField("排序")
    text = models.CharField("标准", max_length=120)
    evidence = models.CharField("佐证", max_length=80, blank=True, help_text="用什么说明，可不附件")
    for_demonstration = models.BooleanField("仅示范要求", default=False)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "命名标准"
        ordering = ["kind", "position"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "position"], name="naming_criterion_unique")
        ]

    def __str__(self) -> str:
        return self.text


class NamingQuerySet(models.QuerySet["Naming"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def valid(self, *, on: dt.date) -> Self:
        """Named, within its term, and not withdrawn by that day."""
        return self.filter(
            Q(withdrawn_on=None) | Q(withdrawn_on__gt=on),
            state__in=[NamingState.NAMED, NamingState.WITHDRAWN],
            valid_from__lte=on,
            valid_to__gt=on,
        )


class Naming(models.Model):
    """命名 of one unit as one kind: application, check, decision, term, withdrawal."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="namings", db_index=False, verbose_name="单位"
    )
    kind = models.ForeignKey(
        NamingKind, models.PROTECT, related_name="namings", verbose_name="命名类别"
    )
    grade = models.CharField("等级", max_length=14, choices=NamingGrade)
    count = models.PositiveIntegerField("户数", null=True, blank=True, help_text="按户数命名的填写")
    state = models.CharField("状态", max_length=10, choices=NamingState, default=NamingState.DRAFT)
    statement = models.TextField("创建情况", max_length=1000, blank=True)
    applied_at = models.DateTimeField("申报时间", null=True, blank=True)
    applied_by = person_field("申报人")
    checked_on = models.DateField("核查日期", null=True, blank=True)
    check_note = models.CharField("核查意见", max_length=300, blank=True)
    checked_by = person_field("核查人")
    decision = models.CharField("决定理由", max_length=300, blank=True)
    document = models.CharField("命名文件", max_length=100, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = person_field("决定人")
    valid_from = models.DateField("命名日期", null=True, blank=True)
    valid_to = models.DateField("有效期至", null=True, blank=True)
    recheck_on = models.DateField("复核日期", null=True, blank=True)
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)
    withdraw_reason = models.CharField("撤销理由", max_length=300, blank=True)
    withdrawn_by = person_field("撤销人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = NamingQuerySet.as_manager()

    class Meta:
        verbose_name = "命名"
        ordering = ["-valid_from", "-pk"]
        indexes = [models.Index(fields=["unit", "kind"], name="naming_unit_kind")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind"],
                condition=Q(
                    state__in=[NamingState.DRAFT, NamingState.APPLIED, NamingState.CHECKED]
                ),
                name="naming_one_in_hand",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[NamingState.NAMED, NamingState.WITHDRAWN])
                | (
                    Q(valid_from__isnull=False, valid_to__gt=F("valid_from"))
                    & Q(decided_at__isnull=False)
                    & ~Q(document="")
                ),
                name="naming_named_has_term_and_document",
            ),
            models.CheckConstraint(
                condition=~Q(state=NamingState.WITHDRAWN)
                | (Q(withdrawn_on__isnull=False) & ~Q(withdraw_reason="")),
                name="naming_withdrawn_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.kind}"


class NamingAnswer(models.Model):
    """自评: how a unit meets one line of the checklist, and what the check found."""

    naming = models.ForeignKey(Naming, models.CASCADE, related_name="answers", verbose_name="命名")
    criterion = models.ForeignKey(
        NamingCriterion, models.PROTECT, related_name="+", verbose_name="命名标准"
    )
    is_met = models.BooleanField("自评达标", null=True, blank=True)
    evidence = models.CharField("佐证说明", max_length=200, blank=True)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="附件"
    )
    is_confirmed = models.BooleanField("核查达标", null=True, blank=True)
    note = models.CharField("核查说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "命名自评"
        ordering = ["naming", "criterion__position"]
        constraints = [
            models.UniqueConstraint(fields=["naming", "criterion"], name="naming_answer_unique")
        ]

    def __str__(self) -> str:
        return str(self.criterion)


class NamingRecheck(models.Model):
    """命名复核: whether a named unit still meets the standard, halfway and before the term ends."""

    naming = models.ForeignKey(Naming, models.CASCADE, related_name="rechecks", verbose_name="命名")
    on = models.DateField("复核日期")
    result = models.CharField("复核结果", max_length=8, choices=RecheckResult)
    findings = models.CharField("复核情况", max_length=300)
    checked_at = models.DateTimeField("录入时间", auto_now_add=True)
    checked_by = person_field("复核人")

    class Meta:
        verbose_name = "命名复核"
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.naming} {self.on} {self.get_result_display()}"
