"""One rush on the database of DATABASE_URL: fill it, let everybody hand in, count; see rush.py."""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Count
from django.utils import timezone

from bench.by_http import HttpClerks
from bench.records import write_tree
from bench.tree import COUNTY_CODE, Place, county
from campaigns.enums import (
    Activity,
    EducationKind,
    MeetingKind,
    Move,
    ReturnState,
    SweepAnswer,
    Team,
)
from campaigns.models import Education, Meeting, MonthlyReturn, Patrol, Sweep, SweepCategory
from campaigns.services.months import open_month
from campaigns.services.returns import submit
from campaigns.services.sections import save_section
from pingan.enums import Level, Role
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.refusals import Refused

CLERKS_AT_ONCE = 24  # how many clicks are under way at most: more of them wait, and that counts
ONE_IN = 5  # clicks twice
MOMENTS = (50, 95, 99)
NOTHING = (
    "found",
    "solved_in_group",
    "solved_in_village",
    "solved_in_township",
    "solved_in_county",
)

Work = Callable[["Click"], bool]


@dataclass(frozen=True, slots=True)
class Click:
    """One clerk hands in one month; `again` is his second, impatient click."""

    due: float
    pk: int
    again: bool


@dataclass
class Outcome:
    """What the clerks saw."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    failed: list[str] = field(default_factory=list)
    cpu_seconds: float = 0.0  # of the product alone, the database left out


def main() -> int:
    options = _options()
    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    clerks = _fill(options.counties)
    print(f"filled in {time.perf_counter() - started:.1f} s", file=sys.stderr)
    month = Month.of(timezone.localdate()).previous
    is_right = True
    for way in options.ways:
        _hand_out(month)
        is_right = _rush(way, month, clerks, options.seconds) and is_right
        month = month.previous
    return 0 if is_right else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--ways", nargs="+", choices=["service", "http"], required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--counties", type=int, required=True)
    return parser.parse_args()


def _places(counties: int) -> Iterator[Place]:
    """The real county as often as asked for, each under a number of its own."""
    for number in range(1, counties + 1):
        for place in county(groups=0):
            above = place.parent_code
            yield dataclasses.replace(
                place, code=_code(place.code, number), parent_code=above and _code(above, number)
            )


def _code(code: str, number: int) -> str:
    return f"99{number:04d}{code.removeprefix(COUNTY_CODE)}"


def _fill(counties: int) -> dict[int, User]:
    """The trees, and a clerk for every village, by unit."""
    write_tree(_places(counties))
    villages = Unit.objects.filter(level=Level.VILLAGE).order_by("pk")
    User.objects.bulk_create(
        User(
            username=f"v{unit.pk}",
            display_name="信息员",
            role=Role.VILLAGE_CLERK,
            unit=unit,
            must_change_password=False,
        )
        for unit in villages
    )
    return {user.unit_id: user for user in User.objects.select_related("unit")}


def _hand_out(month: Month) -> None:
    """Open the month by the service, then write what the clerks had filled in before the rush."""
    for each in Unit.objects.counties():
        open_month(county=each, month=month)
    returns = MonthlyReturn.objects.filter(month=month, unit__level=Level.VILLAGE)
    pks = list(returns.values_list("pk", flat=True))
    what = {"month": month}
    day = month.first_day
    Patrol.objects.bulk_create(
        (
            Patrol(
                monthly_return_id=pk,
                on=on,
                team=Team.VOLUNTEER,
                day_heads=2 + (pk + on.day) % 3,
                night_heads=4,
                **what,
            )
            for pk in pks
            for on in month.dates()
        ),
        batch_size=2000,
    )
    Education.objects.bulk_create(
        Education(
            monthly_return_id=pk,
            on=day + dt.timedelta(days=number * 10),
            kind=EducationKind.BROADCAST,
            topic=f"反诈宣传{pk}-{number}",
            audience=80,
            **what,
        )
        for pk in pks
        for number in range(2)
    )
    Meeting.objects.bulk_create(
        Meeting(
            monthly_return_id=pk,
            on=day,
            kind=MeetingKind.WORK,
            chair_post="村支书",
            attendance=12,
            items=f"研判{pk}",
            **what,
        )
        for pk in pks
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rush(way: str, month: Month, clerks: dict[int, User], seconds: int) -> bool:
    returns = list(
        MonthlyReturn.objects.filter(month=month, unit__level=Level.VILLAGE).select_related("unit")
    )
    categories = list(SweepCategory.objects.filter(county=None).values_list("pk", flat=True))
    clicks = _clicks([each.pk for each in returns], seconds)
    by_pk = {each.pk: clerks[each.unit_id] for each in returns}
    if way == "http":
        with HttpClerks(by_pk, len(categories)) as hand_in:
            before = hand_in.cpu_seconds()
            outcome = _everybody(clicks, lambda click: hand_in(click.pk))
            outcome.cpu_seconds = hand_in.cpu_seconds() - before
    else:
        before = time.process_time()
        outcome = _everybody(clicks, lambda click: _by_service(click.pk, by_pk, categories))
        outcome.cpu_seconds = time.process_time() - before
    return _tell(way, month, len(returns), outcome)


def _clicks(pks: Sequence[int], seconds: int) -> list[Click]:
    luck = random.Random(20261130)
    found = []
    for pk in pks:
        due = luck.uniform(0, seconds)
        found.append(Click(due, pk, again=False))
        if luck.randrange(ONE_IN) == 0:
            found.append(Click(due + luck.uniform(0, 0.2), pk, again=True))
    return sorted(found, key=lambda click: click.due)


def _by_service(pk: int, clerks: dict[int, User], categories: Sequence[int]) -> bool:
    """What the two pages call; False when it was refused."""
    held = MonthlyReturn.objects.select_related("unit__parent").get(pk=pk)
    rows = [
        {"category_id": category, "answer": SweepAnswer.ZERO, **dict.fromkeys(NOTHING, 0)}
        for category in categories
    ]
    by = clerks[pk]
    try:
        save_section(
            monthly_return=held, activity=Activity.SWEEP, rows=rows, version=held.version, by=by
        )
        held.refresh_from_db()
        submit(monthly_return=held, version=held.version, by=by, confirmed=True)
    except Refused:
        return False
    return True


def _everybody(clicks: Sequence[Click], work: Work) -> Outcome:
    """Every click at its moment, as far as there are hands."""
    outcome, lock, waiting = Outcome(), threading.Lock(), iter(clicks)
    started = time.perf_counter()

    def hands() -> None:
        try:
            while True:
                with lock:
                    click = next(waiting, None)
                if click is None:
                    return
                time.sleep(max(0.0, started + click.due - time.perf_counter()))
                _do(click, work, outcome, started, lock)
        finally:
            connections.close_all()

    people = [threading.Thread(target=hands) for _ in range(CLERKS_AT_ONCE)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return outcome


def _do(click: Click, work: Work, outcome: Outcome, started: float, lock: threading.Lock) -> None:
    failure = ""
    is_done = False
    try:
        is_done = work(click)
    except Exception as error:  # whatever it is, it is counted and told
        failure = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - started - click.due
    with lock:
        if failure:
            outcome.failed.append(failure)
        elif is_done:
            outcome.seconds.append(seconds)
        else:
            outcome.refused += 1


def _tell(way: str, month: Month, units: int, outcome: Outcome) -> bool:
    """Count in the database, print the line; whether none was lost, doubled or failed."""
    returns = MonthlyReturn.objects.filter(month=month, unit__level=Level.VILLAGE)
    handed_in = returns.filter(state=ReturnState.SUBMITTED)
    full = SweepCategory.objects.filter(county=None).count()
    answered = (
        Sweep.objects.filter(month=month, monthly_return__in=handed_in)
        .order_by()
        .values("monthly_return")
        .annotate(rows=Count("pk"))
        .filter(rows=full)
    )
    trail = AuditEvent.objects.filter(
        action=Move.SUBMIT.label,
        object_type=str(MonthlyReturn._meta.verbose_name),
        object_id__in=[str(pk) for pk in returns.values_list("pk", flat=True)],
    ).count()
    times = sorted(outcome.seconds)
    clicks = len(times) + outcome.refused + len(outcome.failed)
    line = {
        "through": way,
        "units": units,
        "lost": units - answered.count(),
        "doubled": max(0, trail - units),
        "clicks": clicks,
        "failed": len(outcome.failed),
        **{f"p{share}_ms": _at(times, share) for share in MOMENTS},
        "max_ms": _at(times, 100),
        "cpu_ms_a_click": round(1000 * outcome.cpu_seconds / max(1, clicks)),
        "load": f"{os.getloadavg()[0]:.1f}",
        "cores": os.cpu_count(),
    }
    print(" ".join(f"{name}={value}" for name, value in line.items()), flush=True)
    for sentence in sorted(set(outcome.failed))[:5]:
        print(sentence, file=sys.stderr)
    return line["lost"] == line["doubled"] == line["failed"] == 0


def _at(times: Sequence[float], share: int) -> int:
    """The time that `share` percent stay below, in milliseconds."""
    if not times:
        return 0
    return round(1000 * times[min(len(times) - 1, len(times) * share // 100)])


if __name__ == "__main__":
    sys.exit(main())
