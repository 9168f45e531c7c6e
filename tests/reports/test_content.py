"""The bulletin's words: every number from the figures, grammar that fits them."""

import dataclasses
import re

import pytest

from assessments.enums import Colour, Grade
from pingan.months import Month
from reports.content import BulletinContent, Heading, Paragraph, Table, compose_bulletin
from reports.content.board import compose_board, tile_columns
from reports.content.document import Cell, Column, ordinal, side_by_side
from reports.tables import (
    ActivityTotals,
    OpenProblem,
    change_text,
    mean_points,
    percent_text,
    points_text,
)
from tests.reports.figures import ITEMS, TOTALS, make_figures, make_ranking, make_rows

NOTHING = ActivityTotals(**{field.name: 0 for field in dataclasses.fields(ActivityTotals)})
SPOTLESS = dataclasses.replace(
    TOTALS,
    returns_received=171,
    returns_on_time=171,
    patrol_days_covered=5040,
    nights_covered=3360,
    key_days_covered=1064,
    matters_solved=375,
    solved_in_county=19,
)


def text_of(content: BulletinContent) -> str:
    return "\n".join(
        part.lead + part.text if isinstance(part, Paragraph) else part.text
        for part in content.body
        if not isinstance(part, Table)
    )


def ranked(names_and_totals: list[tuple[str, int]], **changes):
    """Rows with the given totals, best first, grades and colours all good unless changed."""
    totals = [total for _, total in names_and_totals]
    rows = make_rows([name for name, _ in names_and_totals])
    return tuple(
        dataclasses.replace(
            row,
            unit_name=name,
            total=total,
            rank=totals.index(total) + 1,
            is_tied=totals.count(total) > 1,
            grade=Grade.GOOD,
            colour=Colour.BLUE,
            open_matters=0,
            **changes,
        )
        for row, (name, total) in zip(rows, names_and_totals, strict=True)
    )


def figures_of(names_and_totals: list[tuple[str, int]], **changes):
    """A month whose townships are these alone."""
    ranking = make_ranking("彝良县", "乡镇(街道)", ["甲镇"])
    townships = dataclasses.replace(ranking, rows=ranked(names_and_totals, **changes))
    return dataclasses.replace(make_figures(sectors=0, villages=0), townships=townships)


def bulletin_of(names_and_totals: list[tuple[str, int]], **changes) -> str:
    return text_of(compose_bulletin(figures_of(names_and_totals, **changes)))


@pytest.mark.parametrize(
    ("points", "expected"),
    [(9850, "98.50"), (5, "0.05"), (0, "0.00"), (10000, "100.00"), (-250, "-2.50"), (None, "—")],
)
def test_points_text(points, expected):
    assert points_text(points) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (168, 171, "98.25%"),
        (370, 375, "98.67%"),
        (1, 8, "12.50%"),
        (0, 9, "0%"),
        (9, 9, "100%"),
        (0, 0, "—"),
        (3, 0, "—"),
        (99_999, 100_000, "99.99%"),
        (1, 100_000, "0.01%"),
        (5, 4, "125.00%"),
    ],
)
def test_percent_text_rounds_once_and_never_says_all_of_a_part(part, whole, expected):
    assert percent_text(part, whole) == expected


def test_small_helpers():
    assert [change_text(change) for change in (None, 0, 3, -2)] == ["—", "持平", "升3", "降2"]
    assert mean_points([]) is None
    assert mean_points([1, 2]) == 2
    assert [ordinal(number) for number in (1, 10, 11, 20, 99)] == [
        "一", "十", "十一", "二十", "九十九",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="100"):
        ordinal(100)


def test_head_of_the_bulletin():
    content = compose_bulletin(make_figures())

    assert content.issuer_heading == "彝良县创建平安工作领导组办公室文件"
    assert content.number == "彝创安办〔2026〕9号"
    assert content.title == "关于2026年9月“月月创平安”活动考评情况的通报"
    assert content.addressee == "各乡镇人民政府，县直各有关单位："
    assert content.signer == "彝良县创建平安工作领导组办公室"
    assert content.date == "2026年10月10日"
    assert content.printed_on == "2026年10月10日印发"
    assert content.copy_to == "彝良县创建平安工作领导组领导成员，各成员单位。"
    assert re.fullmatch(r"版次 第1版　校验码 [0-9a-f]{16}", content.verification)
    assert content.demo_mark == "（演示数据）"
    assert [part.text for part in content.body if isinstance(part, Heading)] == [
        "一、总体情况",
        "二、五项活动开展情况",
        "三、考评排名",
        "四、存在的问题",
        "五、下步工作要求",
    ]
    assert [attachment.label for attachment in content.attachments] == ["附件1", "附件2", "附件3"]


