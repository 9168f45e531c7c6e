"""Printed tickets: one answer each, and nothing that tells who gave which."""

import datetime as dt
import io
import re
import threading

import pdfplumber
import pytest
from django.db import connections

from campaigns.models import Survey, SurveyTicket
from campaigns.services.tickets import (
    ALPHABET,
    TicketRefused,
    answer_ticket,
    open_ticket,
    print_tickets,
    token_hash,
    void_tickets,
)
from pingan.enums import PeriodState
from pingan.models import AuditEvent, Period
from pingan.refusals import Forbidden, Refused
from tests.campaigns.makers import SEPTEMBER, make_survey

LAST_DAY = dt.date(2026, 10, 5)
TOKEN = "ab3d9kmw2x7p"


def make_ticket(unit, token=TOKEN, **fields) -> SurveyTicket:
    values = {"month": SEPTEMBER, "place": "集贸市场", "expires_on": LAST_DAY, **fields}
    return SurveyTicket.objects.create(unit=unit, token_hash=token_hash(token), **values)


def ordered(unit, by, **changes) -> bytes:
    values = {
        "month": SEPTEMBER,
        "place": "集贸市场",
        "number": 12,
        "expires_on": LAST_DAY,
        "address": lambda token: f"https://pingan.example/s/{token}",
        **changes,
    }
    return print_tickets(unit=unit, by=by, **values)


def text_of(document: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(document)) as opened:
        return [page.extract_text().replace("\u200b", "") for page in opened.pages]


def close(county) -> None:
    Period.objects.update_or_create(
        county=county,
        month=SEPTEMBER,
        defaults={"state": PeriodState.CLOSED, "closed_at": "2026-09-20T00:00:00Z"},
    )


@pytest.mark.slow
def test_sheet_carries_the_codes_and_the_table_only_their_hashes(tree, township_clerk):
    document = ordered(tree.villages[0], township_clerk)

    pages = text_of(document)
    tokens = re.findall(rf"pingan\.example/s/([{ALPHABET}]{{12}})", "".join(pages))
    assert [page.count("治安测评票") for page in pages] == [10, 2]
    assert all("不记名" in page and "每票只答一次，10月5日前有效" in page for page in pages)
    assert all(f"{tree.villages[0].name}" in page and "集贸市场" in page for page in pages)
    assert len(set(tokens)) == 12
    kept = set(SurveyTicket.objects.values_list("token_hash", flat=True))
    assert kept == {token_hash(token) for token in tokens}
    event = AuditEvent.objects.get(action="印发测评二维码")
    assert (event.by, event.after["number"], event.object_id) == (township_clerk, 12, "")
    assert not any(token in str(event.after) for token in tokens)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"number": 9}, "一次请印10到200张"),
        ({"number": 201}, "一次请印10到200张"),
        ({"place": " "}, "请填测评地点"),
        ({"expires_on": dt.date(2026, 9, 19)}, "有效期应在今天到2026年10月月底之间"),
        ({"expires_on": dt.date(2026, 11, 1)}, "有效期应在今天到2026年10月月底之间"),
        ({"month": SEPTEMBER.next}, "2026年10月还没有到"),
    ],
)
def test_order_that_cannot_be_is_refused(tree, township_clerk, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        ordered(tree.villages[0], township_clerk, **changes)

    assert not SurveyTicket.objects.exists()


def test_only_the_superior_prints_and_voids(tree, village_clerk, other_clerk):
    village = tree.villages[0]
    make_ticket(village)

    for person in (village_clerk, other_clerk):
        with pytest.raises(Forbidden):
            ordered(village, person)
        with pytest.raises(Forbidden):
            void_tickets(
                unit=village, month=SEPTEMBER, place="集贸市场", expires_on=LAST_DAY, by=person
            )

    assert SurveyTicket.objects.count() == 1


@pytest.mark.slow
def test_closed_month_prints_no_tickets(tree, township_clerk):
    close(tree.county)

    with pytest.raises(Refused, match="已经结账"):
        ordered(tree.villages[0], township_clerk)

    assert not SurveyTicket.objects.exists()


def test_answer_counts_once_and_uses_the_ticket(tree):
    village = tree.villages[0]
    make_survey(village)
    make_ticket(village)

    answer_ticket(token=TOKEN, slip=(2, 3, 1))

    row = Survey.objects.get()
    assert (row.slips, row.order_good, row.feels_safe, row.satisfied) == (21, 19, 17, 20)
    assert SurveyTicket.objects.get().is_used
    with pytest.raises(TicketRefused, match="已经答过了"):
        answer_ticket(token=TOKEN, slip=(1, 1, 1))
    assert Survey.objects.get().slips == 21


def test_first_answer_of_a_place_makes_its_row(tree):
    make_ticket(tree.villages[0], place="车站")

    answer_ticket(token="AB3D-9KMW-2X7P", slip=(4, 4, 4))

    row = Survey.objects.get()
    assert (row.place, row.slips, row.order_good, row.recorded_by) == ("车站", 1, 0, None)


def test_answer_leaves_no_trace_of_its_own(tree):
    """No event, no moment, no answer on the ticket: two answers could be exchanged unnoticed."""
    make_ticket(tree.villages[0])
    before = SurveyTicket.objects.values().get()

    answer_ticket(token=TOKEN, slip=(1, 4, 2))

    after = SurveyTicket.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"is_used"}
    assert not AuditEvent.objects.exists()
    fields = {field.name for field in SurveyTicket._meta.get_fields()}
    assert fields == {"id", "unit", "month", "place", "token_hash", "expires_on", "is_used"}


