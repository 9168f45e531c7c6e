"""The blank sheet of a visit and the record of a draw, as plain values for the printer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from assessments import draws
from assessments.enums import DrawState, VisitKind
from assessments.models import Draw, InspectionGroup
from assessments.selectors.sheets import SheetLine
from pingan.months import Month


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """A sheet to be filled in by hand: number, name, standard, points of every line."""

    title: str
    unit: str
    month: str
    group: str
    lines: tuple[tuple[str, str, str, str], ...]
    total: str
    demo_mark: str


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """Everything that is needed to draw again, on paper."""

    title: str
    county: str
    month: str
    facts: tuple[tuple[str, str], ...]
    seal: str
    seed: str
    salt: str
    result: tuple[tuple[str, str, str], ...]
    lots: tuple[tuple[str, str, str, bool], ...]
    excluded: tuple[tuple[str, str, str], ...]
    shell: str
    windows: str
    demo_mark: str


def _points(hundredths: int) -> str:
    return f"{hundredths / 100:g}"


def blank_sheet(
    *,
    unit_name: str,
    month: Month,
    kind: VisitKind,
    lines: Sequence[SheetLine],
    group: InspectionGroup | None,
    is_demo: bool,
) -> BlankSheet:
    return BlankSheet(
        title="督导检查表" if kind == VisitKind.OPEN else "暗访检查表",
        unit=unit_name,
        month=month.label,
        group=group.name if group else "",
        lines=tuple(
            (str(number), line.name, line.standard, _points(line.points))
            for number, line in enumerate(lines, start=1)
        ),
        total=_points(sum(line.points for line in lines)),
        demo_mark="演示" if is_demo else "",
    )


def draw_record(draw: Draw, *, county_name: str, is_demo: bool) -> DrawRecord:
    """A draw that has been made, to be printed; the seed with it."""
    pool = [(unit_id, code, name) for unit_id, code, name in draw.pool]
    drawn = {code for _unit, code, _name, _digest in draw.result}
    codes = [code for _unit, code, _name in pool]
    is_drawn = draw.state == DrawState.DRAWN
    return DrawRecord(
        title=f"{draw.title}记录",
        county=county_name,
        month=draw.month.label,
        facts=tuple(_facts(draw)),
        seal=draw.seed_hash,
        seed=draw.seed if is_drawn else "",
        salt=draw.salt,
        result=tuple(
            (str(place), code, name)
            for place, (_unit, code, name, _digest) in enumerate(draw.result, start=1)
        ),
        lots=tuple(
            (lot.digest, lot.code, lot.name, lot.code in drawn)
            for lot in (draws.lots(draw.seed, draw.salt, pool) if is_drawn else [])
        ),
        excluded=tuple((code, name, reason) for code, name, reason in draw.excluded),
        shell=draws.shell_command(draw.seed, draw.salt, codes, draw.wanted) if is_drawn else "",
        windows=draws.windows_command(draw.seed, draw.salt, codes, draw.wanted) if is_drawn else "",
        demo_mark="演示" if is_demo else "",
    )


def _facts(draw: Draw) -> list[tuple[str, str]]:
    facts = [
        ("编号", f"{draw.month.label}第{draw.number}次"),
        ("检查方式", VisitKind(draw.kind).label),
        ("督导检查组", draw.group.name if draw.group else "全部"),
        ("候选单位", f"{len(draw.pool)}个，抽取{draw.wanted}个"),
        ("封存", _moment(draw.committed_at, draw.committed_by)),
    ]
    if draw.drawn_at:
        facts.append(("抽取", _moment(draw.drawn_at, draw.drawn_by)))
    if draw.state == DrawState.CANCELLED:
        facts.append(("作废原因", draw.reason))
    return facts


def _moment(at: object, by: object) -> str:
    moment = timezone.localtime(at)  # type: ignore[arg-type]
    name = getattr(by, "display_name", "") or "系统"
    return f"{moment.year}年{moment.month}月{moment.day}日{moment:%H:%M}，{name}"