def test_real_figures_carry_no_demo_mark():
    assert compose_bulletin(make_figures(is_demo=False)).demo_mark == ""


def test_number_takes_the_year_of_issue_and_title_the_month():
    figures = make_figures(month=Month(2025, 12), bulletin_number=1)

    content = compose_bulletin(figures)

    assert content.number == "彝创安办〔2026〕1号"
    assert content.title.startswith("关于2025年12月")


def test_district_with_streets_is_addressed_as_such():
    figures = figures_of([("涪江街道", 9000), ("石马镇", 8000)])
    figures = dataclasses.replace(figures, county_name="游仙区")

    content = compose_bulletin(figures)

    assert content.addressee == "各乡镇人民政府、街道办事处，区直各有关单位："
    assert "本月全区应报送月报的单位171个" in text_of(content)
    assert "参加考评的乡镇（街道）2个" in text_of(content)
    assert "在区级解决7件" in text_of(content)


def test_activities_name_counts_rates_and_changes():
    text = text_of(compose_bulletin(make_figures()))

    assert "已报送并审核通过168个，报送率98.25%，比上月提高1.75个百分点" in text
    assert "其中按时报送160个，占应报送数的93.57%，逾期报送8个。" in text
    assert "应安排夜间巡逻3360夜次，实际巡逻3022夜次，覆盖率89.94%" in text
    assert "共出动巡逻力量21480人次，比上月增加569人次、增长2.72%。" in text
    assert "召开综治例会375次，与上月持平，平均每个已报送单位2.2次。" in text
    assert "已办结363件，办结率96.80%，比上月下降0.94个百分点，尚未办结12件。" in text
    assert "感到安全的297份，占92.81%，与上月持平" in text


def test_first_month_compares_with_nothing():
    figures = make_figures(previous_totals=None)
    first = dataclasses.replace(
        figures.townships,
        rows=tuple(dataclasses.replace(row, previous_rank=None) for row in figures.townships.rows),
    )

    text = text_of(compose_bulletin(dataclasses.replace(figures, townships=first)))

    assert "比上月" not in text
    assert "与上月" not in text
    assert "本月没有上月名次可比。" in text


def test_every_number_of_the_text_is_in_the_figures():
    figures = make_figures(previous_totals=None, sectors=0)
    totals, rows = figures.totals, figures.townships.rows
    counts = dataclasses.asdict(totals)
    known = {str(value) for value in counts.values()} | {str(totals.matters_open)}
    known |= {str(expected - covered) for covered, expected in (
        (totals.patrol_days_covered, totals.patrol_days_expected),
        (totals.nights_covered, totals.nights_expected),
        (totals.key_days_covered, totals.key_days_expected),
    )}  # fmt: skip
    known |= {
        percent_text(part, whole).removesuffix("%")
        for part in (*counts.values(), totals.returns_expected - totals.returns_received)
        for whole in counts.values()
    }
    known |= {str(number) for number in range(len(rows) + 1)}  # ranks, changes, how many units
    known |= {points_text(row.total) for row in rows}
    known |= {points_text(mean_points([row.total for row in rows]))}
    known |= {str(sum(len(ranking.rows) for ranking in figures.villages)), "2026"}
    patrol = [row.points[0] or 0 for row in rows]
    known |= {percent_text(sum(patrol), 2000 * len(patrol)).removesuffix("%")}
    known |= {"45.4", "2.2"}  # 18233 people in 402 sessions, 375 meetings of 168 units

    numbers = set(re.findall(r"\d+(?:\.\d+)?", text_of(compose_bulletin(figures))))

    assert numbers - known == set()


def test_ties_are_called_ties():
    names = ("甲镇", "乙镇", "丙镇", "丁镇", "戊镇", "己镇", "庚镇")
    totals = (9500, 9000, 9000, 8000, 7900, 7800, 7700)

    text = bulletin_of(list(zip(names, totals, strict=True)))

    assert "第1名甲镇（95.00分），并列第2名乙镇、丙镇（90.00分）。" in text
    assert "第5名戊镇（79.00分），第6名己镇（78.00分），第7名庚镇（77.00分）。" in text


def test_all_equal_is_said_once():
    text = bulletin_of([("甲镇", 9000), ("乙镇", 9000), ("丙镇", 9000)])

    assert "3个乡镇得分相同，均为90.00分，并列第1名。" in text
    assert "居后" not in text
    assert "末位" not in text


def test_one_township_has_no_last_place():
    text = bulletin_of([("甲镇", 9000)])

    assert "参加考评的乡镇1个，平均得分90.00分；" in text
    assert "居后" not in text


