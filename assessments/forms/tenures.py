"""What is typed about tenures of leading posts."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.forms.money import suggested
from assessments.forms.rewards import found_unit
from assessments.models import PostTenure
from assessments.services.tenures import FIELDS, TenureEntry
from campaigns.forms.fields import DayField
from pingan.forms.filters import FilterForm
from pingan.models import Unit, User


class TenureFilterForm(FilterForm):
    text = forms.CharField(label="单位、职务或任职人", max_length=40)
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), ("now", "在任"), ("past", "已离任")]
    )


class TenureForm(forms.Form):
    """One tenure of a unit that is known."""

    post = forms.CharField(label="职务", max_length=40, widget=suggested("posts"))
    holder = forms.CharField(
        label="任职人",
        max_length=30,
        help_text="姓名或干部编号；同县有同名的请加编号，档案按这一栏归并。不记其他个人情况。",
    )
    starts_on = DayField(label="任职日期", required=True)
    ends_on = DayField(label="离任日期", help_text="在任的不填；离任当天起不再计入")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, tenure: PostTenure | None = None, **kwargs: Any) -> None:
        if tenure is not None:
            kwargs["initial"] = {name: getattr(tenure, name) for name in (*FIELDS, "version")}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and ends_on <= starts_on:
            self.add_error("ends_on", "离任日期应在任职日期之后。")
        return values

    def entry(self) -> TenureEntry:
        return TenureEntry(**{name: self.cleaned_data[name] for name in FIELDS})


class _WithUnit(forms.Form):
    unit = forms.CharField(
        label="单位", max_length=80, widget=suggested("units"), help_text="写单位名称或代码"
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_unit(self) -> Unit:
        return found_unit(self.by, self.cleaned_data["unit"])


class NewTenureForm(TenureForm, _WithUnit):
    field_order = ("unit", "post", "holder", "starts_on", "ends_on")


class EndForm(forms.Form):
    ends_on = DayField(label="离任日期", required=True)
    version = forms.IntegerField(widget=forms.HiddenInput)


class TransferForm(_WithUnit):
    """To which unit and post, from which day on."""

    field_order = ("unit", "post", "on")

    post = forms.CharField(label="新职务", max_length=40, widget=suggested("posts"))
    on = DayField(label="调任日期", required=True, help_text="从这一天起在新单位任职")
    version = forms.IntegerField(widget=forms.HiddenInput)
