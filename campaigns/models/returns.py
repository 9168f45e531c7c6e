"""The monthly return of a unit: where it stands, and who did what to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from campaigns.enums import ReturnState
from pingan import scopes
from pingan.enums import Level, Role
from pingan.fields import MonthField, person_field
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


def reviewed_scope(user: User) -> Q:
    """Records of the units whose papers this person's office reviews."""
    if user.role == Role.COUNTY_OFFICER:
        return ANSWERS_TO_COUNTY
    if user.role in (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER):
        return _ANSWERS_TO_TOWNSHIP
    return scopes.NOTHING


class MonthlyReturnQuerySet(models.QuerySet["MonthlyReturn"]):
    def for_month(self, month: Month) -> Self:
        return self.filter(month=month)

    def within(self, unit: Unit) -> Self:
        return self.filter(scopes.within(unit.path, "unit__path"))

    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def reviewed_by(self, user: User) -> Self:
        """Returns that this person's office reviews, whatever their state."""
        return self.visible_to(user).filter(reviewed_scope(user))

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
    submitted_by = person_field("上报人")
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    reviewed_by = person_field("审核人")
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    zero_signed_at = models.DateTimeField("零报告签认时间", null=True, blank=True)
    zero_signed_by = person_field("零报告签认人")
    saved_at = models.DateTimeField("最近保存时间", null=True, blank=True)
    saved_by = person_field("最近保存人")

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
