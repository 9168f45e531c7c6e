"""Papers of a case: what stands on them, who may print them, the whole file and its numbers."""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zlib

import pdfplumber
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from docx import Document

from disputes.enums import AgreementForm, Move, RecordKind, Satisfaction
from disputes.models import Dispute
from disputes.services import documents
from disputes.services.agreements import add_performance, record_agreement
from disputes.services.documents import (
    KEPT,
    delete_old_files,
    list_papers,
    make_file,
    print_paper,
)
from disputes.services.handovers import offer_dispute, refuse_handover
from disputes.services.names import erase_due
from disputes.services.records import add_record, add_visit
from disputes.services.registration import PartyEntry, take_dispute
from pingan.enums import JobState, Role
from pingan.models import AuditEvent, Job, StoredFile
from pingan.refusals import Forbidden, Refused
from pingan.typesetting import count_pages, typeset
from tests.disputes.file_makers import day, make_terms, make_working
from tests.disputes.makers import PARTIES, make_committee, make_dispute, make_mediator, move
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NAMES = ("演示甲", "演示乙")
CONTACT, ADDRESS, FACTS = "演示电话九九", "演示门牌七七", "演示甲推倒了演示乙的院墙"
SECRETS = (*NAMES, CONTACT, ADDRESS, "推倒了", "演示调解员")
ENTRIES = [PartyEntry(party.role, party.name, party.kind, CONTACT, ADDRESS) for party in PARTIES]


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def clerk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


