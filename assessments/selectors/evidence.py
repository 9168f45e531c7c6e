"""What stands behind each item of a scorecard: records that are missing or late, and findings.

Everything is read at once, one query a kind of record that the card's items count, and handed out
by item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.urls import reverse
from django.utils import timezone

from assessments.enums import NoticeState
from assessments.explain import points_text
from assessments.models import (
    Inspection,
    LeaderRating,
    Problem,
    RectificationNotice,
    Veto,
)
from assessments.selectors import record_evidence
from assessments.selectors.record_evidence import DISPUTE, Behind, Note, Notes, day_text
from assessments.tables import FACTS
from campaigns.enums import ReturnState
from campaigns.models import (
    MonthlyReturn,
    Survey,
    Sweep,
)
from disputes.models import Dispute
from disputes.selectors.figures import unsettled
from pingan.enums import Level

LISTED = 40  # units of one sentence; the rest is a number


def _survey(behind: Behind) -> dict[str, Notes]:
    rows = Survey.objects.visible_to(behind.user).filter(
        unit=behind.card.unit_id, month=behind.month
    )
    notes = [
        Note(
            f"{day_text(row.on)} {row.place}：有效票{row.slips}张，治安状况好{row.order_good}，"
            f"有安全感{row.feels_safe}，满意{row.satisfied}"
        )
        for row in rows.order_by("on")
    ]
    notes = notes or [Note("本月没有治安测评记录。", is_gap=True)]
    return {name: notes for name, fact in FACTS.items() if fact.source == "survey"}


def _inspections(behind: Behind) -> dict[str, Notes]:
    """Open and secret visits of the month, line by line of the sheet. Two queries."""
    rows = (
        Inspection.objects.visible_to(behind.user)
        .filter(unit=behind.card.unit_id, month=behind.month)
        .select_related("group", "recorded_by")
        .prefetch_related("entries")
        .order_by("on", "pk")
    )
    found: dict[str, Notes] = {"inspection_given": [], "undercover_given": []}
    for row in rows:
        name = "inspection_given" if row.kind == "open" else "undercover_given"
        found[name] += _visit(row)
    return {
        name: notes or [Note("本月没有检查记录。", is_gap=True)] for name, notes in found.items()
    }


def _visit(row: Inspection) -> Notes:
    who = row.group.name if row.group else (row.recorded_by.unit.name if row.recorded_by else "")
    place = f"（{row.place}）" if row.place else ""
    given, possible = points_text(row.points_given), points_text(row.points_possible)
    notes = [
        Note(
            f"{day_text(row.on)} {who}{row.get_kind_display()}{place}：{possible}分得{given}分"
            + (f"。{row.findings}" if row.findings else ""),
            address=reverse("assessments:inspection-edit", args=[row.pk]),
        )
    ]
    for entry in row.entries.all():
        if entry.points_given is None:
            continue
        lost = entry.points_possible - entry.points_given
        if lost or entry.finding:
            told = f"：{entry.finding}" if entry.finding else ""
            notes.append(Note(f"{entry.name}扣{points_text(lost)}分{told}", is_gap=True))
    return notes


def _ratings(behind: Behind) -> dict[str, Notes]:
    rows = LeaderRating.objects.visible_to(behind.user).filter(
        unit=behind.card.unit_id, month=behind.month
    )
    notes = [
        Note(
            f"{row.rater_post}：{points_text(row.points_possible)}分评"
            f"{points_text(row.points_given)}分" + (f"。{row.note}" if row.note else "")
        )
        for row in rows
    ]
    return {"rating_given": notes or [Note("本月没有领导评分。", is_gap=True)]}


def _returns(behind: Behind) -> dict[str, Notes]:
    """The unit's own return, and of the units below those that are late or missing. One query."""
    own = [_return_note(behind.monthly_return)] if behind.monthly_return else []
    own = own or [Note("没有月报。", is_gap=True)]
    below = MonthlyReturn.objects.filter(
        unit__parent=behind.card.unit_id, month=behind.month
    ).select_related("unit")
    missing, late = [], []
    for each in below.order_by("unit__position", "unit__code"):
        if each.state != ReturnState.ACCEPTED:
            missing.append(each.unit.name)
        elif not each.is_on_time:
            sent = (
                f"（{day_text(timezone.localdate(each.first_submitted_at))}）"
                if each.first_submitted_at
                else ""
            )
            late.append(f"{each.unit.name}{sent}")
    gone = _named("月报没有通过审核的", missing)
    return {
        "returns_on_time": own,
        "returns_received": own,
        "villages_on_time": [*gone, *_named("月报逾期上报的", late)],
        "villages_received": gone,
    }


def _named(what: str, names: Sequence[str]) -> Notes:
    if not names:
        return []
    more = f"等{len(names)}个" if len(names) > LISTED else ""
    return [Note(f"{what}：{'、'.join(names[:LISTED])}{more}。", is_gap=True)]


