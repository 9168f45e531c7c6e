"""After a close: matters open too long become problems, problems open too long draft notices.

Running it twice changes nothing. A person signs each draft.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assessments import ladder
from assessments.enums import LadderKind, NoticeState, ProblemSource
from assessments.models import LadderStep, Problem, RectificationNotice
from assessments.policies import notices as policies
from assessments.selectors.ladder import steps_of
from assessments.terms import add_months
from campaigns.enums import FollowUpSource
from campaigns.models import FollowUp
from pingan import audit, calendars, scopes
from pingan.enums import ShiftRule
from pingan.models import Unit, User
from pingan.months import Month
from pingan.selectors.calendars import county_settings

CLOSES_BEFORE_PROBLEM = 2  # a matter open through so many closes stands on the board
_SOURCES = {
    FollowUpSource.SWEEP: ProblemSource.SWEEP,
    FollowUpSource.MEETING: ProblemSource.MEETING,
    FollowUpSource.PATROL: ProblemSource.PATROL,
}
_DEMANDS = {
    LadderKind.NOTICE: (
        "请对照所列问题逐项查明原因、制定措施、落实责任，在整改期限前整改到位，并书面报告整改情况。"
        "逾期不报或者复查未通过的，按整改阶梯约谈。"
    ),
    LadderKind.INTERVIEW: (
        "所列问题经通知仍未解决。请责任岗位负责人接受约谈，当面说明原因和措施，在整改期限前整改到位，"
        "并书面报告整改情况。逾期不报或者复查未通过的，按整改阶梯挂牌督办。"
    ),
    LadderKind.LISTED: (
        "所列问题经通知、约谈仍未解决，现予挂牌督办。请制定整治方案，由主要负责人负责，"
        "在整改期限前整改到位，并书面报告整改情况。"
    ),
}
DEFAULT_POST = "主要负责人"
_AUDITED = ("kind", "month", "state", "due_on", "recheck_on", "responsible_post", "demand")


@transaction.atomic
def draft_notices(
    *, county: Unit, month: Month, by: User | None = None, on: dt.date | None = None
) -> list[RectificationNotice]:
    """The drafts that this close brings; what is drafted, running or waiting stays as it is."""
    policies.check_draft_notices(county=county, by=by)
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=county.pk)
    day = on or timezone.localdate()
    settle_follow_ups(county=county, on=day)
    adopt_follow_ups(county=county, month=month, on=day)
    steps = steps_of(county.pk)
    rule = ShiftRule(county_settings(county).shift_rule)
    waiting = _waiting_drafts(county)
    made = []
    for (unit_id, kind), due in _due(county, month, steps, day).items():
        problems = [problem for problem, _last in due]
        previous = max((last for _problem, last in due if last), key=_age, default=None)
        notice = waiting.get((unit_id, kind))
        if notice is None:
            notice = _new(county, problems, steps[kind], month, day, rule, previous, by)
        notice.problems.add(*problems)
        made.append(notice)
    return made


def _age(notice: RectificationNotice) -> int:
    return notice.pk


def _due(
    county: Unit, month: Month, steps: Mapping[LadderKind, LadderStep], on: dt.date
) -> dict[tuple[int, LadderKind], list[tuple[Problem, RectificationNotice | None]]]:
    """Problems by unit and the step that is due for them. Two queries."""
    rules = [ladder.Step(kind, step.after_months) for kind, step in steps.items()]
    problems = Problem.objects.open_on(on).filter(
        scopes.within(county.path, "unit__path"), month__lte=month
    )
    latest, left = _latest_notices(problems, month)
    found: dict[tuple[int, LadderKind], list[tuple[Problem, RectificationNotice | None]]]
    found = defaultdict(list)
    for problem in problems.select_related("unit").order_by("unit__path", "found_on", "pk"):
        if problem.pk in left:
            continue
        notice = latest.get(problem.pk)
        months = ladder.months_open(problem.month, month)
        kind = ladder.next_step(rules, months, _last(notice), on)
        if kind is not None:
            found[problem.unit_id, kind].append((problem, notice))
    return found


def _last(notice: RectificationNotice | None) -> ladder.Last | None:
    if notice is None:
        return None
    return ladder.Last(LadderKind(notice.kind), NoticeState(notice.state), notice.due_on)


def _latest_notices(problems: Any, month: Month) -> tuple[dict[int, RectificationNotice], set[int]]:
    """By problem its latest notice; and the problems whose notice of this close was withdrawn."""
    links = RectificationNotice.problems.through.objects.filter(
        problem__in=problems.values("pk")
    ).select_related("rectificationnotice")
    latest, left = {}, set()
    for link in links.order_by("rectificationnotice_id"):
        notice = link.rectificationnotice
        if notice.state != NoticeState.WITHDRAWN:
            latest[link.problem_id] = notice
            left.discard(link.problem_id)
        elif notice.month >= month:
            left.add(link.problem_id)
    return latest, left


def _waiting_drafts(county: Unit) -> dict[tuple[int, LadderKind], RectificationNotice]:
    """What an earlier close drafted and nobody has signed yet: it takes further problems in."""
    drafts = RectificationNotice.objects.filter(county=county, state=NoticeState.DRAFT)
    return {(draft.unit_id, LadderKind(draft.kind)): draft for draft in drafts.order_by("pk")}


def _new(
    county: Unit,
    problems: Sequence[Problem],
    step: LadderStep,
    month: Month,
    on: dt.date,
    rule: ShiftRule,
    previous: RectificationNotice | None,
    by: User | None,
) -> RectificationNotice:
    """One draft with its four mandatory items filled in."""
    due_on = calendars.shift(on + dt.timedelta(days=step.due_days), rule)
    recheck_on = calendars.shift(due_on + dt.timedelta(days=step.recheck_days), rule)
    posts = Counter(p.responsible_post for p in problems if p.responsible_post)
    notice = RectificationNotice.objects.create(
        county=county,
        unit=problems[0].unit,
        kind=step.kind,
        month=month,
        previous=previous,
        demand=_DEMANDS[LadderKind(step.kind)],
        responsible_post=posts.most_common(1)[0][0] if posts else DEFAULT_POST,
        due_on=due_on,
        recheck_on=max(due_on, recheck_on),
        frozen_until=add_months(on, step.freeze_months) if step.freeze_months else None,
        basis=step.basis,
        drafted_at=timezone.now(),
        drafted_by=by,
    )
    audit.record(
        action=f"拟{notice.get_kind_display()}稿",
        obj=notice,
        by=by,
        unit=notice.unit,
        after=audit.snapshot(notice, *_AUDITED),
    )
    return notice


def adopt_follow_ups(*, county: Unit, month: Month, on: dt.date) -> int:
    """Matters of sweeps, meetings and patrols that two closes left open become problems."""
    oldest = month.shift(1 - CLOSES_BEFORE_PROBLEM)
    matters = FollowUp.objects.filter(
        Q(solved_on=None) | Q(solved_on__gt=on),
        scopes.within(county.path, "unit__path"),
        month__lte=oldest,
        problem=None,
    ).select_related("unit")
    now = timezone.now()
    made = Problem.objects.bulk_create(
        _problem_of(matter, on, now) for matter in matters.order_by("pk")
    )
    audit.record_all(
        audit.event(
            action="跟踪事项转为问题",
            obj=problem,
            by=None,
            unit=problem.unit,
            after=audit.snapshot(problem, "title", "found_on", "due_on"),
        )
        for problem in made
    )
    return len(made)


def _problem_of(matter: FollowUp, on: dt.date, now: dt.datetime) -> Problem:
    """A problem from today on: dated back, it would change the counts of a month already closed."""
    return Problem(
        unit=matter.unit,
        month=matter.month,
        source=_SOURCES[FollowUpSource(matter.source)],
        follow_up=matter,
        title=f"{matter.place}{matter.title}"[:60],
        detail=matter.duty[:300],
        responsible_post=matter.owner_post,
        found_on=on,
        due_on=max(matter.due_on, on),
        recorded_at=now,
    )


@transaction.atomic
def settle_follow_ups(*, county: Unit | None = None, on: dt.date | None = None) -> int:
    """Problems whose follow-up has been solved leave the board, on the day it was solved."""
    day = on or timezone.localdate()
    where = scopes.within(county.path, "unit__path") if county else Q()
    rows = Problem.objects.open().filter(where, follow_up__solved_on__lte=day)
    solved = list(
        rows.select_for_update(of=("self",)).select_related("follow_up", "unit").order_by("pk")
    )
    _settle(solved)
    return len(solved)


def _settle(solved: Iterable[Problem]) -> None:
    changed, events = [], []
    for problem in solved:
        matter = problem.follow_up
        assert matter is not None
        assert matter.solved_on is not None
        problem.solved_on = max(matter.solved_on, problem.found_on)
        problem.solution = matter.outcome
        problem.version += 1
        changed.append(problem)
        after = audit.snapshot(problem, "solved_on", "solution")
        events.append(
            audit.event(
                action="问题随跟踪事项销号", obj=problem, by=None, unit=problem.unit, after=after
            )
        )
    Problem.objects.bulk_update(changed, ["solved_on", "solution", "version"], batch_size=200)
    if events:
        audit.record_all(events)
