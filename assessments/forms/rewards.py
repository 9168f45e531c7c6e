"""What is typed about rewards and penalties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from assessments.enums import RewardKind
from assessments.forms.money import YuanField, suggested
from assessments.models import Reward
from assessments.selectors.rewards import STATES
from assessments.services.rewards import FIELDS, RewardEntry
from campaigns.forms.fields import DayField
from pingan.enums import Level
from pingan.forms.filters import FilterForm
from pingan.models import Unit, User

REWARDED_LEVELS = (Level.TOWNSHIP, Level.VILLAGE, Level.SECTOR, Level.DEPARTMENT)


class RewardFilterForm(FilterForm):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)
    kind = forms.ChoiceField(label="奖惩", choices=[("", "全部"), *RewardKind.choices])
    fund = forms.CharField(label="经费来源", max_length=40)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *STATES.items()])
    text = forms.CharField(label="单位或上级名称", max_length=40)


class RewardForm(forms.Form):
    """One line of the ledger."""

    kind = forms.ChoiceField(label="奖惩", choices=RewardKind.choices)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2099)
    title = forms.CharField(
        label="事由", max_length=60, help_text="奖惩的是单位：写事情，不写个人姓名。"
    )
    document = forms.CharField(
        label="依据文件", max_length=100, help_text="文件名称或文号，如 彝创安办〔2026〕9号"
    )
    amount = YuanField(label="金额（元）", required=False, help_text="没有金额的不填")
    fund = forms.CharField(
        label="经费来源",
        max_length=40,
        required=False,
        widget=suggested("funds"),
        help_text="有金额的必填；惩处写缴入哪项经费",
    )
    decided_on = DayField(label="决定日期", required=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, reward: Reward | None = None, **kwargs: Any) -> None:
        if reward is not None:
            kwargs["initial"] = {name: getattr(reward, name) for name in (*FIELDS, "version")}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("amount") and not values.get("fund"):
            self.add_error("fund", "有金额的，请写明经费来源。")
        return values

    def entry(self) -> RewardEntry:
        return RewardEntry(**{name: self.cleaned_data[name] for name in FIELDS})


class NewRewardForm(RewardForm):
    """With the unit, found by its name or code."""

    unit = forms.CharField(
        label="单位", max_length=80, widget=suggested("units"), help_text="写单位名称或代码"
    )
    field_order = ("unit", "kind", "year", "title")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_unit(self) -> Unit:
        return found_unit(self.by, self.cleaned_data["unit"])


def found_unit(by: User, text: str) -> Unit:
    """The one living unit of that name, code, or 名称（上级）."""
    name, _, parent = text.strip().rstrip("）)").replace("(", "（").partition("（")
    units = Unit.objects.visible_to(by).living().filter(level__in=REWARDED_LEVELS)
    found = list(units.filter(name=text.strip()) | units.filter(code=text.strip()))
    if not found and parent:
        found = list(units.filter(name=name, parent__short_name=parent))
    if not found:
        raise forms.ValidationError("没有这个单位，请写全称或代码。", code="missing")
    if len(found) > 1:
        raise forms.ValidationError(
            "有几个单位同名，请写代码，或在名称后注明上级，如“民主村（甲镇）”。", code="ambiguous"
        )
    return found[0]


class ProposalForm(forms.Form):
    """What all ticked lines of 拟奖惩 have in common."""

    document = forms.CharField(label="依据文件", max_length=100)
    fund = forms.CharField(label="经费来源", max_length=40, widget=suggested("funds"))
    decided_on = DayField(label="决定日期", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"decided_on": timezone.localdate()})
        super().__init__(*args, **kwargs)


class PayForm(forms.Form):
    paid_on = DayField(label="兑现日期", required=True)
    version = forms.IntegerField(widget=forms.HiddenInput)


class CancelForm(forms.Form):
    reason = forms.CharField(label="撤销原因", max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)
