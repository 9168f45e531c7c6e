"""Applying for a naming, checking it, deciding it; the county's kinds and standards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from assessments.enums import NamingGrade, RecheckResult
from assessments.forms.vetoes import NamelessForm, UnitField
from assessments.models import Naming, NamingAnswer, NamingKind
from assessments.selectors.namings import Checked
from assessments.services.naming_decisions import Choice, NamingDocument
from assessments.services.namings import AnswerText, Application, Check, Confirmation
from campaigns.forms.fields import CountField, DayField, LineField
from pingan.forms.filters import FilterForm
from pingan.models import Unit
from pingan.services.files import ACCEPT

YES, NO = "yes", "no"
_MET = ((YES, "达标"), (NO, "未达标"))


class StartForm(forms.Form):
    """Which unit applies for what."""

    unit = UnitField(
        label="单位",
        queryset=Unit.objects.none(),
        empty_label="请选择",
        error_messages={"invalid_choice": "请选择列表里的单位。"},
    )
    kind = forms.ModelChoiceField(
        label="命名类别",
        queryset=NamingKind.objects.none(),
        empty_label="请选择",
        error_messages={"invalid_choice": "请选择列表里的类别。"},
    )

    def __init__(
        self, *args: Any, units: QuerySet[Unit], kinds: Iterable[NamingKind], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = NamingKind.objects.filter(pk__in=[kind.pk for kind in kinds if kind.is_active])
        for name, rows in (("unit", units), ("kind", chosen)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One line of the checklist with its controls."""

    answer: NamingAnswer
    choice: forms.BoundField
    text: forms.BoundField
    upload: forms.BoundField | None = None
    drop: forms.BoundField | None = None


def _choice(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=_MET,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": "请选“达标”或“未达标”。"},
    )


def _line(label: str) -> LineField:
    field = LineField(label=label, longest=200)
    field.widget.attrs["class"] = "form-control form-control-sm"
    return field


def _yes_no(value: bool | None) -> str:
    if value is None:
        return ""
    return YES if value else NO


class ApplicationForm(NamelessForm):
    """The self-assessment: grade, statement, and every line of the standard."""

    grade = forms.ChoiceField(label="申报等级", choices=NamingGrade.choices)
    count = CountField(label="达标户数", help_text="只报户数，不列户名。")
    statement = LineField(
        label="创建情况", longest=1000, rows=4, help_text="写做法和成效，不写人名；可以不填。"
    )

    def __init__(
        self, *args: Any, naming: Naming, answers: list[NamingAnswer], **kwargs: Any
    ) -> None:
        self.answers = answers
        initial = {
            "grade": naming.grade,
            "count": naming.count,
            "statement": naming.statement,
            "version": naming.version,
        }
        for answer in answers:
            initial[f"met-{answer.pk}"] = _yes_no(answer.is_met)
            initial[f"evidence-{answer.pk}"] = answer.evidence
        super().__init__(*args, initial=initial, **kwargs)
        if not naming.kind.is_counted:
            del self.fields["count"]
        for answer in answers:
            self.fields[f"met-{answer.pk}"] = _choice(f"{answer.criterion.text} 自评")
            self.fields[f"evidence-{answer.pk}"] = _line(f"{answer.criterion.text} 佐证说明")
            widget = forms.FileInput(
                attrs={"accept": ACCEPT, "class": "form-control form-control-sm"}
            )
            self.fields[f"file-{answer.pk}"] = forms.FileField(
                label=f"{answer.criterion.text} 附件",
                required=False,
                widget=widget,
                error_messages={"empty": "这是空文件，请重新选择。"},
            )
            self.fields[f"drop-{answer.pk}"] = forms.BooleanField(label="去掉附件", required=False)

    def rows(self) -> list[AnswerRow]:
        return [
            AnswerRow(
                answer,
                self[f"met-{answer.pk}"],
                self[f"evidence-{answer.pk}"],
                self[f"file-{answer.pk}"],
                self[f"drop-{answer.pk}"],
            )
            for answer in self.answers
        ]

    def head(self) -> list[forms.BoundField]:
        names = ("grade", "count", "statement", "not_name")
        return [self[name] for name in names if name in self.fields]

    def errors_of_names(self) -> bool:
        self.texts = ("statement", *(f"evidence-{answer.pk}" for answer in self.answers))
        return super().errors_of_names()

    def application(self) -> Application:
        data = self.cleaned_data
        return Application(
            NamingGrade(data["grade"]),
            data.get("count"),
            data["statement"],
            {
                answer.pk: AnswerText(
                    {YES: True, NO: False}.get(data[f"met-{answer.pk}"]),
                    data[f"evidence-{answer.pk}"],
                    data[f"file-{answer.pk}"],
                    data[f"drop-{answer.pk}"],
                )
                for answer in self.answers
            },
        )


