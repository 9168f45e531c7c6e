"""What is typed about one visit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from assessments.models import Inspection
from assessments.services.inspections import Findings

_DECIMAL = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－／", "0123456789.-/")


def _points(label: str, **kwargs: Any) -> forms.DecimalField:
    return PointsField(
        label=label,
        max_digits=7,
        decimal_places=2,
        error_messages={
            "invalid": "请填数字，如 92.5。",
            "max_decimal_places": "最多两位小数。",
        },
        **kwargs,
    )


class PointsField(forms.DecimalField):
    """A number of points; full-width digits are as good as others."""

    widget = _DECIMAL

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        return super().to_python(value.translate(_FULL_WIDTH) if isinstance(value, str) else value)


class InspectionForm(forms.Form):
    """One visit: its day, the points of the sheet, what was found."""

    on = forms.DateField(
        label="检查日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请填日期，如 2026-09-28。"},
    )
    points_given = _points("得分", min_value=Decimal(0))
    points_possible = _points("满分", min_value=Decimal("0.01"), initial=Decimal(100))
    findings = forms.CharField(
        label="发现问题",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写事不写人：不写个人姓名、身份和信仰。",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, inspection: Inspection | None = None, **kwargs: Any) -> None:
        if inspection is not None:
            kwargs["initial"] = shown(inspection)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        given, possible = values.get("points_given"), values.get("points_possible")
        if given is not None and possible is not None and given > possible:
            self.add_error("points_given", "得分不能高于满分。")
        return values

    def found(self) -> Findings:
        values = self.cleaned_data
        return Findings(
            on=values["on"],
            points_given=int(values["points_given"] * 100),
            points_possible=int(values["points_possible"] * 100),
            findings=values["findings"],
        )


def shown(inspection: Inspection) -> dict[str, Any]:
    """A saved inspection as the form shows it."""
    return {
        "on": inspection.on,
        "points_given": Decimal(inspection.points_given) / 100,
        "points_possible": Decimal(inspection.points_possible) / 100,
        "findings": inspection.findings,
        "version": inspection.version,
    }
