"""Made-up registers: posts, teams and facilities of every unit, with gaps as in life."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable

from campaigns.enums import FacilityKind, PostKind, TeamKind
from campaigns.models import Facility, LeadingPost, TeamEntry
from campaigns.selectors.registers import REGISTER_LEVELS
from pingan.enums import Level
from pingan.models import Unit

_TITLES = {
    Level.COUNTY: ("县委书记", "县政法委书记", "县委政法委副书记"),
    Level.TOWNSHIP: ("镇党委书记", "镇党委副书记", "综治专干"),
    Level.VILLAGE: ("村支书", "村主任", "治保主任"),
    Level.DEPARTMENT: ("单位负责人", "分管负责人", "保卫科长"),
}
SEED = 2026
_POSTS = (PostKind.HEAD, PostKind.DEPUTY, PostKind.OFFICER)
# kind, how likely a village has it, most heads
_VILLAGE_TEAMS = (
    (TeamKind.SECURITY, 0.95, 7),
    (TeamKind.MEDIATION, 0.95, 7),
    (TeamKind.PATROL, 0.85, 20),
    (TeamKind.CENTRE_HOUSEHOLD, 0.6, 30),
    (TeamKind.VOLUNTEER, 0.5, 40),
)
_VILLAGE_FACILITIES = (
    (FacilityKind.CENTRE, 0.8, 1),
    (FacilityKind.POLICE_ROOM, 0.6, 1),
    (FacilityKind.CAMERA, 0.7, 16),
    (FacilityKind.HYDRANT, 0.5, 6),
    (FacilityKind.NOTICE_BOARD, 0.9, 3),
)


def create_registers(units: Iterable[Unit], since: dt.date) -> None:
    """Entries of every unit that keeps registers, the same at every run."""
    dice = random.Random(SEED)
    posts: list[LeadingPost] = []
    teams: list[TeamEntry] = []
    facilities: list[Facility] = []
    for unit in units:
        if unit.level not in REGISTER_LEVELS:
            continue
        posts += _posts(unit, since, dice)
        if unit.level != Level.DEPARTMENT:
            teams += _teams(unit, since, dice)
        facilities += _facilities(unit, since, dice)
    LeadingPost.objects.bulk_create(posts)
    TeamEntry.objects.bulk_create(teams)
    Facility.objects.bulk_create(facilities)


def _posts(unit: Unit, since: dt.date, dice: random.Random) -> list[LeadingPost]:
    return [
        LeadingPost(
            unit=unit,
            office="平安创建工作领导组",
            kind=kind,
            holder_title=title if dice.random() < 0.93 else "",
            valid_from=since,
        )
        for kind, title in zip(_POSTS, _TITLES[Level(unit.level)], strict=True)
    ]


def _teams(unit: Unit, since: dt.date, dice: random.Random) -> list[TeamEntry]:
    return [
        TeamEntry(
            unit=unit,
            kind=kind,
            name=f"{unit.short_name}{kind.label}",
            heads=dice.randint(3, most),
            squads=3 if kind == TeamKind.PATROL else 1,
            is_round_the_clock=kind == TeamKind.PATROL and dice.random() < 0.4,
            equipment="手电、警棍、袖标" if kind == TeamKind.PATROL else "",
            valid_from=since,
        )
        for kind, likely, most in _VILLAGE_TEAMS
        if dice.random() < likely
    ]


def _facilities(unit: Unit, since: dt.date, dice: random.Random) -> list[Facility]:
    made = []
    for kind, likely, most in _VILLAGE_FACILITIES:
        number = dice.randint(1, most) if dice.random() < likely else 0
        made.append(
            Facility(
                unit=unit,
                kind=kind,
                number=number,
                working=number - (number > 2 and dice.random() < 0.3),
                needed=most if kind in (FacilityKind.CENTRE, FacilityKind.POLICE_ROOM) else None,
                valid_from=since,
            )
        )
    return made
