"""Forms of the report pages."""

from __future__ import annotations

import re

from django import forms

CODE_LENGTH = 16


class IssueForm(forms.Form):
    """The day a bulletin bears."""

    issued_on = forms.DateField(
        label="成文日期",
        widget=forms.DateInput(
            attrs={"type": "date", "class": "form-control form-control-sm"}, format="%Y-%m-%d"
        ),
        error_messages={
            "required": "请填写成文日期。",
            "invalid": "请把成文日期写成 2026-10-10 这样的形式。",
        },
    )


class CaseIssueForm(IssueForm):
    """And why a quarter's bulletin is corrected."""

    reason = forms.CharField(
        label="更正原因",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control form-control-sm"}),
    )


class VerifyForm(forms.Form):
    """The code printed at the foot of a bulletin or a board."""

    code = forms.CharField(
        label="校验码",
        max_length=80,
        strip=True,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "class": "form-control form-control-sm",
            }
        ),
        error_messages={"required": "请填写通报末页的校验码。"},
    )

    def clean_code(self) -> str:
        """Sixteen hexadecimal digits or more; blanks between them are nothing."""
        code = re.sub(r"\s", "", self.cleaned_data["code"]).lower()
        if not re.fullmatch(r"[0-9a-f]{16,64}", code):
            raise forms.ValidationError(
                f"校验码是{CODE_LENGTH}位数字和字母 a–f，请照通报上的样子填写。", code="invalid"
            )
        return code
