"""Papers of a case: what stands on them, and who may print them."""

from __future__ import annotations

import datetime as dt
import io

import pdfplumber
import pytest
from docx import Document

from disputes.enums import AgreementForm, Move
from disputes.models import Dispute
from disputes.services.agreements import add_performance, record_agreement
from disputes.services.documents import (
    list_papers,
)
from disputes.services.handovers import offer_dispute, refuse_handover
from disputes.services.names import erase_due
from pingan.enums import Role
from pingan.models import AuditEvent
from pingan.refusals import Forbidden, Refused
from tests.disputes.file_makers import day, make_terms
from tests.disputes.makers import make_dispute, move
from tests.disputes.paper_makers import (
    ADDRESS,
    CONTACT,
    FACTS,
    SECRETS,
    closed_case,
    docx_text,
    pdf_text,
    printed,
    settled_case,
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
