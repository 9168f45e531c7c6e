"""Keeping half-filled forms. They count nowhere and leave no trail: nothing has happened yet."""

from __future__ import annotations

from campaigns import policies
from campaigns.enums import Activity
from campaigns.models import Draft, MonthlyReturn
from pingan.models import User
from pingan.refusals import Refused

LONGEST = 256 * 1024  # a full month of patrols is a tenth of it


def keep_draft(
    *, monthly_return: MonthlyReturn, activity: Activity, version: int, form: str, by: User
) -> Draft:
    """Keep what is typed, in place of what was kept before. `form` as the browser encodes it."""
    policies.check_edit_activity(activity, monthly_return=monthly_return, by=by)
    if len(form) > LONGEST:
        raise Refused("填写的内容太长，没有暂存。请先保存一次。")
    draft, _made = Draft.objects.update_or_create(
        user=by,
        monthly_return=monthly_return,
        activity=activity,
        defaults={"base_version": version, "data": {"form": form}},
    )
    return draft


def discard_draft(*, monthly_return: MonthlyReturn, activity: Activity, by: User) -> None:
    """Throw away one's own draft; again changes nothing."""
    Draft.objects.filter(user=by, monthly_return=monthly_return, activity=activity).delete()
