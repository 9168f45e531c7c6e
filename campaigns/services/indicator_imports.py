"""A workbook of indicators taken in as one step, and taken back as one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.models import ImportRun, IndicatorReport
from campaigns.selectors.indicator_reports import INDICATORS, import_key
from campaigns.services.indicator_reports import Answer, save_answers
from campaigns.spans import Span
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused


@dataclass(frozen=True, slots=True)
class ReportSave:
    """The answers that one report shall have, and the version they were typed on."""

    report: IndicatorReport
    answers: Mapping[int, Answer]
    version: int


@transaction.atomic
def take_in(
    *, unit: Unit, span: Span, saves: Sequence[ReportSave], file_name: str, by: User
) -> int:
    """Save every report or none; how many changed. What stood there is kept for the undo."""
    before: dict[str, Any] = {}
    for save in saves:
        stood = [[v.indicator_id, v.number, v.note] for v in save.report.values.all()]
        changed = save_answers(
            report=save.report, answers=save.answers, version=save.version, by=by
        )
        if changed:
            before[str(save.report.pk)] = {"answers": stood, "version": save.report.version}
    if before:
        run = ImportRun.objects.create(
            unit=unit,
            month=Month.of(span.ends_on),
            file_name=file_name[:120],
            changes={INDICATORS: import_key(saves[0].report.form_id, span)},
            before=before,
            is_applied=True,
            by=by,
        )
        _record("导入指标工作簿", run, by)
    return len(before)


@transaction.atomic
def take_back(*, run: ImportRun, by: User) -> int:
    """Put every report back as it was before the import; refused once one was changed since."""
    locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if locked.undone_at is not None:
        raise Refused("这次导入已经撤销过了。")
    reports = IndicatorReport.objects.select_related("unit__parent", "form").in_bulk(
        [int(pk) for pk in locked.before]
    )
    for pk, stood in locked.before.items():
        answers = {indicator: Answer(number, note) for indicator, number, note in stood["answers"]}
        report = reports.get(int(pk))
        if report is None:
            raise Refused("导入过的报表已经收回，不能整批撤销。")
        try:
            save_answers(report=report, answers=answers, version=stood["version"], by=by)
        except Conflict as error:
            raise Refused(f"{report.unit.name}在导入以后又有改动，不能整批撤销。") from error
    locked.undone_at, locked.undone_by = timezone.now(), by
    locked.save(update_fields=["undone_at", "undone_by"])
    _record("撤销指标导入", locked, by)
    return len(locked.before)


def _record(action: str, run: ImportRun, by: User) -> None:
    audit.record(
        action=action,
        obj=run,
        by=by,
        unit=run.unit,
        after={"file": run.file_name, "reports": len(run.before)},
    )
