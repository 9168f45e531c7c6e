"""The colour board (S5): every unit's colour, and the problems that hang until they are solved."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from assessments import ladder
from assessments.enums import Colour, Grade
from assessments.models import Edition, Problem, Scorecard
from pingan.enums import Level
from pingan.fields import ID_WIDTH
from pingan.models import Unit, User
from pingan.months import Month
from pingan.scopes import may_see, within

TOWNSHIPS = "乡镇(街道)"
LONG_MONTHS = 2  # a notice is due


@dataclass(frozen=True, slots=True)
class BoardProblem:
    """One problem that was open at the end of the month. `problem_id` where one may open it."""

    title: str
    unit_name: str
    path: str
    months: int
    solved_on: dt.date | None
    problem_id: int

    @property
    def is_long(self) -> bool:
        return self.months >= LONG_MONTHS


@dataclass(frozen=True, slots=True)
class BoardUnit:
    """One unit on the board with the problems of its own and of the units below it."""

    name: str
    colour: Colour
    grade: Grade
    total: int
    rank: int
    is_tied: bool
    problems: tuple[BoardProblem, ...]
    card_id: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """The townships, or the units of one 口."""

    name: str
    units: tuple[BoardUnit, ...]


@dataclass(frozen=True, slots=True)
class Board:
    groups: tuple[BoardGroup, ...]

    @property
    def units(self) -> list[BoardUnit]:
        return [unit for group in self.groups for unit in group.units]

    @property
    def colours(self) -> list[tuple[Colour, int]]:
        found = Counter(unit.colour for unit in self.units)
        return [(colour, found[colour]) for colour in Colour]

    @property
    def problems(self) -> list[BoardProblem]:
        """The longest open first."""
        found = [problem for unit in self.units for problem in unit.problems]
        return sorted(found, key=lambda problem: (-problem.months, problem.path))


def board_problems(county: Unit, month: Month) -> list[BoardProblem]:
    """What was open at the end of the month, in the order of the tree. One query."""
    rows = (
        Problem.objects.filter(within(county.path, "unit__path"))
        .open_on(month.last_day)
        .select_related("unit")
        .order_by("unit__path", "found_on", "pk")
    )
    return [
        BoardProblem(
            title=row.title,
            unit_name=row.unit.name,
            path=row.unit.path,
            months=ladder.months_open(row.month, month),
            solved_on=row.solved_on,
            problem_id=row.pk,
        )
        for row in rows
    ]


def board(edition: Edition, user: User | None = None) -> Board:
    """The board of one edition. Two queries, whatever the units.

    Without a user, for everybody, only what is still unsolved hangs.
    """
    cards = (
        Scorecard.objects.filter(
            Q(level=Level.TOWNSHIP) | Q(level=Level.DEPARTMENT, unit__parent__level__in=_OF_COUNTY),
            edition=edition,
        )
        .select_related("unit")
        .defer("lines", "facts")
        .order_by("level", "parent_code", "peer_group", "rank", "position", "unit_code")
    )
    found = board_problems(edition.county, edition.month)
    if user is None:
        found = [problem for problem in found if problem.solved_on is None]
    shown = list(cards)
    by_path = _by_unit(found, [card.unit.path for card in shown])
    groups: dict[str, list[BoardUnit]] = {}
    for card in shown:
        name = TOWNSHIPS if card.level == Level.TOWNSHIP else card.parent_name
        if card.peer_group:
            name = f"{name}　{card.peer_group}"
        groups.setdefault(name, []).append(_unit(card, by_path.get(card.unit.path, []), user))
    return Board(tuple(BoardGroup(name, tuple(units)) for name, units in groups.items()))


_OF_COUNTY = (Level.COUNTY, Level.SECTOR)


def _unit(card: Scorecard, problems: Sequence[BoardProblem], user: User | None) -> BoardUnit:
    return BoardUnit(
        name=card.unit_name,
        colour=Colour(card.colour),
        grade=Grade(card.grade),
        total=card.total,
        rank=card.rank,
        is_tied=card.is_tied,
        problems=tuple(problems),
        card_id=card.pk,
        is_own=user is not None and may_see(user, card.unit.path),
    )


def _by_unit(
    problems: Sequence[BoardProblem], paths: Sequence[str]
) -> Mapping[str, list[BoardProblem]]:
    """Problems under the unit of the board that answers for them: the nearest one above."""
    on_board = set(paths)
    found: dict[str, list[BoardProblem]] = {}
    for problem in problems:
        above = [
            problem.path[:length]
            for length in range(len(problem.path), 0, -ID_WIDTH)
            if problem.path[:length] in on_board
        ]
        if above:
            found.setdefault(above[0], []).append(problem)
    return found


def public_edition(county: Unit) -> Edition | None:
    """The newest published month, in its newest published edition."""
    editions = Edition.objects.published().filter(county=county).select_related("county")
    return editions.order_by("-month", "-number").first()
