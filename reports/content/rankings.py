"""The rankings of a bulletin: who leads, who trails, and the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from reports.content.document import Attachment, Cell, Column, Table, side_by_side
from reports.tables import (
    ItemHead,
    MonthFigures,
    PeerRanking,
    RankRow,
    change_text,
    count_by_colour,
    count_by_grade,
    points_text,
)

NAMED = 3  # places named at either end
FEW = 2 * NAMED  # a shorter ranking is named at its two ends only
ITEM_COLUMNS = 8  # score items that fit a portrait page beside grade and colour
MOST_ITEMS = 14  # score items that fit beside the name alone
HALF_ROWS = 36  # units of one table that stays on one page
COLOUR_NAMES = {"blue": "蓝色", "yellow": "黄色", "red": "红色"}


def leaders(rows: Sequence[RankRow]) -> list[RankRow]:
    """The units of the first places, ties included."""
    return [row for row in rows if row.rank <= (NAMED if len(rows) > FEW else 1)]


def trailers(rows: Sequence[RankRow]) -> list[RankRow]:
    """The units of the last places, ties included, none of them a leader."""
    if not rows:
        return []
    first = rows[-NAMED if len(rows) > FEW else -1].rank
    last = [row for row in rows if row.rank >= first]
    if len(last) > FEW:
        last = [row for row in rows if row.rank == rows[-1].rank]
    named = {row.unit_code for row in leaders(rows)}
    return [row for row in last if row.unit_code not in named]


def places_text(rows: Sequence[RankRow]) -> str:
    """ "第1名角奎镇（98.50分），并列第2名小草坝镇、牛街镇（97.00分）"."""
    parts = []
    for rank, members in groupby(rows, key=lambda row: row.rank):
        group = list(members)
        names = "、".join(row.unit_name for row in group)
        tied = "并列" if len(group) > 1 else ""
        parts.append(f"{tied}第{rank}名{names}（{points_text(group[0].total)}分）")
    return "，".join(parts)


def grades_text(rows: Sequence[RankRow]) -> str:
    """The grades that occur: "优秀5个、良好8个"."""
    counts = count_by_grade(rows).items()
    return "、".join(f"{grade.label}{count}个" for grade, count in counts if count)


def colours_text(rows: Sequence[RankRow]) -> str:
    """The colours that occur: "平安（蓝色）13个、不稳定（红色）1个"."""
    counts = count_by_colour(rows).items()
    return "、".join(
        f"{colour.label}（{COLOUR_NAMES[colour.value]}）{count}个"
        for colour, count in counts
        if count
    )


def short_table(ranking: PeerRanking, unit_title: str, caption: str = "") -> Table:
    """Rank, unit, points, grade and colour, in two halves."""
    columns = (
        Column("名次", 8.8),
        Column(unit_title, 27.6, "left"),
        Column("得分", 13, "right"),
        Column("等次", 12.5),
        Column("评价", 16.1),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(str(row.rank)),
            Cell(row.unit_name),
            Cell(points_text(row.total)),
            Cell(row.grade.label),
            Cell(row.colour.label, row.colour),
        )
        for row in ranking.rows
    ]
    return side_by_side(caption, columns, rows)


def full_table(ranking: PeerRanking, unit_title: str) -> Table:
    """Everything known of a ranking: items as well, where they fit."""
    items = ranking.items if len(ranking.items) <= ITEM_COLUMNS else ()
    columns = (
        Column("名次", 8),
        Column(unit_title, 23.7, "left"),
        *(_item_column(item) for item in items),
        Column("总分", 10, "right"),
        Column("等次", 11),
        Column("评价", 14.3),
        Column("较上月", 11),
        Column("未办结", 11, "right"),
    )
    rows = tuple(
        (
            Cell(str(row.rank)),
            Cell(row.unit_name),
            *(Cell(points_text(row.points[index])) for index in range(len(items))),
            Cell(points_text(row.total)),
            Cell(row.grade.label),
            Cell(row.colour.label, row.colour),
            Cell(change_text(row.change)),
            Cell(str(row.open_matters)),
        )
        for row in ranking.rows
    )
    return Table(group_caption(ranking), columns, rows)


def group_caption(ranking: PeerRanking) -> str:
    """ "街道组（5个单位）"; empty where the siblings are ranked all together."""
    return f"{ranking.group}组（{len(ranking.rows)}个单位）" if ranking.group else ""


def item_tables(ranking: PeerRanking, unit_title: str) -> list[Table]:
    """The points of every item, where they are too many for the table of the ranking."""
    if len(ranking.items) <= ITEM_COLUMNS:
        return []
    return [
        Table(
            "各考核项得分"
            + (f"　{ranking.group}组" if ranking.group else "")
            + ("（续）" if start else ""),
            (
                Column("名次", 8),
                Column(unit_title, 23.7, "left"),
                *(_item_column(item) for item in ranking.items[start : start + MOST_ITEMS]),
            ),
            tuple(
                (
                    Cell(str(row.rank)),
                    Cell(row.unit_name),
                    *(Cell(points_text(each)) for each in row.points[start : start + MOST_ITEMS]),
                )
                for row in ranking.rows
            ),
        )
        for start in range(0, len(ranking.items), MOST_ITEMS)
    ]


def attachments(figures: MonthFigures, unit_word: str) -> tuple[Attachment, ...]:
    """The ranking tables behind the text, numbered as far as they exist."""
    month = figures.month.label
    parts: list[tuple[str, str, tuple[Table, ...]]] = []
    if figures.townships.rows:
        note = "说明：分项表头下方为该项满分；“—”表示不适用或没有上月名次；未办结以件计。"
        if figures.township_groups:
            note += "各组分别排名，名次只在同组内比较。"
        tables = tuple(
            table
            for ranking in figures.township_rankings
            for table in (full_table(ranking, unit_word), *item_tables(ranking, unit_word))
        )
        parts.append((f"{month}{unit_word}考评排名表", note, tables))
    sectors = [ranking for ranking in figures.sectors if ranking.rows]
    if sectors:
        tables = tuple(short_table(ranking, "单位", _caption(ranking)) for ranking in sectors)
        parts.append((f"{month}{sector_word(figures)}考评排名表", "", tables))
    villages = [ranking for ranking in figures.villages if ranking.rows]
    if villages:
        tables = tuple(table for ranking in villages for table in _village_tables(ranking))
        parts.append((f"{month}村（社区）考评排名表", "", tables))
    return tuple(
        Attachment(f"附件{index}" if len(parts) > 1 else "附件", title, note, tables)
        for index, (title, note, tables) in enumerate(parts, 1)
    )


def sector_word(figures: MonthFigures) -> str:
    """各口单位, unless units below a township (schools, markets …) are ranked as well."""
    labels = [ranking.peer_label for ranking in figures.sectors if ranking.rows]
    return "各口单位" if all(label.endswith("口") for label in labels) else "各口和其他单位"


def _item_column(item: ItemHead) -> Column:
    return Column(f"{item.name}\n{_short(item.points)}分", 9.6, "right")


def _village_tables(ranking: PeerRanking) -> list[Table]:
    tables = []
    for start in range(0, len(ranking.rows), HALF_ROWS):
        rows = ranking.rows[start : start + HALF_ROWS]
        part = replace(ranking, rows=rows)
        caption = _caption(ranking) + ("（续）" if start else "")
        tables.append(short_table(part, "村（社区）", caption))
    return tables


def _caption(ranking: PeerRanking) -> str:
    name = ranking.parent_name
    if "村" not in ranking.peer_label:  # the units of a 口 hang under the county
        name = ranking.peer_label
    if ranking.group:
        name = f"{name}{ranking.group}组"
    return f"{name}（{len(ranking.rows)}个单位）"


def _short(points: int) -> str:
    return points_text(points).removesuffix("00").removesuffix(".")
