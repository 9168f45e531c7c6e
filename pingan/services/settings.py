"""Settings that people keep: sign-in rules, the county's calendar, names of its offices."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from pingan import audit, policies
from pingan.enums import OfficeRole, ShiftRule
from pingan.models import CountySettings, OfficeName, SecuritySettings, Unit, User
from pingan.refusals import Refused

SECURITY_FIELDS = ("failure_limit", "lock_minutes", "idle_minutes", "password_length")
COUNTY_FIELDS = (
    "village_day",
    "township_day",
    "inspection_day",
    "bulletin_day",
    "shift_rule",
    "preview_hours",
    "survey_minimum",
    "is_board_public",
    "document_prefix",
)


@transaction.atomic
def save_security_settings(
    *, by: User, failure_limit: int, lock_minutes: int, idle_minutes: int, password_length: int
) -> SecuritySettings:
    """The one row of sign-in rules. They hold from the next click on."""
    policies.check_administer_security(by)
    row, _made = SecuritySettings.objects.select_for_update().get_or_create(pk=1)
    before = audit.snapshot(row, *SECURITY_FIELDS)
    row.failure_limit = failure_limit
    row.lock_minutes = lock_minutes
    row.idle_minutes = idle_minutes
    row.password_length = password_length
    row.save()
    after = audit.snapshot(row, *SECURITY_FIELDS)
    audit.record(action="修改安全设置", obj=row, by=by, unit=by.unit, before=before, after=after)
    return row


@transaction.atomic
def save_county_settings(
    *,
    county: Unit,
    by: User,
    village_day: int,
    township_day: int,
    inspection_day: int,
    bulletin_day: int,
    shift_rule: ShiftRule,
    preview_hours: int,
    survey_minimum: int,
    is_board_public: bool,
    document_prefix: str,
) -> CountySettings:
    """The county's deadlines, assessment and document mark.

    Months already opened keep their dates, previews that run keep their end.
    """
    policies.check_change_county_settings(by, county)
    if village_day > township_day:
        raise Refused("村(社区)截止日不能晚于乡镇截止日：乡镇要等各村报齐再上报。")
    if inspection_day > bulletin_day:
        raise Refused("督导检查截止日不能晚于通报日：检查得分要计入通报。")
    row, _made = CountySettings.objects.select_for_update().get_or_create(county=county)
    before = audit.snapshot(row, *COUNTY_FIELDS)
    row.village_day = village_day
    row.township_day = township_day
    row.inspection_day = inspection_day
    row.bulletin_day = bulletin_day
    row.shift_rule = shift_rule
    row.preview_hours = preview_hours
    row.survey_minimum = survey_minimum
    row.is_board_public = is_board_public
    row.document_prefix = document_prefix
    row.save()
    after = audit.snapshot(row, *COUNTY_FIELDS)
    audit.record(action="修改县级设置", obj=row, by=by, unit=county, before=before, after=after)
    return row


@transaction.atomic
def add_office_name(
    *, county: Unit, by: User, role: OfficeRole, name: str, short_name: str, valid_from: dt.date
) -> OfficeName:
    """What the office is called from that day on; the name before it ends there."""
    policies.check_change_county_settings(by, county)
    names = OfficeName.objects.select_for_update().filter(county=county, role=role)
    latest = names.order_by("-valid_from").first()
    if latest and latest.valid_from >= valid_from:
        raise Refused(
            f"“{latest.name}”从{latest.valid_from:%Y-%m-%d}起使用，新名称的启用日期须在它之后。"
        )
    names.filter(valid_to=None).update(valid_to=valid_from)
    row = OfficeName.objects.create(
        county=county, role=role, name=name, short_name=short_name, valid_from=valid_from
    )
    audit.record(
        action="新增机构名称",
        obj=row,
        by=by,
        unit=county,
        before={"name": latest.name if latest else None},
        after=audit.snapshot(row, "role", "name", "short_name", "valid_from"),
    )
    return row
