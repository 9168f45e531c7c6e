"""Electronic ledgers (台账): every record of a kind, filtered, in pages or as a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from campaigns.enums import Activity, ReturnState
from campaigns.models import ActivityRecord, FollowUp, MonthlyReturn, Survey
from campaigns.models.registers import RegisterQuerySet
from campaigns.selectors.names import NameBook
from campaigns.selectors.registers import REGISTERS, Register
from campaigns.selectors.sections import SECTIONS, Cell, Column, Section
from campaigns.selectors.sweep_ledger import ANSWERS, SWEEP_COLUMNS, SweepSheet, answers
from pingan.enums import Level
from pingan.models import User
from pingan.months import Month

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    first: Month
    last: Month
    text: str = ""
    state: str = ""
    answer: str = ""
    on_from: dt.date | None = None
    on_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    cells: list[Cell]
    return_pk: int | None


@dataclass(frozen=True, slots=True)
class LedgerKind:
    """One ledger. `find` gives what a person may see, in order: anything that counts and slices.

    `place` tells a row's unit and the month by whose names it is printed.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    find: Callable[[User, LedgerFilter], Any]
    place: Callable[[Any], tuple[int, Month]]
    states: Choices = ()
    answers: Choices = ()
    has_dates: bool = False


_MONTH = Column("月份", lambda row: str(row.month))
_PARENT = Column("上级单位", lambda _row: "")
_UNIT = Column("单位", lambda _row: "")
_STATE = Column("状态", lambda row: str(ReturnState(row.monthly_return.state).label))
_UNTIL = (
    Column("启用日期", lambda row: row.valid_from),
    Column("停用日期", lambda row: row.valid_to),
)


def _named(chosen: LedgerFilter, unit: str) -> Q:
    """Records of units whose own name or whose superior's holds the text."""
    if not chosen.text:
        return Q()
    return Q(**{f"{unit}__name__icontains": chosen.text}) | Q(
        **{f"{unit}__parent__name__icontains": chosen.text}
    )


def _months(chosen: LedgerFilter) -> Q:
    return Q(month__gte=chosen.first, month__lte=chosen.last)


def _days(chosen: LedgerFilter) -> Q:
    where = Q()
    if chosen.on_from:
        where &= Q(on__gte=chosen.on_from)
    if chosen.on_to:
        where &= Q(on__lte=chosen.on_to)
    return where


def _activity_kind(section: Section) -> LedgerKind:
    is_dated = section.key in ("on", "pk")
    within = {"on": "on", "pk": "on"}.get(section.key, "group__position")

    def find(user: User, chosen: LedgerFilter) -> QuerySet[Any]:
        rows = section.model.objects.visible_to(user)
        rows = rows.select_related("monthly_return__unit", *section.related)
        if chosen.state:
            rows = rows.filter(monthly_return__state=chosen.state)
        where = _months(chosen) & _named(chosen, "monthly_return__unit")
        rows = rows.filter(where & _days(chosen) if is_dated else where)
        return rows.order_by("month", "monthly_return__unit__path", within, "pk")

    return LedgerKind(
        section.activity,
        str(section.activity.label),
        (_MONTH, _PARENT, _UNIT, _STATE, *section.columns),
        find,
        _of_return,
        states=ReturnState.choices,
        has_dates=is_dated,
    )


def _of_return(row: Any) -> tuple[int, Month]:
    return row.monthly_return.unit_id, row.month


def _own_place(row: Any) -> tuple[int, Month]:
    return row.unit_id, row.month


def _returns(user: User, chosen: LedgerFilter) -> QuerySet[MonthlyReturn]:
    rows = MonthlyReturn.objects.visible_to(user).filter(_months(chosen), _named(chosen, "unit"))
    if chosen.state:
        rows = rows.filter(state=chosen.state)
    return rows.select_related("unit").order_by("month", "unit__path")


def _sweeps(user: User, chosen: LedgerFilter) -> Any:
    """Every category of every return, answered or not; or one kind of answer."""
    return SweepSheet.of(_returns(user, chosen), user.unit.root_id, chosen.answer)


def _surveys(user: User, chosen: LedgerFilter) -> QuerySet[Any]:
    rows = Survey.objects.visible_to(user).select_related("unit")
    rows = rows.filter(_months(chosen), _days(chosen), _named(chosen, "unit"))
    return rows.order_by("month", "unit__path", "on", "pk")


def _follow_ups(user: User, chosen: LedgerFilter) -> QuerySet[Any]:
    rows = FollowUp.objects.visible_to(user).select_related("unit", "category")
    # What is still open was found in any month: an old matter does not drop out of sight.
    is_open = chosen.state in ("open", "overdue")
    found = Q(month__lte=chosen.last) if is_open else _months(chosen)
    rows = rows.filter(found, _named(chosen, "unit"))
    if chosen.state == "solved":
        rows = rows.filter(solved_on__isnull=False)
    elif chosen.state == "overdue":
        rows = rows.overdue(on=timezone.localdate())
    elif chosen.state == "open":
        rows = rows.open()
    return rows.order_by("month", "unit__path", "due_on", "pk")


def _level(name: str) -> Callable[[Any], str]:
    return lambda row: (
        str(Level(getattr(row, name)).label) if getattr(row, name) is not None else ""
    )


