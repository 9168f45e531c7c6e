"""待办: what waits for a person, from whom, until when and why; what others have done since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length
from django.utils import timezone

from campaigns.enums import RequestState, ReturnState
from campaigns.models import Extension, FollowUp, IndicatorReport, MonthlyReturn, ReopenRequest
from campaigns.selectors.duties import WAITING, with_deadlines
from campaigns.selectors.indicator_reports import span_of
from pingan import calendars, scopes
from pingan.calendars import STEP_OF_LEVEL, Rules
from pingan.enums import Level, Role
from pingan.fields import ID_WIDTH
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.selectors.calendars import county_settings, rules_of
from reports.selectors.home import closed_months
from reports.selectors.inbox_appeals import appeals
from reports.selectors.inbox_disputes import disputes
from reports.selectors.inbox_honours import honours
from reports.selectors.inbox_item import Item
from reports.selectors.inbox_rectification import rectification
from reports.selectors.inbox_rewards import rewards_waiting
from reports.selectors.inbox_schemes import drafts
from reports.selectors.inbox_visits import visits

SOON_DAYS = 7
MOST_FOLLOW_UPS = 8
MOST_CHANGES = 20
FIRST_LOOK_DAYS = 7  # who never looked before is told of the last week
# What others do that a person should learn of; saving and looking is no news.
_TOLD_OF = ("月报", "指标报表", "延期", "重开申请", "跟踪事项", "月份账期", "通报", "考评版次")
_PAGES = {
    "月报": "campaigns:return-view",
    "指标报表": "campaigns:indicator-report",
    "跟踪事项": "campaigns:follow-up-view",
    "通报": "reports:bulletin-detail",
}
_NAMED = ("月报", "指标报表", "跟踪事项")  # what was done does not say to what
_TOWNSHIP_PATH = 2 * ID_WIDTH
_ORDER = {"bad": 0, "warn": 1, "info": 2, "plain": 3}


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did; `page` and `key` lead to it where there is a page of its own."""

    at: dt.datetime
    who: str
    text: str
    note: str
    page: str = ""
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    items: list[Item]
    changes: list[Change]
    has_more_changes: bool
    since: dt.datetime


def inbox(user: User, seen_at: dt.datetime | None, today: dt.date) -> Inbox:
    """Everything that waits and everything new; a fixed number of queries."""
    since = seen_at or timezone.now() - dt.timedelta(days=FIRST_LOOK_DAYS)
    items = [
        *_returns(user, today),
        *_reports(user, today),
        *_reports_to_review(user),
        *_requests(user, since),
        *_follow_ups(user, today),
        *appeals(user, since),
        *visits(user, today),
        *rectification(user, today),
        *honours(user, today),
        *rewards_waiting(user, today),
        *drafts(user, today),
        *disputes(user, since, today),
    ]
    items.sort(key=lambda item: (_ORDER[item.tone], item.due_on or dt.date.max))
    changes = _changes(user, since)
    return Inbox(items, changes[:MOST_CHANGES], len(changes) > MOST_CHANGES, since)


def _left(due_on: dt.date, today: dt.date) -> tuple[str, str]:
    """How long there is, and how it looks."""
    days = (due_on - today).days
    if days < 0:
        return f"已逾期{-days}天", "bad"
    return ("今天截止" if not days else f"还有{days}天"), "warn" if days <= 3 else "plain"


def _returns(user: User, today: dt.date) -> Iterator[Item]:
    """The unit's own returns of every month, older ones first of all. Four queries."""
    if user.unit.level == Level.COUNTY:
        return
    rules = rules_of(county_settings(user.unit))
    closed = closed_months(user.unit.root_id)
    given = {
        each.month: each
        for each in Extension.objects.filter(unit=user.unit_id).select_related("by")
    }
    waiting = with_deadlines(MonthlyReturn.objects.filter(unit=user.unit_id))
    waiting = waiting.exclude(state=ReturnState.ACCEPTED).order_by("month")
    current = Month.of(today)
    for each in waiting:
        extension = given.get(each.month)
        if each.month >= current and each.state != ReturnState.RETURNED and not extension:
            continue  # this month's draft has a card of its own
        why = _why_then(user.unit, each.month, each.until, rules, extension)
        if each.month in closed:
            why += "本月已结账，要补报请县级先重开。"
        yield _return_item(each, why, today)


def _return_item(each: MonthlyReturn, why: str, today: dt.date) -> Item:
    until, remarks = each.until, each.open_remarks  # type: ignore[attr-defined]
    where = ("campaigns:return-view", each.pk, until)
    month = each.month.label
    if each.state == ReturnState.RETURNED:
        marked = f"标出{remarks}处要改。" if remarks else ""
        left, _tone = _left(until, today)
        detail = f"{each.return_reason}　{marked}{left}，{why}"
        return Item("已退回", "bad", f"{month}：本单位月报被退回，还没有改好重报", detail, *where)
    if each.state == ReturnState.SUBMITTED:
        return Item("待审核", "info", f"{month}：本单位月报等待审核", "", *where)
    left, tone = _left(until, today)
    return Item(left, tone, f"{month}：本单位月报没有上报", why, *where)


def _why_then(
    unit: Unit, month: Month, until: dt.date, rules: Rules, extension: Extension | None
) -> str:
    """The day, and why it is that day: an extension, the rule for days off, or neither."""
    day = calendars.describe(until)
    if extension is not None:
        by = f"{extension.by.display_name}批准" if extension.by else "经批准"
        return f"延期至{day}，{by}：{extension.reason}。"
    deadline = calendars.deadline(STEP_OF_LEVEL[Level(unit.level)], month, rules)
    if deadline.on == until and deadline.is_shifted:
        return f"{day}截止。{deadline.explanation}"
    return f"{day}截止。"


