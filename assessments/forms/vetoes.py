"""Proposing, deciding and lifting a veto; the county's list of conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from assessments.enums import VetoState
from assessments.models import Naming, Veto, VetoCondition
from assessments.services.vetoes import LONGEST_MONTHS, ConditionText, Decision, Proposal
from campaigns.forms.fields import DayField, LineField
from campaigns.forms.person_names import person_name_in
from pingan.forms.filters import FilterForm
from pingan.models import Unit

NOT_A_NAME = "不是人名"
_NAME_SENTENCE = (
    "“{name}”像是人名。请写时间、地点和事情，不写人名；确实不是人名的，勾选“不是人名”再保存。"
)


def refuse_names(form: forms.Form, *names: str) -> None:
    """Point at what looks like a person's name, unless the writer says that it is none."""
    if form.cleaned_data.get("not_name"):
        return
    for name in names:
        found = person_name_in(form.cleaned_data.get(name) or "")
        if found:
            form.add_error(name, _NAME_SENTENCE.format(name=found))


def ask(form: forms.Form, *names: str) -> None:
    """Fields that must not stay empty: marked on the page, told in a sentence."""
    for name in names:
        field = form.fields[name]
        field.required = True
        field.error_messages["required"] = f"请填{field.label}。"


class UnitField(forms.ModelChoiceField):
    """A unit with the name of the one above."""

    def label_from_instance(self, obj: Any) -> str:
        above = f"{obj.parent.short_name} · " if obj.parent and obj.parent.parent_id else ""
        return f"{above}{obj.name}"


class NamelessForm(forms.Form):
    """What is written here is about places and things."""

    texts: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask(self, *self.asked)
        # Offered only where it is needed: after something looked like a name.
        if self.is_bound and self.errors_of_names():
            self.fields["not_name"] = forms.BooleanField(label=NOT_A_NAME, required=False)

    def errors_of_names(self) -> bool:
        return any(person_name_in(str(self.data.get(self.add_prefix(t)) or "")) for t in self.texts)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_names(self, *self.texts)
        return data


class ProposalForm(NamelessForm):
    """Which unit, what happened, which condition it meets."""

    texts = asked = ("facts",)
    unit = UnitField(
        label="单位",
        queryset=Unit.objects.none(),
        empty_label="请选择",
        error_messages={"invalid_choice": "请选择列表里的单位。"},
    )
    condition = forms.ModelChoiceField(
        label="否决情形",
        queryset=VetoCondition.objects.none(),
        empty_label="请选择",
        error_messages={"invalid_choice": "请选择列表里的情形。"},
    )
    happened_on = DayField(label="发生日期", required=True)
    facts = LineField(
        label="事实", longest=1000, rows=5, help_text="写时间、地点和事情，不写人名。"
    )

    def __init__(
        self,
        *args: Any,
        units: QuerySet[Unit] | None = None,
        conditions: Iterable[VetoCondition],
        veto: Veto | None = None,
        **kwargs: Any,
    ) -> None:
        if veto is not None:
            kwargs["initial"] = shown_proposal(veto)
        super().__init__(*args, **kwargs)
        if units is None:
            del self.fields["unit"]
        else:
            self._field("unit").queryset = units
        offered = [each.pk for each in conditions if each.is_active]
        rows = VetoCondition.objects.filter(pk__in=offered)
        self._field("condition").queryset = rows

    def _field(self, name: str) -> forms.ModelChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        return field

    def proposal(self) -> Proposal:
        data = self.cleaned_data
        return Proposal(data["condition"], data["facts"], data["happened_on"])


def shown_proposal(veto: Veto) -> dict[str, Any]:
    """A saved proposal as the form shows it."""
    return {
        "condition": veto.condition_id,
        "happened_on": veto.happened_on,
        "facts": veto.facts,
        "version": veto.version,
    }


class DecisionForm(NamelessForm):
    """The county's decision: document, reason, term, and the namings it withdraws."""

    texts = ("decision",)
    asked = ("document", "decision")
    document = LineField(label="决定文件", longest=100, help_text="文号或名称。")
    decision = LineField(label="决定理由", longest=300, rows=3)
    starts_on = DayField(label="起始日期", required=True)
    months = forms.IntegerField(
        label="期限（月）",
        min_value=1,
        max_value=LONGEST_MONTHS,
        error_messages={"invalid": "请填整数，如 12。"},
    )
    namings = forms.ModelMultipleChoiceField(
        label="同时撤销的命名",
        queryset=Naming.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="被否决的单位不再保留荣誉；要保留的，取消勾选。",
    )

    def __init__(self, *args: Any, namings: QuerySet[Naming], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["namings"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = namings
        field.label_from_instance = naming_label  # type: ignore[method-assign, assignment]
        if not namings:
            del self.fields["namings"]

    def made(self) -> Decision:
        data = self.cleaned_data
        return Decision(data["document"], data["decision"], data["starts_on"], data["months"])

    def withdrawn(self) -> list[int]:
        return [each.pk for each in self.cleaned_data.get("namings", ())]


def naming_label(naming: Naming) -> str:
    return f"{naming.kind.name}（{naming.get_grade_display()}，{naming.document}）"


class ReasonForm(NamelessForm):
    """A reason, for who reads it."""

    texts = asked = ("reason",)
    reason = LineField(label="理由", longest=300, rows=3)


class LiftForm(ReasonForm):
    on = DayField(label="解除日期", required=True)


class ConditionForm(forms.Form):
    """One line of the county's list."""

    name = LineField(label="情形", longest=120, rows=2)
    basis = LineField(label="法律政策依据", longest=200, rows=2)
    months = forms.IntegerField(
        label="否决期限（月）",
        min_value=1,
        max_value=LONGEST_MONTHS,
        initial=12,
        error_messages={"invalid": "请填整数，如 12。"},
    )
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask(self, "name", "basis")

    def text(self) -> ConditionText:
        return ConditionText(**self.cleaned_data)


class VetoFilterForm(FilterForm):
    """What narrows the list; an unreadable value is as good as none."""

    state = forms.ChoiceField(
        label="状态",
        choices=[
            ("", "全部"),
            ("force", "否决中"),
            (VetoState.PROPOSED, "待县级决定"),
            ("over", "已期满或解除"),
            (VetoState.REFUSED, "不予否决"),
        ],
    )
    condition = forms.ChoiceField(label="情形", choices=[("", "全部情形")])
    text = LineField(label="单位或文件", longest=40)

    def __init__(self, *args: Any, conditions: Iterable[VetoCondition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["condition"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部情形"), *((each.code, each.name) for each in conditions)]
