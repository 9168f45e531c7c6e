"""Tickets of the anonymous survey, to be cut out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from campaigns.content.qr import qr_code


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
