"""Committees, mediators, trainings, as they are typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from disputes.enums import CommitteeKind
from disputes.forms.fields import DayField, line, text
from disputes.models import Committee, Mediator, Training
from disputes.selectors.committees import (
    CommitteeFilters,
    accounts_for,
    founding_units,
    townships_of,
)
from disputes.services.committees import CommitteeEntry
from disputes.services.mediators import MediatorEntry
from disputes.services.trainings import TrainingEntry, shown
from pingan.enums import Level
from pingan.forms.filters import FilterForm
from pingan.models import Unit, User

STATES = (
    ("standing", "现有"),
    ("over", "届满未换届"),
    ("dissolved", "已撤销"),
    ("all", "全部"),
)
NAME_HELP = "加密保存，名册只显示编号和“张＊”。"


class CommitteeFilterForm(FilterForm):
    """What narrows the list; an unreadable value is as good as none."""

    state = forms.ChoiceField(label="状态", choices=STATES)
    kind = forms.ChoiceField(label="类型", choices=[("", "全部类型"), *CommitteeKind.choices])
    unit = forms.ModelChoiceField(
        label="单位", queryset=Unit.objects.none(), empty_label="全部单位"
    )
    text = line("名称或简称", 40)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "unit", townships_of(user))

    def filters(self) -> CommitteeFilters:
        self.is_valid()
        data = self.cleaned_data
        return CommitteeFilters(
            text=data.get("text", ""),
            kind=data.get("kind", ""),
            unit=data.get("unit"),
            state=data.get("state") or "standing",
        )


def _choose(form: forms.Form, name: str, queryset: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = queryset


class UnitField(forms.ModelChoiceField):
    """Villages of one name are told apart by their township."""

    def label_from_instance(self, obj: Unit) -> str:
        above = obj.parent
        if obj.level == Level.VILLAGE and above is not None:
            return f"{obj.name}（{above.short_name}）"
        return obj.name


def _number(label: str, least: int, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=9999, **kwargs)


class _Versioned(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class CommitteeForm(_Versioned):
    """A committee; the unit is chosen once, when it is founded."""

    unit = UnitField(label="所在单位", queryset=Unit.objects.none(), empty_label="请选择单位")
    kind = forms.ChoiceField(label="类型", choices=CommitteeKind.choices)
    name = line("名称", 60, help_text="如“角奎镇发界村人民调解委员会”。")
    code = line("简称", 12, help_text="用在案号里，如“角人调”；本县不能重复。")
    members = _number("委员人数", 1, help_text="依法三至九人。")
    women = _number("女性委员人数", 0, help_text="应当有妇女成员。")
    founded_on = DayField(label="设立日期")
    term_starts_on = DayField(label="本届起始日期", help_text="每届三年，期满日期自动算出。")

    def __init__(
        self, *args: Any, user: User, committee: Committee | None = None, **kwargs: Any
    ) -> None:
        if committee is not None:
            kwargs.setdefault("initial", shown_committee(committee))
        super().__init__(*args, **kwargs)
        _choose(self, "unit", founding_units(user))
        if committee is not None:
            del self.fields["unit"]

    def entry(self) -> CommitteeEntry:
        data = self.cleaned_data
        return CommitteeEntry(
            kind=CommitteeKind(data["kind"]),
            name=data["name"],
            code=data["code"],
            members=data["members"],
            women=data["women"],
            founded_on=data["founded_on"],
            term_starts_on=data["term_starts_on"],
        )


def shown_committee(committee: Committee) -> dict[str, Any]:
    names = ("kind", "name", "code", "members", "women", "founded_on", "term_starts_on", "version")
    return {name: getattr(committee, name) for name in names}


class ElectionForm(_Versioned):
    """A new term."""

    starts_on = DayField(label="新一届起始日期", help_text="每届三年，期满日期自动算出。")
    members = _number("委员人数", 1, help_text="依法三至九人。")
    women = _number("女性委员人数", 0, help_text="应当有妇女成员。")


class EndForm(_Versioned):
    """A day on which something ends, and why."""

    on = DayField(label="日期")
    reason = text("理由", 200, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].widget.attrs["max"] = timezone.localdate().isoformat()


class MediatorForm(_Versioned):
    """A mediator. The name is never shown in the form: empty, it stays."""

    name = line("姓名", 40, help_text=NAME_HELP)
    number = line("编号", 20, required=False, help_text="不填的自动编下一个号。")
    starts_on = DayField(label="聘任日期")
    is_full_time = forms.BooleanField(label="专职调解员", required=False)
    account = forms.ModelChoiceField(
        label="本人账号",
        queryset=User.objects.none(),
        required=False,
        empty_label="没有账号",
        help_text="指定后，他承办的纠纷在他的“我的纠纷”里，能看到当事人姓名。",
    )

    def __init__(
        self, *args: Any, committee: Committee, mediator: Mediator | None = None, **kwargs: Any
    ) -> None:
        if mediator is not None:
            names = ("number", "starts_on", "is_full_time", "account", "version")
            kwargs.setdefault("initial", {name: getattr(mediator, name) for name in names})
        super().__init__(*args, **kwargs)
        _choose(self, "account", accounts_for(committee))
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        if mediator is not None:
            name = self.fields["name"]
            name.required = False
            name.label = "改姓名"
            name.help_text = f"不改的留空。{NAME_HELP}"

    def entry(self) -> MediatorEntry:
        data = self.cleaned_data
        return MediatorEntry(
            name=data["name"],
            starts_on=data["starts_on"],
            number=data["number"],
            is_full_time=data["is_full_time"],
            account=data["account"],
        )


class TrainingForm(forms.Form):
    """Counts of one training."""

    unit = UnitField(label="组织单位", queryset=Unit.objects.none())
    on = DayField(label="日期")
    topic = line("内容", 80, help_text="如“人民调解法和卷宗制作”，不写人名。")
    hours = forms.IntegerField(label="学时", min_value=1, max_value=200)
    attendance = forms.IntegerField(label="参训人数", min_value=1, max_value=100_000)
    base = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, user: User, training: Training | None = None, **kwargs: Any
    ) -> None:
        if training is not None:
            start = {name: getattr(training, name) for name in ("on", "topic", "hours")}
            start |= {"attendance": training.attendance, "base": shown(training)}
            kwargs.setdefault("initial", start)
        super().__init__(*args, **kwargs)
        _choose(self, "unit", founding_units(user))
        if training is not None:
            del self.fields["unit"]

    def entry(self) -> TrainingEntry:
        data = self.cleaned_data
        return TrainingEntry(
            on=data["on"], topic=data["topic"], hours=data["hours"], attendance=data["attendance"]
        )