def _return_note(each: MonthlyReturn) -> Note:
    if each.first_submitted_at is None:
        return Note(f"月报没有上报，应在{day_text(each.due_on)}前上报。", is_gap=True)
    sent = day_text(timezone.localdate(each.first_submitted_at))
    state = "" if each.state == ReturnState.ACCEPTED else f"，现在{each.get_state_display()}"
    late = "" if each.is_on_time else "，逾期"
    text = f"{sent}首次上报，应在{day_text(each.due_on)}前上报{late}{state}。"
    return Note(text, is_gap=bool(late or state))


def _area(behind: Behind) -> dict[str, Notes]:
    """The units below that still have open matters. One query."""
    rows = Sweep.objects.filter(
        month=behind.month,
        monthly_return__month=behind.month,
        monthly_return__unit__parent=behind.card.unit_id,
        monthly_return__state=ReturnState.ACCEPTED,
        category__touches_persons=False,
    ).select_related("monthly_return__unit", "category")
    left: dict[str, int] = {}
    disputes: dict[str, int] = {}
    for row in rows.order_by("monthly_return__unit__position", "monthly_return__unit__code"):
        name, still = row.monthly_return.unit.name, row.found - row.solved
        if still:
            left[name] = left.get(name, 0) + still
        if still and row.category.code == DISPUTE:
            disputes[name] = disputes.get(name, 0) + still
    return {
        "area_solved": _named("还有未结事项的", [f"{n}{c}件" for n, c in left.items()]),
        "area_disputes_solved": _named(
            "还有未化解纠纷的", [f"{n}{c}件" for n, c in disputes.items()]
        ),
    }


def _cases(behind: Behind) -> dict[str, Notes]:
    """The unit's cases that are over their term, by number; a number names nobody. One query."""
    day = behind.month.last_day
    rows = Dispute.objects.visible_to(behind.user).filter(unsettled(day), unit=behind.card.unit_id)
    codes = list(rows.order_by("registered_on", "pk").values_list("code", flat=True))
    return {"cases_overdue": _named("月底超过期限未结的", codes)}


def _notices(behind: Behind) -> dict[str, Notes]:
    rows = RectificationNotice.objects.visible_to(behind.user).filter(
        unit=behind.card.unit_id, recheck_on__range=(behind.month.first_day, behind.month.last_day)
    )
    notes = [
        Note(
            f"{row}：{day_text(row.recheck_on)}复查，{row.get_state_display()}",
            is_gap=row.state != NoticeState.CLOSED,
        )
        for row in rows.exclude(state__in=[NoticeState.DRAFT, NoticeState.WITHDRAWN])
    ]
    return {"notices_closed": notes, "notices_due": notes}


def _problems(behind: Behind) -> dict[str, Notes]:
    rows = Problem.objects.filter(unit=behind.card.unit_id).open_on(behind.month.last_day)
    notes = [
        Note(f"{row.title}（{row.found_on:%Y-%m-%d}发现，期限{day_text(row.due_on)}）", is_gap=True)
        for row in rows
    ]
    return {"problems_open": notes, "problems_lasting": notes}


def _vetoes(behind: Behind) -> dict[str, Notes]:
    rows = Veto.objects.filter(unit=behind.card.unit_id).in_force(on=behind.month.last_day)
    notes = [
        Note(f"{row.condition.name}（{row.document}，到{row.ends_on:%Y-%m-%d}）", is_gap=True)
        for row in rows.select_related("condition")
    ]
    return {"vetoes_in_force": notes}


_READERS: dict[str, Callable[[Behind], dict[str, Notes]]] = {
    "patrol": record_evidence.patrol,
    "education": record_evidence.education,
    "meeting": record_evidence.meeting,
    "sweep": record_evidence.sweep,
    "survey": _survey,
    "inspection": _inspections,
    "rating": _ratings,
    "groups": record_evidence.groups,
    "return": _returns,
    "area": _area,
    "cases": _cases,
    "notices": _notices,
    "problems": _problems,
    "vetoes": _vetoes,
}
_SHARED = {"undercover": "inspection", "disputes": "sweep"}  # read with another kind
_OF_RETURN = {"patrol", "education", "meeting", "sweep"}


def evidence(behind: Behind, names: Sequence[str]) -> dict[str, Notes]:
    """Notes by the count an item is scored on. One or two queries a kind of record, no more."""
    kinds = dict.fromkeys(_kind(name, behind.card.level) for name in names)
    found: dict[str, Notes] = {}
    for kind in kinds:
        if kind in _OF_RETURN and behind.monthly_return is None:
            continue
        if kind in _READERS:
            found |= _READERS[kind](behind)
    return found


def _kind(name: str, level: int) -> str:
    if name.startswith("area_"):
        return "area"
    if level == Level.GROUP:
        return "groups"
    source = FACTS[name].source if name in FACTS else ""
    return _SHARED.get(source, source)
