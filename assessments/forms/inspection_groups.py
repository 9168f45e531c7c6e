"""What is typed about an inspection group."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q

from assessments.models import InspectionGroup
from assessments.selectors.draws import DRAWN_LEVELS
from assessments.services.inspection_groups import GroupFacts
from pingan.enums import Level
from pingan.models import Unit

_DATE = {"invalid": "请填日期，如 2026-09-28。"}


class ShortName(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.short_name)


class FullName(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class GroupForm(forms.Form):
    """A group from a day on. Members are written by post, never by name."""

    name = forms.CharField(label="名称", max_length=40, help_text="如：第一督导检查组")
    lead_unit = FullName(
        Unit.objects.none(),
        label="组长所在单位",
        empty_label="请选择",
        help_text="抽签时回避它挂钩的单位",
    )
    vehicle_unit_name = forms.CharField(label="出车单位", max_length=40, required=False)
    member_posts = forms.CharField(
        label="成员（职务）",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="只写职务，不写姓名，如：政法委副书记、法院审判员",
    )
    units = ShortName(
        Unit.objects.none(),
        label="督导单位",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    on = forms.DateField(
        label="变动日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_DATE,
        help_text="从这一天起生效；以前的月份仍按原来的分组。",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, county: Unit, group: InspectionGroup | None = None, day: dt.date
    ) -> None:
        initial: dict[str, Any] = {"on": day}
        if group is not None:
            initial |= {
                "name": group.name,
                "lead_unit": group.lead_unit_id,
                "vehicle_unit_name": group.vehicle_unit_name,
                "member_posts": group.member_posts,
                "units": [unit.pk for unit in group.units.all()],
                "version": group.version,
            }
        super().__init__(data, initial=initial)
        here = Unit.objects.living().filter(county=county)
        leads = Q(level=Level.SECTOR) | Q(
            level=Level.DEPARTMENT, parent__level__in=(Level.COUNTY, Level.SECTOR)
        )
        self.fields["lead_unit"].queryset = here.filter(leads).order_by("path")  # type: ignore[attr-defined]
        inspected = here.filter(level__in=DRAWN_LEVELS, is_scored=True)
        self.fields["units"].queryset = inspected.order_by("level", "position", "code")  # type: ignore[attr-defined]

    def facts(self) -> GroupFacts:
        values = self.cleaned_data
        return GroupFacts(
            name=values["name"],
            lead_unit=values["lead_unit"],
            vehicle_unit_name=values["vehicle_unit_name"],
            member_posts=values["member_posts"],
            units=list(values["units"]),
        )


class EndForm(forms.Form):
    """From when a group is no more."""

    on = forms.DateField(
        label="停用日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_DATE,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
