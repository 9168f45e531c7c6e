"""A piece of background work and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from pingan import scopes
from pingan.enums import JobState
from pingan.fields import person_field
from pingan.models.unit import Unit

if TYPE_CHECKING:
    from pingan.models.user import User


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.record_scope(user))


class Job(models.Model):
    """One run of one Celery task. `task` is the task's name, `arguments` its keyword arguments."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    task = models.CharField("任务", max_length=80)
    title = models.CharField("标题", max_length=100)
    arguments = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=8, choices=JobState, default=JobState.QUEUED)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("进展", max_length=300, blank=True)
    result = models.JSONField("结果", default=dict)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    created_by = person_field("提交人")
    beat_at = models.DateTimeField("最近心跳", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台任务"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "beat_at"], name="job_state_beat")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING], finished_at=None)
                | Q(state__in=[JobState.DONE, JobState.FAILED], finished_at__isnull=False),
                name="job_finished_has_moment",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)

    @property
    def percent(self) -> int:
        return 100 if self.state == JobState.DONE else self.done * 100 // (self.total or 1)
