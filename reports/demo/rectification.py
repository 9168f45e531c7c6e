"""Made-up problems, notices on every rung of the ladder, and two key places."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from django.db.models import Max
from django.utils import timezone

from assessments.enums import LadderKind, NoticeState, ProblemSource, RecheckResult
from assessments.models import (
    KeyPlace,
    KeyPlaceProgress,
    Problem,
    Recheck,
    RectificationNotice,
    RectificationReply,
)
from assessments.services.notice_drafts import draft_notices
from assessments.terms import add_months
from campaigns.models import FollowUp
from pingan.enums import Level, Role
from pingan.models import Unit, User
from pingan.months import Month

FOUND = (
    ("场口消防栓无水", "现场打开两处均无水", "综治专干"),
    ("学校门前交通标线磨损", "上下学时段人车混行", "分管副镇长"),
    ("集镇监控三路黑屏", "平台上看不到图像", "派出所驻镇岗位"),
    ("客运站出口摊点占道", "逢场日只剩一条车道", "市场管理岗位"),
    ("治安岗亭夜间无人", "暗访两次均无人值守", "巡逻队岗位"),
)
STUBBORN = 1  # the township whose problem climbs the whole ladder
STUBBORN_PROBLEM = ("老街消防通道堵塞", "通道内搭棚堆物，消防车进不去", "分管副镇长")
SOURCES = (ProblemSource.INSPECTION, ProblemSource.UNDERCOVER, ProblemSource.SUPERIOR)
RAISED = 3  # a month
SOLVED_SHARE = 0.8  # of the notices are answered in time and pass
SIGNED_OF_LAST = 0.6  # of the latest drafts; the others wait for a signature
REPLY = "演示：已到现场整改，明确专人每周查看一次。"
FINDINGS = "演示：现场查看，已按要求整改到位。"
NOT_DONE = "演示：现场查看，只做了一半。"
PLACES = (
    ("集镇农贸市场周边", "占道经营、车辆乱停，逢场日秩序混乱", 0),
    ("客运站至桥头一线", "揽客争抢、夜间照明不足，扰序警情偏多", 1),
)
PLAN = "演示：一、划定摊位和停车位；二、逢场日联合值守；三、每月通报一次；四、三个月后组织验收。"


def load_problems(county: Unit, month: Month, officer: User) -> None:
    """A few problems that visits and superiors found in a month."""
    rng = random.Random(f"{county.code} {month} problems")
    towns = list(Unit.objects.living().filter(county=county, level=Level.TOWNSHIP).order_by("pk"))
    made = []
    stubborn = towns[STUBBORN % len(towns)]
    if not Problem.objects.open().filter(unit=stubborn, title=STUBBORN_PROBLEM[0]).exists():
        made.append(_problem(stubborn, month, 10, STUBBORN_PROBLEM, SOURCES[0], officer))
    for unit in rng.sample(towns, min(RAISED, len(towns))):
        day, source = rng.randint(5, 25), rng.choice(SOURCES)
        problem = _problem(unit, month, day, rng.choice(FOUND), source, officer)
        if rng.random() < 1 / 3:
            problem.solved_on = problem.found_on + dt.timedelta(days=rng.randint(5, 18))
            problem.solution, problem.solved_by = FINDINGS, officer
        made.append(problem)
    Problem.objects.bulk_create(made)


def _problem(
    unit: Unit,
    month: Month,
    day: int,
    words: tuple[str, str, str],
    source: ProblemSource,
    officer: User,
) -> Problem:
    title, detail, post = words
    found_on = month.first_day.replace(day=day)
    return Problem(
        unit=unit,
        month=month,
        source=source,
        title=title,
        detail=f"演示：{detail}",
        responsible_post=post,
        found_on=found_on,
        due_on=found_on + dt.timedelta(days=20),
        recorded_by=officer,
    )


def load_notices(county: Unit, month: Month, on: dt.date, *, is_last: bool) -> None:
    """What the close of a month brings: earlier notices end, new ones are drafted and signed."""
    rng = random.Random(f"{county.code} {month} notices")
    people = _People(county)
    _end(county, on, rng, people, is_last=is_last)
    drafts = draft_notices(county=county, month=month, on=on)
    _sign(county, drafts, on, rng, people, is_last=is_last)


class _People:
    """Who signs, answers and rechecks in the demonstration."""

    def __init__(self, county: Unit) -> None:
        own = User.objects.filter(unit=county, is_active=True).order_by("pk")
        self.officer = own.filter(role=Role.COUNTY_OFFICER).first()
        self.leader = own.filter(role=Role.LEADER).first()
        inspectors = User.objects.filter(unit__county=county, role=Role.INSPECTOR)
        self.inspector = inspectors.order_by("pk").first() or self.leader
        clerks = User.objects.filter(
            unit__path__startswith=county.path, role__in=(Role.VILLAGE_CLERK, Role.TOWNSHIP_CLERK)
        )
        self.clerks = {clerk.unit_id: clerk for clerk in clerks}


def _sign(
    county: Unit,
    drafts: Sequence[RectificationNotice],
    on: dt.date,
    rng: random.Random,
    people: _People,
    *,
    is_last: bool,
) -> None:
    """Numbered in their order, as if signed on the day after the close."""
    day = min(on + dt.timedelta(days=1), timezone.localdate())
    given = RectificationNotice.objects.filter(county=county, year=day.year).order_by()
    numbers = dict(given.values_list("kind").annotate(Max("number")))
    signed = []
    for notice in drafts:
        notice.drafted_at = _moment(on)
        if not is_last or rng.random() < SIGNED_OF_LAST or _is_stubborn(notice):
            numbers[notice.kind] = (numbers.get(notice.kind) or 0) + 1
            is_listing = notice.kind == LadderKind.LISTED
            notice.state, notice.year, notice.number = (
                NoticeState.SIGNED,
                day.year,
                numbers[notice.kind],
            )
            notice.signed_on = day
            notice.signed_by = people.leader if is_listing else people.officer
            notice.frozen_until = add_months(day, 6) if is_listing else None
        signed.append(notice)
    fields = ["drafted_at", "state", "year", "number", "signed_on", "signed_by", "frozen_until"]
    RectificationNotice.objects.bulk_update(signed, fields)


def _end(county: Unit, on: dt.date, rng: random.Random, people: _People, *, is_last: bool) -> None:
    """Most are answered and pass; some fail, some are left unanswered and climb the ladder."""
    running = RectificationNotice.objects.filter(
        county=county, state=NoticeState.SIGNED, due_on__lte=on
    )
    for notice in running.select_related("unit").order_by("pk"):
        chance = rng.random()
        if (
            notice.kind != LadderKind.LISTED
            and notice.problems.filter(title=STUBBORN_PROBLEM[0]).exists()
        ):
            continue
        if chance > SOLVED_SHARE + 0.1 and notice.problems.filter(solved_on=None).exists():
            continue
        replied_on = notice.due_on - dt.timedelta(days=rng.randint(1, 4))
        clerk = people.clerks.get(notice.unit_id)
        RectificationReply.objects.create(
            notice=notice, text=REPLY, replied_at=_moment(replied_on), replied_by=clerk
        )
        if is_last and chance < 0.25:
            notice.state = NoticeState.REPLIED
        else:
            _recheck(notice, min(on, notice.recheck_on), people, passed=chance <= SOLVED_SHARE)
        notice.save(update_fields=["state", "closed_on"])


def _is_stubborn(notice: RectificationNotice) -> bool:
    return notice.problems.filter(title=STUBBORN_PROBLEM[0]).exists()


def _recheck(notice: RectificationNotice, day: dt.date, people: _People, *, passed: bool) -> None:
    Recheck.objects.create(
        notice=notice,
        on=day,
        result=RecheckResult.PASSED if passed else RecheckResult.FAILED,
        findings=FINDINGS if passed else NOT_DONE,
        checked_by=people.inspector,
    )
    if not passed:
        notice.state = NoticeState.AGAIN
        return
    notice.state, notice.closed_on = NoticeState.CLOSED, day
    problems = notice.problems.filter(solved_on=None)
    FollowUp.objects.filter(problem__in=problems.values("pk"), solved_on=None).update(
        solved_on=day, solved_level=notice.unit.level, outcome=FINDINGS
    )
    problems.update(solved_on=day, solution=f"复查通过：{FINDINGS}", solved_by=people.inspector)
    earlier = notice.previous
    while earlier is not None:
        if earlier.state == NoticeState.SIGNED:
            earlier.state, earlier.closed_on = NoticeState.CLOSED, day
            earlier.save(update_fields=["state", "closed_on"])
        earlier = earlier.previous


def load_places(county: Unit, today: dt.date) -> None:
    """Two places under regulation: one from a listing, one by hand; one month is missing."""
    departments = list(
        Unit.objects.living().filter(county=county, level=Level.DEPARTMENT).order_by("pk")[:2]
    )
    towns = list(Unit.objects.living().filter(county=county, level=Level.TOWNSHIP).order_by("pk"))
    listed = (
        RectificationNotice.objects.filter(county=county, kind=LadderKind.LISTED)
        .exclude(number=None)
        .select_related("unit")
        .order_by("-pk")
        .first()
    )
    people = _People(county)
    start = Month.of(today).shift(-3)
    for name, problem, place in PLACES:
        notice = listed if place == 0 else None
        unit = notice.unit if notice else towns[place]
        begun = (notice and notice.signed_on) or start.first_day.replace(day=12)
        made = KeyPlace.objects.create(
            unit=unit,
            name=f"{name}（演示）",
            problem=problem,
            basis=str(notice) if notice else "县领导组会议纪要（演示）",
            notice=notice,
            lead_unit=departments[place % len(departments)] if departments else county,
            responsible_post="分管负责人",
            plan=PLAN,
            listed_on=begun,
            due_on=add_months(begun, 6),
            listed_by=people.officer,
        )
        for month in Month.of(begun).until(Month.of(today).previous.shift(-place)):
            KeyPlaceProgress.objects.create(
                place=made,
                month=month,
                text=f"演示：{month.label}联合清理两次，逢场日派人值守。",
                recorded_by=people.clerks.get(made.lead_unit_id),
            )


def _moment(day: dt.date) -> dt.datetime:
    return min(timezone.make_aware(dt.datetime.combine(day, dt.time(10))), timezone.now())
