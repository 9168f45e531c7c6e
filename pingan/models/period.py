"""One county's month: open for records, or closed. Its row is the lock of the close."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from pingan.enums import PeriodState
from pingan.fields import MonthField, person_field
from pingan.models.unit import Unit


class Period(models.Model):
    """Submitting and accepting hold this row FOR SHARE, closing holds it FOR UPDATE."""

    county = models.ForeignKey(Unit, models.PROTECT, related_name="periods", verbose_name="县")
    month = MonthField(verbose_name="月份")
    state = models.CharField("状态", max_length=8, choices=PeriodState, default=PeriodState.OPEN)
    closed_at = models.DateTimeField("结账时间", null=True, blank=True)
    closed_by = person_field("结账人")
    reopen_reason = models.CharField("重开原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "月份账期"
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["county", "month"], name="period_unique"),
            models.CheckConstraint(
                condition=Q(state=PeriodState.OPEN, closed_at=None)
                | Q(state=PeriodState.CLOSED, closed_at__isnull=False),
                name="period_closed_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.county} {self.month}"

    @property
    def is_open(self) -> bool:
        return self.state == PeriodState.OPEN
