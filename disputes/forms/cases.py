"""Filters of the lists, and the small forms of the case page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from disputes.enums import Channel, DisputeState, TermKind
from disputes.forms.fields import DayField, line, text
from disputes.models import Dispute, DisputeTerm
from disputes.selectors.cases import Filters
from disputes.selectors.receiving import units_named
from disputes.selectors.terms import terms_of
from pingan.enums import Level
from pingan.forms.filters import FilterForm
from pingan.models import Unit, User

STATES = (
    ("open", "办理中"),
    ("late", "超期"),
    ("all", "全部"),
    *DisputeState.choices,
)
LEVELS = [(int(level), level.label) for level in (Level.GROUP, Level.VILLAGE, Level.TOWNSHIP)]
LEVELS.append((int(Level.COUNTY), "县级"))


class CaseFilterForm(FilterForm):
    """What narrows a list; an unreadable value is as good as none. Never a name."""

    state = forms.ChoiceField(label="状态", choices=STATES)
    category = forms.ModelChoiceField(
        label="类别", queryset=DisputeTerm.objects.none(), empty_label="全部类别"
    )
    level = forms.TypedChoiceField(
        label="层级", choices=[("", "全部层级"), *LEVELS], coerce=int, empty_value=None
    )
    unit = forms.ModelChoiceField(
        label="登记单位", queryset=Unit.objects.none(), empty_label="全部单位"
    )
    first = DayField(label="登记从")
    last = DayField(label="到")
    text = line("案号、事由或地点", 40)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category, unit = self.fields["category"], self.fields["unit"]
        assert isinstance(category, forms.ModelChoiceField)
        assert isinstance(unit, forms.ModelChoiceField)
        category.queryset = terms_of(user.unit.root_id, TermKind.CATEGORY)
        levels = (
            (Level.TOWNSHIP, Level.COUNTY)
            if user.unit.level == Level.COUNTY
            else (Level.TOWNSHIP, Level.VILLAGE)
        )
        unit.queryset = (
            Unit.objects.living()
            .visible_to(user)
            .filter(level__in=levels)
            .order_by("level", "position")
        )

    def filters(self) -> Filters:
        """What was asked for, as far as it can be read."""
        self.is_valid()
        data = self.cleaned_data
        category, unit = data.get("category"), data.get("unit")
        return Filters(
            state=data.get("state") or "open",
            category=category.pk if category else None,
            level=data.get("level"),
            unit=unit.pk if unit else None,
            first=data.get("first"),
            last=data.get("last"),
            text=data.get("text", ""),
        )


class _Versioned(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class MoveForm(_Versioned):
    """A move: its day, and its reason."""

    on = DayField(label="日期")
    note = text("说明", 300, rows=3, required=False, help_text="写身份（如申请人），不写姓名。")

    def __init__(self, *args: Any, today: dt.date, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["max"] = today.isoformat()
        self.fields["note"].required = needs_reason
        if needs_reason:
            self.fields["note"].label = "理由"


class OfferForm(_Versioned):
    """A hand-over: to whom, how it is to be mediated, why."""

    to_unit = line(
        "接收单位",
        80,
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off"}),
        help_text="写单位名称，输入几个字会有提示；同名的村写成“民主村（海子镇）”。",
    )
    channel = forms.ChoiceField(label="调解方式", choices=Channel.choices)
    reason = text("移交理由", 200, rows=3, help_text="写身份（如申请人），不写姓名。")

    def __init__(self, *args: Any, dispute: Dispute, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dispute = dispute

    def clean_to_unit(self) -> Unit:
        found = units_named(self.dispute, self.cleaned_data["to_unit"])
        if not found:
            raise forms.ValidationError(
                "没有可以接收的这个单位，请从提示里选择，或写全称、代码。", code="missing"
            )
        if len(found) > 1:
            raise forms.ValidationError(
                "有几个单位同名，请在名称后注明上级，如“民主村（海子镇）”。", code="ambiguous"
            )
        return found[0]


class ReasonForm(_Versioned):
    """Why."""

    reason = text("理由", 200, rows=3, help_text="写身份（如申请人），不写姓名。")


class AnswerForm(forms.Form):
    """Why not; needed where it is sent back."""

    reason = text(
        "意见", 200, rows=3, required=False, help_text="退回的必须写理由；接收的可以不写。"
    )


class PauseForm(forms.Form):
    """From when the days stop, and why."""

    starts_on = DayField(label="中止日期")
    reason = text("中止理由", 200, rows=3, help_text="如等待鉴定、当事人外出；不写姓名。")


class ResumeForm(forms.Form):
    """When they count again."""

    ends_on = DayField(label="恢复日期")


class PurposeForm(forms.Form):
    """What names are looked at for."""

    purpose = line("用途", 100, help_text="如“通知到场”“核对协议”。每次查看都记入操作日志。")


class NameSearchForm(forms.Form):
    """A party's whole name; it travels in the body of the request, never in its address."""

    name = line("当事人姓名（全名）", 40)
    purpose = line("用途", 100)
