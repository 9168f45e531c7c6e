"""Findings of the checks as the clerk's pages show them, and what he says to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from campaigns.checks import Finding, Severity
from campaigns.enums import MOVES, Activity, Move
from campaigns.forms.rows import BaseRowSet, RowForm
from campaigns.models import MonthlyReturn
from campaigns.selectors.checks import findings_of, findings_of_typed, notes_of
from campaigns.selectors.remarks import open_remarks
from campaigns.selectors.sections import categories_of

if TYPE_CHECKING:
    from campaigns.views.entries import Entry

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding with the clerk's word on it; `input_id` leads to the field where there is one."""

    finding: Finding
    note: str = ""
    input_id: str = ""

    @property
    def wants_word(self) -> bool:
        return self.finding.severity == Severity.EXPLAIN

    @property
    def stops(self) -> bool:
        return self.finding.severity == Severity.STOP


def said_in(data: QueryDict) -> dict[str, str]:
    """Explanations that were typed, by the sentence of the finding."""
    sentences, texts = data.getlist("finding"), data.getlist("explanation")
    return {sentence: text[:LONGEST_NOTE] for sentence, text in zip(sentences, texts, strict=False)}


def shown(
    findings: Iterable[Finding],
    notes: Mapping[str, str],
    said: Mapping[str, str] | None = None,
    inputs: Mapping[tuple[str, str], str] | None = None,
) -> list[ShownFinding]:
    """What the clerk sees of the findings: plausibility is the reviewer's."""
    typed, places = said or {}, inputs or {}
    return [
        ShownFinding(
            each,
            typed.get(each.text) or notes.get(each.key, ""),
            places.get((each.row, each.field), ""),
        )
        for each in findings
        if not each.for_reviewer
    ]


def shown_of(
    monthly_return: MonthlyReturn, said: Mapping[str, str] | None = None
) -> list[ShownFinding]:
    """`shown` of what is saved."""
    findings = findings_of([monthly_return])[monthly_return.pk]
    return shown(findings, notes_of([monthly_return])[monthly_return.pk], said)


def row_keys(entry: Entry, table: BaseRowSet) -> list[str]:
    """What findings and remarks call the rows of the table, in its order."""
    if entry.section.is_list:
        ids = [form["id"].value() for form in table.forms]
        return [str(pk) if pk else f"new{index}" for index, pk in enumerate(ids)]
    if entry.section.activity == Activity.SWEEP:
        categories = categories_of(entry.monthly_return.unit.root_id)
        codes = {each.pk: each.code for each in categories}
        return [codes[key] for key in entry.keys]
    return [str(key) for key in entry.keys]


def _open_forms(entry: Entry, table: BaseRowSet) -> dict[str, RowForm]:
    """The rows that can be written, by key."""
    pairs = zip(row_keys(entry, table), entry.keys or table.forms, table.forms, strict=False)
    return {key: form for key, own, form in pairs if own not in entry.shut}


def _inputs(forms: Mapping[str, RowForm]) -> dict[tuple[str, str], str]:
    return {(key, name): form[name].auto_id for key, form in forms.items() for name in form.fields}


def entry_findings(
    entry: Entry, table: BaseRowSet, said: Mapping[str, str] | None = None
) -> list[ShownFinding]:
    """Findings about the activity as it is saved, beside the fields of the table."""
    monthly_return = entry.monthly_return
    if monthly_return.state not in MOVES[Move.EDIT][0]:
        return []
    findings = findings_of([monthly_return])[monthly_return.pk]
    return _beside(entry, table, findings, said)


def typed_findings(
    entry: Entry,
    table: BaseRowSet,
    said: Mapping[str, str] | None = None,
) -> list[ShownFinding]:
    """Findings about what is typed and not saved yet; what cannot be read stops, too."""
    rows = []
    for key, own, form in zip(
        row_keys(entry, table), entry.keys or row_keys(entry, table), table.forms, strict=False
    ):
        if form.is_valid() and not form.is_blank and not getattr(form, "is_deleted", False):
            rows.append((own if entry.keys else key, form.row()))
    findings = findings_of_typed(entry.monthly_return, entry.section, rows)
    unread = [
        ShownFinding(
            Finding("unread", Severity.STOP, entry.section.activity, f"{form.row_label}：{error}"),
            input_id=form[name].auto_id if name in form.fields else "",
        )
        for form in table.forms
        for name, errors in form.errors.items()
        for error in errors
    ]
    return [*unread, *_beside(entry, table, findings, said)]


def _beside(
    entry: Entry,
    table: BaseRowSet,
    findings: Iterable[Finding],
    said: Mapping[str, str] | None,
) -> list[ShownFinding]:
    own = [each for each in findings if each.activity == entry.section.activity]
    notes = notes_of([entry.monthly_return])[entry.monthly_return.pk]
    return shown(own, notes, said, _inputs(_open_forms(entry, table)))


def remarked(entry: Entry, table: BaseRowSet) -> dict[str, Any]:
    """The reviewer's open remarks; the fields that they are about are marked in the table."""
    remarks = open_remarks(entry.monthly_return, entry.section.activity)
    forms = _open_forms(entry, table) if remarks else {}
    links = []
    for each in remarks:
        form = forms.get(each.remark.row)
        name = each.remark.field or (form.content[0] if form else "")
        if form is not None and name in form.fields:
            _mark(form, name, each.remark.pk, each.remark.text, is_small=bool(entry.shut))
            links.append((each, form[name].auto_id))
        else:
            links.append((each, ""))
    return {"remarks": links}


def _mark(form: RowForm, name: str, pk: int, text: str, *, is_small: bool) -> None:
    field = form.fields[name]
    field.widget.attrs["class"] = f"{field.widget.attrs.get('class', '')} is-remarked".strip()
    field.widget.attrs["aria-describedby"] = f"remark-{pk}"
    field.widget.attrs["title"] = text
    if not is_small:  # a day of the calendar has no room for the words
        field.help_text = text
