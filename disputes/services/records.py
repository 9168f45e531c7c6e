"""What is put into a case's file while it is worked on: records, visits, the word to the police."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from disputes import policies
from disputes.enums import DisputeState, Move, Prevented, RecordKind, Satisfaction
from disputes.models import Dispute, FollowVisit, MediationRecord
from disputes.services.files import keep_upload
from disputes.services.locking import locked
from disputes.services.moves import make_move, prevent
from disputes.services.plain import check_nameless
from pingan import audit
from pingan.models import User
from pingan.privacy import Sealed
from pingan.refusals import Conflict, Refused

RECORD_STATES = frozenset(
    {
        DisputeState.REGISTERED,
        DisputeState.ACCEPTED,
        DisputeState.WORKING,
        DisputeState.AGREED,
        DisputeState.PERFORMED,
        DisputeState.FOLLOWED,
        DisputeState.FAILED,
        DisputeState.GUIDED,
        DisputeState.WITHDRAWN,
    }
)


@transaction.atomic
def add_record(
    *,
    dispute: Dispute,
    kind: RecordKind,
    on: dt.date,
    by: User,
    place: str = "",
    attending: str = "",
    text: str = "",
    upload: UploadedFile | None = None,
) -> MediationRecord:
    """One record of the file; text and attachment are sealed."""
    row = locked(dispute)
    policies.check_handle(dispute=row, by=by)
    _check(row, kind, on)
    if not text.strip() and upload is None and kind != RecordKind.RIGHTS:
        raise Refused("请写内容，或附上文件。")
    check_nameless(row, {"地点": place, "参加人员": attending})
    _check_new(row, kind, on, text, upload)
    record = MediationRecord.objects.create(
        dispute=row,
        kind=kind,
        on=on,
        place=place,
        attending=attending,
        text=Sealed.of(text),
        file=keep_upload(dispute=row, upload=upload, name=kind.label, by=by),
        recorded_by=by,
    )
    audit.record(
        action=f"录入{kind.label}",
        obj=row,
        by=by,
        unit=row.unit,
        after={"on": on, "place": place, "file": record.file.name if record.file else ""},
    )
    return record


@transaction.atomic
def change_record(
    *,
    record: MediationRecord,
    version: int,
    on: dt.date,
    by: User,
    place: str = "",
    attending: str = "",
    text: str = "",
    upload: UploadedFile | None = None,
) -> MediationRecord:
    """Correct a record; an upload takes the place of the old attachment.

    Conflict where somebody saved it since `version`.
    """
    row = locked(Dispute(pk=record.dispute_id))
    policies.check_handle(dispute=row, by=by)
    held = MediationRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if held.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这份记录。")
    kind = RecordKind(held.kind)
    _check(row, kind, on)
    if not (text.strip() or upload or held.file_id or kind == RecordKind.RIGHTS):
        raise Refused("请写内容，或附上文件。")
    check_nameless(row, {"地点": place, "参加人员": attending})
    before = audit.snapshot(held, "on", "place", "attending", "file_id")
    old = held.file if upload else None
    if upload is not None:
        held.file = keep_upload(dispute=row, upload=upload, name=kind.label, by=by)
    held.on, held.place, held.attending, held.text = on, place, attending, Sealed.of(text)
    held.recorded_by = by
    held.version += 1
    held.save()
    audit.record(
        action="修改调解记录",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(held, *before),
    )
    if old is not None:
        old.delete()
    return held


@transaction.atomic
def add_visit(
    *,
    dispute: Dispute,
    on: dt.date,
    is_performed: bool,
    satisfaction: Satisfaction,
    by: User,
    is_flaring_up: bool = False,
    text: str = "",
) -> FollowVisit:
    """A follow-up visit (Law §31); of a performed case it is also the move 回访."""
    row = locked(dispute)
    policies.check_handle(dispute=row, by=by)
    if row.state not in (DisputeState.AGREED, DisputeState.PERFORMED, DisputeState.FOLLOWED):
        raise Refused("达成协议以后才回访。")
    if row.settled_on and on < row.settled_on:
        raise Refused(f"回访日期不能早于达成协议的日期（{row.settled_on:%Y-%m-%d}）。")
    if on > timezone.localdate():
        raise Refused("日期不能晚于今天。")
    same = row.visits.filter(on=on, satisfaction=satisfaction, is_flaring_up=is_flaring_up)
    if any(each.text.reveal() == text for each in same):
        raise Refused("同样的回访已经登记过，不用再登记。")
    visit = FollowVisit.objects.create(
        dispute=row,
        on=on,
        is_performed=is_performed,
        satisfaction=satisfaction,
        is_flaring_up=is_flaring_up,
        text=Sealed.of(text),
        recorded_by=by,
    )
    if row.state != DisputeState.AGREED:
        make_move(row=row, move=Move.FOLLOW, on=on, by=by)
    else:
        audit.record(action="纠纷回访", obj=row, by=by, unit=row.unit, after={"on": on})
    return visit


@transaction.atomic
def tell_police(*, dispute: Dispute, by: User, note: str) -> Dispute:
    """Put down that the police were told (Law §25). The moment is now: it is never typed."""
    row = locked(dispute)
    policies.check_handle(dispute=row, by=by)
    if row.police_told_at is not None:
        raise Refused("已经记录过报告公安机关。")
    if not note.strip():
        raise Refused("请写明报告了哪个机关、怎样报告的。")
    check_nameless(row, {"怎样报告的": note})
    row.is_crime_likely = True
    row.police_told_at = timezone.now()
    row.police_told_by = by
    row.version += 1
    row.save()
    audit.record(
        action="报告公安机关",
        obj=row,
        by=by,
        unit=row.unit,
        after=audit.snapshot(row, "police_told_at"),
        note=note,
    )
    return row


@transaction.atomic
def note_prevention(
    *,
    dispute: Dispute,
    kind: Prevented | None,
    people: int,
    by: User,
    version: int | None = None,
) -> Dispute:
    """What was prevented from growing out of the case (D5): a count of people, no names."""
    row = locked(dispute, version)
    policies.check_handle(dispute=row, by=by)
    if row.state == DisputeState.CLOSED:
        raise Refused("这件纠纷已经结案，不能再改。")
    if kind is not None and people < 1:
        raise Refused("防止激化的，请填涉及人数。")
    before = audit.snapshot(row, "prevented", "prevented_people")
    for name, value in prevent(row, kind, people).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    audit.record(
        action="登记防止激化",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(row, *before),
    )
    return row


def _check(row: Dispute, kind: RecordKind, on: dt.date) -> None:
    if row.state not in RECORD_STATES:
        raise Refused(f"“{row.get_state_display()}”的纠纷不能再录入记录。")
    if on > timezone.localdate():
        raise Refused("日期不能晚于今天。")
    if on < row.registered_on and kind != RecordKind.EVIDENCE:
        raise Refused(f"记录日期不能早于登记日期（{row.registered_on:%Y-%m-%d}）。")


def _check_new(
    row: Dispute, kind: RecordKind, on: dt.date, text: str, upload: UploadedFile | None
) -> None:
    """A paper sent twice is kept once."""
    same = row.records.filter(kind=kind)
    if kind == RecordKind.RIGHTS:
        told = same.first()
        if told is not None:
            raise Refused(f"{told.on:%Y-%m-%d}已经登记过权利义务告知，不用再登记。")
        return
    digest = _digest(upload)
    for each in same.filter(on=on).select_related("file").defer("file__content"):
        kept = each.file.sha256 if each.file else ""
        if kept == digest and each.text.reveal() == text:
            raise Refused("同样的记录已经录入过，不用再录入。")


def _digest(upload: UploadedFile | None) -> str:
    if upload is None:
        return ""
    found = hashlib.sha256()
    for chunk in upload.chunks():  # from the start, a piece at a time
        found.update(chunk)
    return found.hexdigest()
