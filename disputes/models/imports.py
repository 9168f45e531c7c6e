"""Ledgers taken in: the proposal, sealed while it waits, and the cases that came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from disputes.models.cases import Dispute
from disputes.models.committees import Committee
from pingan.fields import SealedField, person_field
from pingan.models import Unit
from pingan.privacy import Sealed

if TYPE_CHECKING:
    from pingan.models import User


class DisputeImportQuerySet(models.QuerySet["DisputeImport"]):
    def visible_to(self, user: User) -> Self:
        """One's own alone: what waits in it are names."""
        return self.filter(by=user)


class DisputeImport(models.Model):
    """台账导入. The name of the file is not kept: it may name a person."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    file_hash = models.CharField("文件校验码", max_length=64)
    proposal = SealedField("待导入内容", default=Sealed, blank=True)
    errors = models.JSONField("错误", default=list, blank=True)
    error_count = models.PositiveIntegerField("错误数", default=0)
    new_count = models.PositiveIntegerField("新增件数", default=0)
    same_count = models.PositiveIntegerField("没有变化的件数", default=0)
    received_at = models.DateTimeField("上传时间", auto_now_add=True)
    by = person_field("导入人")
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = DisputeImportQuerySet.as_manager()

    class Meta:
        verbose_name = "台账导入"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(undone_at__gte=F("applied_at")),
                name="dispute_import_undone_after_applied",
            )
        ]

    def __str__(self) -> str:
        return f"台账导入{self.pk}"


class ImportedCase(models.Model):
    """导入的纠纷. Its number stays used when the case itself is taken back."""

    run = models.ForeignKey(
        DisputeImport, models.CASCADE, related_name="cases", verbose_name="台账导入"
    )
    dispute = models.OneToOneField(
        Dispute,
        models.SET_NULL,
        related_name="imported",
        null=True,
        blank=True,
        verbose_name="纠纷",
    )
    dispute_version = models.PositiveIntegerField("导入时版本")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="登记单位")
    committee = models.ForeignKey(
        Committee,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name="调解委员会",
    )
    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveIntegerField("序号")
    code = models.CharField("案号", max_length=40)

    class Meta:
        verbose_name = "导入的纠纷"
        ordering = ["run", "pk"]
        indexes = [
            models.Index(fields=["committee", "year"], name="imported_case_committee_year"),
            models.Index(fields=["unit", "year"], name="imported_case_unit_year"),
        ]

    def __str__(self) -> str:
        return self.code
