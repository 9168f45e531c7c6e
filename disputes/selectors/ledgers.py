"""The ledger of cases: roles and counts, never a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Count, QuerySet

from disputes.enums import ConfirmationState, PartyRole
from disputes.models import Agreement, Committee, Dispute, Party
from disputes.selectors.cases import Filters, cases
from pingan.models import Unit, User

Named = TypeVar("Named", Unit, Committee)

# Unit, day of registration, place, title: what makes two lines the same case.
Key = tuple[int, dt.date, str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: text, count, money (in 分) or day; `short`: its head on paper, where it stands."""

    label: str
    kind: str
    width: float
    value: Callable[[Any], Any]
    short: str = ""
    is_on_screen: bool = False


def _agreement(dispute: Dispute) -> Agreement | None:
    return getattr(dispute, "agreement", None)


def _form(dispute: Dispute) -> str:
    agreement = _agreement(dispute)
    return str(agreement.get_form_display()) if agreement else ""


def _performed_on(dispute: Dispute) -> dt.date | None:
    agreement = _agreement(dispute)
    return agreement.performed_on if agreement else None


def _confirmation(dispute: Dispute) -> str:
    agreement = _agreement(dispute)
    if agreement is None or agreement.confirmation == ConfirmationState.NONE:
        return ""
    return str(agreement.get_confirmation_display())


CODE, UNIT, TITLE = "案号", "登记单位", "事由"
REGISTERED_ON, HAPPENED_ON, ACCEPTED_ON = "登记日期", "发生日期", "受理日期"
CATEGORY, SCALE, SOURCE, CHANNEL = "纠纷类别", "规模", "来源", "调解方式"
PLACE, PEOPLE, AMOUNT = "发生地点", "涉及人数", "涉及金额（元）"
COMMITTEE, MEDIATOR = "调解委员会", "调解员编号"
STATE, SETTLED_ON, FORM = "状态", "协议（终结）日期", "协议形式"
ROLES = {str(role.label): role for role in PartyRole}


def _count(role: PartyRole) -> Column:
    label = str(role.label)
    is_shown = role != PartyRole.THIRD
    return Column(
        label,
        "count",
        10,
        lambda row: getattr(row, f"{role.value}s"),
        label if is_shown else "",
        is_shown,
    )


LEDGER: tuple[Column, ...] = (
    Column(CODE, "text", 26, lambda row: row.code, CODE, True),
    Column(UNIT, "text", 16, lambda row: row.unit.name, UNIT, True),
    Column(REGISTERED_ON, "day", 12, lambda row: row.registered_on, REGISTERED_ON, True),
    Column(TITLE, "text", 30, lambda row: row.title, TITLE, True),
    Column(CATEGORY, "text", 12, lambda row: row.category.name, "类别", True),
    Column(SCALE, "text", 18, lambda row: row.scale.name if row.scale else ""),
    Column(SOURCE, "text", 14, lambda row: row.source.name),
    Column(PLACE, "text", 20, lambda row: row.place, "地点", True),
    Column(HAPPENED_ON, "day", 12, lambda row: row.happened_on),
    Column(PEOPLE, "count", 9, lambda row: row.people, "人数"),
    Column(AMOUNT, "money", 14, lambda row: row.amount),
    *(_count(role) for role in PartyRole),
    Column(CHANNEL, "text", 18, lambda row: str(row.get_channel_display())),
    Column(COMMITTEE, "text", 28, lambda row: row.committee.name if row.committee else ""),
    Column(MEDIATOR, "text", 11, lambda row: row.mediator.number if row.mediator else ""),
    Column("承办单位", "text", 16, lambda row: row.holder.name, "承办单位", True),
    Column("办理层级", "text", 10, lambda row: str(row.get_level_display()), "层级", True),
    Column(ACCEPTED_ON, "day", 12, lambda row: row.accepted_on),
    Column(STATE, "text", 12, lambda row: str(row.get_state_display()), STATE, True),
    Column(SETTLED_ON, "day", 17, lambda row: row.settled_on, "终结日期", True),
    Column(
        "化解层级",
        "text",
        10,
        lambda row: str(row.get_settled_level_display() or "") if row.settled_level else "",
    ),
    Column(FORM, "text", 10, _form, FORM),
    Column("履行完毕日期", "day", 13, _performed_on),
    Column("司法确认", "text", 10, _confirmation),
    Column("结案日期", "day", 12, lambda row: row.closed_on, "结案日期"),
)
PAPER = tuple(column for column in LEDGER if column.short)
SCREEN = tuple(column for column in LEDGER if column.is_on_screen)


