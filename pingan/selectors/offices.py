"""What the county's offices are called on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pingan.enums import OfficeRole
from pingan.models import CountySettings, OfficeName, Unit


@dataclass(frozen=True, slots=True)
class Office:
    """An office by its full and its short name."""

    name: str
    short_name: str


# Where the county has not entered a name for that day: neutral words, no office of the past.
DEFAULTS = {
    OfficeRole.COMMITTEE: Office("平安创建工作领导组", "领导组"),
    OfficeRole.LEAD_OFFICE: Office("平安创建工作领导组办公室", "创安办"),
    OfficeRole.TOWNSHIP_OFFICE: Office("平安创建办公室", "创安办"),
}


def office_names(county: Unit, on: dt.date) -> dict[OfficeRole, Office]:
    """Every office's name as it was on that day. One query."""
    named = OfficeName.objects.filter(county_id=county.root_id).on(on).order_by("valid_from")
    found = {OfficeRole(row.role): Office(row.name, row.short_name) for row in named}
    return DEFAULTS | found


def is_demo_county(county_id: int) -> bool:
    """Whether the county's records are made up; every page and document then says so."""
    return CountySettings.objects.filter(county_id=county_id, is_demo=True).exists()
