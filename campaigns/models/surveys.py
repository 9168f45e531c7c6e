"""治安测评: counts of slips, and the tickets with which a slip is answered on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from pingan import scopes
from pingan.fields import MonthField, person_field
from pingan.models import Unit
from pingan.months import Month

if TYPE_CHECKING:
    from pingan.models import User


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
    recorded_by = person_field("录入人")

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


class SurveyTicket(models.Model):
    """测评二维码: may answer once. It keeps no time and no answer: nothing links the two."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="survey_tickets", verbose_name="被测评单位"
    )
    month = MonthField(verbose_name="月份")
    place = models.CharField("地点", max_length=40)
    token_hash = models.CharField("凭证", max_length=64, unique=True)
    expires_on = models.DateField("有效期至")
    is_used = models.BooleanField("已使用", default=False)

    class Meta:
        verbose_name = "测评二维码"
        constraints = [
            models.CheckConstraint(condition=~Q(place=""), name="survey_ticket_has_place")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.month} {self.place}"
