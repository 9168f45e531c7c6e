"""The colour board (公示栏) as data: a tile a unit, and how many of them stand in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.enums import Colour
from reports.tables import (
    NOT_APPLICABLE,
    MonthFigures,
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
STRIP_CHIPS = 8  # units of a 口 in one line of the strip; half as many in two columns
STRIP_LINES = 6  # more lines than this get a page of their own


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
    strips: tuple[Strip, ...]
    strip_columns: int
    strip_chips: int
    strips_apart: bool


def compose_board(figures: MonthFigures) -> BoardContent:
    """The board of a month: every township, and the units of every 口."""
    day = figures.issued_on
    strips = tuple(
        Strip(ranking.peer_label, _tiles(ranking.rows))
        for ranking in figures.sectors
        if ranking.rows
    )
    longest = max((len(strip.tiles) for strip in strips), default=0)
    strip_columns = 2 if longest <= STRIP_CHIPS // 2 or len(strips) > STRIP_LINES // 2 else 1
    chips = min(max(longest, 1), STRIP_CHIPS // strip_columns)
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
        tiles=_tiles(figures.townships.rows),
        columns=tile_columns(len(figures.townships.rows)),
        strips=strips,
        strip_columns=strip_columns,
        strip_chips=chips,
        strips_apart=_strip_lines(strips, strip_columns, chips) > STRIP_LINES,
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


def _tiles(rows: Sequence[RankRow]) -> tuple[Tile, ...]:
    return tuple(
        Tile(
            name=row.unit_name,
            colour=row.colour,
            word=row.colour.label,
            grade=row.grade.label,
            rank=f"{'并列' if row.is_tied else ''}第{row.rank}名",
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


def _strip_lines(strips: Sequence[Strip], columns: int, chips: int) -> int:
    """Lines of the taller column, when the 口 are dealt out row by row."""
    lines = [-(-len(strip.tiles) // chips) for strip in strips]
    rows = [lines[start : start + columns] for start in range(0, len(lines), columns)]
    return sum(max(row) for row in rows)
