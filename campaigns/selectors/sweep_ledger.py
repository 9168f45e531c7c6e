"""The ledger of the sweeps: 有数, 零报告, 不适用 and 空 stand apart, a category a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from campaigns.enums import SweepAnswer
from campaigns.models import MonthlyReturn, Sweep, SweepCategory
from campaigns.selectors.sections import Column, categories_of
from pingan.months import Month

BLANK = "blank"
ANSWERS = (*SweepAnswer.choices, (BLANK, "空"))


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One category of one return; `sweep` None where nobody has answered it."""

    monthly_return: MonthlyReturn
    category: SweepCategory
    sweep: Sweep | None

    @property
    def month(self) -> Month:
        return self.monthly_return.month

    @property
    def monthly_return_id(self) -> int:
        return self.monthly_return.pk

    @property
    def answer(self) -> str:
        if self.sweep:
            return str(self.sweep.get_answer_display())
        return "空" if self.category.is_active else "类别已停用"


def _count(read: Callable[[Sweep], int]) -> Callable[[SweepLine], int | None]:
    """A figure where one was given: zero for 零报告, nothing for 不适用 and 空."""

    def shown(line: SweepLine) -> int | None:
        if line.sweep is None or line.sweep.answer == SweepAnswer.NOT_APPLICABLE:
            return None
        return read(line.sweep)

    return shown


SWEEP_COLUMNS = (
    Column("排查类别", lambda line: line.category.name),
    Column("填报方式", lambda line: line.answer),
    Column("排查数", _count(lambda row: row.found), is_number=True),
    Column("组内化解", _count(lambda row: row.solved_in_group), is_number=True),
    Column("村内化解", _count(lambda row: row.solved_in_village), is_number=True),
    Column("乡镇化解", _count(lambda row: row.solved_in_township), is_number=True),
    Column("县级化解", _count(lambda row: row.solved_in_county), is_number=True),
    Column("未化解", _count(lambda row: row.found - row.solved), is_number=True),
)


class SweepSheet:
    """All categories of all returns; counts and slices as a queryset does."""

    def __init__(
        self, returns: QuerySet[MonthlyReturn], categories: Sequence[SweepCategory]
    ) -> None:
        self._returns, self._categories = returns, list(categories)

    @classmethod
    def of(cls, returns: QuerySet[MonthlyReturn], county_id: int, answer: str) -> Any:
        """The whole sheet, or the lines with one answer."""
        if answer == BLANK:
            return _blank_lines(returns, categories_of(county_id))
        if answer:
            return _AnsweredLines(_answered(returns).filter(answer=answer))
        return cls(returns, _categories(returns, county_id))

    def count(self) -> int:
        return self._returns.count() * len(self._categories)

    def __iter__(self) -> Iterator[SweepLine]:
        return iter(_lines(self._returns, self._categories))

    def __getitem__(self, part: slice) -> list[SweepLine]:
        width = len(self._categories) or 1
        start, stop = part.start or 0, part.stop
        first, last = start // width, -(-stop // width)
        lines = _lines(self._returns[first:last], self._categories)
        return lines[start - first * width : stop - first * width]


def _categories(returns: QuerySet[MonthlyReturn], county_id: int) -> list[SweepCategory]:
    """The categories in use, then those that only these returns still know."""
    used = categories_of(county_id)
    known = Sweep.objects.filter(monthly_return__in=returns.order_by().values("pk")).order_by()
    gone = SweepCategory.objects.filter(pk__in=known.values("category"))
    return [*used, *gone.exclude(pk__in=[category.pk for category in used])]


class _AnsweredLines:
    """Lines that have a saved row, as they come from the database."""

    def __init__(self, rows: QuerySet[Sweep]) -> None:
        self._rows = rows

    def count(self) -> int:
        return self._rows.count()

    def __iter__(self) -> Iterator[SweepLine]:
        return (SweepLine(row.monthly_return, row.category, row) for row in self._rows)

    def __getitem__(self, part: slice) -> list[SweepLine]:
        return [SweepLine(row.monthly_return, row.category, row) for row in self._rows[part]]


def _answered(returns: QuerySet[MonthlyReturn]) -> QuerySet[Sweep]:
    rows = Sweep.objects.filter(monthly_return__in=returns.order_by().values("pk"))
    return rows.select_related("monthly_return__unit", "category").order_by(
        "month", "monthly_return__unit__path", "category__position", "pk"
    )


def _saved(returns: Sequence[MonthlyReturn]) -> dict[tuple[int, int], Sweep]:
    rows = Sweep.objects.filter(
        month__in={each.month for each in returns}, monthly_return__in=[r.pk for r in returns]
    )
    return {(row.monthly_return_id, row.category_id): row for row in rows}


def _lines(
    returns: QuerySet[MonthlyReturn], categories: Sequence[SweepCategory]
) -> list[SweepLine]:
    found = list(returns)
    saved = _saved(found)
    return [
        SweepLine(each, category, saved.get((each.pk, category.pk)))
        for each in found
        for category in categories
    ]


def _blank_lines(
    returns: QuerySet[MonthlyReturn], categories: Sequence[SweepCategory]
) -> list[SweepLine]:
    """Only what nobody has answered, of the returns that lack something."""
    wanted = [category.pk for category in categories]
    full = (
        Sweep.objects.filter(category__in=wanted)
        .order_by()
        .values("monthly_return")
        .annotate(given=Count("pk"))
        .filter(given=len(wanted))
        .values("monthly_return")
    )
    lines = _lines(returns.exclude(pk__in=full), categories)
    return [line for line in lines if line.sweep is None]


def answers(returns: QuerySet[MonthlyReturn], county_id: int) -> dict[str, int]:
    """How many lines have each answer. Three queries."""
    categories = [category.pk for category in categories_of(county_id)]
    found = dict.fromkeys((value for value, _label in ANSWERS), 0)
    given = (
        Sweep.objects.filter(
            monthly_return__in=returns.order_by().values("pk"), category__in=categories
        )
        .order_by()
        .values_list("answer")
        .annotate(number=Count("pk"))
    )
    found |= dict(given)
    found[BLANK] = returns.count() * len(categories) - sum(found.values())
    return found
