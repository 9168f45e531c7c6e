"""The Excel writer: the ranking book of a month, for sorting, filtering and printing."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from assessments.enums import Colour, Grade
from reports.tables import NOT_APPLICABLE, ItemHead, MonthFigures, PeerRanking

HEAD_ROW = 2  # title, edition, then the heads
A4 = 9
NAME_WIDTHS = (10, 40)
FILLS: dict[Colour, dict[str, object]] = {
    Colour.BLUE: {"bg_color": "#D6E6F7", "font_color": "#0B3F78", "bold": True},
    Colour.YELLOW: {"bg_color": "#FFF1BF", "font_color": "#6B5200", "bold": True},
    Colour.RED: {"bg_color": "#F8D4D4", "font_color": "#93121A", "bold": True},
}
GRADE_FILLS: dict[Grade, dict[str, object]] = {
    Grade.EXCELLENT: {"bg_color": "#D9F0DE", "font_color": "#14532A"},
    Grade.GOOD: {},
    Grade.QUALIFIED: {},
    Grade.UNQUALIFIED: {"bg_color": "#F8D4D4", "font_color": "#93121A", "bold": True},
}
BARS = {Colour.BLUE: "#2F75B5", Colour.YELLOW: "#F0B400", Colour.RED: "#C8161D"}
COLOUR_NAMES = {Colour.BLUE: "蓝", Colour.YELLOW: "黄", Colour.RED: "红"}
# Name, its count, and the count that it is a part of (empty: none).
ACTIVITY_ROWS: tuple[tuple[str, str, str], ...] = (
    ("报送月报的单位（个）", "returns_received", "returns_expected"),
    ("按时报送的单位（个）", "returns_on_time", "returns_expected"),
    ("日常巡逻（天次）", "patrol_days_covered", "patrol_days_expected"),
    ("夜间巡逻（夜次）", "nights_covered", "nights_expected"),
    ("逢场天和节假日巡逻（天次）", "key_days_covered", "key_days_expected"),
    ("出动巡逻力量（人次）", "patrol_heads", ""),
    ("法制宣传教育（场次）", "education_sessions", ""),
    ("受教育（人次）", "education_audience", ""),
    ("综治例会（次）", "meetings", ""),
    ("排查问题（件）", "matters_found", ""),
    ("已办结（件）", "matters_solved", "matters_found"),
    ("其中：在村民小组解决（件）", "solved_in_group", "matters_solved"),
    ("其中：在村（社区）解决（件）", "solved_in_village", "matters_solved"),
    ("其中：在乡镇解决（件）", "solved_in_township", "matters_solved"),
    ("其中：在县级解决（件）", "solved_in_county", "matters_solved"),
    ("未办结（件）", "matters_open", "matters_found"),
    ("回收治安测评表（份）", "survey_slips", ""),
    ("对治安状况评价好（份）", "order_good", "survey_slips"),
    ("感到安全（份）", "feels_safe", "survey_slips"),
    ("对治安工作满意（份）", "satisfied", "survey_slips"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Format
    small: Format
    head: Format
    text: Format
    centre: Format
    whole: Format
    points: Format
    total: Format
    rate: Format
    wrapped: Format
    colours: dict[Colour, Format]
    grades: dict[Grade, Format]


def ranking_xlsx(figures: MonthFigures) -> bytes:
    """Rankings, activities and the rules of the file. The same figures give the same bytes."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        styles = _styles(book)
        book.set_properties(
            {
                "title": f"{figures.county_name}{figures.month.label}考评排名",
                "author": figures.offices.lead_office,
                "created": dt.datetime.combine(figures.issued_on, dt.time(9)),
            }
        )
        townships = _sheet(book, figures, styles, "乡镇排名")
        grouped = "同组" if figures.township_groups else ""
        last = _rankings(townships, styles, figures.township_rankings, parent=grouped)
        if figures.townships.rows and not grouped:
            _chart(book, townships, figures, last)
        sectors = _sheet(book, figures, styles, "各口排名")
        _rankings(sectors, styles, figures.sectors, parent="所属")
        villages = _sheet(book, figures, styles, "村排名")
        _rankings(villages, styles, figures.villages, parent="乡镇")
        _activities(_sheet(book, figures, styles, "活动汇总"), styles, figures)
        _notes(_sheet(book, figures, styles, "说明"), styles, figures)
    return buffer.getvalue()


