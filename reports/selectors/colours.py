"""The colour matrix: units down, the twelve months of a year across."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.enums import Colour, Grade
from assessments.models import Edition, Scorecard
from pingan.enums import Level
from pingan.models import User
from pingan.months import Month
from pingan.scopes import may_see
from reports.tables import points_text

CHOICES = (("townships", "各乡镇"), ("sectors", "各口"))
LETTERS = {Colour.BLUE: "蓝", Colour.YELLOW: "黄", Colour.RED: "红"}


@dataclass(frozen=True, slots=True)
class ColourCell:
    """One unit in one month; `card_id` where this person may open the scorecard."""

    colour: Colour
    grade: Grade
    total: int
    rank: int
    card_id: int | None

    @property
    def letter(self) -> str:
        return LETTERS[self.colour]

    @property
    def title(self) -> str:
        total = points_text(self.total)
        return f"{self.colour.label}，{self.grade.label}，{total}分，第{self.rank}名"


@dataclass(frozen=True, slots=True)
class ColourRow:
    """One unit's year: a cell a month, None where it was not scored."""

    unit_name: str
    cells: tuple[ColourCell | None, ...]
    unit_id: int
    is_choice: bool  # the filter offers the units below it

    @property
    def red_count(self) -> int:
        return sum(cell is not None and cell.colour is Colour.RED for cell in self.cells)


def colour_rows(
    editions: Mapping[Month, Edition], *, parent_id: int, level: Level, user: User
) -> list[ColourRow]:
    """Rows of the units that stood below the parent in any of the months. One query."""
    cards = list(
        Scorecard.objects.filter(
            edition_id__in=[edition.pk for edition in editions.values()],
            parent_id=parent_id,
            level=level,
        )
        .select_related("unit")
        .defer("lines", "facts")
        .order_by("month", "position", "unit_code")
    )
    names: dict[int, tuple[int, str]] = {}
    cells: dict[int, dict[int, ColourCell]] = {}
    for card in cards:  # the name of the newest month wins
        names[card.unit_id] = (card.position, card.unit_name)
        cells.setdefault(card.unit_id, {})[card.month.number] = ColourCell(
            colour=Colour(card.colour),
            grade=Grade(card.grade),
            total=card.total,
            rank=card.rank,
            card_id=card.pk if may_see(user, card.unit.path) else None,
        )
    ordered = sorted(names, key=lambda unit: (names[unit][0], names[unit][1], unit))
    return [
        ColourRow(
            names[unit][1],
            tuple(cells[unit].get(number) for number in range(1, 13)),
            unit,
            level in (Level.TOWNSHIP, Level.SECTOR),
        )
        for unit in ordered
    ]


def colour_parents(
    editions: Mapping[Month, Edition],
) -> list[tuple[int, Level, str]]:
    """What the filter offers: every township and 口 of the newest month, with its name."""
    if not editions:
        return []
    newest = editions[max(editions)]
    cards = (
        Scorecard.objects.filter(
            edition=newest, parent_id=newest.county_id, level__in=[Level.TOWNSHIP, Level.SECTOR]
        )
        .order_by("level", "position", "unit_code")
        .values_list("unit_id", "level", "unit_name")
    )
    return [(unit, Level(level), name) for unit, level, name in cards]
