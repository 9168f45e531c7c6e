"""Pages of slips: the batch, the tickets, and the citizen's own."""

import datetime as dt
import io

import pdfplumber
import pytest
from django.core.cache import cache
from django.test import Client

from campaigns.models import Survey, SurveyTicket
from campaigns.views import answers
from pingan.models import AuditEvent
from tests.campaigns.makers import SEPTEMBER, make_survey
from tests.campaigns.test_services_tickets import TOKEN, close, make_ticket

BATCH = "/surveys/batch/?month=2026-09"
GOOD = {"order_good": "1", "feels_safe": "2", "satisfied": "1"}
BAD = {"order_good": "4", "feels_safe": "3", "satisfied": "4"}


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def batch_of(unit, slips):
    """What the page sends: twenty rows, those of `slips` filled."""
    data = {
        "unit": unit.pk,
        "place": "集贸市场",
        "on": "2026-09-18",
        "batch": "0123456789abcdef",
        "rows-TOTAL_FORMS": "20",
        "rows-INITIAL_FORMS": "20",
    }
    for number, slip in enumerate(slips):
        data |= {f"rows-{number}-{name}": value for name, value in slip.items()}
    return data


def test_batch_is_typed_shown_and_undone(tree, township_clerk, client_of):
    client = client_of(township_clerk)

    page = client.post(BATCH, batch_of(tree.villages[0], [GOOD, GOOD, BAD]), follow=True)

    row = Survey.objects.get()
    assert (row.slips, row.order_good, row.feels_safe, row.satisfied) == (3, 2, 2, 2)
    text = page.content.decode()
    assert "已计入3票，“集贸市场”现有3票。" in text
    assert "上一批 3 票" in text
    undone = client.post(
        f"/surveys/{row.pk}/undo/", {"batch": "0123456789abcdef"}, follow=True
    ).content.decode()
    assert "上一批已经撤销。" in undone
    assert not Survey.objects.exists()


def test_full_width_digits_are_read(tree, township_clerk, client_of):
    slip = {"order_good": "１", "feels_safe": "２", "satisfied": "４"}

    client_of(township_clerk).post(BATCH, batch_of(tree.villages[0], [slip]))

    row = Survey.objects.get()
    assert (row.slips, row.order_good, row.feels_safe, row.satisfied) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("slips", "changes", "sentence"),
    [
        ([GOOD, {"order_good": "1"}], {}, "第2票 安全感：请填安全感。"),
        ([{**GOOD, "satisfied": "5"}], {}, "第1票 满意度：不能大于4。"),
        ([{**GOOD, "satisfied": "0"}], {}, "第1票 满意度：请填1到4。"),
        ([GOOD], {"place": ""}, "请填测评地点，如“集贸市场”。"),
        ([GOOD], {"unit": ""}, "请选择被测评单位。"),
        ([GOOD], {"on": "九月"}, "请填日期，如 2026-09-03。"),
        ([], {}, "一批请录1到20票。"),
    ],
)
def test_faulty_batch_is_shown_again(tree, township_clerk, client_of, slips, changes, sentence):
    data = batch_of(tree.villages[0], slips) | changes

    page = client_of(township_clerk).post(BATCH, data)

    assert page.status_code in {409, 422}
    assert sentence in page.content.decode()
    assert not Survey.objects.exists()


def test_batch_of_a_unit_elsewhere_is_not_taken(tree, township_clerk, client_of):
    page = client_of(township_clerk).post(BATCH, batch_of(tree.villages[2], [GOOD]))

    assert page.status_code == 422
    assert "这个单位的测评不由您录入。" in page.content.decode()
    assert not Survey.objects.exists()


@pytest.mark.parametrize("address", ["/surveys/batch/", "/surveys/tickets/"])
def test_a_village_finds_no_slips_to_take(village_clerk, client_of, address):
    page = client_of(village_clerk).get(address)

    assert page.status_code == 403
    assert "测评票由上级单位录入和印发" in page.content.decode()


def test_undo_of_a_survey_elsewhere_is_not_found(tree, other_clerk, client_of):
    row = make_survey(tree.villages[0])

    page = client_of(other_clerk).post(f"/surveys/{row.pk}/undo/", {"batch": "x"})

    assert page.status_code == 404
    assert Survey.objects.get().slips == 20


@pytest.mark.slow
def test_tickets_are_ordered_listed_and_voided(tree, township_clerk, client_of):
    client = client_of(township_clerk)
    village = tree.villages[0]
    order = {"unit": village.pk, "place": "车站", "number": "10", "expires_on": "2026-10-05"}

    document = client.post("/surveys/tickets/?month=2026-09", order)

    assert document.content.startswith(b"%PDF-")
    assert document["Cache-Control"] == "no-store"
    SurveyTicket.objects.filter(pk=SurveyTicket.objects.first().pk).update(is_used=True)
    text = client.get("/surveys/tickets/?month=2026-09").content.decode()
    numbers = ['data-label="已印">10<', 'data-label="已答">1<', 'data-label="未答">9<']
    assert [number in text for number in numbers] == [True, True, True]
    void = {"unit": village.pk, "place": "车站", "expires_on": "2026-10-05"}
    page = client.post("/surveys/tickets/void/?month=2026-09", void, follow=True)
    assert "已作废9张没有答过的票。" in page.content.decode()
    assert SurveyTicket.objects.get().is_used


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": "201"}, "不能大于200。"),
        ({"number": "９"}, "一次请印10到200张"),
        ({"place": "很" * 21}, "请写在20字以内。"),
        ({"expires_on": "2026-09-01"}, "有效期应在今天到2026年10月月底之间。"),
    ],
)
def test_faulty_order_prints_nothing(tree, township_clerk, client_of, changes, sentence):
    order = {"unit": tree.villages[0].pk, "place": "车站", "number": "10"}
    order |= {"expires_on": "2026-10-05", **changes}

    page = client_of(township_clerk).post("/surveys/tickets/?month=2026-09", order)

    assert sentence in page.content.decode()
    assert not SurveyTicket.objects.exists()


