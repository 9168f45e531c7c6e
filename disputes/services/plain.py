"""Texts that are kept in plain, read by people who may not know a name: roles, never names."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from disputes.enums import PartyKind
from disputes.models import Dispute
from pingan.refusals import Refused

SHORTEST = 2  # one character is no name


def check_nameless(dispute: Dispute, texts: Mapping[str, str]) -> None:
    """Refused where a text holds a party's name; `texts` by the label of its field.

    Called after policies.check_handle: who may not know the names must not learn them by trying.
    """
    filled = {label: _normal(text) for label, text in texts.items() if text}
    if not filled:
        return
    parties = dispute.parties.filter(kind=PartyKind.PERSON)
    names = [_normal(party.name.reveal()) for party in parties]
    for label, text in filled.items():
        if any(len(name) >= SHORTEST and name in text for name in names):
            raise Refused(
                f"“{label}”里写了当事人的姓名。这一栏别人也看得到，"
                "请写身份（如申请人、被申请人），不写姓名。"
            )


def _normal(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