def _register_kind(register: Register) -> LedgerKind:
    kinds = enumerate(kind for kind, _label in register.kinds)
    place = Case(*(When(kind=kind, then=number) for number, kind in kinds))

    def find(user: User, chosen: LedgerFilter) -> QuerySet[Any]:
        """What stood at any time of the months asked for."""
        rows = RegisterQuerySet(register.model).visible_to(user).select_related("unit")
        rows = rows.filter(
            Q(valid_to=None) | Q(valid_to__gt=chosen.first.first_day),
            _named(chosen, "unit"),
            valid_from__lte=chosen.last.last_day,
        )
        return rows.order_by("unit__path", place, "valid_from", "pk")

    columns = (_PARENT, _UNIT, *register.columns, *_UNTIL)
    return LedgerKind(register.name, register.label, columns, find, _register_place)


def _register_place(row: Any) -> tuple[int, Month]:
    """By the names of today, or of the entry's last month."""
    return row.unit_id, Month.of(row.valid_to or timezone.localdate())


_SURVEY_COLUMNS = (
    Column("测评日期", lambda row: row.on),
    Column("地点", lambda row: row.place),
    Column("有效票数", lambda row: row.slips, is_number=True),
    Column("治安状况好", lambda row: row.order_good, is_number=True),
    Column("有安全感", lambda row: row.feels_safe, is_number=True),
    Column("满意", lambda row: row.satisfied, is_number=True),
)
_FOLLOW_UP_COLUMNS = (
    Column("来源", lambda row: str(row.get_source_display())),
    Column("排查类别", lambda row: row.category.name if row.category else ""),
    Column("事项", lambda row: row.title, is_long=True),
    Column("地点", lambda row: row.place),
    Column("责任岗位", lambda row: row.owner_post),
    Column("任务", lambda row: row.duty, is_long=True),
    Column("办结期限", lambda row: row.due_on),
    Column("办理层级", _level("level")),
    Column("办结日期", lambda row: row.solved_on),
    Column("办结层级", _level("solved_level")),
    Column("办理结果", lambda row: row.outcome, is_long=True),
)
_FOLLOW_UP_STATES = (("open", "未办结"), ("overdue", "超期未办结"), ("solved", "已办结"))

_KINDS = (
    *(_activity_kind(s) for a, s in SECTIONS.items() if a not in (Activity.SWEEP, Activity.GROUPS)),
    LedgerKind(
        Activity.SWEEP,
        str(Activity.SWEEP.label),
        (_MONTH, _PARENT, _UNIT, _STATE, *SWEEP_COLUMNS),
        _sweeps,
        _of_return,
        states=ReturnState.choices,
        answers=ANSWERS,
    ),
    LedgerKind(
        Activity.SURVEY,
        str(Activity.SURVEY.label),
        (_MONTH, _PARENT, _UNIT, *_SURVEY_COLUMNS),
        _surveys,
        _own_place,
        has_dates=True,
    ),
    _activity_kind(SECTIONS[Activity.GROUPS]),
    LedgerKind(
        "follow-ups",
        str(FollowUp._meta.verbose_name),
        (_MONTH, _PARENT, _UNIT, *_FOLLOW_UP_COLUMNS),
        _follow_ups,
        _own_place,
        states=_FOLLOW_UP_STATES,
    ),
    *(_register_kind(register) for register in REGISTERS.values()),
)
LEDGERS: dict[str, LedgerKind] = {str(kind.name): kind for kind in _KINDS}


def headers(name: str) -> list[Column]:
    """Columns of the ledger, those that it begins with included."""
    return list(LEDGERS[str(name)].columns)


def ledger(user: User, name: str, chosen: LedgerFilter) -> Any:
    """The records this person may see, in the order of the ledger."""
    return LEDGERS[str(name)].find(user, chosen)


def ledger_rows(name: str, rows: Iterable[Any]) -> Iterator[LedgerRow]:
    """Rows ready to print, units by the names of the month; two queries more than `rows`."""
    return printed_rows(LEDGERS[str(name)], rows)


def printed_rows(kind: LedgerKind, rows: Iterable[Any]) -> Iterator[LedgerRow]:
    """As `ledger_rows`, for a ledger of another app."""
    found = list(rows)
    book = NameBook({kind.place(row)[0] for row in found})
    for row in found:
        cells = list(_cells(row, kind, book))
        yield LedgerRow(cells, getattr(row, "monthly_return_id", None))


def _cells(row: Any, kind: LedgerKind, book: NameBook) -> Iterator[Cell]:
    unit_id, month = kind.place(row)
    for column in kind.columns:
        if column is _PARENT:
            value: Any = book.parent_name(unit_id, month)
        elif column is _UNIT:
            value = book.name(unit_id, month)
        else:
            value = column.value(row)
        yield Cell(value, column)


LEADING_COLUMNS = (_MONTH, _PARENT, _UNIT)


def unfilled(user: User, name: str, chosen: LedgerFilter) -> QuerySet[MonthlyReturn] | None:
    """Returns of the months without a single row of this activity (空), by unit."""
    if name not in SECTIONS or name == Activity.SWEEP:
        return None
    model: type[ActivityRecord] = SECTIONS[Activity(name)].model
    returns = _returns(user, chosen)
    if name == Activity.GROUPS:
        returns = returns.filter(unit__level=Level.VILLAGE)
    return returns.filter(
        ~Exists(model.objects.filter(month=OuterRef("month"), monthly_return=OuterRef("pk")))
    )


def sweep_answers(user: User, chosen: LedgerFilter) -> list[tuple[str, int]]:
    """How many categories got which answer, 空 among them."""
    counted = answers(_returns(user, chosen), user.unit.root_id)
    return [(label, counted[value]) for value, label in ANSWERS]
