"""Rectification notices: worded, answered, rechecked; the filters of their list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from assessments.enums import LadderKind, RecheckResult
from assessments.forms.places import NamelessForm, text
from campaigns.forms.fields import DayField
from pingan.forms.filters import FilterForm
from pingan.services.files import ACCEPT, HELP


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; what they are is checked where they are stored."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            widget=FilesInput(attrs={"accept": ACCEPT}),
            help_text=HELP,
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(each, initial) for each in given if each]


class NoticeForm(NamelessForm):
    """The wording of a draft."""

    texts = ("demand", "responsible_post")
    demand = text("整改要求", 1000, rows=6)
    responsible_post = text("责任岗位", 40, help_text="写职务，不写人名。")
    due_on = DayField(label="整改期限", required=True)
    recheck_on = DayField(label="复查日期", required=True)
    basis = text("依据", 200, rows=2)


class SignForm(NamelessForm):
    """Nothing but the version that was read."""


class WithdrawForm(NamelessForm):
    texts = ("reason",)
    reason = text("为什么撤销", 200)


class ReplyForm(NamelessForm):
    """The written report, with its files."""

    texts = ("text",)
    text = text("整改情况", 2000, rows=6, help_text="逐项写做了什么、现在怎样；写职务，不写人名。")
    uploads = FilesField(label="附件（可以不附）")


class RecheckForm(NamelessForm):
    """What somebody else found on the spot."""

    texts = ("findings",)
    on = DayField(label="复查日期", required=True)
    result = forms.ChoiceField(
        label="复查结果",
        choices=RecheckResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择通过还是未通过。"},
    )
    findings = text("复查情况", 500, rows=3)


class NoticeFilterForm(FilterForm):
    """What narrows the list; an unreadable value is as good as none."""

    STATES = (
        ("running", "未销号"),
        ("draft", "待签发"),
        ("signed", "整改中"),
        ("overdue", "逾期未报告"),
        ("replied", "待复查"),
        ("again", "复查未过"),
        ("closed", "已销号"),
        ("withdrawn", "已撤销"),
        ("all", "全部"),
    )

    state = forms.ChoiceField(label="状态", choices=STATES)
    kind = forms.ChoiceField(label="步骤", choices=[("", "全部步骤"), *LadderKind.choices])
    text = forms.CharField(label="单位", max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["type"] = "search"
