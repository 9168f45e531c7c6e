"""What every change of the tree is made of: lock, check, move, new versions."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max, Q, QuerySet, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils import timezone

from pingan import audit, policies, scopes
from pingan.enums import CHILD_LEVELS, LEVEL_OF_KIND, Level, UnitEventKind, UnitKind
from pingan.fields import PATH_LENGTH, path_segment
from pingan.loaders.division import CODE_LENGTH, village_kind
from pingan.models import Guidance, Unit, UnitEvent, UnitVersion, User
from pingan.refusals import Refused


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What is known of a unit when it is set up."""

    code: str
    name: str
    kind: UnitKind
    short_name: str = ""
    position: int = 0
    is_scored: bool = True
    population: int | None = None
    households: int | None = None
    area: Decimal | None = None
    market_days: str = ""


@dataclass(frozen=True, slots=True)
class MovedUnit:
    """A unit that goes to another parent, with its new code and name if they change too."""

    unit: Unit
    code: str = ""
    name: str = ""
    short_name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the units that a split leaves, with the units that it takes over."""

    data: NewUnit
    children: Sequence[MovedUnit] = field(default_factory=tuple)


def hold_unit(*, unit: Unit, on: dt.date, by: User | None) -> Unit:
    """The unit as it is now, its county locked until the change is done."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.root_id)
    fresh = Unit.objects.select_related("parent").get(pk=unit.pk)
    policies.check_change_units(by, fresh)
    if not fresh.is_living:
        raise Refused(f"“{fresh.name}”已经停用，不能再变更。")
    if on > timezone.localdate():
        raise Refused("生效日期不能晚于今天，请在生效当天或之后再登记。")
    if on < fresh.valid_from:
        raise Refused(f"生效日期不能早于“{fresh.name}”的启用日期 {fresh.valid_from}。")
    return fresh


def add_unit(parent: Unit, data: NewUnit, on: dt.date) -> Unit:
    level = LEVEL_OF_KIND[data.kind]
    if level not in CHILD_LEVELS[Level(parent.level)]:
        raise Refused(f"“{parent.name}”下面不能设“{data.kind.label}”。")
    check_code(data.code)
    unit = Unit.objects.create(
        path=uuid.uuid4().hex,  # its own id is part of the path: known one line later
        parent=parent,
        county_id=parent.root_id,
        code=data.code,
        name=data.name,
        short_name=data.short_name or data.name,
        kind=data.kind,
        level=level,
        position=data.position or next_position(parent),
        is_scored=data.is_scored,
        population=data.population,
        households=data.households,
        area=data.area,
        market_days=data.market_days,
        valid_from=on,
    )
    unit.path = parent.path + path_segment(unit.pk)
    if len(unit.path) > PATH_LENGTH:
        raise Refused("单位的层级太深，不能再往下设。")
    unit.save(update_fields=["path"])
    UnitVersion.objects.create(**version_values(unit, on))
    return unit


def version_values(unit: Unit, on: dt.date) -> dict[str, object]:
    """What a version beginning `on` keeps of a unit."""
    return {
        "unit_id": unit.pk,
        "valid_from": on,
        "path": unit.path,
        "parent_id": unit.parent_id,
        "county_id": unit.county_id,
        "code": unit.code,
        "name": unit.name,
        "short_name": unit.short_name,
        "kind": unit.kind,
        "level": unit.level,
        "position": unit.position,
        "is_scored": unit.is_scored,
    }


def take_over(to: Unit, moved: MovedUnit) -> None:
    """Hang a unit with everything below it under `to`; versions are the caller's."""
    unit = moved.unit
    if unit.root_id != to.root_id:
        raise Refused(f"“{unit.name}”只能在本县内划转。")
    if to.path.startswith(unit.path):
        raise Refused(f"“{unit.name}”不能划到自己或自己的下级单位“{to.name}”下面。")
    if unit.level not in CHILD_LEVELS[Level(to.level)]:
        raise Refused(f"“{to.name}”下面不能放“{unit.name}”，层级不对。")
    new_path = to.path + path_segment(unit.pk)
    subtree = Unit.objects.filter(scopes.within(unit.path))
    check_depth(subtree, len(new_path) - len(unit.path))
    subtree.update(path=Concat(Value(new_path), Substr("path", len(unit.path) + 1)))
    unit.path, unit.parent = new_path, to
    if moved.name:
        unit.name, unit.short_name = moved.name, moved.short_name or moved.name
    if moved.code:
        unit.kind = _kind_by_code(unit, moved.code)
    recode(unit, moved.code)
    unit.save(update_fields=["parent", "name", "short_name", "kind", "code"])


