"""Looking at the tree of a day, and changing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from pingan.enums import CHILD_LEVELS, LEVEL_OF_KIND, Level, UnitKind
from pingan.models import Unit
from pingan.selectors.units import possible_parents, possible_successors


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "form-control"})


class UnitFilterForm(forms.Form):
    q = forms.CharField(
        label="名称或代码",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    day = forms.DateField(label="看哪一天的建制", required=False, widget=DateInput())


class UnitChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Unit) -> str:
        return labelled(obj)


class UnitsChoiceField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Unit) -> str:
        return obj.name


def labelled(unit: Unit) -> str:
    """Villages of one name are common: the township stands before them."""
    is_top = unit.parent is None or unit.parent.level == Level.COUNTY
    return unit.name if is_top else f"{unit.parent} · {unit.name}"


def _kinds(levels: frozenset[Level]) -> list[tuple[str, str]]:
    return [(kind, kind.label) for kind in UnitKind if LEVEL_OF_KIND[kind] in levels]


class UnitChangeForm(forms.Form):
    """When and why; every change has both. `unit` is what is changed."""

    on = forms.DateField(label="生效日期", widget=DateInput(), initial=timezone.localdate)
    note = forms.CharField(
        label="依据或说明", max_length=200, required=False, help_text="如批复文号"
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        self.order_fields([name for name in self.fields if name not in {"on", "note"}])


class UnitAddForm(UnitChangeForm):
    kind = forms.ChoiceField(label="类型")
    name = forms.CharField(label="名称", max_length=40)
    code = forms.CharField(label="代码", max_length=20)
    population = forms.IntegerField(label="人口", min_value=0, required=False)
    households = forms.IntegerField(label="户数", min_value=0, required=False)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, unit=unit, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label="类型", choices=_kinds(CHILD_LEVELS[Level(unit.level)])
        )


class UnitRenameForm(UnitChangeForm):
    name = forms.CharField(label="新名称", max_length=40)
    kind = forms.ChoiceField(label="类型")
    code = forms.CharField(label="代码", max_length=20)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, unit=unit, **kwargs)
        choices = _kinds(frozenset({Level(unit.level)}))
        self.fields["kind"] = forms.ChoiceField(label="类型", choices=choices)
        self.initial.update(name=unit.name, kind=unit.kind, code=unit.code)


class UnitMoveForm(UnitChangeForm):
    to = UnitChoiceField(label="划入", queryset=Unit.objects.none())

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, unit=unit, **kwargs)
        self.fields["to"].queryset = possible_parents(unit)  # type: ignore[attr-defined]


class UnitMergeForm(UnitChangeForm):
    into = UnitChoiceField(
        label="并入",
        queryset=Unit.objects.none(),
        help_text="下级单位全部划入，原单位停用；以前月份的记录和排名不变。",
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, unit=unit, **kwargs)
        self.fields["into"].queryset = possible_successors(unit)  # type: ignore[attr-defined]


class UnitSplitForm(UnitChangeForm):
    """One new unit split off; the old one goes on with what is left."""

    kind = forms.ChoiceField(label="新单位类型")
    name = forms.CharField(label="新单位名称", max_length=40)
    code = forms.CharField(label="新单位代码", max_length=20)
    children = UnitsChoiceField(
        label="划给新单位的下级单位",
        queryset=Unit.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, unit=unit, **kwargs)
        choices = _kinds(frozenset({Level(unit.level)}))
        self.fields["kind"] = forms.ChoiceField(label="新单位类型", choices=choices)
        self.fields["children"].queryset = unit.children.living()  # type: ignore[attr-defined]


class UnitCloseForm(UnitChangeForm):
    """Nothing but when and why."""


class UnitCorrectForm(forms.ModelForm):
    """Figures without a history of their own."""

    market_days = forms.RegexField(
        r"^\d(,\d)*$",
        label="逢场日",
        required=False,
        help_text="公历日期的尾数，如 3,8 表示逢三、逢八",
        error_messages={"invalid": "请写日期尾数，用英文逗号分开，如 3,8。"},
    )
    note = forms.CharField(label="说明", max_length=200, required=False)

    class Meta:
        model = Unit
        fields = ["population", "households", "area", "market_days"]

    def __init__(self, data: QueryDict | None = None, *, unit: Unit) -> None:
        super().__init__(data, instance=unit)


class UnitImportForm(forms.Form):
    file = forms.FileField(
        label="工作簿",
        help_text="只能是 .xlsx，不超过 10 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