def clean(text: str) -> str:
    """Text as a cell can hold it: control characters would make the file unreadable."""
    return _CONTROL.sub("", text)


def _styles(book: Workbook) -> _Styles:
    def made(**changes: object) -> Format:
        return book.add_format(
            {"font_name": "宋体", "font_size": 11, "valign": "vcenter"} | changes
        )

    line: dict[str, object] = {"border": 1, "border_color": "#A6A6A6"}
    return _Styles(
        title=made(font_name="黑体", font_size=16),
        small=made(font_size=10, font_color="#595959"),
        head=made(
            bold=True, align="center", text_wrap=True, bg_color="#1F4E79", font_color="#FFFFFF",
            **line,
        ),
        text=made(**line),
        centre=made(align="center", **line),
        whole=made(num_format="0", align="right", **line),
        points=made(num_format="0.00", align="right", **line),
        total=made(num_format="0.00", align="right", bold=True, **line),
        rate=made(num_format="0.00%", align="right", **line),
        wrapped=made(text_wrap=True, valign="top"),
        colours={colour: made(align="center", **fill, **line) for colour, fill in FILLS.items()},
        grades={grade: made(align="center", **fill, **line) for grade, fill in GRADE_FILLS.items()},
    )  # fmt: skip


def _sheet(book: Workbook, figures: MonthFigures, styles: _Styles, name: str) -> Worksheet:
    """A sheet with its title and its print set-up."""
    sheet = book.add_worksheet(name)
    demo = "（演示数据）" if figures.is_demo else ""
    edition = f"第{figures.edition_number}版　校验码 {figures.edition_hash[:16]}"
    sheet.write_string(
        0, 0, clean(f"{figures.county_name}{figures.month.label}{name}{demo}"), styles.title
    )
    sheet.write_string(1, 0, f"版次 {edition}　核定日期 {figures.closed_on}", styles.small)
    sheet.set_default_row(18)
    sheet.set_row(0, 26)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_header(f"&R{demo}" if demo else "")
    sheet.set_footer(f"&L{demo}{edition}&R第 &P 页，共 &N 页")
    return sheet


def _rankings(
    sheet: Worksheet, styles: _Styles, rankings: Sequence[PeerRanking], *, parent: str
) -> int:
    """All rankings of one kind under one head; returns the last row written."""
    items = _all_items(rankings)
    heads = [
        *([parent] if parent else []),
        "名次",
        "并列",
        "单位",
        "单位代码",
        *(f"{item.name}\n（{item.points / 100:g}分）" for item in items),
        "总分",
        "等次",
        "评价",
        "上月名次",
        "名次升降",
        "未办结（件）",
    ]
    first = 1 if parent else 0
    sheet.set_row(HEAD_ROW, 34)
    for column, head in enumerate(heads):
        sheet.write_string(HEAD_ROW, column, clean(head), styles.head)
    row = HEAD_ROW
    for ranking in rankings:
        owner = _owner(ranking, parent)
        for cells in _ranking_cells(ranking, items, styles):
            row += 1
            if parent:
                sheet.write_string(row, 0, clean(owner), styles.text)
            for column, (value, style) in enumerate(cells, first):
                _write(sheet, row, column, value, style)
    if row == HEAD_ROW:
        sheet.write_string(HEAD_ROW + 1, 0, "本月没有这一类单位参加考评。", styles.small)
    else:
        sheet.autofilter(HEAD_ROW, 0, row, len(heads) - 1)
    names = [each.unit_name for ranking in rankings for each in ranking.rows]
    if parent:
        sheet.set_column(0, 0, _width([_owner(ranking, parent) for ranking in rankings]))
    sheet.set_column(first, first + 1, 6.5)
    sheet.set_column(first + 2, first + 2, _width(names))
    sheet.set_column(first + 3, first + 3, 15)
    sheet.set_column(first + 4, len(heads) - 1, 9.5)
    sheet.freeze_panes(HEAD_ROW + 1, first + 3)
    sheet.repeat_rows(0, HEAD_ROW)
    return row


