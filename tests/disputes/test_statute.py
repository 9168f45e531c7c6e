"""What the law asks of an agreement and of a case file, as tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from disputes.enums import AgreementForm, DisputeState
from disputes.statute import (
    AgreementFacts,
    FileFacts,
    file_items,
    is_complete,
    missing_items,
)

WHOLE = AgreementFacts(
    form=AgreementForm.WRITTEN,
    party_count=2,
    has_facts=True,
    has_content=True,
    manner="现金",
    place="村委会",
    perform_by=dt.date(2026, 10, 1),
    is_signed_by_parties=True,
    is_signed_by_mediator=True,
    is_sealed=True,
)
FILE = FileFacts(
    state=DisputeState.CLOSED,
    is_accepted=True,
    has_rights_notice=True,
    sittings=1,
    evidence=0,
    has_agreement=True,
    agreement_missing=0,
    performances=1,
    visits=1,
    is_confirmed=False,
)
ALL_ITEMS = [
    "当事人的基本情况",
    "纠纷的主要事实、争议事项以及各方当事人的责任",
    "当事人达成调解协议的内容",
    "履行的方式",
    "履行的期限",
    "履行的地点",
    "各方当事人签名、盖章或者按指印",
    "人民调解员签名",
    "人民调解委员会印章",
]
EVERY_ONE = [
    ({"party_count": 1}, ALL_ITEMS[0]),
    ({"has_facts": False}, ALL_ITEMS[1]),
    ({"has_content": False}, ALL_ITEMS[2]),
    ({"manner": ""}, ALL_ITEMS[3]),
    ({"perform_by": None}, ALL_ITEMS[4]),
    ({"place": ""}, ALL_ITEMS[5]),
    ({"is_signed_by_parties": False}, ALL_ITEMS[6]),
    ({"is_signed_by_mediator": False}, ALL_ITEMS[7]),
    ({"is_sealed": False}, ALL_ITEMS[8]),
]


def test_whole_agreement_lacks_nothing():
    assert missing_items(WHOLE) == []


@pytest.mark.parametrize(("without", "item"), EVERY_ONE)
def test_every_item_of_a_written_agreement_is_missed_alone(without, item):
    assert missing_items(replace(WHOLE, **without)) == [item]


@pytest.mark.parametrize(("without", "item"), EVERY_ONE)
def test_oral_agreement_needs_its_content_and_neither_signatures_nor_seal(without, item):
    oral = replace(WHOLE, form=AgreementForm.ORAL, **without)

    assert missing_items(oral) == ([item] if item in ALL_ITEMS[:5] else [])


def test_empty_agreement_lacks_everything_in_the_order_of_the_law():
    empty = AgreementFacts(
        AgreementForm.WRITTEN, 0, False, False, "", "", None, False, False, False
    )

    assert missing_items(empty) == ALL_ITEMS
    assert missing_items(replace(empty, form=AgreementForm.ORAL)) == ALL_ITEMS[:5]


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ({"is_accepted": False}, None),
        ({"has_rights_notice": False}, "rights"),
        ({"sittings": 0}, "records"),
        ({"evidence": 3}, None),
        ({"has_agreement": False}, "agreement"),
        ({"agreement_missing": 1}, "agreement"),
        ({"performances": 0}, "performance"),
        ({"visits": 0}, "visit"),
        ({"is_confirmed": True}, None),
        ({"state": DisputeState.FOLLOWED}, "closing"),
    ],
)
def test_file_of_a_settled_case_names_what_it_lacks(without, code):
    items = file_items(replace(FILE, **without), is_agreed=True)

    lacking = [item.code for item in items if item.is_required and not item.is_there]
    assert lacking == ([code] if code else [])
    assert is_complete(items) == (code is None)


def test_failed_case_closes_without_agreement_performance_and_visit():
    facts = replace(FILE, has_agreement=False, performances=0, visits=0)

    assert is_complete(file_items(facts, is_agreed=False))
    assert not is_complete(file_items(facts, is_agreed=True))


def test_case_nobody_mediated_needs_no_papers_of_a_mediation():
    facts = replace(
        FILE,
        is_accepted=False,
        has_rights_notice=False,
        sittings=0,
        has_agreement=False,
        performances=0,
        visits=0,
        is_worked_on=False,
    )

    required = [item.code for item in file_items(facts, is_agreed=False) if item.is_required]
    assert required == ["closing"]


def test_open_case_shows_what_will_be_needed():
    facts = replace(FILE, state=DisputeState.REGISTERED, is_accepted=False, is_worked_on=False)

    required = [item.code for item in file_items(facts, is_agreed=False) if item.is_required]
    assert required == ["application", "rights", "records", "closing"]
