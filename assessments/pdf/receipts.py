"""The slip of a paid reward for information: a code's tail, never a name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from pingan.money import capitals, yuan_text
from pingan.typesetting import typeset

TEMPLATES = Path(__file__).resolve().parents[1] / "typst"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stands on the slip."""

    office: str
    number: str
    code_tail: str
    topic: str
    amount: int
    fund: str
    received_on: dt.date
    paid_on: dt.date
    is_demo: bool


def receipt_pdf(receipt: Receipt) -> bytes:
    def label(text: str) -> dict[str, object]:
        return {"text": text, "label": True, "span": 1}

    def value(text: str, span: int = 1) -> dict[str, object]:
        return {"text": text, "label": False, "span": span}

    received, paid = _day(receipt.received_on), _day(receipt.paid_on)
    money = f"人民币{capitals(receipt.amount)}（￥{yuan_text(receipt.amount)}）"
    cells = [
        *(label("凭证编号"), value(receipt.number), label("领奖码尾号"), value(receipt.code_tail)),
        *(label("信息类别"), value(receipt.topic), label("收到日期"), value(received)),
        *(label("奖励金额"), value(money, 3)),
        *(label("经费来源"), value(receipt.fund), label("发放日期"), value(paid)),
    ]
    data = {
        "title": "信息奖励发放凭证",
        "office": receipt.office,
        "cells": cells,
        "note": "凭领奖码领取，领取人不留姓名、不签字、不按印。领奖码已当面核对相符。",
        "signatures": ["核实人", "审批人", "发放人"],
        "copies": ["第一联　存档", "第二联　财务"],
        "demo": "（演示数据）" if receipt.is_demo else "",
    }
    return typeset(TEMPLATES / "receipt.typ", data, issued_on=receipt.paid_on)


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
