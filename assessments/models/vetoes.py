"""一票否决 (S8): conditions with their legal basis; proposal, decision, term, lifting."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from assessments.enums import VetoState
from pingan import scopes
from pingan.fields import person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class VetoCondition(models.Model):
    """否决情形, with its legal basis and the term it brings. County null: the common list."""

    county = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="veto_conditions",
        null=True,
        blank=True,
        verbose_name="县",
    )
    position = models.PositiveSmallIntegerField("排序")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("情形", max_length=120)
    basis = models.CharField("法律政策依据", max_length=200)
    months = models.PositiveSmallIntegerField("否决期限（月）", default=12)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "否决情形"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="veto_condition_unique"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(county=None), name="veto_condition_common_unique"
            ),
            models.CheckConstraint(
                condition=~Q(basis="") & Q(months__gt=0), name="veto_condition_has_basis_and_term"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VetoQuerySet(models.QuerySet["Veto"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def in_force(self, *, on: dt.date) -> Self:
        """Decided, begun, not yet over and not lifted by that day."""
        return self.filter(
            Q(lifted_on=None) | Q(lifted_on__gt=on),
            state__in=[VetoState.DECIDED, VetoState.LIFTED],
            starts_on__lte=on,
            ends_on__gt=on,
        )


class Veto(models.Model):
    """一票否决 of a unit: in force, it is 不合格 and can be neither named nor rewarded."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="vetoes", db_index=False, verbose_name="单位"
    )
    condition = models.ForeignKey(
        VetoCondition, models.PROTECT, related_name="vetoes", verbose_name="否决情形"
    )
    facts = models.TextField("事实", max_length=1000, help_text="写时间、地点和事情，不写人名")
    happened_on = models.DateField("发生日期")
    state = models.CharField("状态", max_length=10, choices=VetoState, default=VetoState.PROPOSED)
    proposing_unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name="提出单位"
    )
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = person_field("提出人")
    decision = models.CharField("决定理由", max_length=300, blank=True)
    document = models.CharField("决定文件", max_length=100, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decided_by = person_field("决定人")
    starts_on = models.DateField("起始日期", null=True, blank=True)
    ends_on = models.DateField("期满日期", null=True, blank=True)
    lifted_on = models.DateField("解除日期", null=True, blank=True)
    lift_reason = models.CharField("解除理由", max_length=300, blank=True)
    lifted_by = person_field("解除人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = VetoQuerySet.as_manager()

    class Meta:
        verbose_name = "一票否决"
        ordering = ["-proposed_at", "-pk"]
        indexes = [models.Index(fields=["unit", "ends_on"], name="veto_unit_ends")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=VetoState.PROPOSED)
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="veto_decided_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[VetoState.DECIDED, VetoState.LIFTED])
                | (Q(starts_on__isnull=False, ends_on__gt=F("starts_on")) & ~Q(document="")),
                name="veto_decided_has_term_and_document",
            ),
            models.CheckConstraint(
                condition=~Q(state=VetoState.LIFTED)
                | (Q(lifted_on__isnull=False) & ~Q(lift_reason="")),
                name="veto_lifted_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.condition}"
