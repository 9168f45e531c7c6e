"""What is put into a case's file: records, visits, the word to the police, the ways to end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from disputes.enums import Move, Prevented, RecordKind, Satisfaction
from disputes.forms.fields import DayField, line, text
from pingan.services.files import ACCEPT, HELP

NO_NAMES = "写身份（如申请人、村主任），不写姓名。"
PLACES = {
    RecordKind.EVIDENCE: ("取得地点", "提供人（身份）"),
    RecordKind.JOINT: ("会议地点", "参加单位"),
}
FAIL_ROUTES = ("仲裁", "行政裁决或行政复议", "向人民法院起诉")
GUIDE_ROUTES = (
    "向人民法院起诉",
    "劳动人事争议仲裁",
    "农村土地承包仲裁",
    "行政裁决或行政复议",
    "主管部门处理",
    "申请法律援助",
)


class DatedForm(forms.Form):
    """A day not after today."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    on = DayField(label="日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    def clean_on(self) -> dt.date:
        on = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError("日期不能晚于今天。", code="future")
        return on


def upload_field(label: str) -> forms.FileField:
    """One paper; what it is is checked where it is stored."""
    return forms.FileField(
        label=label,
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=f"{HELP}加密保存，文件名不保留。",
    )


class RightsForm(DatedForm):
    """The notice of rights and duties was given on a day."""


class RecordForm(DatedForm):
    """One record; its text is sealed."""

    place = line("地点", 60, required=False, help_text="写地方，不写“某某家”。")
    attending = line("参加人员（身份）", 120, required=False, help_text=NO_NAMES)
    text = text(
        "内容", 8000, rows=10, required=False, help_text="加密保存，只有承办人看得到；可以写姓名。"
    )
    upload = upload_field("附件")

    def __init__(self, *args: Any, kind: RecordKind, has_file: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.has_file = kind, has_file
        self.fields["place"].label, self.fields["attending"].label = PLACES.get(
            kind, ("地点", "参加人员（身份）")
        )
        if has_file:
            self.fields["upload"].label = "换一份附件（不换的不选）"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        is_empty = not (data.get("text") or data.get("upload") or self.has_file)
        if is_empty and self.kind != RecordKind.RIGHTS and not self.errors:
            self.add_error("text", "请写内容，或附上文件。")
        return data


class VisitForm(DatedForm):
    """A follow-up visit."""

    is_performed = forms.TypedChoiceField(
        label="协议履行了吗",
        choices=[("1", "已履行"), ("0", "没有履行完")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    satisfaction = forms.ChoiceField(
        label="当事人满意程度", choices=Satisfaction.choices, widget=forms.RadioSelect
    )
    is_flaring_up = forms.BooleanField(
        label="有激化苗头",
        required=False,
        help_text="勾选后这件纠纷会醒目提示，请重新调解，必要时上报、报告公安机关。",
    )
    text = text("回访情况", 1000, required=False, help_text="加密保存，只有承办人看得到。")


class PoliceForm(forms.Form):
    """Who was told, and how. The moment is now."""

    note = line(
        "报告了哪个机关、怎样报告的", 150, help_text=f"如“电话报告镇派出所值班室”。{NO_NAMES}"
    )


class PreventionForm(forms.Form):
    """What was prevented from growing out of the case."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="防止了什么", choices=[("", "没有"), *Prevented.choices], required=False
    )
    people = forms.IntegerField(
        label="涉及人数", min_value=0, max_value=100_000, required=False, help_text="没有的不填。"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") and not data.get("people") and "people" not in self.errors:
            self.add_error("people", "防止激化的，请填涉及人数。")
        return data


class EndingForm(DatedForm):
    """调解不成 or 引导其他途径: which ways the parties were told of, and why."""

    routes = forms.MultipleChoiceField(
        label="已经告知的途径",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请勾选已经告知当事人的途径。"},
    )
    reason = text("理由", 150, rows=3, help_text=NO_NAMES)

    def __init__(self, *args: Any, move: Move, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        routes = GUIDE_ROUTES if move == Move.GUIDE else FAIL_ROUTES
        field = self.fields["routes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(route, route) for route in routes]
        if move == Move.GUIDE:
            field.label = "引导到"


class CloseForm(DatedForm):
    """Closing; with papers missing only by a word of its own."""

    is_gap_accepted = forms.BooleanField(label="缺少材料仍然结案", required=False)
    reason = text("原因", 120, rows=2, required=False, help_text=NO_NAMES)

    def __init__(self, *args: Any, has_gaps: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_gaps:
            del self.fields["is_gap_accepted"]
            self.fields["reason"].label = "说明"
