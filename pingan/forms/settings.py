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
        help_texts = {
            "preview_hours": "0 至 240 小时。期内各单位核对自己的计分卡，可以申诉；填 0 不预览。",
            "survey_minimum": "有效票少于这个数的，测评指数不计分、不排名。",
            "is_board_public": "打开后不登录也能看公示栏，上面只有单位名称、等次颜色和问题标题。",
            "document_prefix": "用在发文字号里，如 彝创安办〔2026〕3号 的“彝创安办”。",
        }


class OfficeNameForm(forms.ModelForm):
    class Meta:
        model = OfficeName
        fields = ["role", "name", "short_name", "valid_from"]
        widgets = {"valid_from": forms.DateInput(attrs={"type": "date"})}
