"""The whole file of a case: its numbers, its attachments, who fetches it and how long."""

from __future__ import annotations

import datetime as dt
import io
import re

import pdfplumber
import pytest
from django.utils import timezone

from disputes.enums import RecordKind
from disputes.services import documents
from disputes.services.agreements import record_agreement
from disputes.services.documents import (
    KEPT,
    delete_old_files,
    make_file,
)
from disputes.services.records import add_record
from disputes.services.registration import PartyEntry, take_dispute
from pingan.enums import JobState, Role
from pingan.models import AuditEvent, Job, StoredFile
from pingan.refusals import Refused
from pingan.typesetting import count_pages
from tests.disputes.file_makers import day, make_terms
from tests.disputes.makers import PARTIES
from tests.disputes.paper_makers import (
    FACTS,
    SECRETS,
    closed_case,
    pdf_text,
    picture,
    printed,
    settled_case,
    two_pages,
    upload,
    worked_case,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def clerk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


def whole_file(dispute, by) -> bytes:
    return make_file(dispute=dispute, by=by, tell=lambda *_: None).opened()


def page_lines(content: bytes) -> list[list[str]]:
    with pdfplumber.open(io.BytesIO(content)) as document:
        return [
            [re.sub(r"\s", "", line) for line in (page.extract_text() or "").splitlines()]
            for page in document.pages
        ]


def test_the_whole_file_and_the_numbers_of_its_catalogue(tree, clerk, tmp_path):
    dispute = worked_case(tree, clerk)
    files = {
        "演示甲的照片.png": picture(),
        "演示甲的合同.pdf": two_pages(tmp_path),
        "坏的.png": picture()[:60],
    }
    for name, content in files.items():
        add_record(
            dispute=dispute,
            kind=RecordKind.EVIDENCE,
            on=day(5),
            text="现场情况",
            upload=upload(name, content),
            by=clerk,
        )
    long = "双方各自说明经过，调解员逐项核对。\n" * 60
    add_record(dispute=dispute, kind=RecordKind.SITTING, on=day(6), text=long, by=clerk)
    terms = make_terms(facts=FACTS, content="重砌院墙")
    record_agreement(dispute=dispute, terms=terms, by=clerk)
    dispute.refresh_from_db()

    pages = page_lines(whole_file(dispute, clerk))

    cover, catalogue = "".join(pages[0]), pages[1]
    assert "人民调解卷宗" in cover
    assert "申请人：演示甲；被申请人：演示乙" in cover
    assert "卷内目录" in catalogue[0]
    numbers = [
        next((m[1] for line in lines[-2:] if (m := re.fullmatch(r"—(\d+)—", line))), "")
        for lines in pages
    ]
    first = numbers.index("1")
    inside = numbers[first:-1]
    assert inside == [str(number) for number in range(1, len(inside) + 1)]
    assert f"卷内共{len(inside)}页" in cover
    entries = [
        re.fullmatch(r"(\d+)(.+?)(?:（附件\d件）)?(2026年\d+月\d+日)?(\d+)(?:—(\d+))?", line)
        for line in catalogue[2:]
    ]
    found = [entry for entry in entries if entry]
    assert len(found) == 9
    after = 1
    for entry in found:
        start, end = int(entry[4]), int(entry[5] or entry[4])
        assert start == after, entry[0]
        assert pages[first + start - 1][0] == entry[2], entry[0]
        after = end + 1
    assert after == len(inside) + 1
    whole = "".join("".join(lines) for lines in pages)
    assert "第2页，共2页SECOND" in whole
    assert whole.count("附件插页") == 1
    assert "演示甲的照片" not in whole


def test_attachments_beyond_the_room_are_named_on_slips(tree, clerk, monkeypatch):
    dispute = worked_case(tree, clerk)
    for size in (40, 50):
        file = upload("照片.png", picture(size))
        add_record(dispute=dispute, kind=RecordKind.EVIDENCE, on=day(5), upload=file, by=clerk)
    monkeypatch.setattr(documents, "MOST_BYTES", len(picture(40)))

    whole = "".join("".join(lines) for lines in page_lines(whole_file(dispute, clerk)))

    assert whole.count("附件插页") == 1
    assert "以插页代替" in whole


def test_a_file_without_other_pdfs_is_an_archive_pdf(tree, clerk):
    dispute = closed_case(tree, clerk)

    content = whole_file(dispute, clerk)

    assert b"pdfaid:part" in content
    assert "必须具备的材料齐全。" in pdf_text(content)


def test_the_whole_file_is_ordered_made_and_fetched_by_the_same_person(
    tree, clerk, client_of, django_capture_on_commit_callbacks
):
    dispute = closed_case(tree, clerk)
    browser = client_of(clerk)

    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(
            f"/disputes/{dispute.pk}/documents/", {"purpose": "归档", "paper": "file"}
        )

    job, made = Job.objects.get(), StoredFile.objects.get()
    address = f"/disputes/{dispute.pk}/documents/files/{made.pk}/"
    assert answer.url == f"/jobs/{job.pk}/"
    assert (job.state, job.result) == (JobState.DONE, {"url": address})
    look = AuditEvent.objects.get(action="查看当事人姓名")
    assert look.note == "打印卷宗：归档"
    kept = f"{job.title}{job.arguments}{job.message}{made.name}{bytes(made.content)!r}"
    trail = str(list(AuditEvent.objects.values()))
    assert not [secret for secret in SECRETS if secret in kept + trail]
    assert b"%PDF" not in bytes(made.content)
    fetched = browser.get(address)
    assert "演示甲" in pdf_text(fetched.content)
    colleague = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    assert client_of(colleague).get(address).status_code == 403
    stranger = make_user(Role.TOWNSHIP_CLERK, tree.townships[1])
    assert client_of(stranger).get(address).status_code == 404


def test_a_job_that_fails_quotes_no_character_of_a_name(
    tree, clerk, client_of, django_capture_on_commit_callbacks
):
    odd = "\ue123"  # no font has it
    parties = [PartyEntry(PARTIES[0].role, f"演示{odd}"), PARTIES[1]]
    dispute = worked_case(tree, clerk, parties=parties)

    with pytest.raises(Refused, match=f"没有“{odd}”"):
        printed(dispute, "application", clerk)
    with django_capture_on_commit_callbacks(execute=True):
        data = {"purpose": "归档", "paper": "file"}
        client_of(clerk).post(f"/disputes/{dispute.pk}/documents/", data)

    job = Job.objects.get()
    assert job.state == JobState.FAILED
    assert "逐份打印" in job.message
    assert odd not in job.message
    assert "E123" not in job.message


def test_who_hands_the_case_on_fetches_nothing_any_more(tree, clerk, township_clerk, client_of):
    dispute = settled_case(tree, clerk)
    made = make_file(dispute=dispute, by=clerk, tell=lambda *_: None)
    take_dispute(dispute=dispute, by=township_clerk)
    address = f"/disputes/{dispute.pk}/documents/files/{made.pk}/"

    assert client_of(clerk).get(address).status_code == 403
    assert client_of(township_clerk).get(address).status_code == 404


def test_a_whole_file_waits_an_hour_and_is_gone(tree, clerk, client_of):
    dispute = settled_case(tree, clerk)
    made = make_file(dispute=dispute, by=clerk, tell=lambda *_: None)
    assert delete_old_files() == 0
    StoredFile.objects.filter(pk=made.pk).update(stored_at=timezone.now() - KEPT)

    answer = client_of(clerk).get(f"/disputes/{dispute.pk}/documents/files/{made.pk}/")

    assert answer.status_code == 404
    assert delete_old_files() == 1
    assert not StoredFile.objects.exists()


def test_pages_of_attachments_are_counted(tmp_path):
    assert count_pages("1.png", picture()) == 1
    assert count_pages("1.pdf", two_pages(tmp_path)) == 2
    assert count_pages("1.pdf", b"%PDF-1.7 rubbish") == 0
    assert count_pages("1.jpg", b"\xff\xd8\xff rubbish") == 0
