"""Two versions of a scheme side by side: what is new, what went, what reads differently."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from assessments.explain import points_text
from assessments.models import Scheme, ScoreItem
from assessments.selectors.scheme_pages import (
    GradeRow,
    ItemRow,
    grade_rows,
    item_row,
    months_said,
    total_of,
)
from assessments.tables import Labels

NEW, GONE, OTHER, SAME = "新增", "删除", "修改", "未变"
TONES = {NEW: "good", GONE: "bad", OTHER: "warn", SAME: "plain"}


@dataclass(frozen=True, slots=True)
class Change:
    """One item in both versions, or in one of them."""

    kind: str
    section: str
    before: ItemRow | None
    after: ItemRow | None
    what: tuple[str, ...] = ()

    @property
    def tone(self) -> str:
        return TONES[self.kind]

    @property
    def name(self) -> str:
        row = self.after or self.before
        return row.item.name if row else ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`head`: label, before, after, and whether they differ."""

    before: Scheme
    after: Scheme
    head: tuple[tuple[str, str, str, bool], ...]
    changes: tuple[Change, ...]

    @property
    def counts(self) -> list[tuple[str, int]]:
        found = Counter(change.kind for change in self.changes)
        return [(kind, found[kind]) for kind in (NEW, GONE, OTHER, SAME) if found[kind]]

    @property
    def differing(self) -> list[Change]:
        return [change for change in self.changes if change.kind != SAME]

    @property
    def has_differences(self) -> bool:
        return bool(self.differing) or any(differs for *_said, differs in self.head)


def compare(before: Scheme, after: Scheme, labels: Labels) -> Comparison:
    """Items are the same by their code, whatever they are called. Two queries."""
    olds = {item.code: item for item in before.items.order_by("position")}
    news = list(after.items.order_by("position"))
    places = {item.code: place for place, item in enumerate(news, start=1)}
    gone = [item for code, item in olds.items() if code not in places]
    changes = [_change(olds.get(item.code), item, places[item.code], labels) for item in news]
    changes += [
        Change(GONE, item.section, item_row(item, item.position, labels), None) for item in gone
    ]
    head = _head(before, list(olds.values()), after, news)
    return Comparison(before, after, head, tuple(changes))


def _change(old: ScoreItem | None, new: ScoreItem, place: int, labels: Labels) -> Change:
    after = item_row(new, place, labels)
    if old is None:
        return Change(NEW, new.section, None, after)
    before = item_row(old, old.position, labels)
    pairs = (
        ("名称", old.name, new.name),
        ("分类", old.section, new.section),
        ("分值", before.points, after.points),
        ("数据来源", before.source, after.source),
        ("计分方式", before.shape, after.shape),
        ("规则", before.rule, after.rule),
        ("条文", old.clause, new.clause),
    )
    what = tuple(label for label, was, now in pairs if was != now)
    return Change(OTHER if what else SAME, new.section, before, after, what)


def _head(
    before: Scheme, olds: list[ScoreItem], after: Scheme, news: list[ScoreItem]
) -> tuple[tuple[str, str, str, bool], ...]:
    pairs = [
        ("名称", before.name, after.name),
        ("依据文件", before.basis or "—", after.basis or "—"),
        ("施行月份", months_said(before), months_said(after)),
        ("考核项", f"{len(olds)} 项", f"{len(news)} 项"),
        ("合计", f"{points_text(total_of(olds))} 分", f"{points_text(total_of(news))} 分"),
    ]
    for was, now in zip(grade_rows(before), grade_rows(after), strict=True):
        pairs.append((was.grade, _grade_said(was), _grade_said(now)))
    pairs.append(("未结事项降档", _limit(before), _limit(after)))
    return tuple((label, was, now, was != now) for label, was, now in pairs)


def _grade_said(row: GradeRow) -> str:
    return f"{row.lowest}，{row.colour_name}"


def _limit(scheme: Scheme) -> str:
    limit = int(scheme.colour_rules.get("open_limit", 0))
    return f"达到 {limit} 件降一档颜色" if limit else "不降档"
