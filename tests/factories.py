"""Makers of the rows that tests start from. No randomness, nothing that a test did not ask for."""

import datetime as dt
import itertools
from dataclasses import dataclass, field

from pingan.enums import LEVEL_OF_KIND, Role, UnitKind
from pingan.fields import path_segment
from pingan.models import CountySettings, Unit, UnitVersion, User

PASSWORD = "Pingan-2026-demo"  # of every made user
STARTED_ON = dt.date(2020, 1, 1)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class County:
    """A small county: 2 townships × 2 villages × 2 groups, 1 sector with 2 departments."""

    county: Unit
    townships: list[Unit] = field(default_factory=list)
    villages: list[Unit] = field(default_factory=list)  # two of each township, in order
    groups: list[Unit] = field(default_factory=list)  # two of each village, in order
    sectors: list[Unit] = field(default_factory=list)
    departments: list[Unit] = field(default_factory=list)

    @property
    def units(self) -> list[Unit]:
        """Every unit, parents first."""
        parts = (self.townships, self.villages, self.groups, self.sectors, self.departments)
        return [self.county, *itertools.chain.from_iterable(parts)]


def make_unit(
    parent: Unit | None,
    *,
    kind: UnitKind,
    code: str,
    name: str,
    valid_from: dt.date = STARTED_ON,
    **fields: object,
) -> Unit:
    """One unit with its open version; `fields` are further fields of `Unit`."""
    values = {"short_name": name, **fields}
    unit = Unit.objects.create(
        path=f"new{next(_numbers)}",
        parent=parent,
        county_id=parent.root_id if parent else None,
        kind=kind,
        level=LEVEL_OF_KIND[kind],
        code=code,
        name=name,
        valid_from=valid_from,
        **values,
    )
    unit.path = (parent.path if parent else "") + path_segment(unit.pk)
    unit.save(update_fields=["path"])
    make_version(unit)
    return unit


def make_version(unit: Unit) -> UnitVersion:
    """The version that says what the unit is today, since its first day."""
    names = ("path", "parent", "county", "code", "name", "short_name", "kind", "level", "position")
    same = {name: getattr(unit, name) for name in (*names, "is_scored", "valid_from", "valid_to")}
    return UnitVersion.objects.create(unit=unit, **same)


def make_county(
    code: str = "530628", name: str = "演示县", *, townships: int = 2, villages: int = 2
) -> County:
    """A county with its tree and settings; the codes begin with `code`, the names say where."""
    county = make_unit(None, kind=UnitKind.COUNTY, code=f"{code}000000", name=name)
    # Published straight away; the tests of the preview set its hours.
    CountySettings.objects.create(county=county, is_demo=True, preview_hours=0)
    tree = County(county)
    for number in range(townships):
        _add_township(tree, code, number, villages=villages)
    sector = make_unit(county, kind=UnitKind.SECTOR, code=f"{code}K1", name="政法口", position=90)
    tree.sectors.append(sector)
    for number, title in enumerate(("公安局", "司法局"), start=1):
        tree.departments.append(
            make_unit(
                sector,
                kind=UnitKind.DEPARTMENT,
                code=f"{code}D{number}",
                name=f"{name}{title}",
                short_name=title,
                position=number,
            )
        )
    return tree


def _add_township(tree: County, code: str, number: int, *, villages: int) -> None:
    letter = "甲乙丙丁戊己庚辛"[number]
    town_code = f"{code}{100 + number}"
    township = make_unit(
        tree.county,
        kind=UnitKind.TOWN,
        code=f"{town_code}000",
        name=f"{letter}镇",
        position=number + 1,
        market_days="3,8",
    )
    tree.townships.append(township)
    for place in range(1, villages + 1):
        village = make_unit(
            township,
            kind=UnitKind.VILLAGE,
            code=f"{town_code}{200 + place}",
            name=f"{letter}{place}村",
            position=place,
            market_days="3,8",
        )
        tree.villages.append(village)
        tree.groups.extend(
            make_unit(
                village,
                kind=UnitKind.GROUP,
                code=f"{village.code}{group:03d}",
                name=f"{group}组",
                position=group,
            )
            for group in (1, 2)
        )


def make_user(role: Role, unit: Unit, username: str = "", **fields: object) -> User:
    """An active account that may sign in with PASSWORD."""
    number = next(_numbers)
    values = {"display_name": f"{Role(role).label}{number}", **fields}
    return User.objects.create_user(
        username or f"{role}-{number}".replace("_", "-"), PASSWORD, role=role, unit=unit, **values
    )
