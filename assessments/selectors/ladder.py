"""The ladder of rectification as it holds for a county."""

from __future__ import annotations

from django.db.models import Q

from assessments.enums import LadderKind
from assessments.models import LadderStep
from pingan.enums import Role


def steps_of(county_id: int) -> dict[LadderKind, LadderStep]:
    """The county's own ladder, else the common one; the steps in use. One query."""
    rows = LadderStep.objects.filter(Q(county=county_id) | Q(county=None))
    found = list(rows.order_by("position"))
    own = [step for step in found if step.county_id is not None]
    chosen = own or found
    return {LadderKind(step.kind): step for step in chosen if step.is_active}


def signer_of(county_id: int, kind: str) -> Role:
    """Whose duty it is to sign this step, also where the step is no longer in use."""
    step = steps_of(county_id).get(LadderKind(kind))
    return Role(step.signer) if step else Role.COUNTY_OFFICER
