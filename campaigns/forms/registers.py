"""The tables in which a unit keeps its registers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from campaigns.enums import FacilityKind, PostKind, TeamKind
from campaigns.forms.fields import CountField, DayField, LineField
from campaigns.forms.rows import RowForm
from campaigns.selectors.registers import Register

MOST_SQUADS = 99
# A short text that begins like a name and does not end like a post is most likely a name.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵"
)
_ENDS_OF_POSTS = "长任记书员委干警师官理事席察管导计主人政部级"


def looks_like_a_name(text: str) -> bool:
    """Whether a holder's title reads as a person's name: 张三 does, 张镇书记 does not."""
    short = 2 <= len(text) <= 3
    return short and text[0] in _SURNAMES and text[-1] not in _ENDS_OF_POSTS


class RegisterDayForm(forms.Form):
    """From which day the changes hold."""

    on = DayField(label="变动日期", required=True)
    is_correction = forms.BooleanField(label="只是更正登记错误，以前月份一并改正", required=False)


class EntryRow(RowForm):
    """One entry; emptied, it ends."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any] | None:
        """What was typed; None: the row was emptied."""
        if self.is_blank:
            return None
        return {k: v for k, v in self.cleaned_data.items() if k not in ("id", "version")}


class PostRow(EntryRow):
    content = ("office", "holder_title")
    needed = ("office", "kind")

    office = LineField(label="机构名称", longest=60)
    kind = forms.ChoiceField(
        label="岗位", choices=[("", "请选择"), *PostKind.choices], required=False
    )
    holder_title = LineField(label="任职人职务", longest=40)

    def clean_holder_title(self) -> str:
        title = str(self.cleaned_data["holder_title"]).strip()
        if looks_like_a_name(title):
            raise ValidationError("请写职务，不写姓名，如“镇党委书记”。", code="name")
        return title


class TeamRow(EntryRow):
    content = ("name", "heads")
    needed = ("kind", "name", "heads")

    kind = forms.ChoiceField(
        label="队伍", choices=[("", "请选择"), *TeamKind.choices], required=False
    )
    name = LineField(label="名称", longest=40)
    heads = CountField(label="人数")
    squads = CountField(label="轮班小组", largest=MOST_SQUADS)
    is_round_the_clock = forms.BooleanField(label="24小时值守", required=False)
    equipment = LineField(label="装备", longest=100)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if looks_like_a_name(name):
            raise ValidationError("请写队伍名称，不写姓名。", code="name")
        return name

    def check(self) -> None:
        if not self.cleaned_data.get("squads"):
            self.cleaned_data["squads"] = 1  # a team that does not take turns is one squad


class FacilityRow(EntryRow):
    content = ("number", "working", "needed_number", "note")
    needed = ("number", "working")

    kind = forms.ChoiceField(choices=FacilityKind.choices, widget=forms.HiddenInput)
    number = CountField(label="数量")
    working = CountField(label="完好数")
    needed_number = CountField(label="应有数")
    note = LineField(label="备注", longest=80)

    def check(self) -> None:
        number, working = self.cleaned_data["number"], self.cleaned_data["working"]
        if working > number:
            self.add_error("working", f"完好数{working}多于数量{number}。")

    def values(self) -> dict[str, Any] | None:
        found = super().values()
        if found is not None:
            found["needed"] = found.pop("needed_number")
        return found


ROWS: dict[str, type[EntryRow]] = {
    "posts": PostRow,
    "teams": TeamRow,
    "facilities": FacilityRow,
}


def row_of(register: Register, entry: Any) -> dict[str, Any]:
    """A saved entry as its row shows it."""
    row = {"id": entry.pk, "version": entry.version}
    row |= {name: getattr(entry, name) for name in register.fields}
    if "needed" in row:
        row["needed_number"] = row.pop("needed")
    return row