class CheckForm(NamelessForm):
    """What was found on the spot, line by line."""

    texts = asked = ("note",)
    on = DayField(label="核查日期", required=True)
    note = LineField(label="核查意见", longest=300, rows=3)

    def __init__(self, *args: Any, answers: list[NamingAnswer], **kwargs: Any) -> None:
        self.answers = answers
        super().__init__(*args, **kwargs)
        for answer in answers:
            field = _choice(f"{answer.criterion.text} 核查")
            field.required = True
            field.error_messages["required"] = "请选“达标”或“未达标”。"
            self.fields[f"met-{answer.pk}"] = field
            self.fields[f"note-{answer.pk}"] = _line(f"{answer.criterion.text} 核查说明")

    def rows(self) -> list[AnswerRow]:
        return [
            AnswerRow(answer, self[f"met-{answer.pk}"], self[f"note-{answer.pk}"])
            for answer in self.answers
        ]

    def head(self) -> list[forms.BoundField]:
        names = ("on", "note", "not_name")
        return [self[name] for name in names if name in self.fields]

    def check(self) -> Check:
        data = self.cleaned_data
        lines = {
            answer.pk: Confirmation(data[f"met-{answer.pk}"] == YES, data[f"note-{answer.pk}"])
            for answer in self.answers
        }
        return Check(data["on"], data["note"], lines)


class DocumentForm(NamelessForm):
    """The decision's document, its reason and its day."""

    texts = ("decision",)
    asked = ("document", "decision")
    document = LineField(label="命名文件", longest=100, help_text="文号或名称。")
    decision = LineField(label="决定理由", longest=300, rows=2)
    on = DayField(label="命名日期", required=True)

    def made(self) -> NamingDocument:
        data = self.cleaned_data
        return NamingDocument(data["document"], data["decision"], data["on"])


class DecisionForm(DocumentForm):
    """One document over many checked applications: a tick and a grade for each."""

    def __init__(self, *args: Any, checked: list[Checked], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checked = checked
        for each in checked:
            if each.best is None:
                continue
            pk, name = each.naming.pk, each.naming.unit.name
            self.fields[f"take-{pk}"] = forms.BooleanField(
                label=f"命名{name}",
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            )
            grades = [NamingGrade.QUALIFIED]
            if each.best == NamingGrade.DEMONSTRATION:
                grades.insert(0, NamingGrade.DEMONSTRATION)
            # Never higher than was applied for, unless a person chooses it.
            self.fields[f"grade-{pk}"] = forms.ChoiceField(
                label=f"{name}的等级",
                choices=[(grade.value, grade.label) for grade in grades],
                initial=min(each.naming.grade, each.best.value, key=_order),
                required=False,
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )
            self.fields[f"version-{pk}"] = forms.IntegerField(
                required=False, initial=each.naming.version, widget=forms.HiddenInput
            )

    def rows(self) -> list[tuple[Checked, dict[str, forms.BoundField]]]:
        return [(each, self._controls(each)) for each in self.checked]

    def _controls(self, each: Checked) -> dict[str, forms.BoundField]:
        if each.best is None:
            return {}
        return {name: self[f"{name}-{each.naming.pk}"] for name in ("take", "grade", "version")}

    def head(self) -> list[forms.BoundField]:
        names = ("document", "on", "decision", "not_name")
        return [self[name] for name in names if name in self.fields]

    def chosen(self) -> Mapping[int, Choice]:
        data = self.cleaned_data
        return {
            each.naming.pk: Choice(
                NamingGrade(data[f"grade-{each.naming.pk}"] or NamingGrade.QUALIFIED),
                data[f"version-{each.naming.pk}"] or 0,
            )
            for each in self.checked
            if data.get(f"take-{each.naming.pk}")
        }


def _order(grade: str) -> int:
    return [NamingGrade.QUALIFIED.value, NamingGrade.DEMONSTRATION.value].index(grade)


class RecheckForm(NamelessForm):
    texts = asked = ("findings",)
    on = DayField(label="复核日期", required=True)
    result = forms.ChoiceField(label="复核结果", choices=RecheckResult.choices)
    findings = LineField(label="复核情况", longest=300, rows=3)


class RenewForm(DocumentForm):
    """A new term: it begins where the old one ends, whatever the day of the document."""


class NamingFilterForm(FilterForm):
    """What narrows the list; an unreadable value is as good as none."""

    STATES = (
        ("", "全部"),
        ("valid", "有效"),
        ("recheck", "待复核"),
        ("draft", "填写中"),
        ("applied", "待核查"),
        ("checked", "待县级决定"),
        ("expired", "已到期"),
        ("withdrawn", "已撤销"),
        ("refused", "不予命名"),
    )
    state = forms.ChoiceField(label="状态", choices=STATES)
    kind = forms.ChoiceField(label="类别")
    grade = forms.ChoiceField(label="等级", choices=[("", "全部等级"), *NamingGrade.choices])
    text = LineField(label="单位或文件", longest=40)
    under = forms.IntegerField(widget=forms.HiddenInput)
    document = LineField(label="文件", longest=100)

    def __init__(self, *args: Any, kinds: Iterable[NamingKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部类别"), *((kind.code, kind.name) for kind in kinds)]
        self.fields["document"].widget = forms.HiddenInput()