def test_month_without_townships_or_records_still_reads_well():
    figures = make_figures(sectors=0, villages=0, totals=NOTHING, previous_totals=None)
    nobody = dataclasses.replace(figures.townships, rows=())

    content = compose_bulletin(dataclasses.replace(figures, townships=nobody))

    text = text_of(content)
    assert "本月全县没有应报送月报的单位。" in text
    assert "本月没有乡镇参加考评。" in text
    assert "本月没有巡逻记录。" in text
    assert "本月没有回收治安测评表。" in text
    assert content.attachments == ()
    assert "—" not in text


def test_spotless_month_names_no_problem():
    rows = [("甲镇", 10000), ("乙镇", 10000)]
    figures = figures_of(rows, points=tuple(item.points for item in ITEMS))
    figures = dataclasses.replace(figures, totals=SPOTLESS)

    text = text_of(compose_bulletin(figures))

    assert "已全部报送" in text
    assert "已全部办结" in text
    assert "未反映出需要点名通报的问题。" in text
    assert "（一）按时如实报送" not in text


def test_problems_name_units_and_counts():
    text = text_of(compose_bulletin(make_figures()))

    assert "未报送月报或月报未通过审核的单位3个，占应报送数的1.75%；逾期报送的单位8个。" in text
    assert "日常巡逻空缺170天次，夜间巡逻空缺338夜次，逢场天和节假日巡逻空缺54天次。" in text
    assert "本月排查出的问题尚有12件未办结" in text
    assert "洛泽河镇考评等次为不合格，公示评价为不稳定（红色）。" in text
    assert "对尚未办结的12件问题" in text


def test_correction_says_what_changed():
    changes = ("角奎镇总分由90.00分改为91.00分", "海子镇名次由3变为4。")

    content = compose_bulletin(make_figures(edition_number=2, corrects=1, changes=changes))

    text = text_of(content)
    assert content.title == "关于2026年9月“月月创平安”活动考评情况的更正通报"
    assert "考评情况（第1版）通报后，经复核，下列2处有变动：" in text
    assert "1. 角奎镇总分由90.00分改为91.00分；\n2. 海子镇名次由3变为4。\n" in text
    assert "以本通报（第2版，2026年10月9日核定）为准" in text
    assert content.verification.startswith("版次 第2版")


def test_single_attachment_has_no_number():
    content = compose_bulletin(make_figures(sectors=0, villages=0))

    assert [attachment.label for attachment in content.attachments] == ["附件"]
    assert len(content.attachments[0].tables[0].rows) == 16


def test_attachment_holds_every_unit_once():
    figures = make_figures(villages=40)

    tables = compose_bulletin(figures).attachments[2].tables

    cells = [row[index].text for table in tables for row in table.rows for index in (1, 6)]
    units = [row.unit_name for ranking in figures.villages for row in ranking.rows]
    assert sorted(name for name in cells if name) == sorted(units)
    assert max(len(table.rows) for table in tables) <= 18
    assert [table.caption for table in tables][:2] == [
        "角奎镇（39个单位）",
        "角奎镇（39个单位）（续）",
    ]


def test_many_items_get_tables_of_their_own():
    items = tuple(dataclasses.replace(ITEMS[0], code=f"i{n}", name=f"第{n}项") for n in range(20))
    figures = make_figures(sectors=0, villages=0)
    ranking = make_ranking("彝良县", "乡镇(街道)", ["甲镇", "乙镇"], items=items)

    content = compose_bulletin(dataclasses.replace(figures, townships=ranking))

    whole, *parts = content.attachments[0].tables
    assert len(whole.columns) == 7
    assert [part.caption for part in parts] == ["各考核项得分", "各考核项得分（续）"]
    first = ranking.rows[0]
    cells = [cell.text for part in parts for cell in part.rows[0][2:]]
    assert cells == [points_text(points) for points in first.points]
    assert [part.rows[0][1].text for part in parts] == [first.unit_name] * 2


def test_units_below_townships_are_not_called_a_sector():
    figures = make_figures(villages=0)
    school = make_ranking("角奎镇", "角奎镇", ["甲小学", "乙小学"])

    content = compose_bulletin(dataclasses.replace(figures, sectors=(*figures.sectors, school)))

    assert content.attachments[1].title == "2026年9月各口和其他单位考评排名表"
    assert "同时参加考评的还有各口和其他单位11个，" in text_of(content)
    assert "角奎镇的" not in text_of(content)


def test_length_counts_a_number_as_one_word():
    content = dataclasses.replace(
        compose_bulletin(make_figures()),
        title_lines=("通报",),
        addressee="各乡镇：",
        signer="",
        date="",
        body=(Paragraph("得分98.50分。", lead="（一）"),),
    )

    assert content.length == 2 + 4 + 3 + len("得分") + 1 + len("分。")
    assert not content.is_too_long
    long = dataclasses.replace(content, body=(Paragraph("字" * 5001),))
    assert long.is_too_long


