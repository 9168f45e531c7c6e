"""A sheet's lines in a table, and the month's focus."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from assessments.forms.inspections import PointsField
from assessments.models import MonthFocus, SheetItem
from assessments.services.sheets import ItemFacts

BLANK_LINES = 2


class ItemForm(forms.Form):
    """One line; a line without a name is left out."""

    code = forms.CharField(required=False, widget=forms.HiddenInput)
    place = forms.IntegerField(
        label="顺序",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label="检查内容",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    standard = forms.CharField(
        label="评分标准",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    points = PointsField(
        label="满分",
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
        required=False,
        error_messages={"invalid": "请填数字，如 10。", "max_decimal_places": "最多两位小数。"},
    )
    is_active = forms.BooleanField(label="启用", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name != "code":
                field.widget.attrs["aria-label"] = str(field.label)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("name") and "points" in values and values["points"] is None:
            self.add_error("points", "请填满分。")
        if not values.get("name") and (values.get("points") or values.get("standard")):
            self.add_error("name", "请填检查内容。")
        return values


SheetFormSet = forms.formset_factory(ItemForm, extra=BLANK_LINES, max_num=40, absolute_max=60)


def shown_items(items: list[SheetItem]) -> list[dict[str, Any]]:
    """The lines as the table shows them."""
    return [
        {
            "code": item.code,
            "place": place,
            "name": item.name,
            "standard": item.standard,
            "points": f"{Decimal(item.points) / 100:g}",
            "is_active": item.is_active,
        }
        for place, item in enumerate(items, start=1)
    ]


def typed_items(formset: Any) -> list[ItemFacts]:
    """The lines with a name, in the order of their numbers; a line without a number comes last."""
    rows = [form.cleaned_data for form in formset if form.cleaned_data.get("name")]
    rows.sort(key=lambda row: row["place"] if row["place"] is not None else 10_000)
    return [
        ItemFacts(
            code=row["code"],
            name=row["name"],
            standard=row["standard"],
            points=int(row["points"] * 100),
            is_active=row["is_active"],
        )
        for row in rows
    ]


class FocusForm(forms.Form):
    """检查重点 of a month."""

    text = forms.CharField(
        label="检查重点",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="公布后全县各单位都能看到。写地点和事情，不写人名。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, focus: MonthFocus | None) -> None:
        initial = {"text": focus.text, "version": focus.version} if focus else {"version": 0}
        super().__init__(data, initial=initial)
