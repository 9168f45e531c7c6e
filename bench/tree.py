"""Trees of units to close: a real county, a real province, or one of the province's shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pingan.enums import LEVEL_OF_KIND, Level, UnitKind
from pingan.loaders.departments import read_departments
from pingan.loaders.division import DivisionUnit, iter_province, read_county

COUNTY_CODE, PROVINCE_CODE = "530628", "53"
SECTOR_UNITS = 90  # 口 and their units of one county
# The shape of Yunnan, where the package of official codes is not installed.
COUNTIES, TOWNSHIPS, VILLAGES = 129, 1461, 14_888


@dataclass(frozen=True, slots=True)
class Place:
    """A unit to be made; parents come before their children."""

    code: str
    name: str
    kind: UnitKind
    parent_code: str
    is_scored: bool = True

    @property
    def level(self) -> Level:
        return LEVEL_OF_KIND[self.kind]


def county(groups: int) -> Iterator[Place]:
    """The real county with its 口, and `groups` groups spread over its villages."""
    yield from _with_sectors(read_county(COUNTY_CODE), groups)


def province(package: Path) -> Iterator[Place]:
    """Every county of the province with townships, villages and 口."""
    for _code, units in iter_province(PROVINCE_CODE, package):
        yield from _with_sectors(units, groups=0)


def shape_of_province() -> Iterator[Place]:
    """As many counties, townships and villages as the province has, under numbered names."""
    for number in range(COUNTIES):
        units = list(_county_of_shape(number))
        yield from _with_sectors(units, groups=0)


def _county_of_shape(number: int) -> Iterator[DivisionUnit]:
    code = f"99{number + 1:04d}"
    townships = _share(TOWNSHIPS, COUNTIES, number)
    first = sum(_share(TOWNSHIPS, COUNTIES, before) for before in range(number))
    yield _unit(f"{code}000000", f"第{number + 1}县", UnitKind.COUNTY, "")
    for place in range(townships):
        town = f"{code}{100 + place}"
        yield _unit(f"{town}000", f"{place + 1}镇", UnitKind.TOWN, f"{code}000000")
        for village in range(_share(VILLAGES, TOWNSHIPS, first + place)):
            name = f"{place + 1}镇{village + 1}村"
            yield _unit(f"{town}{200 + village}", name, UnitKind.VILLAGE, f"{town}000")


def _unit(code: str, name: str, kind: UnitKind, parent: str) -> DivisionUnit:
    return DivisionUnit(code, name, name, kind, parent, is_scored=True)


def _share(whole: int, parts: int, place: int) -> int:
    """The part at `place` when the whole is cut as evenly as integers allow."""
    return whole * (place + 1) // parts - whole * place // parts


def _with_sectors(units: list[DivisionUnit], groups: int) -> Iterator[Place]:
    for unit in units:
        yield Place(unit.code, unit.name, unit.kind, unit.parent_code, unit.is_scored)
    root = units[0]
    made = list(read_departments(root.code, root.name))
    for department in made:
        yield (
            Place(department.code, department.name, department.kind, root.code)
            if (department.kind == UnitKind.SECTOR)
            else Place(department.code, department.name, department.kind, department.parent_code)
        )
    last = next(unit.code for unit in reversed(made) if unit.kind == UnitKind.SECTOR)
    for number in range(SECTOR_UNITS - len(made)):
        yield Place(f"{last}X{number:02d}", f"单位{number + 1}", UnitKind.DEPARTMENT, last)
    villages = [unit for unit in units if LEVEL_OF_KIND[unit.kind] == Level.VILLAGE]
    for place, village in enumerate(villages):
        for number in range(_share(groups, len(villages), place)):
            code = f"{village.code}{number + 1:03d}"
            yield Place(code, f"{number + 1}组", UnitKind.GROUP, village.code)