def _owner(ranking: PeerRanking, parent: str) -> str:
    """What stands in the first column: the group of peers, the township, or the 口."""
    if parent == "同组":
        return ranking.group
    name = ranking.parent_name if parent == "乡镇" else ranking.peer_label
    return f"{name}　{ranking.group}组" if ranking.group else name


def _ranking_cells(
    ranking: PeerRanking, items: Sequence[ItemHead], styles: _Styles
) -> Iterable[list[tuple[Value, Format]]]:
    codes = [item.code for item in ranking.items]
    for row in ranking.rows:
        points = dict(zip(codes, row.points, strict=True))
        yield [
            (row.rank, styles.centre),
            ("是" if row.is_tied else "", styles.centre),
            (row.unit_name, styles.text),
            (row.unit_code, styles.centre),
            *((_points(points.get(item.code)), styles.points) for item in items),
            (row.total / 100, styles.total),
            (row.grade.label, styles.grades[row.grade]),
            (f"{COLOUR_NAMES[row.colour]}·{row.colour.label}", styles.colours[row.colour]),
            (NOT_APPLICABLE if row.previous_rank is None else row.previous_rank, styles.whole),
            (NOT_APPLICABLE if row.change is None else row.change, styles.whole),
            (row.open_matters, styles.whole),
        ]


def _chart(book: Workbook, sheet: Worksheet, figures: MonthFigures, last: int) -> None:
    """Totals of the townships as columns in the colours of the board."""
    chart = book.add_chart({"type": "column"})
    total = 4 + len(figures.townships.items)
    place, first = "乡镇排名", HEAD_ROW + 1
    chart.add_series(
        {
            "name": "总分",
            "categories": [place, first, 2, last, 2],
            "values": [place, first, total, last, total],
            "points": [{"fill": {"color": BARS[row.colour]}} for row in figures.townships.rows],
            "data_labels": {"value": True, "num_format": "0.00", "font": {"size": 8}},
            "gap": 60,
        }
    )
    chart.set_title(
        {"name": f"{figures.month.label}乡镇考评得分", "name_font": {"name": "黑体", "size": 14}}
    )
    chart.set_x_axis({"name": "乡镇", "num_font": {"name": "宋体", "size": 9}})
    chart.set_y_axis(
        {
            "name": "得分",
            "min": 0,
            "num_format": "0",
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        }
    )
    chart.set_legend({"none": True})
    chart.set_size({"width": 1200, "height": 380})
    place_row = last + 2
    sheet.insert_chart(place_row, 0, chart, {"description": "各乡镇本月考评总分柱形图"})


def _activities(sheet: Worksheet, styles: _Styles, figures: MonthFigures) -> None:
    """Counts and the rates that Excel itself works out of them."""
    heads = ("指标", "本月", "应完成", "比率", "上月", "上月应完成", "上月比率", "比上月增减")
    for column, head in enumerate(heads):
        sheet.write_string(HEAD_ROW, column, head, styles.head)
    now, before = figures.totals, figures.previous_totals
    for row, (name, part, whole) in enumerate(ACTIVITY_ROWS, HEAD_ROW + 1):
        sheet.write_string(row, 0, name, styles.text)
        for column, totals in ((1, now), (4, before)):
            count = None if totals is None else int(getattr(totals, part))
            base = None if totals is None or not whole else int(getattr(totals, whole))
            _write(sheet, row, column, count, styles.whole)
            _write(sheet, row, column + 1, base, styles.whole)
            _rate(sheet, row, column, count, base, styles)
        if before is None:
            _write(sheet, row, 7, None, styles.whole)
        else:
            formula = f"=B{row + 1}-E{row + 1}"
            change = getattr(now, part) - getattr(before, part)
            sheet.write_formula(row, 7, formula, styles.whole, change)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 7, 12)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.repeat_rows(0, HEAD_ROW)