def picture(width: int = 40, height: int = 30) -> bytes:
    """A small PNG."""
    rows = b"".join(b"\0" + b"\x80\xa0\xc0" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def two_pages(folder) -> bytes:
    """A PDF of two pages."""
    template = folder / "two.typ"
    template.write_text('#set document(title: "two")\n= A\n#pagebreak()\nSECOND')
    return typeset(template, {}, issued_on=day(1))


def worked_case(tree, clerk, **fields) -> Dispute:
    """Under mediation, with records, and everything in it that may name somebody."""
    committee = make_committee(tree.villages[0])
    values = {
        "parties": ENTRIES,
        "facts": FACTS,
        "committee": committee,
        "mediator": make_mediator(committee),
    }
    dispute = make_working(tree.villages[0], clerk, **(values | fields))
    for kind in (RecordKind.RIGHTS, RecordKind.INVESTIGATION, RecordKind.SITTING):
        add_record(dispute=dispute, kind=kind, on=day(4), text=FACTS, by=clerk)
    return dispute


def settled_case(tree, clerk, **fields) -> Dispute:
    dispute = worked_case(tree, clerk)
    terms = make_terms(facts=FACTS, content="演示甲重砌院墙", **fields)
    record_agreement(dispute=dispute, terms=terms, by=clerk)
    dispute.refresh_from_db()
    return dispute


def closed_case(tree, clerk) -> Dispute:
    dispute = settled_case(tree, clerk)
    agreement = dispute.agreement
    add_performance(
        agreement=agreement, on=day(10), what="院墙已砌好", amount=50_000, by=clerk, is_all=True
    )
    add_visit(
        dispute=dispute,
        on=day(12),
        is_performed=True,
        satisfaction=Satisfaction.SATISFIED,
        text=FACTS,
        by=clerk,
    )
    move(dispute, Move.CLOSE, clerk, day(13))
    dispute.refresh_from_db()
    return dispute


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def printed(dispute, key, by, suffix="pdf", *, is_final=True, purpose="当事人签署"):
    return print_paper(
        dispute=dispute, key=key, suffix=suffix, is_final=is_final, purpose=purpose, by=by
    )


def pdf_text(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as document:
        return "".join("".join((page.extract_text() or "").split()) for page in document.pages)


def docx_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        for row in table.rows:
            lines += [cell.text for cell in row.cells]
    return "".join("".join(lines).split())


def keys(dispute, by) -> dict[str, str]:
    lines = list_papers(dispute=dispute, by=by).lines
    return {line.key.partition("-")[0]: line.title for line in lines}


WORDS = {
    "application": ["人民调解申请书", "申请人（演示甲）签名", FACTS, CONTACT, ADDRESS],
    "acceptance": ["人民调解受理登记表", "邻里", FACTS, "2026年9月2日受理"],
    "rights": ["当事人权利义务告知书", "第二十三条、第二十四条", "中途要求终止", "尊重调解员"],
    "record": ["调解记录", FACTS, "被申请人（演示乙）签名"],
    "agreement": [
        "人民调解协议书",
        "纠纷的主要事实、争议事项以及各方当事人的责任",
        FACTS,
        "演示甲重砌院墙",
        "人民币伍佰元整（¥500）",
        "履行方式：当场交付",
        "履行地点：村委会",
        "履行期限：2026年9月20日前",
        "本协议一式3份",
        "调解员（演示调解员）签名",
        "人民调解委员会（印章）",
    ],
    "performance": ["协议履行凭证", "院墙已砌好", "人民币伍佰元整"],
    "visit": ["回访记录", "满意", FACTS],
    "confirmation": ["司法确认申请书", "第三十三条", "三十日内共同", "人民法院"],
    "closing": ["人民调解结案登记表", "达成调解协议", "2026年9月13日"],
}


def test_every_paper_says_what_it_must_as_pdf_and_as_docx(tree, clerk):
    dispute = closed_case(tree, clerk)
    lines = list_papers(dispute=dispute, by=clerk).lines

    for line in lines:
        pdf = pdf_text(printed(dispute, line.key, clerk).content)
        docx = docx_text(printed(dispute, line.key, clerk, "docx").content)
        for words in WORDS[line.key.partition("-")[0]]:
            if line.title == "调查记录" and ("演示乙）签名" in words or words == "调解记录"):
                continue
            assert words in pdf, (line.title, words)
            assert words in docx, (line.title, words)
        assert dispute.code in pdf
        assert dispute.code in docx

    assert {line.key.partition("-")[0] for line in lines} == set(WORDS)


ITEMS = {
    "履行的方式": {"manner": ""},
    "履行的期限": {"perform_by": None},
    "履行的地点": {"place": ""},
    "纠纷的主要事实、争议事项以及各方当事人的责任": {"facts": ""},
    "当事人达成调解协议的内容": {"content": ""},
    "各方当事人签名、盖章或者按指印": {"is_signed_by_parties": False},
    "人民调解员签名": {"is_signed_by_mediator": False},
    "人民调解委员会印章": {"is_sealed": False},
}
BY_HAND = ("各方当事人签名、盖章或者按指印", "人民调解员签名", "人民调解委员会印章")


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
@pytest.mark.parametrize("item", ITEMS)
def test_an_agreement_that_lacks_one_item_is_never_final(tree, clerk, item, suffix):
    dispute = worked_case(tree, clerk)
    values = {"facts": FACTS, "content": "重砌", "effective_on": None, **ITEMS[item]}
    record_agreement(dispute=dispute, terms=make_terms(**values), by=clerk)

    with pytest.raises(Refused, match=f"还缺：{item}。"):
        printed(dispute, "agreement", clerk, suffix)
    assert not AuditEvent.objects.filter(action="查看当事人姓名").exists()
    paper = printed(dispute, "agreement", clerk, suffix, is_final=False)

    stage = "签署稿" if item in BY_HAND else "草稿"
    assert stage in paper.name
    if suffix == "docx":
        section = Document(io.BytesIO(paper.content)).sections[0]
        header, footer = section.header._element.xml, section.footer.paragraphs[0].text
        assert stage in footer
        assert ('string="草稿"' in header) == (stage == "草稿")
    else:
        with pdfplumber.open(io.BytesIO(paper.content)) as document:
            for page in document.pages:
                text = "".join(char["text"] for char in page.chars)
                assert stage[0] in text
                assert stage[1] in text


def test_a_final_agreement_bears_no_mark(tree, clerk):
    dispute = settled_case(tree, clerk)

    paper = printed(dispute, "agreement", clerk)

    assert paper.name == f"{dispute.code}人民调解协议书（演示）.pdf"
    assert "稿" not in pdf_text(paper.content)
    assert printed(dispute, "agreement", clerk).content == paper.content


def test_an_oral_agreement_prints_its_own_form(tree, clerk):
    dispute = settled_case(
        tree, clerk, form=AgreementForm.ORAL, place="", is_signed_by_parties=False, is_sealed=False
    )

    text = pdf_text(printed(dispute, "agreement", clerk).content)

    assert "人民调解口头协议登记表" in text
    assert "不需要制作书面协议" in text


def test_an_agreement_that_was_mediated_again_is_no_final_paper(tree, clerk):
    dispute = settled_case(tree, clerk)
    move(dispute, Move.RESUME, clerk, day(9), "一方反悔")
    dispute.refresh_from_db()

    with pytest.raises(Refused, match="已经重新调解"):
        printed(dispute, "agreement", clerk)
    assert "原协议" in printed(dispute, "agreement", clerk, is_final=False).name
    assert "confirmation" not in keys(dispute, clerk)


def test_the_closing_form_is_a_draft_until_the_case_is_closed(tree, clerk):
    dispute = worked_case(tree, clerk)
    move(dispute, Move.FAIL, clerk, day(8), "双方要求差距过大")
    dispute.refresh_from_db()

    with pytest.raises(Refused, match="结案后才能打印正式稿"):
        printed(dispute, "closing", clerk)
    notice = pdf_text(printed(dispute, "notice", clerk).content)

    assert "第二十六条" in notice
    assert "仲裁、行政、司法等途径" in notice
    assert "双方要求差距过大" in notice
    assert "草稿" in printed(dispute, "closing", clerk, is_final=False).name


def test_a_rejected_case_prints_where_else_to_go(tree, clerk):
    dispute = make_dispute(tree.villages[0], clerk)
    move(dispute, Move.REJECT, clerk, day(2), "已经由法院受理")
    dispute.refresh_from_db()

    assert keys(dispute, clerk)["notice"] == "不予受理告知书"
    text = pdf_text(printed(dispute, "notice", clerk).content)
    assert "不予受理" in text
    assert "已经由法院受理" in text


def test_a_letter_of_hand_over_tells_roles_and_no_name(tree, clerk):
    dispute = worked_case(tree, clerk)
    handover = offer_dispute(
        dispute=dispute,
        to_unit=tree.departments[0],
        channel="industry",
        reason="劳资专业",
        version=Dispute.objects.get(pk=dispute.pk).version,
        by=clerk,
    )
    receiver = make_user(Role.VILLAGE_CLERK, tree.departments[0])
    refuse_handover(handover=handover, reason="不属劳动争议", by=receiver)

    text = pdf_text(printed(dispute, f"handover-{handover.pk}", clerk).content)

    assert "申请人1名、被申请人1名" in text
    assert "劳资专业" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_each_paper_is_one_row_of_the_trail_that_names_nobody(tree, clerk):
    dispute = settled_case(tree, clerk)

    paper = printed(dispute, "agreement", clerk, "docx", purpose="当事人签署")

    look = AuditEvent.objects.get(action="查看当事人姓名")
    assert (look.by, look.note) == (clerk, "打印人民调解协议书（正式）：当事人签署")
    trail = str(list(AuditEvent.objects.values())) + paper.name
    assert not [secret for secret in SECRETS if secret in trail]


@pytest.mark.parametrize("purpose", ["", "  ", "给演示甲签字"])
def test_no_purpose_or_a_name_in_it_prints_nothing(tree, clerk, purpose):
    dispute = settled_case(tree, clerk)

    with pytest.raises(Refused):
        printed(dispute, "agreement", clerk, purpose=purpose)

    assert not AuditEvent.objects.filter(action="查看当事人姓名").exists()


@pytest.mark.parametrize("key", ["agreement", "record-999999", "../../etc/passwd", ""])
def test_a_paper_that_is_not_there_is_refused(tree, clerk, key):
    dispute = make_dispute(tree.villages[0], clerk)

    with pytest.raises(Refused, match="现在不能打印"):
        printed(dispute, key, clerk)
    with pytest.raises(Refused, match="现在不能打印"):
        printed(dispute, "application", clerk, "exe")


def test_the_list_shows_papers_and_no_name(tree, clerk, client_of):
    dispute = settled_case(tree, clerk)

    answer = client_of(clerk).get(f"/disputes/{dispute.pk}/documents/")

    page = answer.content.decode()
    assert answer.status_code == 200
    for title in ("人民调解申请书", "人民调解协议书", "司法确认申请书", "生成卷宗"):
        assert title in page
    assert not [secret for secret in SECRETS if secret in page]
    assert not AuditEvent.objects.filter(action="查看当事人姓名").exists()


def test_a_stranger_finds_no_papers_and_a_colleague_may_not_print(
    tree, clerk, township_clerk, county_officer, client_of
):
    dispute = settled_case(tree, clerk)
    address = f"/disputes/{dispute.pk}/documents/"
    stranger = make_user(Role.TOWNSHIP_CLERK, tree.townships[1])
    data = {"purpose": "看看", "paper": "agreement.pdf"}

    for user, status in ((stranger, 404), (township_clerk, 403), (county_officer, 403)):
        browser = client_of(user)
        for answer in (browser.get(address), browser.post(address, data)):
            assert answer.status_code == status
            assert not [secret for secret in SECRETS if secret in answer.content.decode()]
    with pytest.raises(Forbidden):
        printed(dispute, "agreement", township_clerk)
    assert not AuditEvent.objects.filter(action="查看当事人姓名").exists()


def test_printing_in_the_browser(tree, clerk, client_of):
    dispute = settled_case(tree, clerk)
    browser, address = client_of(clerk), f"/disputes/{dispute.pk}/documents/"

    missing = browser.post(address, {"purpose": "", "paper": "agreement.pdf"})
    given = browser.post(address, {"purpose": "当事人签署", "paper": "agreement.pdf"})

    assert missing.status_code == 422
    assert "请写明打印的用途" in missing.content.decode()
    assert given["Content-Type"] == "application/pdf"
    assert "no-store" in given["Cache-Control"]
    assert "attachment" in given["Content-Disposition"]
    assert "演示甲" in pdf_text(given.content)


def test_a_refusal_keeps_the_purpose(tree, clerk, client_of):
    dispute = worked_case(tree, clerk)
    terms = make_terms(facts=FACTS, place="", effective_on=None)
    record_agreement(dispute=dispute, terms=terms, by=clerk)

    answer = client_of(clerk).post(
        f"/disputes/{dispute.pk}/documents/", {"purpose": "当事人签署", "paper": "agreement.pdf"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "还缺：履行的地点" in page
    assert 'value="当事人签署"' in page


def test_nothing_is_printed_after_the_names_are_erased(tree, clerk, client_of):
    dispute = closed_case(tree, clerk)
    Dispute.objects.filter(pk=dispute.pk).update(erase_on=day(14))
    erase_due(today=day(14))
    dispute.refresh_from_db()

    with pytest.raises(Refused, match="已经销毁"):
        printed(dispute, "agreement", clerk)
    answer = client_of(clerk).get(f"/disputes/{dispute.pk}/documents/")
    assert answer.status_code == 302


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


@pytest.mark.parametrize("records", [1, 3])
def test_the_list_asks_a_fixed_number_of_queries(tree, clerk, records, django_assert_num_queries):
    dispute = settled_case(tree, clerk)
    for number in range(records):
        add_performance(agreement=dispute.agreement, on=day(9), what=f"部分履行{number}", by=clerk)
    dispute = Dispute.objects.select_related(
        *("committee", "mediator", "holder", "handler__unit", "category", "scale", "source")
    ).get(pk=dispute.pk)

    with django_assert_num_queries(QUERIES):
        list_papers(dispute=dispute, by=clerk)


QUERIES = 15
