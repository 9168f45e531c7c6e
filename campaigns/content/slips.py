"""Slips of the anonymous survey, to be cut out: tickets for phones, ballots for pens."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from campaigns.content.qr import qr_code
from campaigns.enums import SLIP_STEPS, SlipQuestion


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """A sheet of tickets of one place, ten a page, each to be cut out."""

    title: str
    unit: str
    place: str
    month: str
    expires: str
    demo_mark: str
    tickets: tuple[tuple[str, str], ...]  # the code as it is typed, the QR code


def compose_slips(
    *,
    unit: str,
    place: str,
    month: str,
    expires_on: dt.date,
    is_demo: bool,
    addresses: tuple[str, ...],
) -> SlipSheet:
    """The sheet of these addresses, each printed without its scheme, for typing."""
    return SlipSheet(
        title="治安测评票",
        unit=unit,
        place=place,
        month=month,
        expires=f"{expires_on.month}月{expires_on.day}日",
        demo_mark="演示" if is_demo else "",
        tickets=tuple((address.partition("://")[2], qr_code(address)) for address in addresses),
    )


@dataclass(frozen=True, slots=True)
class BallotSheet:
    """Paper slips to be ticked by hand, eight a page; the steps bear the keys they are typed by."""

    title: str
    unit: str
    place: str
    month: str
    demo_mark: str
    questions: tuple[tuple[str, tuple[str, ...]], ...]


def compose_ballots(*, unit: str, place: str, month: str, is_demo: bool) -> BallotSheet:
    """One page to be copied; without a place it is written in by hand."""
    return BallotSheet(
        title="治安测评票",
        unit=unit,
        place=place,
        month=month,
        demo_mark="演示" if is_demo else "",
        questions=tuple((str(question.label), SLIP_STEPS[question]) for question in SlipQuestion),
    )
