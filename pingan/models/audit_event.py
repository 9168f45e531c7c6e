"""The audit trail. The database refuses to change or delete it (see the migration's triggers)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from pingan import scopes
from pingan.fields import PathField, person_field

if TYPE_CHECKING:
    from pingan.models.user import User


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: User) -> Self:
        """Events about units of the auditor's tree."""
        return self.filter(scopes.unit_scope(user, "unit_path"))


class AuditEvent(models.Model):
    """Who did what to which record, when, from where, and what it was before."""

    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)
    by = person_field("操作人")
    by_name = models.CharField("操作人名称", max_length=100, help_text="当时的账号与称呼")
    from_address = models.CharField("来源地址", max_length=45, blank=True)
    action = models.CharField("操作", max_length=40, db_index=True)
    object_type = models.CharField("对象类型", max_length=40)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    object_name = models.CharField("对象", max_length=120)
    unit_path = PathField("所属单位路径", db_index=True, blank=True)
    before = models.JSONField("变更前", default=dict)
    after = models.JSONField("变更后", default=dict)
    note = models.CharField("说明", max_length=300, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "操作日志"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by_name} {self.action} {self.object_name}"