def _reports(user: User, today: dt.date) -> Iterator[Item]:
    """The unit's own indicator reports that are due soon, overdue or sent back. One query."""
    rows = IndicatorReport.objects.filter(
        Q(due_on__lte=today + dt.timedelta(days=SOON_DAYS)) | Q(state=ReturnState.RETURNED),
        unit=user.unit_id,
        state__in=WAITING,
        form__withdrawn_on=None,
    )
    for each in rows.select_related("form").order_by("due_on"):
        left, tone = _left(each.due_on, today)
        name = f"{each.form.name}（{span_of(each).label}）"
        day = f"{calendars.describe(each.due_on)}截止。"
        where = ("campaigns:indicator-report", each.pk, each.due_on)
        if each.state == ReturnState.RETURNED:
            yield Item("已退回", "bad", name, f"{each.return_reason}　{left}，{day}", *where)
        else:
            yield Item(left, tone, name, day, *where)


def _reports_to_review(user: User) -> Iterator[Item]:
    """How many indicator reports wait for this person's office. One query."""
    waiting = IndicatorReport.objects.reviewed_by(user).filter(state=ReturnState.SUBMITTED).count()
    if waiting:
        text = f"{waiting}份指标报表等您审核"
        yield Item("待审核", "info", text, "", "campaigns:indicator-review")


def _requests(user: User, since: dt.datetime) -> Iterator[Item]:
    """Requests to reopen a month: those to decide, one's own, and decisions not yet read.

    One query.
    """
    decides = user.role == Role.COUNTY_OFFICER
    rows = ReopenRequest.objects.visible_to(user)
    wanted = Q(state=RequestState.PENDING) | Q(unit=user.unit_id, decided_at__gt=since)
    if not decides:
        wanted &= Q(unit=user.unit_id)
    own = MonthlyReturn.objects.filter(unit=OuterRef("unit"), month=OuterRef("month"))
    rows = rows.filter(wanted).annotate(return_pk=Subquery(own.values("pk")[:1]))
    for each in rows.select_related("unit").order_by("requested_at"):
        page = "campaigns:return-view" if each.return_pk else "campaigns:return-list"
        month, key = each.month.label, each.return_pk
        if each.state != RequestState.PENDING:
            tone = "info" if each.state == RequestState.GRANTED else "warn"
            text = f"{month}：重开申请{each.get_state_display()}"
            yield Item(each.get_state_display(), tone, text, each.decision, page, key)
        elif decides:
            text = f"{each.unit.name}申请重开{month}"
            yield Item("待您决定", "warn", text, each.reason, "campaigns:reopen-list")
        else:
            yield Item("待县级决定", "info", f"{month}：已申请重开", each.reason, page, key)


def _follow_ups(user: User, today: dt.date) -> Iterator[Item]:
    """Open matters near their deadline or past it, the oldest first. One query.

    The county is told of those that have come up to it.
    """
    rows = FollowUp.objects.visible_to(user).open()
    rows = rows.filter(due_on__lte=today + dt.timedelta(days=SOON_DAYS))
    if user.unit.level == Level.COUNTY:
        rows = rows.filter(level=Level.COUNTY)
    found = list(rows.select_related("unit").order_by("due_on", "pk")[: MOST_FOLLOW_UPS + 1])
    for each in found[:MOST_FOLLOW_UPS]:
        left, tone = _left(each.due_on, today)
        place = "" if each.unit_id == user.unit_id else f"{each.unit.name}："
        detail = f"{each.owner_post}，{calendars.describe(each.due_on)}前办结"
        where = ("campaigns:follow-up-view", each.pk, each.due_on)
        yield Item(left, tone, f"跟踪事项　{place}{each.title}", detail, *where)
    if len(found) > MOST_FOLLOW_UPS:
        last = found[-1].due_on
        yield Item(
            "还有",
            _left(last, today)[1],
            "更多临近期限或超期的跟踪事项",
            "",
            "campaigns:follow-up-list",
            None,
            last,
        )


def _changes(user: User, since: dt.datetime) -> list[Change]:
    """What others did since then, the latest first; one more than is shown. Two queries at most."""
    where = scopes.record_scope(user, "unit_path") | Q(
        unit_path=user.unit.path[:ID_WIDTH], object_type__in=("月份账期", "通报", "考评版次")
    )
    events: QuerySet[AuditEvent] = AuditEvent.objects.filter(
        where, at__gt=since, object_type__in=_TOLD_OF
    )
    if user.unit.level == Level.COUNTY:
        events = _of_county(events, user.unit)
    events = events.exclude(by=user).exclude(by=None).exclude(action__startswith="保存")
    return [_change(event) for event in events.order_by("-pk")[: MOST_CHANGES + 1]]


def _change(event: AuditEvent) -> Change:
    kind = event.object_type
    name = f"{event.object_name} {kind}" if kind in _NAMED else event.object_name
    page = _PAGES.get(kind, "") if event.object_id.isdecimal() else ""
    return Change(
        event.at,
        event.by_name.rsplit("（", 1)[0],
        f"{name}　{event.action}",
        event.note,
        page,
        int(event.object_id) if page else None,
    )


def _of_county(events: QuerySet[AuditEvent], county: Unit) -> QuerySet[AuditEvent]:
    """Only what answers to the county: townships and departments, not their villages."""
    sectors = Unit.objects.filter(county=county, level=Level.SECTOR).values_list("path", flat=True)
    near = Q(depth__lte=_TOWNSHIP_PATH)
    for path in sectors:
        near |= scopes.within(path, "unit_path")
    return events.annotate(depth=Length("unit_path")).filter(near)
