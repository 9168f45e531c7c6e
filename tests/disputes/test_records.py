"""Records, visits, the word to the police, prevention, closing: what is kept and who reads it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from disputes.enums import DisputeState, Move, Prevented, RecordKind, Satisfaction
from disputes.models import Dispute, FollowVisit, MediationRecord
from disputes.selectors.files import case_file, file_of
from disputes.services.closing import close_dispute, end_without_agreement
from disputes.services.files import open_attachment, read_file
from disputes.services.names import erase_due
from disputes.services.records import (
    add_record,
    add_visit,
    change_record,
    note_prevention,
    tell_police,
)
from pingan.enums import Role
from pingan.models import AuditEvent, StoredFile
from pingan.refusals import Conflict, Forbidden, Refused
from tests.disputes.file_makers import (
    NAME,
    PDF,
    SECRET,
    day,
    fill_file,
    make_agreed,
    make_performed,
    make_working,
    scan,
)
from tests.disputes.makers import make_dispute, move
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def by(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def dispute(tree, by):
    return make_working(tree.villages[0], by)


def trail() -> str:
    return str(list(AuditEvent.objects.values()))


def test_record_and_its_scan_are_sealed_and_named_nowhere(dispute, by):
    add_record(
        dispute=dispute, kind=RecordKind.SITTING, on=day(5), text=SECRET, upload=scan(), by=by
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disputes_mediationrecord")
        rows = str(cursor.fetchall())
        cursor.execute("SELECT name, content FROM pingan_storedfile")
        name, content = cursor.fetchone()
    assert SECRET not in rows
    assert b"SCAN-OF-A-PAPER" not in bytes(content)
    assert name == "调解记录.pdf"
    assert NAME not in trail()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"on": dt.date(2026, 10, 13)}, "日期不能晚于今天。"),
        ({"on": dt.date(2026, 8, 31)}, "记录日期不能早于登记日期（2026-09-01）。"),
        ({"text": "  "}, "请写内容，或附上文件。"),
        ({"place": "演示 甲家"}, "“地点”里写了当事人的姓名"),
        ({"attending": "演示乙、村主任"}, "“参加人员”里写了当事人的姓名"),
    ],
)
def test_a_record_that_cannot_be_is_refused(dispute, by, fields, sentence):
    values = {"kind": RecordKind.SITTING, "on": day(5), "text": SECRET, **fields}

    with pytest.raises(Refused, match=sentence):
        add_record(dispute=dispute, by=by, **values)

    assert not MediationRecord.objects.exists()


def test_evidence_may_be_older_than_the_case(dispute, by):
    record = add_record(
        dispute=dispute, kind=RecordKind.EVIDENCE, on=dt.date(2020, 1, 1), upload=scan(), by=by
    )

    assert record.file is not None


def test_a_record_sent_twice_is_kept_once(dispute, by):
    fill_file(dispute, by)

    with pytest.raises(Refused, match="已经录入过"):
        add_record(dispute=dispute, kind=RecordKind.SITTING, on=day(5), text=SECRET, by=by)
    with pytest.raises(Refused, match="2026-09-03已经登记过权利义务告知"):
        add_record(dispute=dispute, kind=RecordKind.RIGHTS, on=day(4), by=by)

    assert MediationRecord.objects.count() == 2


def test_a_scan_sent_twice_is_kept_once_and_another_is_kept_too(dispute, by):
    def send(content=PDF):
        return add_record(
            dispute=dispute,
            kind=RecordKind.EVIDENCE,
            on=day(5),
            upload=scan(content=content),
            by=by,
        )

    send()
    with pytest.raises(Refused, match="已经录入过"):
        send()
    send(PDF + b"%another\n")

    assert StoredFile.objects.count() == 2


def test_the_second_who_corrects_a_record_is_told(dispute, by):
    record = add_record(dispute=dispute, kind=RecordKind.SITTING, on=day(5), text=SECRET, by=by)
    change_record(record=record, version=1, on=day(6), text="改过的内容", by=by)

    with pytest.raises(Conflict):
        change_record(record=record, version=1, on=day(8), text="别的", by=by)

    record.refresh_from_db()
    assert (record.on, record.text.reveal(), record.version) == (day(6), "改过的内容", 2)


def test_a_new_scan_takes_the_place_of_the_old(dispute, by):
    record = add_record(
        dispute=dispute, kind=RecordKind.SITTING, on=day(5), text=SECRET, upload=scan(), by=by
    )
    newer = PDF + b"%second\n"

    change_record(
        record=record, version=1, on=day(5), text=SECRET, upload=scan(content=newer), by=by
    )

    assert StoredFile.objects.get().opened() == newer


def test_nobody_but_the_handler_writes_or_reads(tree, dispute, by, township_clerk, other_clerk):
    record = add_record(
        dispute=dispute, kind=RecordKind.SITTING, on=day(5), text=SECRET, upload=scan(), by=by
    )
    before = AuditEvent.objects.count()

    for stranger in (township_clerk, other_clerk, make_user(Role.LEADER, tree.county)):
        for attempt in (
            lambda who: read_file(dispute=dispute, by=who),
            lambda who: open_attachment(dispute=dispute, paper=record, by=who),
            lambda who: add_record(
                dispute=dispute, kind=RecordKind.RIGHTS, on=day(4), text="", by=who
            ),
            lambda who: change_record(record=record, version=1, on=day(5), text="x", by=who),
            lambda who: tell_police(dispute=dispute, note="派出所", by=who),
            lambda who: note_prevention(dispute=dispute, kind=None, people=0, by=who),
        ):
            with pytest.raises(Forbidden):
                attempt(stranger)

    assert AuditEvent.objects.count() == before
    assert MediationRecord.objects.get().text.reveal() == SECRET


def test_reading_the_file_is_one_row_of_the_trail(tree, by):
    agreement = make_agreed(tree.villages[0], by)
    fill_file(agreement.dispute, by)

    opened = read_file(dispute=agreement.dispute, by=by)

    assert [text for _record, text in opened.records] == ["", SECRET]
    assert opened.agreement_facts == SECRET
    rows = AuditEvent.objects.filter(action="查看卷宗内容")
    assert [(row.by, row.note) for row in rows] == [(by, "阅卷")]


def test_a_download_is_put_down(dispute, by):
    record = add_record(dispute=dispute, kind=RecordKind.EVIDENCE, on=day(5), upload=scan(), by=by)

    file = open_attachment(dispute=dispute, paper=record, by=by)

    assert file.opened() == PDF
    assert AuditEvent.objects.get(action="查看卷宗内容").note == "下载证据材料.pdf"


def test_a_visit_of_a_performed_case_is_its_move(tree, by):
    dispute = make_performed(tree.villages[0], by).dispute

    add_visit(
        dispute=dispute,
        on=day(20),
        is_performed=True,
        satisfaction=Satisfaction.SATISFIED,
        is_flaring_up=True,
        text=SECRET,
        by=by,
    )

    dispute.refresh_from_db()
    assert dispute.state == DisputeState.FOLLOWED
    assert case_file(dispute, day(20)).is_flaring_up
    assert NAME not in trail()
    with pytest.raises(Refused, match="同样的回访已经登记过"):
        add_visit(
            dispute=dispute,
            on=day(20),
            is_performed=True,
            satisfaction=Satisfaction.SATISFIED,
            is_flaring_up=True,
            text=SECRET,
            by=by,
        )
    again = move(dispute, Move.RESUME, by, day(21), "又起争执")
    assert (again.state, again.settled_on, again.settled_level) == ("working", None, None)
    assert not case_file(again, day(21)).is_flaring_up


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (day(6), "回访日期不能早于达成协议的日期"),
        (dt.date(2026, 10, 13), "日期不能晚于今天"),
    ],
)
def test_a_visit_on_an_impossible_day_is_refused(tree, by, on, sentence):
    dispute = make_agreed(tree.villages[0], by).dispute

    with pytest.raises(Refused, match=sentence):
        add_visit(dispute=dispute, on=on, is_performed=False, satisfaction=Satisfaction.FAIR, by=by)

    assert not FollowVisit.objects.exists()


def test_no_visit_before_there_is_an_agreement(dispute, by):
    with pytest.raises(Refused, match="达成协议以后才回访"):
        add_visit(
            dispute=dispute, on=day(9), is_performed=False, satisfaction=Satisfaction.FAIR, by=by
        )


def test_the_police_are_told_once_by_a_named_duty(dispute, by):
    with pytest.raises(Refused, match="请写明报告了哪个机关"):
        tell_police(dispute=dispute, note=" ", by=by)
    with pytest.raises(Refused, match="当事人的姓名"):
        tell_police(dispute=dispute, note="演示甲扬言动手，已报派出所", by=by)

    tell_police(dispute=dispute, note="电话报告镇派出所", by=by)

    dispute.refresh_from_db()
    assert dispute.is_crime_likely
    assert dispute.police_told_by == by
    assert case_file(dispute, day(30)).police_note == "电话报告镇派出所"
    with pytest.raises(Refused, match="已经记录过"):
        tell_police(dispute=dispute, note="再报一次", by=by)


def test_prevention_counts_people_and_tells_the_second(dispute, by):
    version = Dispute.objects.get(pk=dispute.pk).version
    note_prevention(dispute=dispute, kind=Prevented.GROUP_FIGHT, people=30, version=version, by=by)

    with pytest.raises(Conflict):
        note_prevention(dispute=dispute, kind=None, people=0, version=version, by=by)
    with pytest.raises(Refused, match="请填涉及人数"):
        note_prevention(dispute=dispute, kind=Prevented.CRIME, people=0, by=by)

    dispute.refresh_from_db()
    assert (dispute.prevented, dispute.prevented_people) == ("group_fight", 30)


def test_failing_tells_of_the_other_ways(dispute, by):
    with pytest.raises(Refused, match="请勾选已经告知当事人的途径"):
        end_without_agreement(
            dispute=dispute, move=Move.FAIL, on=day(9), routes=[], reason="分歧大", by=by
        )
    with pytest.raises(Refused, match="当事人的姓名"):
        end_without_agreement(
            dispute=dispute, move=Move.FAIL, on=day(9), routes=["诉讼"], reason="演示甲不来", by=by
        )

    row = end_without_agreement(
        dispute=dispute,
        move=Move.FAIL,
        on=day(9),
        routes=["仲裁", "诉讼"],
        reason="分歧大。",
        by=by,
    )

    assert row.state == DisputeState.FAILED
    note = row.moves.last().note
    assert note == "分歧大。已告知可以通过：仲裁、诉讼（《人民调解法》第二十六条）"


def test_a_failed_case_with_its_papers_closes_without_an_agreement(dispute, by):
    fill_file(dispute, by)
    end_without_agreement(
        dispute=dispute, move=Move.FAIL, on=day(9), routes=["诉讼"], reason="分歧大", by=by
    )

    row = close_dispute(dispute=dispute, on=day(10), by=by)

    assert row.state == DisputeState.CLOSED
    assert [item.code for item in file_of(row) if item.is_required] == [
        "application",
        "rights",
        "records",
        "closing",
    ]
    with pytest.raises(Refused, match="“已结案”的纠纷不能再录入记录"):
        add_record(dispute=row, kind=RecordKind.SITTING, on=day(5), text="迟到的", by=by)
    with pytest.raises(Refused, match="已经结案"):
        note_prevention(dispute=row, kind=None, people=0, by=by)


def test_closing_names_what_is_missing_and_takes_a_reason(tree, by):
    dispute = make_performed(tree.villages[0], by).dispute
    add_visit(dispute=dispute, on=day(20), is_performed=True, satisfaction=Satisfaction.FAIR, by=by)
    tell = "卷宗还缺：当事人权利义务告知书、调解\\(调查\\)记录。"

    for fields in ({}, {"reason": "遗失"}, {"is_gap_accepted": True}):
        with pytest.raises(Refused, match=tell):
            close_dispute(dispute=dispute, on=day(21), by=by, **fields)
    row = close_dispute(dispute=dispute, on=day(21), reason="遗失", is_gap_accepted=True, by=by)

    assert row.state == DisputeState.CLOSED
    assert row.moves.last().note == "缺当事人权利义务告知书、调解(调查)记录仍然结案：遗失"


def test_a_rejected_case_closes_at_once(tree, by):
    dispute = make_dispute(tree.villages[0], by)
    move(dispute, Move.REJECT, by, day(2), "不属于调解范围")

    assert close_dispute(dispute=dispute, on=day(3), by=by).state == DisputeState.CLOSED


def test_scans_are_erased_with_the_names(dispute, by):
    fill_file(dispute, by)
    add_record(dispute=dispute, kind=RecordKind.EVIDENCE, on=day(5), upload=scan(), by=by)
    end_without_agreement(
        dispute=dispute, move=Move.FAIL, on=day(9), routes=["诉讼"], reason="分歧大", by=by
    )
    close_dispute(dispute=dispute, on=day(10), by=by)

    assert erase_due(today=dt.date(2031, 9, 10)) == 1

    assert not StoredFile.objects.exists()
    assert {record.text.reveal() for record in MediationRecord.objects.all()} == {""}
