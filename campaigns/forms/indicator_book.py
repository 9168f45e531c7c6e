"""The workbook of one indicator form and period: written for a grid, read back into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.exceptions import ValidationError

from campaigns.enums import IndicatorAnswer
from campaigns.forms.indicators import AnswerField
from campaigns.models import Indicator, IndicatorForm
from campaigns.selectors.indicator_reports import AnswerCell, ReportLine
from campaigns.selectors.indicators import FormFields
from campaigns.spans import Span
from campaigns.workbook import BookColumn, BookLine, BookMeta, BookSheet, write_book
from pingan.workbooks import Cell, WorkbookRefused, cell_name, read_book

SHEET = "填报"
_FIRST_VALUE = 2  # key and unit stand before the values


def book_name(form: IndicatorForm, span: Span) -> str:
    """What the hidden sheet says the book is."""
    return f"indicators {form.pk} {span.starts_on}"


def indicator_book(
    *,
    form: IndicatorForm,
    span: Span,
    fields: FormFields,
    lines: Sequence[ReportLine],
    editable: set[int],
    unit_code: str,
) -> bytes:
    """Every row in sight; what may not be filled in now is locked."""
    sheet = BookSheet(
        SHEET,
        "",
        _columns(fields),
        [
            BookLine(
                str(line.report.pk),
                line.name,
                None,
                [_value(cell) for cell in line.cells],
                is_locked=line.report.pk not in editable,
            )
            for line in lines
        ],
    )
    versions = [(line.report.unit.code, line.name, line.report.version) for line in lines]
    notes = [
        f"{form.name}（{form.code}）{span.label}",
        "只填“填报”表里白色的格子。没有发生的填 0；没有这项业务的填“不适用”；还没有数的留空。",
        "比率由系统按两个计数算出，不用填。填好后在系统的同一页上传，先核对，再一次写入。",
        f"依据：{form.basis}",
    ]
    meta = BookMeta(book_name(form, span), unit_code, versions)
    return write_book(meta=meta, sheets=[sheet], notes=notes)


def _columns(fields: FormFields) -> list[BookColumn]:
    return [BookColumn(_header(each), 16, each.note) for each in fields.counts]


def _header(indicator: Indicator) -> str:
    return f"{indicator.name}（{indicator.measure}）"


def _value(cell: AnswerCell) -> Any:
    if cell.value is None:
        return None
    if cell.value.answer == IndicatorAnswer.NOT_APPLICABLE:
        return str(IndicatorAnswer.NOT_APPLICABLE.label)
    return cell.value.number


@dataclass
class Uploaded:
    """What a workbook would put into the grid, or every reason why it may not."""

    data: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    changed: int = 0


def read_indicator_book(
    file: IO[bytes],
    *,
    form: IndicatorForm,
    span: Span,
    fields: FormFields,
    lines: Sequence[ReportLine],
    editable: set[int],
) -> Uploaded:
    """The cells as the grid takes them; raises WorkbookRefused where it is another book."""
    book = read_book(file)
    sheet, meta = book.get(SHEET), book.get("_pingan")
    named = meta.rows[1][1] if meta and len(meta.rows) > 1 and len(meta.rows[1]) > 1 else None
    if sheet is None or named != book_name(form, span):
        raise WorkbookRefused(
            f"这不是《{form.name}》{span.label}的工作簿，请在本页下载后填写，再原样上传。"
        )
    expected = [_header(each) for each in fields.counts]
    header = sheet.rows[0][_FIRST_VALUE : _FIRST_VALUE + len(expected)] if sheet.rows else []
    if header != expected:
        raise WorkbookRefused("表头被改动过，请重新下载工作簿，只填白色的格子。")
    found = Uploaded()
    known = {str(line.report.pk): line for line in lines}
    seen: set[str] = set()
    for number, row in enumerate(sheet.rows[1:], start=2):
        if any(value is not None for value in row):
            _take_row(found, row, number, known, seen, editable)
    for line in lines:
        if str(line.report.pk) not in seen:  # a row taken out of the book stays as it is saved
            _keep(found, line)
    return found


def _keep(found: Uploaded, line: ReportLine) -> None:
    prefix = f"r{line.report.pk}"
    found.data |= {f"{prefix}-a{cell.indicator.pk}": cell.text for cell in line.cells}
    found.data[f"{prefix}-version"] = str(line.report.version)


def _take_row(
    found: Uploaded,
    row: Sequence[Cell],
    number: int,
    known: Mapping[str, ReportLine],
    seen: set[str],
    editable: set[int],
) -> None:
    key = str(row[0]) if row[0] is not None else ""
    line = known.get(key)
    if line is None or key in seen:
        why = "重复了" if line else "不是本表的单位"
        found.errors.append(f"“{SHEET}”第{number}行{why}，请不要增加或复制行。")
        return
    seen.add(key)
    prefix = f"r{key}"
    for place, cell in enumerate(line.cells, start=_FIRST_VALUE):
        value = row[place] if place < len(row) else None
        text = "" if value is None else str(value)
        at = f"“{SHEET}”{cell_name(number, place + 1)}（{line.name} {cell.indicator.name}）"
        try:
            answer = AnswerField(label="").clean(text)
        except ValidationError as error:
            found.errors.append(f"{at}：“{text[:20]}”不对，{error.message}")
            continue
        now = (answer.kind, answer.number) if answer else None
        saved = (cell.value.answer, cell.value.number) if cell.value else None
        if now != saved:
            found.changed += 1
            if line.report.pk not in editable:
                state = line.report.get_state_display()
                found.errors.append(f"{at}：这个单位{state}，不能再改。")
        found.data[f"{prefix}-a{cell.indicator.pk}"] = text
    found.data[f"{prefix}-version"] = str(line.report.version)
