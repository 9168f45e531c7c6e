"""Settings pages. The forms read and check input; the rows are written by the services."""

from __future__ import annotations

from django import forms

from pingan.models import CountySettings, OfficeName, SecuritySettings
from pingan.services.settings import COUNTY_FIELDS, SECURITY_FIELDS


class SecurityForm(forms.ModelForm):
    class Meta:
        model = SecuritySettings
        fields = SECURITY_FIELDS
        help_texts = {
            "failure_limit": "3 至 20 次。锁的是账号，换一台电脑也登录不了。",
            "lock_minutes": "1 至 1440 分钟，到时自动解锁。",
            "idle_minutes": "5 至 480 分钟。填了一半的内容不会丢，重新登录后会再显示。",
            "password_length": "8 至 40 位，对以后设的密码起作用。",
        }


class CountyForm(forms.ModelForm):
    class Meta:
        model = CountySettings
        fields = COUNTY_FIELDS
        help_texts = {"document_prefix": "用在发文字号里，如 彝创安办〔2026〕3号 的“彝创安办”。"}


class OfficeNameForm(forms.ModelForm):
    class Meta:
        model = OfficeName
        fields = ["role", "name", "short_name", "valid_from"]
        widgets = {"valid_from": forms.DateInput(attrs={"type": "date"})}
