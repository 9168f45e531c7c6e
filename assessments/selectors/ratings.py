"""领导评分: a month's points by unit and leading post."""

from __future__ import annotations

from dataclasses import dataclass, field

from assessments.models import LeaderRating
from assessments.selectors.draws import DRAWN_LEVELS
from pingan import scopes
from pingan.models import UnitVersion, User
from pingan.months import Month


@dataclass(slots=True)
class RatedUnit:
    """One unit with what each post gave it."""

    unit_id: int
    name: str
    by_post: dict[str, LeaderRating] = field(default_factory=dict)

    def cells(self, posts: list[str]) -> list[LeaderRating | None]:
        return [self.by_post.get(post) for post in posts]

    @property
    def mean(self) -> int | None:
        """All points given out of all that could be given, out of 100.00."""
        given = sum(each.points_given for each in self.by_post.values())
        possible = sum(each.points_possible for each in self.by_post.values())
        return (20_000 * given + possible) // (2 * possible) if possible else None


def rated_units(user: User, month: Month) -> list[RatedUnit]:
    """The units scored that month that this person may see, with the ratings he may see.

    Two queries.
    """
    if not scopes.has_records(user):
        return []
    versions = (
        UnitVersion.objects.on(month.last_day)
        .visible_to(user)
        .filter(level__in=DRAWN_LEVELS, is_scored=True)
        .order_by("level", "position", "code")
    )
    units = {each.unit_id: RatedUnit(each.unit_id, each.name) for each in versions}
    for rating in LeaderRating.objects.visible_to(user).filter(month=month):
        if rating.unit_id in units:
            units[rating.unit_id].by_post[rating.rater_post] = rating
    return list(units.values())


def posts_of(county_id: int, month: Month) -> list[str]:
    """The posts that rated in this month or in the one before: those who rate usually. A query."""
    rows = LeaderRating.objects.filter(
        unit__county=county_id, month__gte=month.previous, month__lte=month
    )
    return sorted(set(rows.order_by().values_list("rater_post", flat=True)))
