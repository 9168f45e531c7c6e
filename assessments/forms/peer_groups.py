"""A group of peers: its name, kinds of units, single units, first month."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.models import PeerGroup
from assessments.selectors.peer_group_pages import choosable_units, kinds_of
from assessments.services.peer_groups import Peers, mark
from pingan.enums import Level
from pingan.fields import MonthFormField
from pingan.models import Unit
from pingan.months import Month


def month_field(label: str, help_text: str) -> MonthFormField:
    return MonthFormField(
        label=label,
        help_text=help_text,
        error_messages={"required": "请填月份，如 2026-12。"},
    )


class UnitsField(forms.ModelMultipleChoiceField):
    """Villages are told apart by their township."""

    def label_from_instance(self, obj: Unit) -> str:
        if obj.level == Level.VILLAGE and obj.parent:
            return f"{obj.parent.short_name} {obj.short_name}"
        return obj.short_name


class PeerGroupForm(forms.Form):
    """Units are chosen by kind, or one by one; a unit that is named goes before its kind."""

    name = forms.CharField(
        label="名称",
        max_length=20,
        help_text="如 街道组、山区乡镇。印在排名和计分卡上。",
        error_messages={"required": "请填同组的名称。"},
    )
    kinds = forms.MultipleChoiceField(
        label="单位类别", required=False, widget=forms.CheckboxSelectMultiple
    )
    units = UnitsField(
        label="另外指定的单位",
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    start = month_field("从哪个月起", "只能是还没有开始的月份，排名从这个月起按组分开。")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        county: Unit,
        level: Level,
        group: PeerGroup | None = None,
        first: Month,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = shown(group, first)
        super().__init__(*args, **kwargs)
        kinds, units = self.fields["kinds"], self.fields["units"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        assert isinstance(units, UnitsField)
        kinds.choices = kinds_of(level)
        units.queryset = choosable_units(county, level)

    def peers(self) -> Peers:
        values = self.cleaned_data
        return Peers(values["name"], values["kinds"], list(values["units"]), values["start"])


def shown(group: PeerGroup | None, first: Month) -> dict[str, Any]:
    """A saved group as the form shows it; a change begins with a month that has not begun."""
    if group is None:
        return {"start": first}
    return {
        "name": group.name,
        "kinds": group.unit_kinds,
        "units": [unit.pk for unit in group.units.all()],
        "start": max(first, Month.of(group.valid_from)),
        "seen": mark(group),
    }


class EndForm(forms.Form):
    """From which month on a group is no more."""

    start = month_field("从哪个月起停用", "停用后，这些单位与同级其余单位一起排名。")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
