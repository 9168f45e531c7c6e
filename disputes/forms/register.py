"""The short form of the registration (统一登记)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from disputes.enums import Channel, PartyKind, PartyRole, TermKind
from disputes.forms.fields import DayField, MoneyField, fen, line, text, yuan
from disputes.models import Committee, Dispute, DisputeTerm, Mediator
from disputes.selectors.registration import (
    committees_for,
    last_committee,
    mediators_for,
    registering_units,
)
from disputes.selectors.terms import terms_of
from disputes.services.registration import MOST_PARTIES, Entry, PartyEntry
from pingan.enums import Level
from pingan.models import Unit, User

PARTY_ROWS = 2
MOST_DIGITS = 10
RARE = ("registered_on", "source_note", "channel", "scale", "level")
PARTY_FIELDS = ("role", "kind", "name", "contact", "address")


class PartyForm(forms.Form):
    """One party; a row without a name is no party."""

    role = forms.ChoiceField(label="身份", choices=PartyRole.choices)
    kind = forms.ChoiceField(label="类型", choices=PartyKind.choices)
    name = line("姓名（名称）", 40, required=False)
    contact = line("联系方式", 40, required=False)
    address = line("住址", 80, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("name") and (data.get("contact") or data.get("address")):
            self.add_error("name", "填了联系方式或住址的，请填姓名；不要的请全部清空。")
        return data

    def entry(self) -> PartyEntry:
        data = self.cleaned_data
        return PartyEntry(
            role=PartyRole(data["role"]),
            kind=PartyKind(data["kind"]),
            name=data["name"],
            contact=data["contact"],
            address=data["address"],
        )


class _BasePartySet(forms.BaseFormSet):
    @property
    def is_full(self) -> bool:
        return self.total_form_count() >= MOST_PARTIES

    def entries(self) -> list[PartyEntry]:
        return [form.entry() for form in self.forms if form.cleaned_data.get("name")]


PartySet = forms.formset_factory(
    PartyForm,
    formset=_BasePartySet,
    extra=0,
    min_num=PARTY_ROWS,
    max_num=MOST_PARTIES,
    absolute_max=MOST_PARTIES,
)


class RegisterForm(forms.Form):
    """The case: what, where, since when; names stand in the rows of the parties."""

    unit = forms.ModelChoiceField(
        label="登记单位", queryset=Unit.objects.none(), empty_label="请选择"
    )
    title = line("事由", 60, help_text="一句话说清什么事，如“宅基地边界争执”，不写人名。")
    category = forms.ModelChoiceField(
        label="纠纷类别", queryset=DisputeTerm.objects.none(), empty_label="请选择"
    )
    source = forms.ModelChoiceField(
        label="来源", queryset=DisputeTerm.objects.none(), empty_label="请选择"
    )
    source_note = line(
        "来源说明", 80, required=False, help_text="如哪个单位移交、热线工单号；不写人名。"
    )
    registered_on = DayField(label="登记日期")
    happened_on = DayField(label="发生日期", required=False)
    place = line("发生地点", 60, required=False, help_text="如“三组晒坝”，用来发现同一地点的纠纷。")
    level = forms.TypedChoiceField(label="从哪一级办起", coerce=int, required=False)
    committee = forms.ModelChoiceField(
        label="调解委员会",
        queryset=Committee.objects.none(),
        required=False,
        empty_label="暂不确定",
    )
    mediator = forms.ModelChoiceField(
        label="调解员", queryset=Mediator.objects.none(), required=False, empty_label="暂不指定"
    )
    channel = forms.ChoiceField(label="调解方式", choices=Channel.choices)
    scale = forms.ModelChoiceField(
        label="规模", queryset=DisputeTerm.objects.none(), required=False, empty_label="按人数判断"
    )
    people = forms.IntegerField(label="涉及人数", min_value=2, max_value=100_000)
    amount = MoneyField(label="涉及金额（元）", required=False)
    facts = text(
        "简要情况", 1000, required=False, help_text="可以写姓名：加密保存，只有承办人看得到。"
    )
    is_crime_likely = forms.BooleanField(
        label="可能引发治安案件或刑事案件",
        required=False,
        help_text="勾选后请当天报告公安机关（《人民调解法》第二十五条）。",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, user: User, dispute: Dispute | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        county_id = user.unit.root_id
        self.dispute = dispute
        self._choose("unit", registering_units(user))
        self._choose("committee", committees_for(user))
        self._choose("mediator", mediators_for(user, dispute))
        for name, kind in (
            ("category", TermKind.CATEGORY),
            ("source", TermKind.SOURCE),
            ("scale", TermKind.SCALE),
        ):
            self._choose(name, terms_of(county_id, kind))
        level = self.fields["level"]
        assert isinstance(level, forms.TypedChoiceField)
        level.choices = [("", "登记单位本级"), (int(Level.GROUP), "小组")]
        for name in self._needless(user):
            del self.fields[name]

    def _needless(self, user: User) -> tuple[str, ...]:
        """What is settled already is not asked: the form stays short."""
        if self.dispute is not None:
            return ("unit", "committee", "registered_on", "level")
        return ("level",) if user.unit.level == Level.COUNTY else ()

    @property
    def has_one_unit(self) -> bool:
        """There is nothing to choose: the unit goes along unseen."""
        field = self.fields.get("unit")
        return isinstance(field, forms.ModelChoiceField) and len(field.queryset) == 1  # type: ignore[arg-type]

    @property
    def is_rare_open(self) -> bool:
        """Fields that seldom change lie folded, unless one of them has to be looked at."""
        return any(name in self.errors for name in RARE) or bool(self["source_note"].value())

    def _choose(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        registered = data.get("registered_on") or getattr(self.dispute, "registered_on", None)
        happened = data.get("happened_on")
        if registered and happened and happened > registered:
            self.add_error("happened_on", "发生日期不能晚于登记日期。")
        unit, level = data.get("unit"), data.get("level")
        if unit and level == Level.GROUP and unit.level != Level.VILLAGE:
            self.add_error("level", "只有村(社区)登记的纠纷可以从小组办起。")
        return data

    def entry(self, parties: list[PartyEntry]) -> Entry:
        """What the form says, for the services."""
        data = self.cleaned_data
        dispute = self.dispute
        return Entry(
            title=data["title"],
            category=data["category"],
            source=data["source"],
            source_note=data["source_note"],
            registered_on=dispute.registered_on if dispute else data["registered_on"],
            happened_on=data["happened_on"],
            place=data["place"],
            parties=parties,
            scale=data["scale"],
            people=data["people"],
            amount=fen(data["amount"]),
            facts=data["facts"],
            channel=Channel(data["channel"]),
            is_crime_likely=data["is_crime_likely"],
            committee=dispute.committee if dispute else data["committee"],
            mediator=data["mediator"],
            level=Level(data["level"]) if data.get("level") else None,
        )


def blank_start(user: User, today: dt.date, asked: dict[str, str]) -> dict[str, Any]:
    """What a new form shows: today, the own unit, the last committee; then what was asked for."""
    unit_id = _asked_unit(user, asked.get("unit", ""))
    committee = (
        last_committee(user)
        if unit_id == user.unit_id
        else committees_for(user).filter(unit=unit_id).first()
    )
    start: dict[str, Any] = {
        "unit": unit_id,
        "registered_on": today,
        "committee": committee.pk if committee else None,
        "channel": Channel.PEOPLE,
        "people": 2,
    }
    sources = {term.code: term.pk for term in terms_of(user.unit.root_id, TermKind.SOURCE)}
    start["source"] = sources.get(asked.get("source", ""), sources.get("application"))
    for name, longest in (("title", 60), ("place", 60), ("source_note", 80)):
        if asked.get(name):
            start[name] = asked[name][:longest]
    return start


def _asked_unit(user: User, asked: str) -> int:
    """The unit of the address where this person may register for it, else the own one."""
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < MOST_DIGITS
    if is_number and registering_units(user).filter(pk=int(asked)).exists():
        return int(asked)
    return user.unit_id


def blank_parties() -> list[dict[str, Any]]:
    return [{"role": PartyRole.APPLICANT}, {"role": PartyRole.RESPONDENT}]


def shown(dispute: Dispute) -> dict[str, Any]:
    """A registered case as the form shows it. Opens sealed texts: for the handler alone."""
    return {
        "title": dispute.title,
        "category": dispute.category_id,
        "source": dispute.source_id,
        "source_note": dispute.source_note,
        "happened_on": dispute.happened_on,
        "place": dispute.place,
        "mediator": dispute.mediator_id,
        "channel": dispute.channel,
        "scale": dispute.scale_id,
        "people": dispute.people,
        "amount": yuan(dispute.amount),
        "facts": dispute.facts.reveal(),
        "is_crime_likely": dispute.is_crime_likely,
        "version": dispute.version,
    }


def shown_parties(dispute: Dispute) -> list[dict[str, Any]]:
    """Its parties as the rows show them. For the handler alone."""
    return [
        {
            "role": party.role,
            "kind": party.kind,
            "name": party.name.reveal(),
            "contact": party.contact.reveal(),
            "address": party.address.reveal(),
        }
        for party in dispute.parties.all()
    ]
