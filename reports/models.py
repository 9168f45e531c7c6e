"""The register of issued documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef

from assessments.models import Edition
from pingan.fields import person_field
from pingan.models import Unit
from pingan.scopes import has_records

if TYPE_CHECKING:
    from pingan.models import User


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def visible_to(self, user: User) -> Self:
        """An issued bulletin goes to every unit of its county."""
        return self.filter(county_id=user.unit.root_id) if has_records(user) else self.none()

    def with_correction(self) -> Self:
        """Mark as `is_correction` what followed another bulletin of its month."""
        earlier = Bulletin.objects.filter(
            county=OuterRef("county"),
            edition__month=OuterRef("edition__month"),
            edition__number__lt=OuterRef("edition__number"),
        )
        return self.annotate(is_correction=Exists(earlier))


class Bulletin(models.Model):
    """通报: a number of the year's register, bound to one frozen edition."""

    county = models.ForeignKey(Unit, models.PROTECT, related_name="bulletins", verbose_name="县")
    edition = models.OneToOneField(
        Edition, models.PROTECT, related_name="bulletin", verbose_name="版次"
    )
    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveSmallIntegerField("发文序号")
    issued_on = models.DateField("成文日期")
    issued_at = models.DateTimeField("签发时间", auto_now_add=True)
    issued_by = person_field("签发人")

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = "通报"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "year", "number"], name="bulletin_number_unique"
            )
        ]

    def __str__(self) -> str:
        return f"〔{self.year}〕{self.number}号"


class CaseBulletinQuerySet(models.QuerySet["CaseBulletin"]):
    def visible_to(self, user: User) -> Self:
        """As of a bulletin: every unit of its county."""
        return self.filter(county_id=user.unit.root_id) if has_records(user) else self.none()


class CaseBulletin(models.Model):
    """案情通报 (S14) of one quarter, with its figures frozen. A correction is a new one.

    Its number is of the same register as those of the other bulletins.
    """

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="case_bulletins", verbose_name="县"
    )
    starts_on = models.DateField("季度首日")
    edition = models.PositiveSmallIntegerField("版次")
    year = models.PositiveSmallIntegerField("年份")
    number = models.PositiveSmallIntegerField("发文序号")
    content = models.JSONField("数字", help_text="签发时的全部数字")
    hash = models.CharField("校验码", max_length=64)
    reason = models.CharField("更正原因", max_length=200, blank=True)
    changes = models.JSONField("与上一版的不同", default=list)
    issued_on = models.DateField("成文日期")
    issued_at = models.DateTimeField("签发时间", auto_now_add=True)
    issued_by = person_field("签发人")

    objects = CaseBulletinQuerySet.as_manager()

    class Meta:
        verbose_name = "案情通报"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "year", "number"], name="case_bulletin_number_unique"
            ),
            models.UniqueConstraint(
                fields=["county", "starts_on", "edition"], name="case_bulletin_edition_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(edition=1) | ~models.Q(reason=""),
                name="case_bulletin_correction_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"〔{self.year}〕{self.number}号"
