"""The ranking book, opened again and compared with the figures cell by cell."""

import dataclasses
import io

import openpyxl
import pytest

from assessments.enums import Colour
from reports.excel import ACTIVITY_ROWS, clean, ranking_xlsx
from reports.tables import MonthFigures, PeerRanking
from tests.reports.figures import ITEMS, PREVIOUS_TOTALS, TOTALS, make_figures, make_ranking

pytestmark = pytest.mark.slow

HEAD = 3  # the row of the heads, counted from one
COLOURS = {Colour.BLUE: "蓝·平安", Colour.YELLOW: "黄·平稳", Colour.RED: "红·不稳定"}


def opened(figures: MonthFigures, **options) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(ranking_xlsx(figures)), **options)


def rows_of(sheet) -> list[list[object]]:
    """The cells below the heads, without a chart's empty surroundings."""
    rows = sheet.iter_rows(min_row=HEAD + 1, values_only=True)
    return [list(row) for row in rows if row[0] is not None]


def expected(ranking: PeerRanking, *owner: str) -> list[list[object]]:
    return [
        [
            *owner,
            row.rank,
            "是" if row.is_tied else None,
            row.unit_name,
            row.unit_code,
            *("—" if points is None else points / 100 for points in row.points),
            row.total / 100,
            row.grade.label,
            COLOURS[row.colour],
            "—" if row.previous_rank is None else row.previous_rank,
            "—" if row.change is None else row.change,
            row.open_matters,
        ]
        for row in ranking.rows
    ]


def test_rankings_hold_every_figure():
    figures = make_figures(townships=18, sectors=4, villages=9)

    book = opened(figures)

    assert book.sheetnames == ["乡镇排名", "各口排名", "村排名", "活动汇总", "说明"]
    assert rows_of(book["乡镇排名"]) == expected(figures.townships)
    assert rows_of(book["各口排名"]) == [
        row for ranking in figures.sectors for row in expected(ranking, ranking.peer_label)
    ]
    assert rows_of(book["村排名"]) == [
        row for ranking in figures.villages for row in expected(ranking, ranking.parent_name)
    ]
    heads = [cell.value for cell in book["乡镇排名"][HEAD]]
    assert heads[:5] == ["名次", "并列", "单位", "单位代码", "治安巡逻\n（20分）"]
    assert heads[-6:] == ["总分", "等次", "评价", "上月名次", "名次升降", "未办结（件）"]
    assert book["村排名"].cell(HEAD, 1).value == "乡镇"


def test_formats_freeze_filter_and_print_setup():
    book = opened(make_figures())

    for name, width in (("乡镇排名", 17), ("各口排名", 18), ("村排名", 18)):
        sheet = book[name]
        assert sheet.freeze_panes == f"{'D' if name == '乡镇排名' else 'E'}{HEAD + 1}"
        assert sheet.auto_filter.ref.startswith(f"A{HEAD}:")
        assert sheet.max_column == width
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
        assert sheet.page_setup.fitToHeight == 0  # as wide as one page, as long as it needs
        assert sheet.print_title_rows == f"$1:${HEAD}"
        assert "演示" in sheet.oddFooter.left.text
        assert "演示" in sheet["A1"].value
    townships = book["乡镇排名"]
    total = 4 + len(ITEMS) + 1
    assert townships.cell(HEAD + 1, total).number_format == "0.00"
    assert townships.cell(HEAD + 1, 5).number_format == "0.00"
    assert townships.cell(HEAD + 1, 4).data_type == "s"  # a code is text


def test_colours_follow_the_board():
    figures = make_figures()

    sheet = opened(figures)["乡镇排名"]

    fills: dict[Colour, set[str]] = {}
    for number, row in enumerate(figures.townships.rows, HEAD + 1):
        cell = sheet.cell(number, 4 + len(ITEMS) + 3)
        fills.setdefault(row.colour, set()).add(cell.fill.fgColor.rgb)
    assert {colour: len(found) for colour, found in fills.items()} == dict.fromkeys(Colour, 1)
    assert len(set.union(*fills.values())) == 3


def test_chart_is_native_and_points_at_the_totals():
    figures = make_figures(townships=18)

    [chart] = opened(figures)["乡镇排名"]._charts

    assert chart.tagname == "barChart"
    assert chart.type == "col"
    [series] = chart.series
    assert series.val.numRef.f == "乡镇排名!$L$4:$L$21"
    assert series.cat.strRef.f == "乡镇排名!$C$4:$C$21"
    words = "".join(run.t for part in chart.title.tx.rich.p for run in part.r)
    assert words == "2026年9月乡镇考评得分"
    assert len(series.dPt) == 18


