"""Follow-up items: registered a line each, corrected, solved, handed up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from campaigns.enums import FollowUpSource
from campaigns.forms.fields import DayField, LineField
from campaigns.forms.person_names import person_name_in
from campaigns.forms.rows import RowForm
from pingan.enums import Level

_TEXTS = ("title", "place", "owner_post", "duty", "outcome", "note")


def refuse_names(form: forms.Form) -> None:
    """Point at what looks like a person's name, unless the writer says that it is none."""
    if form.cleaned_data.get("not_name"):
        return
    for name in _TEXTS:
        found = person_name_in(form.cleaned_data.get(name) or "")
        if found:
            form.add_error(
                name,
                f"“{found}”像是人名。请写地点或事情，不写人名；确实不是人名的，勾选“不是人名”再保存。",
            )


class FollowUpLine(RowForm):
    """One matter or decision: what and where, whose post, until when."""

    content = ("title", "place", "owner_post", "duty", "due_on")
    needed = ("title", "owner_post", "due_on")

    category = forms.IntegerField(required=False, widget=forms.HiddenInput)
    title = LineField(label="事项", longest=80)
    place = LineField(label="地点", longest=60)
    owner_post = LineField(label="责任岗位", longest=40)
    duty = LineField(label="任务", longest=200)
    due_on = DayField(label="办结期限")
    not_name = forms.BooleanField(label="不是人名", required=False)

    def check(self) -> None:
        refuse_names(self)

    def row(self) -> dict[str, Any]:
        values = super().row()
        return {**values, "category_id": values.pop("category"), "is_name": not values["not_name"]}


class _NamelessForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    not_name = forms.BooleanField(label="不是人名", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_names(self)
        return data


class FollowUpForm(_NamelessForm):
    """Correcting an item."""

    title = LineField(label="事项", longest=80)
    place = LineField(label="地点", longest=60)
    owner_post = LineField(label="责任岗位", longest=40)
    duty = LineField(label="任务", longest=200)
    due_on = DayField(label="办结期限", required=True)

    def clean_title(self) -> str:
        return self._needed("title")

    def clean_owner_post(self) -> str:
        return self._needed("owner_post")

    def _needed(self, name: str) -> str:
        text = str(self.cleaned_data[name]).strip()
        if not text:
            raise forms.ValidationError(f"请填{self.fields[name].label}。")
        return text


class SolveForm(_NamelessForm):
    """Solved: when, at which level, with what outcome."""

    solved_on = DayField(label="办结日期", required=True)
    level = forms.TypedChoiceField(label="办结层级", coerce=int)
    outcome = LineField(label="办理结果", longest=200)

    def __init__(self, *args: Any, levels: Sequence[Level], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["level"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(level.value, level.label) for level in levels]
        self.fields["solved_on"].widget.attrs["max"] = today.isoformat()


class EscalateForm(_NamelessForm):
    """Handed up to the next level, with the reason."""

    note = LineField(label="上交说明", longest=200)


class FollowUpFilterForm(forms.Form):
    """What narrows the list; an unreadable value is as good as none."""

    STATES = (("open", "未办结"), ("overdue", "超期未办结"), ("solved", "已办结"), ("all", "全部"))

    SCOPES = (("", "本级及所辖"), ("mine", "由我这一级办理"), ("own", "只看本单位"))

    state = forms.ChoiceField(label="状态", choices=STATES, required=False)
    scope = forms.ChoiceField(label="范围", choices=SCOPES, required=False)
    source = forms.ChoiceField(
        label="来源", choices=[("", "全部来源"), *FollowUpSource.choices], required=False
    )
    text = LineField(label="事项、地点或单位", longest=40)