def test_bulletin_of_thirty_townships_stays_within_the_limit():
    assert 1000 < compose_bulletin(make_figures(townships=30)).length <= 5000


@pytest.mark.parametrize(("count", "height"), [(0, 0), (1, 1), (4, 2), (5, 3)])
def test_side_by_side_reads_down_then_right(count, height):
    rows: list[tuple[Cell, ...]] = [(Cell(str(number)),) for number in range(count)]

    table = side_by_side("", (Column("名次", 1),), rows)

    read = [row[0].text for row in table.rows] + [row[1].text for row in table.rows]
    assert len(table.rows) == height
    assert [text for text in read if text] == [str(number) for number in range(count)]


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (7, 4), (16, 4), (18, 6), (25, 5), (30, 6)])
def test_tile_columns_leave_few_places_empty(count, columns):
    assert tile_columns(count) == columns


@pytest.mark.parametrize("count", range(1, 41))
def test_tile_columns_never_waste_a_row(count):
    columns = tile_columns(count)

    assert -(-count // columns) * columns - count < columns
    assert 1 <= columns <= count


def test_board_shows_every_unit_with_its_colour_in_words():
    figures = make_figures(sectors=3)

    board = compose_board(figures)

    assert [tile.name for tile in board.tiles] == [row.unit_name for row in figures.townships.rows]
    assert {tile.word for tile in board.tiles} <= {"平安", "平稳", "不稳定"}
    assert board.strips is not None
    assert board.strip_sheets == ()
    strips = [strip for column in board.strips.columns for strip in column]
    assert [strip.name for strip in strips] == ["党群口", "政府办口", "政法口"]
    assert sum(item.count for item in board.legend) == 16 + 9
    assert [figure.value for figure in board.figures][1:] == [
        "98.25%", "375", "363", "12", "95.31%",
    ]  # fmt: skip


@pytest.mark.parametrize(("sectors", "sheets"), [(6, 1), (30, 3)])
def test_board_gives_many_units_sheets_of_their_own(sectors, sheets):
    figures = make_figures(sectors=8)
    labels = [f"第{number}口" for number in range(sectors)]
    rankings = tuple(make_ranking("彝良县", label, [f"{label}甲局"] * 8) for label in labels)

    board = compose_board(dataclasses.replace(figures, sectors=rankings))

    assert board.strips is None
    assert len(board.strip_sheets) == sheets
    assert max(sheet.lines for sheet in board.strip_sheets) <= 15
    strips = [strip for sheet in board.strip_sheets for column in sheet.columns for strip in column]
    assert [strip.name for strip in strips] == labels
    assert {len(strip.tiles) for strip in strips} == {8}


def test_board_splits_a_very_large_sector():
    figures = make_figures(sectors=0)
    ranking = make_ranking("彝良县", "企业口", [f"第{number}企业" for number in range(100)])

    board = compose_board(dataclasses.replace(figures, sectors=(ranking,)))

    tiles = [
        tile.name
        for sheet in board.strip_sheets
        for column in sheet.columns
        for strip in column
        for tile in strip.tiles
    ]
    assert tiles == [row.unit_name for row in ranking.rows]
    assert max(sheet.lines for sheet in board.strip_sheets) <= 15


def test_board_tells_places_of_several_groups_apart():
    figures = make_figures(townships=4)
    rows = figures.townships.rows
    groups = tuple(
        dataclasses.replace(figures.townships, rows=part, group=name)
        for name, part in (("镇组", rows[:2]), ("乡组", rows[2:]))
    )

    board = compose_board(dataclasses.replace(figures, township_groups=groups))

    assert [tile.name for tile in board.tiles] == [row.unit_name for row in rows]
    assert [tile.rank[:2] for tile in board.tiles] == ["镇组", "镇组", "乡组", "乡组"]


def test_board_hangs_open_problems_on_sheets_of_their_own():
    problems = tuple(OpenProblem(f"{n}村", f"路灯{n}不亮", 3 if n < 2 else 1) for n in range(30))

    none = compose_board(make_figures())
    board = compose_board(make_figures(problems=problems))

    assert none.problem_sheets == ()
    first, second = board.problem_sheets
    assert first.heading == "月底尚未解决的问题　共30个（第1张）"
    assert [[len(part) for part in sheet.columns] for sheet in (first, second)] == [[14, 14], [2]]
    line = first.columns[0][0]
    assert (line.unit, line.title, line.mark) == ("0村", "路灯0不亮", "已挂3个月")
    assert [item.is_long for item in first.columns[0][:3]] == [True, True, False]
    assert first.columns[0][2].mark == "本月新挂"
