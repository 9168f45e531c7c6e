"""What is typed about information and its reward: never who gave it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from assessments.enums import InformationState
from assessments.forms.money import YuanField, suggested
from campaigns.forms.fields import DayField
from campaigns.forms.person_names import person_name_in
from pingan.enums import Level
from pingan.forms.filters import FilterForm
from pingan.models import Unit


class InformationFilterForm(FilterForm):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *InformationState.choices])
    topic = forms.CharField(label="类别", max_length=20)
    tail = forms.CharField(label="领奖码末四位", max_length=4)


class NoNameForm(forms.Form):
    """A text about a matter: what reads as a person's name must be confirmed to be none."""

    text_field = ""
    not_name = forms.BooleanField(label="我已确认：没有写任何人的姓名、电话和住址", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        name = person_name_in(values.get(self.text_field) or "")
        if name and not values.get("not_name"):
            self.add_error(
                self.text_field,
                ValidationError(
                    f"“{name}”像是人名。写事情，不写人；确实不是人名的，请勾选下面的确认。",
                    code="name",
                ),
            )
        return values


class InformationForm(NoNameForm):
    """A new entry."""

    text_field = "summary"
    field_order = ("topic", "summary", "township", "received_on", "not_name")

    topic = forms.CharField(label="信息类别", max_length=20, widget=suggested("topics"))
    summary = forms.CharField(
        label="信息内容",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写时间、地点和事情。不写提供人，也不写能认出提供人的话。",
    )
    township = forms.ModelChoiceField(
        label="涉及乡镇", queryset=Unit.objects.none(), required=False, empty_label="不涉及"
    )
    received_on = DayField(label="收到日期", required=True)

    def __init__(self, *args: Any, county: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        townships = Unit.objects.living().filter(county=county, level=Level.TOWNSHIP)
        field = self.fields["township"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = townships.order_by("position", "code")


class DecisionForm(NoNameForm):
    """Verifying or refusing."""

    text_field = "decision"
    field_order = ("decision", "not_name")

    decision = forms.CharField(
        label="意见", max_length=100, widget=forms.Textarea(attrs={"rows": 2})
    )


class ApproveForm(NoNameForm):
    text_field = "decision"
    field_order = ("amount", "fund", "decision", "not_name")

    amount = YuanField(label="奖励金额（元）")
    fund = forms.CharField(label="经费来源", max_length=40, widget=suggested("funds"))
    decision = forms.CharField(
        label="审批意见",
        max_length=80,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PayInformationForm(forms.Form):
    code = forms.CharField(
        label="持码人出示的领奖码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    paid_on = DayField(label="发放日期", required=True)
    version = forms.IntegerField(widget=forms.HiddenInput)


class VersionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