def _kind_by_code(unit: Unit, code: str) -> str:
    """A village's new official code may say that it is a community now, or no longer."""
    is_official = unit.level == Level.VILLAGE and len(code) == CODE_LENGTH
    return village_kind(code) if is_official else unit.kind


def recode(unit: Unit, code: str) -> bool:
    """Give a new code; codes below that continue the old one (groups) follow."""
    if not code or code == unit.code:
        return False
    check_code(code)
    below = Unit.objects.filter(scopes.within(unit.path), valid_to=None).exclude(pk=unit.pk)
    below.filter(code__startswith=unit.code).update(
        code=Concat(Value(code), Substr("code", len(unit.code) + 1))
    )
    unit.code = code
    return True


def check_code(code: str) -> None:
    if not code:
        raise Refused("请填写单位代码。")
    if other := Unit.objects.living().filter(code=code).first():
        raise Refused(f"代码 {code} 已经用于“{other.name}”，请换一个代码。")


def check_depth(subtree: QuerySet[Unit], growth: int) -> None:
    deepest = subtree.aggregate(n=Max(Length("path")))["n"] or 0
    if deepest + growth > PATH_LENGTH:
        raise Refused("单位的层级太深，不能这样划转或合并。")


def refuse_children(unit: Unit, advice: str) -> None:
    children = list(unit.children.living().values_list("name", flat=True)[:4])
    if children:
        names = "、".join(children[:3]) + ("等" if len(children) > 3 else "")
        raise Refused(f"“{unit.name}”下面还有{names}，{advice}。")


def next_position(parent: Unit) -> int:
    return (parent.children.aggregate(n=Max("position"))["n"] or 0) + 1


def rewrite_versions(units: QuerySet[Unit], on: dt.date) -> None:
    """End the open versions of these living units the day before `on`, begin new ones from them."""
    living = list(units.filter(valid_to=None))
    open_versions = UnitVersion.objects.filter(unit__in=units, valid_to=None)
    if late := open_versions.filter(valid_from__gt=on).order_by("-valid_from").first():
        raise Refused(f"生效日期不能早于 {late.valid_from}，那天“{late.name}”已有一次变更。")
    open_versions.filter(valid_from=on).delete()  # two changes of one day leave one version
    open_versions.filter(valid_from__lt=on).update(valid_to=on)
    UnitVersion.objects.bulk_create(UnitVersion(**version_values(unit, on)) for unit in living)


def end_unit(unit: Unit, on: dt.date, *, successor: Unit | None) -> None:
    """Close a unit; its path moves below its successor."""
    if UnitVersion.objects.filter(unit=unit, valid_to=None, valid_from__gte=on).exists():
        raise Refused(f"“{unit.name}”在 {on} 当天或之后已有变更，请把停用日期写晚一天。")
    UnitVersion.objects.filter(unit=unit, valid_to=None).update(valid_to=on)
    Guidance.objects.filter(Q(unit=unit) | Q(guide=unit), valid_to=None).update(valid_to=on)
    unit.valid_to, unit.successor = on, successor
    if successor:
        old = unit.path
        unit.path = successor.path + path_segment(unit.pk)
        archive = Unit.objects.filter(scopes.within(old))
        check_depth(archive, len(unit.path) - len(old))
        archive.update(path=Concat(Value(unit.path), Substr("path", len(old) + 1)))
    unit.save(update_fields=["valid_to", "successor", "path"])


def record_event(
    *,
    unit: Unit,
    kind: UnitEventKind,
    on: dt.date,
    by: User | None,
    note: str,
    other: Unit | None = None,
) -> None:
    UnitEvent.objects.create(
        unit=unit, kind=kind, on=on, other=other, note=note[:200], recorded_by=by
    )


def facts_of(unit: Unit, on: dt.date) -> dict[str, object]:
    fields = ("code", "name", "kind", "valid_to")
    return audit.snapshot(unit, *fields) | {
        "parent": unit.parent.name if unit.parent else "",
        "on": on.isoformat(),
    }
