"""Signing in, passwords, accounts."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError

from pingan.enums import Level, Role
from pingan.forms.filters import FilterForm
from pingan.models import Unit, User


class SignInForm(AuthenticationForm):
    """One sentence whatever was wrong: nobody learns which accounts exist."""

    error_messages = {
        "invalid_login": "账号或密码不对，或账号已停用。请核对后再试。",
        "inactive": "账号或密码不对，或账号已停用。请核对后再试。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"


class OwnPasswordForm(PasswordChangeForm):
    """The old password, then the new one twice."""

    error_messages = {
        "password_incorrect": "旧密码不对，请重新输入。",
        "password_mismatch": "两次输入的新密码不一样。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "旧密码"
        self.fields["new_password1"].label = "新密码"
        self.fields["new_password2"].label = "再输一次新密码"
        self.fields["new_password2"].help_text = ""

    def clean_new_password1(self) -> str:
        password = str(self.cleaned_data.get("new_password1", ""))
        if self.user.check_password(password):
            raise ValidationError("新密码不能与旧密码相同。", code="password_unchanged")
        return password


class UnitChoiceField(forms.ModelChoiceField):
    """Units of the administrator's tree, indented as they stand."""

    def label_from_instance(self, obj: Unit) -> str:
        return indented(obj)


class UnitsChoiceField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Unit) -> str:
        return indented(obj)


def indented(unit: Unit) -> str:
    """The name behind as many blanks as the unit stands below the county."""
    depth = {Level.COUNTY: 0, Level.TOWNSHIP: 1, Level.SECTOR: 1}.get(Level(unit.level), 2)
    return "　" * depth + unit.name


class AccountForm(forms.ModelForm):
    """A new account. Whether place and duty fit is asked by the policy."""

    unit = UnitChoiceField(queryset=Unit.objects.none(), label="所在单位")
    lent_units = UnitsChoiceField(
        queryset=Unit.objects.none(),
        label="另可查看的单位",
        required=False,
        help_text="只用于督导检查员：所联系的乡镇和口。按住 Ctrl 可选多个。",
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )

    class Meta:
        model = User
        fields = ["username", "display_name", "role", "unit", "lent_units", "email"]
        help_texts = {"username": "登录用，字母、数字和 @ . + - _，建立后不能改。"}

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(by).living().exclude(level=Level.GROUP).order_by("path")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].empty_label = "请选择"  # type: ignore[attr-defined]
        self.fields["role"].choices = [("", "请选择"), *Role.choices]  # type: ignore[attr-defined]
        self.fields["lent_units"].queryset = units.filter(  # type: ignore[attr-defined]
            level__in=[Level.TOWNSHIP, Level.SECTOR]
        )

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"])
        if not re.fullmatch(r"[A-Za-z0-9@.+_-]+", name):
            raise ValidationError("账号只能由字母、数字和 @ . + - _ 组成。", code="invalid")
        return name


class AccountChangeForm(AccountForm):
    """The same without the account's own name."""

    class Meta(AccountForm.Meta):
        fields = ["display_name", "role", "unit", "lent_units", "email"]


class AccountFilterForm(FilterForm):
    """Above the list of accounts."""

    q = forms.CharField(label="账号或称呼", max_length=40)
    role = forms.ChoiceField(label="岗位", choices=[("", "全部"), *Role.choices])
    unit = UnitChoiceField(queryset=Unit.objects.none(), label="单位")
    state = forms.ChoiceField(
        label="状态",
        choices=[("", "全部"), ("active", "启用"), ("stopped", "停用")],
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Unit.objects.visible_to(by).living()
        at = [Level.COUNTY, Level.TOWNSHIP, Level.SECTOR]
        unit = self.fields["unit"]
        unit.queryset = places.filter(level__in=at).order_by("path")  # type: ignore[attr-defined]
        unit.empty_label = "全部"  # type: ignore[attr-defined]
