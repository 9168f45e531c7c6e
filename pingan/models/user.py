"""People who sign in. One account, one duty, one unit."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models

from pingan import scopes
from pingan.enums import Role
from pingan.models.unit import Unit


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scopes.unit_scope(user, "unit__path"))


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    username = models.CharField(
        "账号",
        max_length=40,
        unique=True,
        validators=[ASCIIUsernameValidator()],
        error_messages={"unique": "这个账号已经有人使用，请换一个。"},
    )
    display_name = models.CharField("称呼", max_length=40, help_text="职务或姓名，显示在页面上")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="users", verbose_name="所在单位")
    role = models.CharField("岗位", max_length=20, choices=Role)
    lent_units = models.ManyToManyField(
        Unit,
        related_name="+",
        blank=True,
        verbose_name="另可查看的单位",
        help_text="本单位以外的，如督导检查组所联系的乡镇",
    )
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    inbox_seen_at = models.DateTimeField("最近看过待办的时间", null=True, blank=True)
    wants_mail = models.BooleanField("接收邮件提醒", default=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()

    class Meta:
        verbose_name = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return f"{self.display_name}（{self.username}）"

    @cached_property
    def scope_paths(self) -> tuple[str, ...]:
        """Paths of the trees this person may see, fetched once a request."""
        lent = self.lent_units.values_list("path", flat=True) if self.role == Role.INSPECTOR else ()
        return (self.unit.path, *lent)
