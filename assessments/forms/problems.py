"""Problems: registered, corrected, reported, closed, reopened; the filters of their list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from assessments.enums import ProblemSource
from assessments.forms.places import NamelessForm, ReasonForm, text
from campaigns.forms.fields import DayField
from pingan.forms.filters import FilterForm

BY_HAND = (
    ProblemSource.SUPERIOR,
    ProblemSource.INSPECTION,
    ProblemSource.UNDERCOVER,
    ProblemSource.SURVEY,
)
_HINT = "写地点和事情，不写人名。"


class ProblemForm(NamelessForm):
    """What is wrong, whose post, until when."""

    texts = ("title", "detail", "responsible_post")
    title = text("问题", 60, help_text=_HINT)
    detail = text("情况", 300, rows=3, required=False)
    responsible_post = text("责任岗位", 40, help_text="写职务，如 综治专干。", required=False)
    due_on = DayField(label="整改期限", required=True)


class NewProblemForm(ProblemForm):
    """A problem found by other ways than a sheet or a sweep."""

    unit = forms.TypedChoiceField(
        label="单位", coerce=int, error_messages={"required": "请选择单位。"}
    )
    source = forms.ChoiceField(
        label="来源", choices=[(source.value, source.label) for source in BY_HAND]
    )
    found_on = DayField(label="发现日期", required=True)
    field_order = ("unit", "source", "title", "detail", "responsible_post", "found_on", "due_on")

    def __init__(self, *args: Any, units: list[Any], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "请选择"), *units]
        self.fields["found_on"].widget.attrs["max"] = today.isoformat()
        self.fields["version"].required = False


class ReportForm(NamelessForm):
    """What the unit did."""

    texts = ("solution",)
    solution = text("做了什么、现在怎样", 300, rows=3)


class SolveForm(NamelessForm):
    """Confirmed by a superior."""

    texts = ("solution",)
    solved_on = DayField(label="解决日期", required=True)
    solution = text("整改结果", 300, rows=3)


class SendBackForm(ReasonForm):
    reason = text("哪里没有整改到位", 200)


class ReopenForm(ReasonForm):
    reason = text("为什么重新打开", 200)


class ProblemFilterForm(FilterForm):
    """What narrows the list; an unreadable value is as good as none."""

    STATES = (
        ("open", "未解决"),
        ("reported", "已报整改，待确认"),
        ("overdue", "超期未解决"),
        ("solved", "已销号"),
        ("all", "全部"),
    )
    MONTHS = (("", "不限"), ("2", "两个月以上"), ("3", "三个月以上"), ("4", "四个月以上"))

    state = forms.ChoiceField(label="状态", choices=STATES)
    months = forms.ChoiceField(label="已挂", choices=MONTHS)
    source = forms.ChoiceField(label="来源", choices=[("", "全部来源"), *ProblemSource.choices])
    below = forms.TypedChoiceField(label="范围", coerce=int, empty_value=None)
    text = forms.CharField(label="问题或单位", max_length=40)

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["below"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", "全部单位"), *units]
        self.fields["text"].widget.attrs["type"] = "search"
        if not units:
            del self.fields["below"]
