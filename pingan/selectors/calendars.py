"""A county's own calendar."""

from __future__ import annotations

from pingan import calendars
from pingan.calendars import Deadline, Rules
from pingan.enums import ShiftRule, Step
from pingan.models import CountySettings, Unit
from pingan.months import Month


def county_settings(county: Unit) -> CountySettings:
    """The county's row; the defaults where nobody has saved it yet."""
    saved = CountySettings.objects.filter(county_id=county.root_id).first()
    return saved or CountySettings(county_id=county.root_id)


def rules_of(settings: CountySettings) -> Rules:
    """The part of the settings that fixes deadlines."""
    return Rules(
        village_day=settings.village_day,
        township_day=settings.township_day,
        inspection_day=settings.inspection_day,
        bulletin_day=settings.bulletin_day,
        shift_rule=ShiftRule(settings.shift_rule),
    )


def deadlines(county: Unit, month: Month) -> dict[Step, Deadline]:
    """Every step's deadline of the county's month. One query; any unit of the county will do."""
    return calendars.deadlines(month, rules_of(county_settings(county)))
