"""What the tests of pages share: a case with names that could leak, and what a browser sends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client

from disputes.enums import PartyRole, TermKind
from disputes.models import Dispute
from disputes.services.registration import PartyEntry
from pingan.models import Unit, User
from tests.disputes.makers import make_dispute, term

ClientOf = Callable[[User], Client]
TODAY = dt.date(2026, 10, 12)
SECRETS = ("欧阳演示", "司马演示", "13800138000", "演示巷九号", "为一堵墙")
NAMED = (
    PartyEntry(PartyRole.APPLICANT, SECRETS[0], contact=SECRETS[2], address=SECRETS[3]),
    PartyEntry(PartyRole.RESPONDENT, SECRETS[1]),
)


def make_named(unit: Unit, by: User, **fields: Any) -> Dispute:
    """A case of today whose names, contact, address and facts may not be seen."""
    values = {"registered_on": TODAY, "parties": NAMED, "facts": f"{SECRETS[0]}{SECRETS[4]}"}
    return make_dispute(unit, by, **{**values, **fields})


def text_of(answer: Any) -> str:
    whole: bytes = answer.content
    return whole.decode()


def leaks(answer: Any) -> list[str]:
    """The secrets that an answer shows, its headers included."""
    whole = text_of(answer) + str(answer.headers)
    return [secret for secret in SECRETS if secret in whole]


def parties(*rows: tuple[str, str], **more: str) -> dict[str, str]:
    """The rows of the form: role and name."""
    typed = {"party-TOTAL_FORMS": str(len(rows)), "party-INITIAL_FORMS": "0"}
    for number, (role, name) in enumerate(rows):
        typed |= {
            f"party-{number}-role": role,
            f"party-{number}-kind": "person",
            f"party-{number}-name": name,
            f"party-{number}-contact": "",
            f"party-{number}-address": "",
        }
    return typed | more


def typed_case(unit: Unit, **fields: Any) -> dict[str, Any]:
    """What the form of the registration sends."""
    return {
        "unit": unit.pk,
        "title": "宅基地边界争执",
        "category": term(TermKind.CATEGORY, "neighbours").pk,
        "source": term(TermKind.SOURCE, "application").pk,
        "registered_on": "2026-10-12",
        "place": "三组晒坝",
        "channel": "people",
        "people": "2",
        **parties(("applicant", SECRETS[0]), ("respondent", SECRETS[1])),
        **fields,
    }
