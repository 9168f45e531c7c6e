"""Taking in a workbook: proposed, looked at, then all or nothing; undone as one step."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.enums import Activity
from campaigns.models import ImportRun, MonthlyReturn
from campaigns.selectors.sections import SECTIONS, Section, saved_rows_of_many
from campaigns.services.sections import SectionSave, save_sections
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
MOST_SHOWN = 500  # lines of a dry run that are kept to be looked at; all are counted


@dataclass(frozen=True, slots=True)
class CellError:
    """One cell that cannot be taken in."""

    sheet: str
    cell: str
    unit: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LineChange:
    """One row that an import changes: what stands in each field, and what will."""

    sheet: str
    cell: str
    unit: str
    row: str
    kind: str
    fields: Sequence[tuple[str, Any, Any]]


@dataclass(frozen=True, slots=True)
class ChangedSection:
    """One activity of one return as it will be."""

    monthly_return: MonthlyReturn
    activity: Activity
    rows: Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Proposal:
    """What a workbook would do."""

    errors: list[CellError] = field(default_factory=list)
    changes: list[LineChange] = field(default_factory=list)
    sections: list[ChangedSection] = field(default_factory=list)
    book: str = ""


# Return, activity, version of that activity.
Written = set[tuple[int, str, int]]


def versions_written_by(book: str, *, unit: Unit, month: Month) -> Written:
    """What imports of this very book have left behind, taken in or undone.

    People go on filling in the book that they have imported: its own writing is no conflict.
    """
    runs = ImportRun.objects.filter(unit=unit, month=month, is_applied=True, changes__book=book)
    return {
        (section["return"], section["activity"], version)
        for before in runs.values_list("before", flat=True)
        for section in before["sections"]
        for version in (section["version"], section.get("undone_version", 0))
    }


def returns_entered_by(user: User, month: Month) -> list[MonthlyReturn]:
    """The returns that this person fills in: his unit's, and a clerk's villages'."""
    found = MonthlyReturn.objects.visible_to(user).for_month(month).select_related("unit__parent")
    return [each for each in found.order_by("unit__path") if policies.enters_for(user, each.unit)]


@transaction.atomic
def receive_file(
    *, unit: Unit, month: Month, file_name: str, file_hash: str, by: User, file: str = ""
) -> ImportRun:
    """Note that a workbook came in. What this person proposed before and never took in, goes.

    `file`, the workbook itself as text, is kept only while it waits for a job to read it.
    """
    ImportRun.objects.filter(unit=unit, month=month, by=by, is_applied=False).delete()
    return ImportRun.objects.create(
        unit=unit,
        month=month,
        file_name=file_name[-120:],
        file_hash=file_hash,
        changes={"file": file} if file else {},
        by=by,
    )


def note_proposal(*, run: ImportRun, proposal: Proposal) -> None:
    """Keep what the workbook would do, until somebody confirms it."""
    counts: dict[str, Counter[str]] = {}
    for change in proposal.changes:
        counts.setdefault(change.sheet, Counter())[change.kind] += 1
    run.changes = audit.plain(
        {
            "errors": [
                [error.sheet, error.cell, error.unit, error.sentence]
                for error in proposal.errors[:MOST_SHOWN]
            ],
            "error_count": len(proposal.errors),
            "lines": [
                [line.sheet, line.cell, line.unit, line.row, line.kind, list(line.fields)]
                for line in proposal.changes[:MOST_SHOWN]
            ],
            "line_count": len(proposal.changes),
            "counts": counts,
            "book": proposal.book,
            "sections": [] if proposal.errors else _plain_sections(proposal.sections),
        }
    )
    run.save(update_fields=["changes"])


def _plain_sections(sections: Sequence[ChangedSection]) -> list[dict[str, Any]]:
    return [
        {
            "return": each.monthly_return.pk,
            "activity": each.activity,
            "version": each.monthly_return.version,
            "rows": each.rows,
        }
        for each in sections
    ]