def ledger(user: User, filters: Filters, today: dt.date) -> QuerySet[Dispute]:
    """The cases that this person may see, in the order in which they were registered."""
    return cases(user, filters, today).order_by("registered_on", "unit__path", "pk")


def in_hand(user: User, filters: Filters, today: dt.date) -> QuerySet[Dispute]:
    """Those of the ledger whose names this person may know."""
    own = Dispute.objects.handled_by(user).order_by().values("pk")
    return ledger(user, filters, today).filter(pk__in=own)


def with_terms(rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """Rows with everything that a line names; what is sealed stays in the database."""
    return rows.select_related(
        *("unit", "holder", "category", "scale", "source"),
        *("committee", "mediator", "agreement"),
    ).defer("facts", "agreement__facts", "agreement__content")


def listed(rows: QuerySet[Dispute]) -> list[Dispute]:
    """Rows with their words, and how many parties of each role. Two queries."""
    found = list(with_terms(rows))
    parties = Party.objects.filter(dispute__in=[row.pk for row in found]).order_by()
    counts = {
        (dispute, role): count
        for dispute, role, count in parties.values_list("dispute", "role").annotate(Count("pk"))
    }
    for row in found:
        for role in PartyRole:
            setattr(row, f"{role.value}s", counts.get((row.pk, role.value), 0))
    return found


def listed_page(keys: Iterable[int]) -> list[Dispute]:
    """The rows of one page, in the order of their keys: the pages before it cost nothing."""
    place = {key: at for at, key in enumerate(keys)}
    return sorted(listed(Dispute.objects.filter(pk__in=place)), key=lambda row: place[row.pk])


def values(dispute: Dispute, columns: Iterable[Column] = LEDGER) -> list[Any]:
    """One line of the ledger, a value a column."""
    return [column.value(dispute) for column in columns]


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line as it is shown: the case, and its cells as text."""

    pk: int
    cells: list[tuple[Column, str]]


def lines(rows: Iterable[Dispute], columns: Sequence[Column]) -> list[LedgerLine]:
    """Rows of a narrower table, ready to print."""
    return [
        LedgerLine(row.pk, [(each, as_text(each.kind, each.value(row))) for each in columns])
        for row in rows
    ]


def as_text(kind: str, value: Any) -> str:
    """A value of the ledger as it is shown and compared."""
    if value is None or value == "":
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{Decimal(value) / 100:.2f}" if kind == "money" else str(value)


def known_lines(user: User, codes: Collection[str]) -> dict[str, list[dict[str, str]]]:
    """Lines of these numbers as the ledger shows them, by number and then by label."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in listed(Dispute.objects.visible_to(user).filter(code__in=codes)) if codes else ():
        line = {column.label: as_text(column.kind, column.value(row)) for column in LEDGER}
        found.setdefault(row.code, []).append(line)
    return found


def taken_keys(units: Iterable[int], days: Iterable[dt.date]) -> set[Key]:
    """What these units have registered on these days."""
    rows = Dispute.objects.filter(unit__in=set(units), registered_on__in=set(days))
    return set(rows.order_by().values_list("unit_id", "registered_on", "place", "title"))


def told_apart(rows: Iterable[Named], mark: Callable[[Named], str]) -> dict[str, Named]:
    """Rows by the name that a workbook offers; those of one name are told apart by their mark."""
    found = list(rows)
    names = [str(row.name) for row in found]
    return {
        name if names.count(name) == 1 else f"{name}（{mark(row)}）": row
        for name, row in zip(names, found, strict=True)
    }
