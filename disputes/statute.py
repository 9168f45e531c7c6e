"""What the law asks of an agreement and of a case file. Pure.

People's Mediation Law §29–30, 司法部令第75号 §34–36, and the list of a case file in use (卷宗).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from disputes.enums import OPEN_STATES, AgreementForm, DisputeState

ITEMS_LAW = "《人民调解法》第二十九条、《人民调解工作若干规定》第三十五条"


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The statutory items of one agreement as they stand; texts are only asked to be there."""

    form: AgreementForm
    party_count: int
    has_facts: bool
    has_content: bool
    manner: str
    place: str
    perform_by: dt.date | None
    is_signed_by_parties: bool
    is_signed_by_mediator: bool
    is_sealed: bool


def missing_items(facts: AgreementFacts) -> list[str]:
    """The statutory items that are missing, in the order of the law; empty: it may be final.

    An oral agreement is a record of its content by the mediator (§28): no signatures, no seal.
    """
    written = facts.form == AgreementForm.WRITTEN
    found = [
        ("当事人的基本情况", facts.party_count >= 2),
        ("纠纷的主要事实、争议事项以及各方当事人的责任", facts.has_facts),
        ("当事人达成调解协议的内容", facts.has_content),
        ("履行的方式", bool(facts.manner)),
        ("履行的期限", facts.perform_by is not None),
    ]
    if written:
        found += [
            ("履行的地点", bool(facts.place)),
            ("各方当事人签名、盖章或者按指印", facts.is_signed_by_parties),
            ("人民调解员签名", facts.is_signed_by_mediator),
            ("人民调解委员会印章", facts.is_sealed),
        ]
    return [name for name, is_there in found if not is_there]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a case's file holds."""

    state: DisputeState
    is_accepted: bool
    has_rights_notice: bool
    sittings: int
    evidence: int
    has_agreement: bool
    agreement_missing: int
    performances: int
    visits: int
    is_confirmed: bool
    is_worked_on: bool = True


@dataclass(frozen=True, slots=True)
class FileItem:
    """One line of the catalogue: 必须 or 按需, there or not."""

    code: str
    name: str
    is_required: bool
    is_there: bool


AGREED_STATES = frozenset({DisputeState.AGREED, DisputeState.PERFORMED, DisputeState.FOLLOWED})


def file_items(facts: FileFacts, *, is_agreed: bool) -> list[FileItem]:
    """The catalogue of a case file; `is_agreed`: the case ended in an agreement.

    A case that was rejected or withdrawn before anybody mediated has no papers of a mediation.
    """
    is_mediated = facts.is_worked_on or facts.state in OPEN_STATES
    is_taken = facts.is_accepted or facts.state in OPEN_STATES
    return [
        FileItem("application", "调解申请书或受理登记表", is_taken, facts.is_accepted),
        FileItem("rights", "当事人权利义务告知书", is_mediated, facts.has_rights_notice),
        FileItem("records", "调解(调查)记录", is_mediated, facts.sittings > 0),
        FileItem("evidence", "证据材料", False, facts.evidence > 0),
        FileItem(
            "agreement",
            "调解协议书",
            is_agreed,
            facts.has_agreement and facts.agreement_missing == 0,
        ),
        FileItem("performance", "履行凭证", is_agreed, facts.performances > 0),
        FileItem("visit", "回访记录", is_agreed, facts.visits > 0),
        FileItem("confirmation", "司法确认材料", False, facts.is_confirmed),
        FileItem(
            "closing",
            "结案登记表",
            True,
            facts.state == DisputeState.CLOSED,
        ),
    ]


def is_complete(items: list[FileItem]) -> bool:
    """Whether everything that must be there is there."""
    return all(item.is_there for item in items if item.is_required)


FEWEST_MEMBERS, MOST_MEMBERS = 3, 9
TERM_YEARS = 3


def term_end(starts_on: dt.date) -> dt.date:
    """The day on which a term of three years is over (Law §9)."""
    try:
        return starts_on.replace(year=starts_on.year + TERM_YEARS)
    except ValueError:  # 29 February
        return dt.date(starts_on.year + TERM_YEARS, 3, 1)


def committee_warnings(
    *, members: int, women: int, term_ends_on: dt.date, today: dt.date
) -> list[str]:
    """What a committee does not fulfil of Law §8 and §9."""
    found = []
    if not FEWEST_MEMBERS <= members <= MOST_MEMBERS:
        found.append(f"委员{members}人，应为三至九人（《人民调解法》第八条）")
    if women == 0:
        found.append("没有妇女委员，应当有妇女成员（《人民调解法》第八条）")
    if term_ends_on <= today:
        found.append(f"本届已于{term_ends_on:%Y-%m-%d}期满，每届三年（《人民调解法》第九条）")
    return found
