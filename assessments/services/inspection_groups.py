"""The inspection groups that an earlier structure names, as rows: offices only, no persons."""

from __future__ import annotations

from django.db import transaction

from assessments.models import InspectionGroup
from pingan import audit
from pingan.loaders.structure import InspectionGroupRow, Structure, find_structure
from pingan.models import Unit, User
from pingan.refusals import Refused


@transaction.atomic
def load_inspection_groups(*, county: Unit, by: User | None = None) -> list[InspectionGroup]:
    """Set up the groups of the county's recorded structure; those that are there are left alone."""
    structure = find_structure(county.code[:6])
    if structure is None or not structure.inspection_groups:
        raise Refused(f"没有{county.name}的督导检查组数据，请在督导检查页面逐个设立。")
    return [_load(county, structure, row, by) for row in structure.inspection_groups]


def _load(
    county: Unit, structure: Structure, row: InspectionGroupRow, by: User | None
) -> InspectionGroup:
    group, is_new = InspectionGroup.objects.get_or_create(
        county=county,
        name=row.name,
        valid_from=structure.as_of,
        defaults={"lead_unit_name": row.lead, "vehicle_unit_name": row.vehicle},
    )
    if is_new:
        units = _units(county, structure, row)
        group.units.set(units)
        audit.record(
            action="设立督导检查组",
            obj=group,
            by=by,
            unit=county,
            after={"name": group.name, "units": [unit.name for unit in units]},
            note=f"{structure.year}年建制",
        )
    return group


def _units(county: Unit, structure: Structure, row: InspectionGroupRow) -> list[Unit]:
    """Townships by their code, sectors by their name."""
    here = Unit.objects.within(county).living()
    townships = list(here.filter(code__in=row.townships))
    sectors = list(here.filter(name__in=row.sectors))
    if len(townships) != len(row.townships) or len(sectors) != len(row.sectors):
        raise Refused(
            f"{row.name}的督导单位不全。督导检查组按 {structure.year} 年的建制划分，"
            f"请先用 load_county {county.code[:6]} --structure {structure.year} 载入。"
        )
    return townships + sectors