def test_activities_show_counts_and_live_rates():
    figures = make_figures()

    formulas = opened(figures)["活动汇总"]
    values = opened(figures, data_only=True)["活动汇总"]

    for number, (name, part, whole) in enumerate(ACTIVITY_ROWS, HEAD + 1):
        now, before = getattr(TOTALS, part), getattr(PREVIOUS_TOTALS, part)
        cells = [cell.value for cell in values[number]]
        assert cells[0] == name
        assert (cells[1], cells[4], cells[7]) == (now, before, now - before)
        if not whole:
            assert (cells[2], cells[3]) == ("—", "—")
            continue
        base = getattr(TOTALS, whole)
        assert cells[2] == base
        assert cells[3] == pytest.approx(now / base)
        assert formulas.cell(number, 4).value == f"=B{number}/C{number}"
        assert formulas.cell(number, 7).value == f"=E{number}/F{number}"
        assert formulas.cell(number, 4).number_format == "0.00%"


def test_no_previous_month_and_no_denominator_are_dashes():
    totals = dataclasses.replace(TOTALS, survey_slips=0, order_good=0, feels_safe=0, satisfied=0)

    sheet = opened(make_figures(totals=totals, previous_totals=None))["活动汇总"]

    satisfied = [cell.value for cell in sheet[HEAD + len(ACTIVITY_ROWS)]]
    assert satisfied == ["对治安工作满意（份）", 0, 0, "—", "—", "—", "—", "—"]


def test_hostile_names_stay_text():
    names = [
        "=1+1",
        '=HYPERLINK("http://x","y")',
        "+甲镇",
        "@乙镇",
        "http://丙镇",
        "00123",
        "a\x07\x0bb",
    ]
    ranking = make_ranking("彝良县", "乡镇(街道)", names)
    figures = dataclasses.replace(make_figures(), townships=ranking)

    sheet = opened(figures)["乡镇排名"]

    cells = [sheet.cell(number, 3) for number in range(HEAD + 1, HEAD + 1 + len(names))]
    assert [cell.value for cell in cells] == [clean(row.unit_name) for row in ranking.rows]
    assert {cell.data_type for cell in cells} <= {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert "ab" in [cell.value for cell in cells]


def test_notes_tell_edition_hash_and_what_a_dash_means():
    figures = make_figures(
        edition_number=2, corrects=1, changes=("角奎镇总分由90.00分改为91.00分",)
    )

    sheet = opened(figures)["说明"]

    notes = {row[0]: row[1] for row in sheet.iter_rows(min_row=HEAD, max_col=2, values_only=True)}
    assert notes["校验码"] == figures.edition_hash
    assert notes["版次"] == "第2版"
    assert notes["参评单位"] == "乡镇（街道）16个，各口单位9个，村（社区）158个"
    assert notes["本版变动1"] == "角奎镇总分由90.00分改为91.00分"
    assert "演示数据" in notes
    assert "“—”" in notes


def test_real_figures_carry_no_demo_mark():
    book = opened(make_figures(is_demo=False))

    texts = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert not any("演示" in text for text in texts)
    assert not any("演示" in (sheet.oddFooter.left.text or "") for sheet in book)


def test_rankings_with_other_items_share_one_head():
    other = (ITEMS[2], dataclasses.replace(ITEMS[0], code="duty", name="履职"))
    figures = make_figures(sectors=2)
    sectors = (
        figures.sectors[0],
        make_ranking("彝良县", "农口", ["甲站"], items=other),
    )

    sheet = opened(dataclasses.replace(figures, sectors=sectors))["各口排名"]

    heads = [cell.value for cell in sheet[HEAD]]
    last = rows_of(sheet)[-1]
    assert heads.count("六排查\n（20分）") == 1
    assert last[heads.index("履职\n（20分）")] == (sectors[1].rows[0].points[1] or 0) / 100
    assert last[heads.index("治安巡逻\n（20分）")] == "—"


def test_month_without_units_says_so():
    figures = make_figures(sectors=0, villages=0)
    nobody = dataclasses.replace(figures.townships, rows=())

    book = opened(dataclasses.replace(figures, townships=nobody))

    assert book["乡镇排名"].cell(HEAD + 1, 1).value == "本月没有这一类单位参加考评。"
    assert book["村排名"].cell(HEAD + 1, 1).value == "本月没有这一类单位参加考评。"


def test_same_figures_give_the_same_bytes():
    assert ranking_xlsx(make_figures()) == ranking_xlsx(make_figures())
