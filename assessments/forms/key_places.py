"""Key places: listed, changed, reported on, delisted; the filters of their list."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.forms.places import NamelessForm, text
from campaigns.forms.fields import DayField
from pingan.forms.filters import FilterForm
from pingan.months import Month
from pingan.services.files import ACCEPT, HELP


def _unit_field(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, coerce=int, error_messages={"required": f"请选择{label}。"}
    )


class PlaceForm(NamelessForm):
    """The plan of a place: what is wrong, who leads, until when."""

    texts: tuple[str, ...] = ("problem", "responsible_post", "plan")
    problem = text("突出问题", 300, rows=2)
    basis = text("依据文件", 100)
    lead_unit = _unit_field("牵头单位")
    responsible_post = text("责任岗位", 40, help_text="写职务，不写人名。")
    plan = text("整治方案", 2000, rows=6)
    upload = forms.FileField(
        label="方案文件（可以不附）",
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=HELP,
    )
    due_on = DayField(label="整治期限", required=True)

    def __init__(self, *args: Any, leading: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["lead_unit"], leading)


class NewPlaceForm(PlaceForm):
    texts = ("name", *PlaceForm.texts)
    unit = _unit_field("所在单位")
    name = text("地区", 60, help_text="写地点，不写人名，如 集镇农贸市场周边。")
    field_order = ("unit", "name")

    def __init__(self, *args: Any, places: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["unit"], places)
        self.fields["version"].required = False


def _choose(field: forms.Field, units: list[Any]) -> None:
    assert isinstance(field, forms.TypedChoiceField)
    field.choices = [("", "请选择"), *units]


class ProgressForm(NamelessForm):
    """What was done in one month."""

    texts = ("text",)
    month = forms.ChoiceField(label="月份", error_messages={"required": "请选择月份。"})
    text = text("做了什么、效果怎样", 500, rows=3)

    def __init__(self, *args: Any, months: list[Month], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["month"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(month), month.label) for month in months]


class DelistForm(NamelessForm):
    texts = ("outcome",)
    delisted_on = DayField(label="摘牌日期", required=True)
    outcome = text("整治结果", 300, rows=3)


class PlaceFilterForm(FilterForm):
    STATES = (("listed", "整治中"), ("delisted", "已摘牌"), ("all", "全部"))

    state = forms.ChoiceField(label="状态", choices=STATES)
    text = forms.CharField(label="地区或单位", max_length=40)