@pytest.mark.parametrize(
    ("host", "is_local"), [("localhost:8000", True), ("127.0.0.1", True), ("testserver", False)]
)
def test_address_that_no_phone_can_open_is_said(tree, township_clerk, client_of, host, is_local):
    page = client_of(township_clerk).get("/surveys/tickets/", headers={"host": host})

    text = page.content.decode()
    assert f"http://{host}/s/" in text
    assert ("手机打不开" in text) is is_local


def test_township_sees_only_tickets_of_its_own_units(tree, township_clerk, client_of):
    make_ticket(tree.villages[0], place="甲处")
    make_ticket(tree.villages[2], "222222222222", place="乙处")

    text = client_of(township_clerk).get("/surveys/tickets/?month=2026-09").content.decode()

    assert ("甲处" in text, "乙处" in text) == (True, False)


# the citizen


def test_citizen_answers_without_signing_in_and_gets_no_cookie(tree):
    make_ticket(tree.villages[0])
    client = Client(enforce_csrf_checks=True)

    asked = client.get(f"/s/{TOKEN}")
    thanked = client.post(f"/s/{TOKEN}", GOOD)

    assert (asked.status_code, thanked.status_code) == (200, 200)
    assert "甲1村" in asked.content.decode()
    assert "谢谢您" in thanked.content.decode()
    for page in (asked, thanked):
        assert not page.cookies
        assert page["Cache-Control"] == "no-store"
        assert "Cookie" not in page.get("Vary", "")
    assert Survey.objects.get().slips == 1
    assert not AuditEvent.objects.exists()


def test_page_does_not_know_who_is_signed_in(tree, township_clerk, client_of):
    make_ticket(tree.villages[0])

    page = client_of(township_clerk).get(f"/s/{TOKEN}")

    text = page.content.decode()
    assert township_clerk.display_name not in text
    assert "/sign-out" not in text
    assert not page.cookies


def test_unanswered_question_keeps_the_ticket(tree):
    make_ticket(tree.villages[0])

    page = Client().post(f"/s/{TOKEN}", {"order_good": "1", "feels_safe": "9"})

    assert page.status_code == 422
    assert "这张票还没有用掉" in page.content.decode()
    assert not SurveyTicket.objects.get().is_used
    assert not Survey.objects.exists()


def test_used_unknown_expired_and_closed_are_polite(tree):
    make_ticket(tree.villages[0], "222222222222", is_used=True)
    make_ticket(tree.villages[0], "333333333333", expires_on=dt.date(2026, 9, 1))
    make_ticket(tree.villages[0], "444444444444")
    close(tree.county)

    pages = [Client().get(f"/s/{letter * 12}") for letter in "2349"]

    assert [page.status_code for page in pages] == [410] * 4
    sentences = ("已经答过了", "已经过了有效期", "这个月的测评已经结束", "没有找到这张测评票")
    assert all(words in page.content.decode() for words, page in zip(sentences, pages, strict=True))


def test_codes_cannot_be_tried_without_end(tree, monkeypatch):
    monkeypatch.setattr(answers, "MOST_REFUSALS", 3)
    make_ticket(tree.villages[0])
    client = Client()

    tried = [client.get(f"/s/zzzzzzzzzzz{number}").status_code for number in range(5)]

    assert tried == [410, 410, 410, 410, 429]
    assert client.post(f"/s/{TOKEN}", GOOD).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(f"/s/{TOKEN}", GOOD).status_code == 200
    assert Survey.objects.get().slips == 1


def test_batch_page_lists_a_month_and_its_places(tree, township_clerk, client_of):
    make_survey(tree.villages[0], "上月的桥头", SEPTEMBER.previous)

    text = client_of(township_clerk).get(BATCH).content.decode()

    assert '<option value="上月的桥头">' in text
    assert text.count('data-step="4"') == 60


@pytest.mark.slow
def test_blank_paper_slips_fill_one_page(tree, township_clerk, client_of):
    address = f"/surveys/ballots/?month=2026-09&ballot-unit={tree.villages[0].pk}"

    page = client_of(township_clerk).get(f"{address}&ballot-place=车站")

    with pdfplumber.open(io.BytesIO(page.content)) as opened:
        (text,) = [each.extract_text() for each in opened.pages]
    assert text.count("治安测评票") == 8
    assert text.count("□2 比较安全") == 8
    assert text.count("甲1村") == text.count("车站") == 8


@pytest.mark.parametrize("unit", ["", "0", "999999"])
def test_paper_slips_of_no_unit_are_refused(tree, township_clerk, client_of, unit):
    address = f"/surveys/ballots/?month=2026-09&ballot-unit={unit}"

    page = client_of(township_clerk).get(address, follow=True)

    text = page.content.decode()
    assert "请选择被测评单位。" in text or "这个单位的测评不由您录入。" in text
