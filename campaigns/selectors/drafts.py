"""What a person has typed into an entry form and not saved yet."""

from __future__ import annotations

from campaigns.enums import Activity
from campaigns.models import Draft, MonthlyReturn
from pingan.models import User


def draft_of(user: User, monthly_return: MonthlyReturn, activity: Activity) -> Draft | None:
    """His own half-filled form; nobody sees another one's."""
    return Draft.objects.filter(user=user, monthly_return=monthly_return, activity=activity).first()