def _rate(
    sheet: Worksheet, row: int, column: int, count: int | None, base: int | None, styles: _Styles
) -> None:
    if count is None or not base:
        _write(sheet, row, column + 2, None, styles.rate)
        return
    part, whole = (f"{chr(ord('A') + column + step)}{row + 1}" for step in (0, 1))
    formula = f"={part}/{whole}"
    sheet.write_formula(row, column + 2, formula, styles.rate, count / base)


def _notes(sheet: Worksheet, styles: _Styles, figures: MonthFigures) -> None:
    """What the reader must know to use the file by itself."""
    units = {
        "乡镇（街道）": len(figures.townships.rows),
        "各口单位": sum(len(ranking.rows) for ranking in figures.sectors),
        "村（社区）": sum(len(ranking.rows) for ranking in figures.villages),
    }
    notes = [
        ("文件内容", f"{figures.county_name}{figures.month.label}“月月创平安”活动考评排名"),
        ("版次", f"第{figures.edition_number}版"),
        ("校验码", figures.edition_hash),
        ("核定日期", str(figures.closed_on)),
        ("印发日期", str(figures.issued_on)),
        ("参评单位", "，".join(f"{name}{count}个" for name, count in units.items())),
        ("得分", "各考核项得分之和为总分，满分见表头，保留两位小数。"),
        ("“—”", "不适用：该项本月不考评该单位，或没有上月名次、没有应完成数，无从计算。不等于0。"),
        ("并列", "总分相同的单位名次相同，后面的名次顺延。"),
        ("同组", "分组排名时，名次只在同组内比较；没有分组时不出这一列。"),
        ("名次升降", "正数为比上月前进的位数，负数为后退的位数，0为持平。"),
        ("评价", "蓝为平安，黄为平稳，红为不稳定。"),
        ("比率", "由本表中的两个数相除得出，可点开单元格查看公式。"),
        ("更正", "本文件与同版次通报一致；数据更正时另发新版，旧版停止使用。"),
    ]
    notes += [(f"本版变动{index}", change) for index, change in enumerate(figures.changes, 1)]
    if figures.is_demo:
        notes.insert(0, ("演示数据", "本文件中的数据为演示而编造，不反映真实情况。"))
    for row, (name, text) in enumerate(notes, HEAD_ROW):
        sheet.write_string(row, 0, name, styles.wrapped)
        sheet.write_string(row, 1, clean(text), styles.wrapped)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 90)


def _write(sheet: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
    if value is None:
        sheet.write_string(row, column, NOT_APPLICABLE, style)
    elif value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, clean(value), style)
    else:
        sheet.write_number(row, column, value, style)


def _points(points: int | None) -> float | None:
    return None if points is None else points / 100


def _all_items(rankings: Iterable[PeerRanking]) -> list[ItemHead]:
    """Items of several rankings, each once, in the order they appear."""
    return list({item.code: item for ranking in rankings for item in ranking.items}.values())


def _width(texts: Iterable[str]) -> float:
    """A column wide enough for its names, within reason."""
    least, most = NAME_WIDTHS
    wide = {"W", "F", "A"}
    widths = [
        sum(2 if unicodedata.east_asian_width(each) in wide else 1 for each in text)
        for text in texts
    ]
    return min(most, max(least, *widths, 0) + 2) if widths else least
