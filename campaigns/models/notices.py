"""Reminders that were sent."""

from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """提醒: what was sent to whom; the key keeps it from being sent twice."""

    user = models.ForeignKey("pingan.User", models.CASCADE, related_name="+", verbose_name="收件人")
    key = models.CharField("事由", max_length=80)
    text = models.CharField("内容", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)
    mailed_at = models.DateTimeField("发信时间", null=True, blank=True)

    class Meta:
        verbose_name = "提醒"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]

    def __str__(self) -> str:
        return self.text
