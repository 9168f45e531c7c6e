"""Money: kept in 分, typed and printed in 元. Pure."""

from __future__ import annotations

import re
import unicodedata

LARGEST = 10_000_000_000  # 分: a hundred million yuan
_YUAN = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?")
_TAIL = re.compile(r"元$")


class InvalidMoney(ValueError):
    """The text is no amount; its message is a sentence for the user."""


def fen_of(text: str) -> int:
    """ "1,200.5", "１２００.5元" and "￥1200.50" are all 120050."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").replace(" ", "")
    match = _YUAN.fullmatch(_TAIL.sub("", plain.removeprefix("¥")))
    if match is None:
        raise InvalidMoney("请填以元为单位的金额，如 500 或 1200.50。")
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def yuan_text(fen: int) -> str:
    """120050 is 1,200.50 and 120000 is 1,200."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}" + (f".{rest:02d}" if rest else "")


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def capitals(fen: int) -> str:
    """120050 is 壹仟贰佰元伍角整: as receipts write it, so that no digit can be added."""
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif yuan and cents:
        text += "零"
    if cents:
        return f"{text}{_DIGITS[cents]}分"
    return f"{text or '零元'}整"


def _whole(number: int) -> str:
    text, is_gap, place = "", False, 0
    groups = []
    while number:
        groups.append(number % 10_000)
        number //= 10_000
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            is_gap = bool(text)
            continue
        if text and (is_gap or group < 1000):
            text += "零"
        text += _thousands(group) + _GROUPS[place]
        is_gap = False
    return text


def _thousands(group: int) -> str:
    text, is_gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit == 0:
            is_gap = bool(text)
            continue
        text += ("零" if is_gap else "") + _DIGITS[digit] + _PLACES[place]
        is_gap = False
    return text
