"""The colour board (公示栏) as data: a tile a unit, and how many of them stand in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.enums import Colour
from reports.tables import (
    NOT_APPLICABLE,
    MonthFigures,
    OpenProblem,
    RankRow,
    count_by_colour,
    mean_points,
    percent_text,
    points_text,
)

HASH_DIGITS = 16
TILE_AREA = (392, 150)  # mm, about what the tiles of the townships have
TILE_SHAPE = 1.55  # width to height that reads best
EMPTY_WEIGHT = 7  # an empty place in the last row looks worse than a wide tile
STRIP_CHIPS = 8  # units of a 口 in one line below the townships; half as many in two columns
STRIP_LINES = 4  # more lines than this get sheets of their own
SHEET_CHIPS = 3  # units in one line of one of the two columns of such a sheet
SHEET_LINES = 15
PROBLEM_LINES = 14  # problems in one column of a sheet
LONG_MONTHS = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """One unit on the board."""

    name: str
    colour: Colour
    word: str
    grade: str
    rank: str
    open_matters: int


@dataclass(frozen=True, slots=True)
class Strip:
    """The units of one 口."""

    name: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class StripSheet:
    """Strips in one or two columns, so many units to a line."""

    columns: tuple[tuple[Strip, ...], ...]
    chips: int

    @property
    def lines(self) -> int:
        return max(sum(_lines(strip, self.chips) for strip in column) for column in self.columns)


@dataclass(frozen=True, slots=True)
class Legend:
    """One colour of the legend with the number of units that have it."""

    colour: Colour
    name: str
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the large figures under the heading."""

    name: str
    value: str
    measure: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One problem on a sheet of the board."""

    unit: str
    title: str
    mark: str
    is_long: bool


@dataclass(frozen=True, slots=True)
class ProblemSheet:
    """Problems in two columns; the left one is read first."""

    heading: str
    columns: tuple[tuple[ProblemLine, ...], ...]


@dataclass(frozen=True, slots=True)
class BoardContent:
    """What hangs on the wall."""

    title: str
    month: str
    issuer: str
    issued_on: str
    edition: str
    demo_mark: str
    legend: tuple[Legend, ...]
    figures: tuple[Figure, ...]
    tiles: tuple[Tile, ...]
    columns: int
    strips: StripSheet | None  # below the townships, where there is room
    strip_sheets: tuple[StripSheet, ...]  # else by themselves
    problem_sheets: tuple[ProblemSheet, ...]


def compose_board(figures: MonthFigures) -> BoardContent:
    """The board of a month: every township, and the units of every 口."""
    day = figures.issued_on
    strips = tuple(
        Strip(ranking.peer_label, _tiles(ranking.rows))
        for ranking in figures.sectors
        if ranking.rows
    )
    below = _strip_below(strips) if strips else None
    if below is not None and below.lines > STRIP_LINES:
        below = None
    rows = (*figures.townships.rows, *(row for part in figures.sectors for row in part.rows))
    return BoardContent(
        title=f"{figures.county_name}“月月创平安”公示栏",
        month=figures.month.label,
        issuer=figures.offices.lead_office,
        issued_on=f"{day.year}年{day.month}月{day.day}日",
        edition=f"第{figures.edition_number}版　校验码 {figures.edition_hash[:HASH_DIGITS]}",
        demo_mark="演示数据" if figures.is_demo else "",
        legend=_legend(rows),
        figures=_headline(figures),
        tiles=tuple(
            tile
            for ranking in figures.township_rankings
            for tile in _tiles(ranking.rows, ranking.group)
        ),
        columns=tile_columns(len(figures.townships.rows)),
        strips=below,
        strip_sheets=() if below is not None else _strip_sheets(strips),
        problem_sheets=_problem_sheets(figures.problems),
    )


def tile_columns(count: int) -> int:
    """Tiles in a row, so that tiles are well shaped and the last row is not left empty."""
    width, height = TILE_AREA

    def badness(columns: int) -> float:
        lines = -(-count // columns)
        shape = (width / columns) / (height / lines)
        ratio = max(shape, TILE_SHAPE) / min(shape, TILE_SHAPE)
        return ratio + EMPTY_WEIGHT * (columns * lines - count) / (columns * lines)

    return min(range(1, max(count, 1) + 1), key=badness)


def _tiles(rows: Sequence[RankRow], group: str = "") -> tuple[Tile, ...]:
    return tuple(
        Tile(
            name=row.unit_name,
            colour=row.colour,
            word=row.colour.label,
            grade=row.grade.label,
            rank=f"{group}{'并列' if row.is_tied else ''}第{row.rank}名",
            open_matters=row.open_matters,
        )
        for row in rows
    )


def _legend(rows: Sequence[RankRow]) -> tuple[Legend, ...]:
    names = {Colour.BLUE: "蓝", Colour.YELLOW: "黄", Colour.RED: "红"}
    return tuple(
        Legend(colour, names[colour], colour.label, count)
        for colour, count in count_by_colour(rows).items()
    )


def _headline(figures: MonthFigures) -> tuple[Figure, ...]:
    totals = figures.totals
    mean = mean_points([row.total for row in figures.townships.rows])
    return (
        Figure("乡镇平均得分", points_text(mean), "分" if mean is not None else ""),
        Figure("月报报送率", percent_text(totals.returns_received, totals.returns_expected), ""),
        Figure("排查问题", str(totals.matters_found), "件"),
        Figure("已办结", str(totals.matters_solved), "件"),
        Figure("未办结", str(totals.matters_open), "件"),
        Figure("群众满意率", percent_text(totals.satisfied, totals.survey_slips), "")
        if totals.survey_slips
        else Figure("群众满意率", NOT_APPLICABLE, ""),
    )


def _strip_below(strips: Sequence[Strip]) -> StripSheet:
    longest = max(len(strip.tiles) for strip in strips)
    half = STRIP_CHIPS // 2
    if longest <= half and len(strips) > 1:
        return StripSheet(_balanced(strips, longest), longest)
    return StripSheet((tuple(strips),), min(longest, STRIP_CHIPS))


def _strip_sheets(strips: Sequence[Strip]) -> tuple[StripSheet, ...]:
    """Strips in reading order: down the left column, down the right one, then the next sheet."""
    most = SHEET_LINES * SHEET_CHIPS
    pieces = [
        Strip(strip.name, strip.tiles[start : start + most])
        for strip in strips
        for start in range(0, len(strip.tiles), most)
    ]
    columns: list[list[Strip]] = []
    for piece in pieces:
        used = sum(_lines(strip, SHEET_CHIPS) for strip in columns[-1]) if columns else SHEET_LINES
        if used + _lines(piece, SHEET_CHIPS) > SHEET_LINES:
            columns.append([])
        columns[-1].append(piece)
    sheets = []
    for start in range(0, len(columns), 2):
        together = [strip for column in columns[start : start + 2] for strip in column]
        sheets.append(StripSheet(_balanced(together, SHEET_CHIPS), SHEET_CHIPS))
    return tuple(sheets)


def _problem_sheets(problems: Sequence[OpenProblem]) -> tuple[ProblemSheet, ...]:
    """As many sheets as the problems need: down the left column, then down the right one."""
    lines = [
        ProblemLine(
            each.unit_name,
            each.title,
            f"已挂{each.months}个月" if each.months >= LONG_MONTHS else "本月新挂",
            each.months >= LONG_MONTHS,
        )
        for each in problems
    ]
    most = 2 * PROBLEM_LINES
    sheets = -(-len(lines) // most)
    return tuple(
        ProblemSheet(
            f"月底尚未解决的问题　共{len(lines)}个" + (f"（第{page + 1}张）" if sheets > 1 else ""),
            tuple(
                tuple(lines[start : start + PROBLEM_LINES])
                for start in range(page * most, min((page + 1) * most, len(lines)), PROBLEM_LINES)
            ),
        )
        for page in range(sheets)
    )


def _balanced(strips: Sequence[Strip], chips: int) -> tuple[tuple[Strip, ...], ...]:
    """Two columns as even as their order allows; one where there is one strip."""
    heights = [_lines(strip, chips) for strip in strips]
    cut = min(
        range(1, len(strips) + 1),
        key=lambda place: max(sum(heights[:place]), sum(heights[place:])),
    )
    return tuple(part for part in (tuple(strips[:cut]), tuple(strips[cut:])) if part)


def _lines(strip: Strip, chips: int) -> int:
    return -(-len(strip.tiles) // chips)
