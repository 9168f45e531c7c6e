"""Indicator reports on paper: a line an indicator, beside the period before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from campaigns.content.paper import (
    EMPTY,
    SIGNS,
    TICKED,
    PaperColumn,
    PaperRow,
    PaperSheet,
    PaperTable,
)
from campaigns.content.qr import qr_code
from campaigns.enums import IndicatorAnswer
from campaigns.models import IndicatorForm
from campaigns.selectors.indicator_reports import AnswerCell, RatioCell, ReportLine
from campaigns.selectors.paper import report_code
from campaigns.spans import Span

_HIGHEST, _LOWEST, _ROOM = 13.0, 7.0, 190.0


def compose_reports(
    form: IndicatorForm,
    span: Span,
    lines: Sequence[ReportLine],
    *,
    is_filled: bool,
    is_demo: bool,
    address: Callable[[str], str],
) -> tuple[PaperSheet, ...]:
    """The sheets of one form and period, one a unit."""
    return tuple(_sheet(form, span, line, is_filled, is_demo, address) for line in lines)


def _sheet(
    form: IndicatorForm,
    span: Span,
    line: ReportLine,
    is_filled: bool,
    is_demo: bool,
    address: Callable[[str], str],
) -> PaperSheet:
    code = report_code(line.report)
    due = line.report.due_on
    return PaperSheet(
        table=_table(form, span, line, is_filled),
        number=f"指标表 {form.code}",
        code=code,
        qr=qr_code(address(code)),
        unit_label="填报单位",
        unit=line.name,
        parent=line.parent_name,
        period_label="填报期间",
        period=span.label,
        due=f"{due.year}年{due.month}月{due.day}日",
        signs=SIGNS,
        demo_mark="演示" if is_demo else "",
    )


def _table(form: IndicatorForm, span: Span, line: ReportLine, is_filled: bool) -> PaperTable:
    rows = [_count(cell, is_filled) for cell in line.cells]
    rows += [_ratio(ratio, is_filled) for ratio in line.ratios]
    columns = (
        PaperColumn("指标", 48, is_text=True),
        PaperColumn("计量单位", 20),
        PaperColumn(span.label, 30),
        PaperColumn("不适用", 16),
        PaperColumn(f"上期（{span.previous.label}）", 34),
        PaperColumn("说明", 50, is_text=True),
    )
    notes = (
        "没有发生的写“0”；没有这项业务的在“不适用”栏打勾；留空的按未填处理。",
        f"底色的行由系统计算，不用填。依据：{form.basis}。",
    )
    height = max(_LOWEST, min(_HIGHEST, _ROOM / max(1, len(rows))))
    return PaperTable(form.name, columns, tuple(rows), height, notes)


def _count(cell: AnswerCell, is_filled: bool) -> PaperRow:
    before = "—" if cell.before is None else str(cell.before)
    name, measure = cell.indicator.name, cell.indicator.measure
    if not is_filled or cell.value is None:
        return PaperRow((name, measure, "", EMPTY, before, ""))
    is_absent = cell.value.answer == IndicatorAnswer.NOT_APPLICABLE
    number = "" if cell.number is None else str(cell.number)
    return PaperRow((name, measure, number, TICKED if is_absent else EMPTY, before, cell.note))


def _ratio(ratio: RatioCell, is_filled: bool) -> PaperRow:
    how = ""
    if ratio.indicator.numerator and ratio.indicator.denominator:
        how = f"{ratio.indicator.numerator.name}÷{ratio.indicator.denominator.name}"
    text = ratio.text if is_filled else ""
    return PaperRow((ratio.indicator.name, "", text, "", "", how), is_shaded=True)
