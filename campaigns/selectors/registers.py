"""登记册 (O3–O5) as tables: what stood in each unit's registers on a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from campaigns.enums import FacilityKind, PostKind, TeamKind
from campaigns.models import Facility, LeadingPost, TeamEntry
from campaigns.models.registers import RegisterEntry, RegisterQuerySet
from campaigns.selectors.sections import Column
from pingan import scopes
from pingan.enums import Level, Role
from pingan.models import Unit, UnitVersion, User

# Units that keep registers: a group has none of its own.
REGISTER_LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)
BLANK = "空"  # nothing was entered; a facility of which there is none is entered as 0


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """One of the registers. `fields` are what an entry holds beside unit and dates."""

    name: str
    label: str
    model: type[RegisterEntry]
    kinds: Sequence[tuple[str, str]]
    fields: tuple[str, ...]
    columns: tuple[Column, ...]
    note: str


@dataclass(frozen=True, slots=True)
class RegisterCell:
    """What one unit has of one kind: a word or figure, coloured where it needs a look."""

    label: str
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    unit_id: int
    name: str
    parent_name: str
    is_township: bool
    cells: list[RegisterCell]


def _shown(name: str) -> Any:
    return lambda row: getattr(row, name)


def _chosen(row: Any) -> str:
    return str(row.get_kind_display())


POSTS = Register(
    "posts",
    "领导组岗位",
    LeadingPost,
    PostKind.choices,
    ("office", "kind", "holder_title"),
    (
        Column("机构名称", _shown("office")),
        Column("岗位", _chosen),
        Column("任职人职务", lambda row: row.holder_title or "空缺"),
    ),
    "在岗：设了岗位并有人任职；空缺：设了岗位没有人；空：没有登记。",
)
TEAMS = Register(
    "teams",
    "群防群治队伍",
    TeamEntry,
    TeamKind.choices,
    ("kind", "name", "heads", "squads", "is_round_the_clock", "equipment"),
    (
        Column("队伍", _chosen),
        Column("名称", _shown("name")),
        Column("人数", _shown("heads"), is_number=True),
        Column("轮班小组", _shown("squads"), is_number=True),
        Column("24小时值守", lambda row: "是" if row.is_round_the_clock else "否"),
        Column("装备", _shown("equipment"), is_long=True),
    ),
    "支数和人数；空：没有登记。",
)
FACILITIES = Register(
    "facilities",
    "设施",
    Facility,
    FacilityKind.choices,
    ("kind", "number", "working", "needed", "note"),
    (
        Column("设施", _chosen),
        Column("数量", _shown("number"), is_number=True),
        Column("完好数", _shown("working"), is_number=True),
        Column("应有数", _shown("needed"), is_number=True),
        Column("备注", _shown("note"), is_long=True),
    ),
    "完好数/数量；0：登记为没有；空：没有登记。",
)
REGISTERS = {register.name: register for register in (POSTS, TEAMS, FACILITIES)}


def register_units(
    user: User, day: dt.date, *, under: Unit | None = None, text: str = ""
) -> list[UnitVersion]:
    """The units of a table, in tree order, as they stood that day. One query.

    The county sees its townships and departments first; a township or a search opens the rest.
    """
    if not scopes.has_records(user):
        return []
    rows = UnitVersion.objects.on(day).visible_to(user).filter(level__in=REGISTER_LEVELS)
    if under is not None:
        rows = rows.within(under.path)
    elif text:
        rows = rows.filter(name__icontains=text)
    elif user.unit.level == Level.COUNTY or user.role == Role.INSPECTOR:
        rows = rows.exclude(Q(level=Level.VILLAGE) | Q(parent__level=Level.VILLAGE))
    found = list(rows.select_related("parent"))
    return sorted(found, key=_tree_order)


def _tree_order(version: UnitVersion) -> tuple[int, ...]:
    parent = version.parent
    if parent is None or parent.parent_id is None or version.level == Level.TOWNSHIP:
        return (version.position, version.unit_id)
    return (parent.position, parent.pk, version.position, version.unit_id)


def entries_on(register: Register, unit_ids: Iterable[int], day: dt.date) -> dict[int, list[Any]]:
    """Entries that stood that day, by unit. One query."""
    found: dict[int, list[Any]] = defaultdict(list)
    rows = RegisterQuerySet(register.model).on(day)
    for row in rows.filter(unit_id__in=list(unit_ids)):
        found[row.unit_id].append(row)
    return {unit_id: sorted_entries(register, rows) for unit_id, rows in found.items()}


def register_rows(
    register: Register, units: Sequence[UnitVersion], day: dt.date
) -> list[RegisterRow]:
    """A row a unit, a cell a kind. One query."""
    found = entries_on(register, [unit.unit_id for unit in units], day)
    return [
        RegisterRow(
            unit_id=unit.unit_id,
            name=unit.name,
            parent_name=unit.parent.short_name if unit.parent else "",
            is_township=unit.level == Level.TOWNSHIP,
            cells=[
                RegisterCell(label, *_said(register, _of_kind(found.get(unit.unit_id, []), kind)))
                for kind, label in register.kinds
            ],
        )
        for unit in units
    ]


def _of_kind(rows: Sequence[Any], kind: str) -> list[Any]:
    return [row for row in rows if row.kind == kind]


def _said(register: Register, rows: Sequence[Any]) -> tuple[str, str]:
    """Text and tone of what stands there."""
    if not rows:
        return BLANK, "plain"
    if register is POSTS:
        held = sum(row.is_held for row in rows)
        if not held:
            return "空缺", "warn"
        return ("在岗" if held == len(rows) == 1 else f"在岗{held}/{len(rows)}"), ""
    if register is TEAMS:
        return f"{len(rows)}支{sum(row.heads for row in rows)}人", ""
    number, working = sum(row.number for row in rows), sum(row.working for row in rows)
    if not number:
        return "0", ""
    return f"{working}/{number}", "warn" if working < number else ""


def sorted_entries(register: Register, rows: Iterable[Any]) -> list[Any]:
    """By kind as the register lists them, then by age."""
    order = {kind: place for place, (kind, _label) in enumerate(register.kinds)}
    return sorted(rows, key=lambda row: (order[row.kind], row.valid_from, row.pk))


def past_entries(register: Register, unit: Unit) -> QuerySet[Any]:
    """What no longer stands, the latest first."""
    rows = register.model._default_manager.filter(unit=unit, valid_to__isnull=False)
    return rows.order_by("-valid_to", "-pk")
