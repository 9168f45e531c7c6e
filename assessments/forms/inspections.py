"""What is typed about one visit: a sheet line by line, or the total alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.signing import BadSignature, Signer

from assessments.models import Inspection
from assessments.selectors.sheets import SheetLine
from assessments.services.inspections import Findings, Mark, of_marks

_DECIMAL = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－／", "0123456789.-/")
_SIGNER = Signer(salt="assessments.sheet")
THINGS_ONLY = "写事不写人：不写个人姓名、身份和信仰。"


def _points(label: str, **kwargs: Any) -> forms.DecimalField:
    return PointsField(
        label=label,
        max_digits=7,
        decimal_places=2,
        error_messages={
            "invalid": "请填数字，如 92.5。",
            "max_decimal_places": "最多两位小数。",
        },
        **kwargs,
    )


class PointsField(forms.DecimalField):
    """A number of points; full-width digits are as good as others."""

    widget = _DECIMAL

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        return super().to_python(value.translate(_FULL_WIDTH) if isinstance(value, str) else value)


class VisitForm(forms.Form):
    """Day, place and general words of one visit."""

    on = forms.DateField(
        label="检查日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请填日期，如 2026-09-28。"},
    )
    place = forms.CharField(
        label="检查地点",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "如：场镇、学校门口"}),
    )
    findings = forms.CharField(
        label="发现问题",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=THINGS_ONLY,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class InspectionForm(VisitForm):
    """A visit of which only the total was kept."""

    points_given = _points("得分", min_value=Decimal(0))
    points_possible = _points("满分", min_value=Decimal("0.01"), initial=Decimal(100))
    field_order = ("on", "place", "points_given", "points_possible", "findings", "version")

    def __init__(self, *args: Any, inspection: Inspection | None = None, **kwargs: Any) -> None:
        if inspection is not None:
            kwargs["initial"] = shown(inspection)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        given, possible = values.get("points_given"), values.get("points_possible")
        if given is not None and possible is not None and given > possible:
            self.add_error("points_given", "得分不能高于满分。")
        return values

    def found(self) -> Findings:
        values = self.cleaned_data
        return Findings(
            on=values["on"],
            points_given=int(values["points_given"] * 100),
            points_possible=int(values["points_possible"] * 100),
            findings=values["findings"],
            place=values["place"],
        )


class SheetForm(VisitForm):
    """A sheet. The lines that the inspector has in hand come back signed: what the county changed
    on its sheet meanwhile loses nothing of what was filled in, with or without a network."""

    sheet = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        lines: Sequence[SheetLine],
        inspection: Inspection | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        signed = data.get("sheet", "") if data is not None and inspection is None else ""
        in_hand = _unsigned(signed)
        self.is_whole = inspection is not None or data is None or bool(in_hand)
        standards = {line.code: line.standard for line in lines}
        self.lines = [
            SheetLine(line.code, line.name, line.points, standards.get(line.code, ""))
            for line in in_hand or lines
        ]
        values = {**(initial or {}), "sheet": _signed(self.lines)}
        if not self.is_whole:  # shown again with the sheet of today, so that it can be saved
            data = data.copy()
            data["sheet"] = values["sheet"]
        if inspection is not None:
            values |= _shown_sheet(inspection)
        super().__init__(data, initial=values)
        self.fields["findings"].label = "总的情况"
        self.fields["findings"].widget.attrs["rows"] = 2
        for line in self.lines:
            self.fields[f"points-{line.code}"] = _points(
                f"{line.name}得分",
                min_value=Decimal(0),
                max_value=Decimal(line.points) / 100,
                required=False,
            )
            self.fields[f"finding-{line.code}"] = forms.CharField(
                label=f"{line.name}发现的问题",
                required=False,
                max_length=200,
                widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "发现的问题"}),
            )

    def rows(self) -> Iterator[tuple[SheetLine, forms.BoundField, forms.BoundField]]:
        """Lines with their two fields, as the page shows them."""
        for line in self.lines:
            yield line, self[f"points-{line.code}"], self[f"finding-{line.code}"]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if not self.is_whole:
            raise forms.ValidationError("检查表不完整，没有保存。请从督导检查页面重新打开。")
        for line in self.lines:
            points, finding = f"points-{line.code}", f"finding-{line.code}"
            if values.get(finding) and points in values and values[points] is None:
                self.add_error(points, "写了问题，请同时给分。")
        return values

    def found(self) -> Findings:
        values = self.cleaned_data
        marks = tuple(
            Mark(
                code=line.code,
                name=line.name,
                points_possible=line.points,
                points_given=None if given is None else int(given * 100),
                finding=values[f"finding-{line.code}"],
            )
            for line in self.lines
            for given in (values[f"points-{line.code}"],)
        )
        return of_marks(
            on=values["on"], marks=marks, findings=values["findings"], place=values["place"]
        )


def _signed(lines: Sequence[SheetLine]) -> str:
    rows = [[line.code, line.name, line.points] for line in lines]
    return _SIGNER.sign(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))


def _unsigned(text: str) -> list[SheetLine]:
    try:
        return [SheetLine(*row) for row in json.loads(_SIGNER.unsign(text))]
    except (BadSignature, ValueError):
        return []


def shown(inspection: Inspection) -> dict[str, Any]:
    """A saved inspection as the form shows it."""
    return {
        "on": inspection.on,
        "place": inspection.place,
        "points_given": Decimal(inspection.points_given) / 100,
        "points_possible": Decimal(inspection.points_possible) / 100,
        "findings": inspection.findings,
        "version": inspection.version,
    }


def _shown_sheet(inspection: Inspection) -> dict[str, Any]:
    """A saved sheet as the form shows it."""
    values = shown(inspection)
    for each in inspection.entries.all():
        given = each.points_given
        values[f"points-{each.code}"] = None if given is None else _plain(given)
        values[f"finding-{each.code}"] = each.finding
    return values


def _plain(hundredths: int) -> Decimal:
    """10 rather than 10.00, as it was typed."""
    points = Decimal(hundredths) / 100
    return points.quantize(Decimal(1)) if points == points.to_integral_value() else points


def sheet_differences(form: SheetForm, inspection: Inspection) -> list[tuple[str, Any, Any]]:
    """(what, mine, theirs) wherever they are not the same."""
    saved = _shown_sheet(inspection)
    named = [("on", "检查日期"), ("place", "检查地点"), ("findings", "总的情况")]
    for line in form.lines:
        named += [
            (f"points-{line.code}", f"{line.name}得分"),
            (f"finding-{line.code}", f"{line.name}发现的问题"),
        ]
    return [
        (label, _text(form.cleaned_data.get(name)), _text(saved.get(name)))
        for name, label in named
        if form.cleaned_data.get(name) != saved.get(name)
    ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