@transaction.atomic
def apply_import(*, run: ImportRun, by: User) -> int:
    """Take in what was shown, all or nothing; the number of changed activities."""
    locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.is_applied:
        raise Refused("这个工作簿已经导入过了，不必再导入一次。")
    if locked.by_id != by.pk:
        raise Forbidden("请由上传这个工作簿的人确认导入，或者自己重新上传。")
    if locked.changes.get("errors") or "sections" not in locked.changes:
        raise Refused("这个工作簿还有错误，请改正后重新上传。")
    saves = _saves(locked, locked.changes["sections"])
    if not saves:
        raise Refused("工作簿与系统里的内容一致，没有要导入的。")
    before = _before(saves)
    try:
        changed = save_sections(saves=saves, by=by)
    except Conflict as error:
        raise Conflict(f"{error}请重新上传核对。") from error
    versions = _versions(saves)
    locked.before = {
        "sections": [
            {**section, "version": versions[section["return"]][section["activity"]]}
            for section in audit.plain(before)
        ]
    }
    locked.is_applied, locked.at = True, timezone.now()
    locked.save(update_fields=["before", "is_applied", "at"])
    _record("导入月报工作簿", locked, by, len(changed))
    run.refresh_from_db()
    return len(changed)


@transaction.atomic
def undo_import(*, run: ImportRun, by: User) -> int:
    """Put back what stood before, as one step. Refused when anybody has saved there since."""
    locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not locked.is_applied:
        raise Refused("这个工作簿没有导入，不用撤销。")
    if locked.undone_at:
        raise Refused("这次导入已经撤销过了。")
    saves = _revived(_saves(locked, locked.before["sections"]))
    try:
        changed = save_sections(saves=saves, by=by)
    except Conflict as error:
        raise Conflict(f"导入以后又有人改过，不能整批撤销。{error}") from error
    versions = _versions(saves)
    for section in locked.before["sections"]:
        section["undone_version"] = versions[section["return"]][section["activity"]]
    locked.undone_at, locked.undone_by = timezone.now(), by
    locked.save(update_fields=["before", "undone_at", "undone_by"])
    _record("撤销导入", locked, by, len(changed))
    run.refresh_from_db()
    return len(changed)


def _saves(run: ImportRun, sections: Sequence[Mapping[str, Any]]) -> list[SectionSave]:
    """Stored sections as the service takes them."""
    pks = {section["return"] for section in sections}
    returns = MonthlyReturn.objects.select_related("unit__parent").in_bulk(pks)
    if returns.keys() != pks:
        raise Refused("有的月报已经不在了，请重新上传。")
    return [
        SectionSave(
            returns[section["return"]],
            Activity(section["activity"]),
            [_typed(row) for row in section["rows"]],
            section["version"],
        )
        for section in sections
    ]


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it was before JSON: a day is a day again."""
    values = dict(row)
    if values.get("on"):
        values["on"] = dt.date.fromisoformat(values["on"])
    return values


def row_values(section: Section, row: Any) -> dict[str, Any]:
    """A saved row as the service takes it."""
    return {section.key: getattr(row, section.key)} | {
        name: getattr(row, name) for name in section.fields
    }


def _before(saves: Sequence[SectionSave]) -> list[dict[str, Any]]:
    found = []
    for activity in dict.fromkeys(save.activity for save in saves):
        section = SECTIONS[activity]
        returns = [save.monthly_return for save in saves if save.activity == activity]
        saved = saved_rows_of_many(section, returns)
        found += [
            {
                "return": each.pk,
                "activity": activity,
                "rows": [row_values(section, row) for row in saved[each.pk]],
            }
            for each in returns
        ]
    return found


def _revived(saves: Sequence[SectionSave]) -> list[SectionSave]:
    """Entries of a free list that the import took away come back under a new number."""
    there: dict[Activity, set[int]] = {}
    for activity in dict.fromkeys(save.activity for save in saves):
        if SECTIONS[activity].is_list:
            returns = [save.monthly_return for save in saves if save.activity == activity]
            saved = saved_rows_of_many(SECTIONS[activity], returns)
            there[activity] = {row.pk for rows in saved.values() for row in rows}
    return [
        replace(save, rows=[_revived_row(row, there[save.activity]) for row in save.rows])
        if save.activity in there
        else save
        for save in saves
    ]


def _revived_row(row: Mapping[str, Any], there: set[int]) -> Mapping[str, Any]:
    return row if row["pk"] in there else {**row, "pk": None}


def _versions(saves: Sequence[SectionSave]) -> dict[int, dict[str, int]]:
    """The versions of the activities as they are now, by return."""
    pks = {save.monthly_return.pk for save in saves}
    found = MonthlyReturn.objects.filter(pk__in=pks).values_list("pk", "section_versions")
    return {
        pk: {str(save.activity): versions.get(save.activity, 0) for save in saves}
        for pk, versions in found
    }


def _record(action: str, run: ImportRun, by: User, sections: int) -> None:
    audit.record(
        action=action,
        obj=run,
        by=by,
        unit=run.unit,
        after={"file_hash": run.file_hash, "sections": sections},
        note=f"{run.month.label} {run.file_name}",
    )
