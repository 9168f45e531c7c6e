"""调解组织: lists, the register by unit, mediators as they may be shown. Fixed queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from disputes.enums import CommitteeKind
from disputes.models import DESK_ROLES, Committee, Mediator, Training
from disputes.statute import committee_warnings
from pingan import scopes
from pingan.enums import Level, Role
from pingan.fields import ID_WIDTH
from pingan.models import Unit, User

# Law §8 and §9 speak of committees; a centre or an association is made up as its county likes.
BY_LAW = frozenset(
    {
        CommitteeKind.VILLAGE,
        CommitteeKind.TOWNSHIP,
        CommitteeKind.ENTERPRISE,
        CommitteeKind.INDUSTRY,
    }
)
FOUNDING_LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class CommitteeFilters:
    """What narrows the list; empty: not at all."""

    text: str = ""
    kind: str = ""
    unit: Unit | None = None
    state: str = "standing"  # standing, over (term is over), dissolved, all


def committees(user: User, chosen: CommitteeFilters, today: dt.date) -> QuerySet[Committee]:
    """Committees of the own tree with how many mediate there today."""
    found = _with_mediators(Committee.objects.visible_to(user), today)
    if chosen.state == "dissolved":
        found = found.exclude(dissolved_on=None)
    elif chosen.state != "all":
        found = found.filter(dissolved_on=None)
    if chosen.state == "over":
        found = found.filter(term_ends_on__lte=today, kind__in=BY_LAW)
    if chosen.kind:
        found = found.filter(kind=chosen.kind)
    if chosen.unit:
        found = found.filter(scopes.within(chosen.unit.path, "unit__path"))
    if chosen.text:
        found = found.filter(
            Q(name__icontains=chosen.text)
            | Q(code__icontains=chosen.text)
            | Q(unit__name__icontains=chosen.text)
        )
    return found.select_related("unit__parent").order_by("unit__path", "kind", "name")


def _with_mediators(found: QuerySet[Committee], today: dt.date) -> QuerySet[Committee]:
    on_duty = Q(mediators__starts_on__lte=today) & (
        Q(mediators__ends_on=None) | Q(mediators__ends_on__gt=today)
    )
    return found.annotate(
        mediator_count=Count("mediators", filter=on_duty),
        full_time_count=Count("mediators", filter=on_duty & Q(mediators__is_full_time=True)),
    )


def warnings_of(committee: Committee, today: dt.date) -> list[str]:
    """What the law asks and this committee does not have."""
    if committee.dissolved_on is not None or committee.kind not in BY_LAW:
        return []
    return committee_warnings(
        members=committee.members,
        women=committee.women,
        term_ends_on=committee.term_ends_on,
        today=today,
    )


def short_kind(kind: CommitteeKind) -> str:
    """村(居) for 村(居)调解委员会: heads of narrow columns."""
    return kind.label.removesuffix("调解委员会")


@dataclass(slots=True)
class RegisterLine:
    """The committees of one unit and below."""

    name: str
    unit_id: int | None = None
    kinds: Counter[str] = field(default_factory=Counter)
    members: int = 0
    women: int = 0
    mediators: int = 0
    full_time: int = 0
    over: int = 0

    @property
    def committees(self) -> int:
        return sum(self.kinds.values())

    @property
    def by_kind(self) -> list[int]:
        return [self.kinds[kind] for kind in CommitteeKind]

    @property
    def figures(self) -> list[int]:
        """Every number of the line, in the order of the heads."""
        people = [self.members, self.women, self.mediators, self.full_time, self.over]
        return [self.committees, *self.by_kind, *people]


def register(user: User, today: dt.date) -> tuple[list[RegisterLine], RegisterLine]:
    """Counts of each unit below the own one (a county: townships), and their sum. Two queries."""
    width = len(user.unit.path) + ID_WIDTH
    own = user.unit.path
    units = Unit.objects.living().visible_to(user)
    below = units.filter(Q(parent=user.unit_id) | Q(pk=user.unit_id)).order_by(
        "level", "position", "code"
    )
    lines = {
        unit.path: RegisterLine(
            f"{unit.name}本级" if unit.path == own else unit.name,
            None if unit.path == own else unit.pk,
        )
        for unit in below
    }
    total = RegisterLine("合计")
    standing = _with_mediators(Committee.objects.visible_to(user).on(today), today)
    for row in standing.select_related("unit").order_by("pk"):
        line = lines.get(row.unit.path[:width])
        for each in (total, line) if line else (total,):
            _count(each, row, today)
    kept = {unit.path for unit in below if unit.level in (Level.TOWNSHIP, Level.VILLAGE)}
    return [line for path, line in lines.items() if path in kept or line.committees], total


def _count(line: RegisterLine, row: Committee, today: dt.date) -> None:
    line.kinds[row.kind] += 1
    line.members += row.members
    line.women += row.women
    line.mediators += row.mediator_count  # type: ignore[attr-defined]
    line.full_time += row.full_time_count  # type: ignore[attr-defined]
    line.over += row.kind in BY_LAW and row.term_ends_on <= today


@dataclass(frozen=True, slots=True)
class MediatorLine:
    """A mediator as he may be shown to this person."""

    mediator: Mediator
    masked: str
    account: str
    is_on_duty: bool


def shows_masked(user: User) -> bool:
    """The desks see masked names, everybody else numbers."""
    return user.is_active and user.role in DESK_ROLES


def mediator_label(mediator: Mediator, *, shows_masked: bool) -> str:
    """02号 张＊, or the number alone."""
    name = f" {mediator.name.masked}" if shows_masked else ""
    return f"{mediator.number}号{name}"


def mediators_of(committee: Committee, user: User, today: dt.date) -> list[MediatorLine]:
    """Those on duty first; one query."""
    rows = list(committee.mediators.select_related("account").order_by("number"))
    lines = [
        MediatorLine(
            row,
            row.name.masked if shows_masked(user) else "",
            row.account.display_name if row.account else "",
            row.ends_on is None or row.ends_on > today,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: not line.is_on_duty)


def founding_units(user: User) -> QuerySet[Unit]:
    """Where this person may found a committee."""
    return (
        Unit.objects.living()
        .visible_to(user)
        .filter(level__in=FOUNDING_LEVELS)
        .select_related("parent")
        .order_by("level", "path")
    )


def townships_of(user: User) -> QuerySet[Unit]:
    """The units a list is narrowed to: a county's townships, a township's villages."""
    level = Level.TOWNSHIP if user.unit.level == Level.COUNTY else Level.VILLAGE
    return Unit.objects.living().visible_to(user).filter(level=level).order_by("position", "code")


def account_root(unit: Unit) -> str:
    """Where a mediator's account may stand: a village's whole township, else the own tree."""
    return unit.path[: 2 * ID_WIDTH] if unit.level == Level.VILLAGE else unit.path


def accounts_for(committee: Committee) -> QuerySet[User]:
    """Accounts that may be a mediator's: the desks of the unit, its township, its department."""
    path = account_root(committee.unit)
    roles = [Role.VILLAGE_CLERK, Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER]
    return (
        User.objects.filter(scopes.within(path, "unit__path"), is_active=True, role__in=roles)
        .select_related("unit")
        .order_by("unit__path", "username")
    )


def trainings(user: User, year: int | None) -> QuerySet[Training]:
    found = Training.objects.visible_to(user).select_related("unit__parent", "recorded_by")
    return found.filter(on__year=year) if year else found


@dataclass(frozen=True, slots=True)
class TrainingSum:
    trainings: int
    hours: int
    attendance: int


def training_sum(found: QuerySet[Training]) -> TrainingSum:
    rows = list(found.order_by().values_list("hours", "attendance"))
    return TrainingSum(len(rows), sum(row[0] for row in rows), sum(row[1] for row in rows))
