"""Who keeps the tenures of leading posts."""

from __future__ import annotations

from assessments.policies import check_officer
from pingan.models import Unit, User
from pingan.refusals import Forbidden


def check_keep(*, county: Unit, by: User | None) -> None:
    """The county's officer, for every unit of the county."""
    try:
        check_officer(county=county, by=by)
    except Forbidden as error:
        raise Forbidden(f"任期由{county.name}的县级经办员登记。") from error
