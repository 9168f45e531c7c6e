"""The head of a scheme, and the points of all its items at once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from assessments.enums import Colour, Grade, RuleShape
from assessments.forms.inspections import PointsField
from assessments.models import Scheme, ScoreItem
from assessments.services.schemes import Head
from pingan.fields import MonthFormField

_BANDS = (Grade.EXCELLENT, Grade.GOOD, Grade.QUALIFIED)
LABELS = {
    "name": "名称",
    "basis": "依据文件",
    "valid_from": "起始月份",
    **{f"lowest_{grade.value}": f"{grade.label}最低分" for grade in _BANDS},
    **{f"colour_{grade.value}": f"{grade.label}的颜色" for grade in Grade},
    "open_limit": "降档件数",
}
_COLOURS = [
    (Colour.BLUE.value, "蓝（平安）"),
    (Colour.YELLOW.value, "黄（平稳）"),
    (Colour.RED.value, "红（不稳定）"),
]
_NUMBER = {"invalid": "请填数字，如 92.5。", "max_decimal_places": "最多两位小数。"}
MOST_POINTS = Decimal(1000)


def points_field(label: str, **kwargs: Any) -> PointsField:
    """Points as people write them; `hundredths` makes them what is kept."""
    return PointsField(
        label=label,
        max_digits=7,
        decimal_places=2,
        error_messages={**_NUMBER, "required": "请填分值。", "min_value": "分值必须大于零。"},
        **kwargs,
    )


def hundredths(value: Decimal | None) -> int:
    return int((value or Decimal(0)) * 100)


def decimal_points(points: int) -> Decimal:
    """1250 as 12.5, without the zeros nobody types."""
    value = Decimal(points) / 100
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


class HeadForm(forms.Form):
    """Name, basis, first month, the lines between the grades, and the colours."""

    name = forms.CharField(
        label="名称", max_length=60, error_messages={"required": "请填考核办法的名称。"}
    )
    basis = forms.CharField(
        label="依据文件",
        max_length=100,
        required=False,
        help_text="如“×综治委〔2026〕3号”，印在考核办法和计分卡上。",
    )
    valid_from = MonthFormField(
        label="起始月份",
        help_text="从这个月起按新办法计分，只能是还没有开始的月份。",
        error_messages={"required": "请填起始月份，如 2026-12。"},
    )
    open_limit = forms.IntegerField(
        label="降档件数",
        min_value=0,
        max_value=9999,
        help_text="未结事项达到这个件数，颜色降一档；填0表示不因此降档。",
        error_messages={
            "required": "请填件数，不降档填0。",
            "invalid": "请填整数。",
            "min_value": "件数不能是负数，不降档填0。",
        },
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scheme: Scheme | None = None, **kwargs: Any) -> None:
        if scheme is not None:
            kwargs["initial"] = shown(scheme)
        super().__init__(*args, **kwargs)
        for grade in _BANDS:
            self.fields[f"lowest_{grade.value}"] = points_field(
                f"{grade.label}最低分", min_value=Decimal(0), max_value=Decimal(100)
            )
        for grade in Grade:
            self.fields[f"colour_{grade.value}"] = forms.ChoiceField(
                label=f"{grade.label}的颜色", choices=_COLOURS
            )

    @property
    def grades(self) -> list[tuple[str, Any, Any]]:
        """One line a grade: its name, its lowest points, its colour."""
        return [
            (
                grade.label,
                self[f"lowest_{grade.value}"] if grade in _BANDS else None,
                self[f"colour_{grade.value}"],
            )
            for grade in Grade
        ]

    def head(self) -> Head:
        values = self.cleaned_data
        bands = [[grade.value, hundredths(values[f"lowest_{grade.value}"])] for grade in _BANDS]
        colours = {grade.value: values[f"colour_{grade.value}"] for grade in Grade}
        return Head(
            name=values["name"],
            basis=values["basis"],
            valid_from=values["valid_from"],
            grade_bands=[*bands, [Grade.UNQUALIFIED.value, 0]],
            colour_rules={**colours, "open_limit": values["open_limit"]},
        )


def shown(scheme: Scheme) -> dict[str, Any]:
    """A saved head as the form shows it."""
    lowest = dict(scheme.grade_bands)
    return {
        "name": scheme.name,
        "basis": scheme.basis,
        "valid_from": scheme.valid_from,
        "open_limit": int(scheme.colour_rules.get("open_limit", 0)),
        "version": scheme.revision,
        **{
            f"lowest_{grade.value}": decimal_points(int(lowest.get(grade.value, 0)))
            for grade in _BANDS
        },
        **{f"colour_{grade.value}": scheme.colour_rules[grade.value] for grade in Grade},
    }


class WeightsForm(forms.Form):
    """The points of every item of a draft, in the table itself."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, items: Iterable[ScoreItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [item for item in items if item.shape != RuleShape.VETO]
        for item in self.items:
            field = points_field(
                f"{item.name}的分值",
                min_value=Decimal("0.01"),
                max_value=MOST_POINTS,
                initial=decimal_points(item.points),
            )
            counted = {} if item.shape == RuleShape.BONUS else {"data-points": ""}
            field.widget.attrs.update({"class": "num", "aria-label": field.label, **counted})
            self.fields[f"points-{item.pk}"] = field

    def points(self) -> dict[int, int]:
        """New points by item, in hundredths."""
        return {item.pk: hundredths(self.cleaned_data[f"points-{item.pk}"]) for item in self.items}