@pytest.mark.parametrize(
    ("fields", "token", "sentence"),
    [
        ({}, "zzzzzzzzzzzz", "没有找到这张测评票"),
        ({"is_used": True}, TOKEN, "已经答过了"),
        ({"expires_on": dt.date(2026, 9, 19)}, TOKEN, "已经过了有效期"),
    ],
)
def test_ticket_that_cannot_answer_says_why(tree, fields, token, sentence):
    make_ticket(tree.villages[0], **fields)

    with pytest.raises(TicketRefused, match=sentence):
        open_ticket(token)
    with pytest.raises(TicketRefused, match=sentence):
        answer_ticket(token=token, slip=(1, 1, 1))

    assert not Survey.objects.exists()


def test_ticket_of_its_last_day_still_answers(tree):
    make_ticket(tree.villages[0], expires_on=dt.date(2026, 9, 20))

    answer_ticket(token=TOKEN, slip=(1, 1, 1))

    assert Survey.objects.get().slips == 1


def test_closed_month_counts_no_answer_and_leaves_the_ticket(tree):
    make_ticket(tree.villages[0])
    close(tree.county)

    with pytest.raises(TicketRefused, match="已经结束"):
        answer_ticket(token=TOKEN, slip=(1, 1, 1))

    assert not Survey.objects.exists()
    assert not SurveyTicket.objects.get().is_used


def test_void_takes_only_what_was_not_answered(tree, township_clerk):
    village = tree.villages[0]
    make_ticket(village, is_used=True)
    make_ticket(village, "222222222222")
    make_ticket(village, "333333333333", place="车站")

    number = void_tickets(
        unit=village, month=SEPTEMBER, place="集贸市场", expires_on=LAST_DAY, by=township_clerk
    )

    assert number == 1
    left = set(SurveyTicket.objects.values_list("token_hash", flat=True))
    assert left == {token_hash(TOKEN), token_hash("333333333333")}
    assert AuditEvent.objects.get(action="作废测评二维码").after["number"] == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_answers_of_one_moment_are_all_counted_once(tree):
    """Eight phones, four tickets each held by two: four slips in the end."""
    tokens = [letter * 12 for letter in "abcd"]
    for token in tokens:
        make_ticket(tree.villages[0], token)
    refused: list[str] = []
    start = threading.Barrier(8)

    def answer(token: str) -> None:
        start.wait()
        try:
            answer_ticket(token=token, slip=(1, 1, 4))
        except TicketRefused as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=answer, args=[token]) for token in tokens * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    row = Survey.objects.get()
    assert (row.slips, row.order_good, row.satisfied) == (4, 4, 0)
    assert len(refused) == 4
