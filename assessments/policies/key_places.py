"""Who lists, reports on and delists key places under regulation."""

from __future__ import annotations

from assessments.models import KeyPlace
from campaigns.policies import enters_for
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused


def check_list_place(*, county: Unit, by: User) -> None:
    """The county lists and delists."""
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county.pk:
        raise Forbidden("重点整治地区由县级经办员列入和摘牌。")


def _check_listed(place: KeyPlace) -> None:
    if place.delisted_on:
        raise Refused(f"“{place.name}”已经摘牌。")


def check_change_place(*, place: KeyPlace, by: User) -> None:
    check_list_place(county=place.unit.county or place.unit, by=by)
    _check_listed(place)


def check_report_progress(*, place: KeyPlace, by: User) -> None:
    """The lead unit's people, the place's own or its township's; the county where it leads."""
    leads = by.unit_id == place.lead_unit_id and by.role == Role.COUNTY_OFFICER
    own = enters_for(by, place.unit) or enters_for(by, place.lead_unit)
    if not by.is_active or not (leads or own):
        raise Forbidden(f"“{place.name}”的整治进展由{place.lead_unit.name}和当地填报。")
    _check_listed(place)
