"""Files that people attach: kept in the database, with the transaction and its backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from pingan import scopes
from pingan.fields import person_field
from pingan.models.unit import Unit
from pingan.privacy import unseal_bytes

if TYPE_CHECKING:
    from pingan.models import User


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, user: User) -> Self:
        """Not the sealed ones: who may read those is asked of the case they belong to."""
        return self.filter(scopes.record_scope(user), is_sealed=False)


class StoredFile(models.Model):
    """附件 of a unit's record, checked before it was stored; `opened()` is handed out unchanged.

    A sealed one may show or name a private person: its content is encrypted, its name says only
    what kind of paper it is, and `size` and `sha256` are those of the plain content.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    name = models.CharField("文件名", max_length=120)
    media_type = models.CharField("文件类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("摘要", max_length=64)
    content = models.BinaryField("内容")
    is_sealed = models.BooleanField("加密保存", default=False)
    stored_at = models.DateTimeField("上传时间", auto_now_add=True)
    stored_by = person_field("上传人")

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = "附件"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="stored_file_not_empty")
        ]

    def __str__(self) -> str:
        return self.name

    def opened(self) -> bytes:
        """The file as it was given; of a sealed one only after the look was put down."""
        content = bytes(self.content)
        return unseal_bytes(content) if self.is_sealed else content
