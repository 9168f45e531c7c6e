"""调解组织 (D6): committees and associations, their mediators, terms and training."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from disputes.enums import CommitteeKind
from pingan import scopes
from pingan.fields import SealedField, person_field
from pingan.models import Unit

if TYPE_CHECKING:
    from pingan.models import User


class CommitteeQuerySet(models.QuerySet["Committee"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))

    def on(self, day: dt.date) -> Self:
        return self.filter(Q(dissolved_on=None) | Q(dissolved_on__gt=day), founded_on__lte=day)


class Committee(models.Model):
    """调解委员会: 3 to 9 members, women among them, a term of three years (Law §8, §9)."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="committees", verbose_name="所在单位"
    )
    kind = models.CharField("类型", max_length=12, choices=CommitteeKind)
    name = models.CharField("名称", max_length=60)
    code = models.CharField("简称", max_length=12, help_text="用在案号里，如 角人调")
    members = models.PositiveSmallIntegerField("委员人数")
    women = models.PositiveSmallIntegerField("女性委员人数")
    founded_on = models.DateField("设立日期")
    term_starts_on = models.DateField("本届起始日期")
    term_ends_on = models.DateField("本届期满日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = "调解委员会"
        ordering = ["unit__path", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="committee_name_unique"),
            models.CheckConstraint(
                condition=Q(women__lte=F("members")), name="committee_women_within_members"
            ),
            models.CheckConstraint(
                condition=Q(term_ends_on__gt=F("term_starts_on")),
                name="committee_term_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MediatorQuerySet(models.QuerySet["Mediator"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user, "committee__unit__path"))

    def on(self, day: dt.date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


class Mediator(models.Model):
    """调解员. The name is sealed; lists and workloads show the number and the masked name."""

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="mediators", verbose_name="调解委员会"
    )
    number = models.CharField("编号", max_length=20)
    name = SealedField("姓名")
    name_index = models.CharField("姓名摘要", max_length=64, db_index=True, default="")
    is_full_time = models.BooleanField("专职", default=False)
    account = models.ForeignKey(
        "pingan.User",
        models.PROTECT,
        related_name="mediator_roles",
        null=True,
        blank=True,
        verbose_name="账号",
    )
    starts_on = models.DateField("聘任日期")
    ends_on = models.DateField("解聘日期", null=True, blank=True)
    recorded_by = person_field("录入人")
    version = models.PositiveIntegerField("版本", default=1)

    objects = MediatorQuerySet.as_manager()

    class Meta:
        verbose_name = "调解员"
        ordering = ["committee", "number"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "number"], name="mediator_number_unique"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="mediator_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}号调解员"


class TrainingQuerySet(models.QuerySet["Training"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))


class Training(models.Model):
    """调解员培训: counts, no list of who sat there."""

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="mediator_trainings", verbose_name="组织单位"
    )
    on = models.DateField("日期")
    topic = models.CharField("内容", max_length=80)
    hours = models.PositiveSmallIntegerField("学时")
    attendance = models.PositiveIntegerField("参训人数")
    recorded_by = person_field("录入人")

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = "调解员培训"
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.topic}"
