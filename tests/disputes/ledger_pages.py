"""Ledgers of cases as a clerk sends and gets them. Names are made up."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import msoffcrypto
import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from disputes.excel.ledgers import SHEET
from disputes.models import DisputeImport
from pingan.models import User

NAMES = ("演示甲", "演示乙", "测试丙", "测试丁")
PASSWORD = "三只绵羊过山坡2026"
ROW: dict[str, Any] = {
    "登记日期": dt.date(2026, 9, 3),
    "事由": "排水沟走向争执",
    "纠纷类别": "邻里",
    "来源": "当事人申请",
    "发生地点": "二组老井旁",
    "申请人": "测试丙",
    "被申请人": "测试丁",
}


def browser(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def page(client: Client, name: str, *args: Any, query: str = "") -> Any:
    return client.get(reverse(f"disputes:{name}", args=args) + query)


def shows_no_name(answer: Any) -> bool:
    text = answer.content.decode()
    return not any(name in text for name in NAMES)


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))[SHEET]


def filled(client: Client, *rows: dict[str, Any]) -> bytes:
    """The downloaded workbook with these rows; the unit is the clerk's own."""
    book = openpyxl.load_workbook(io.BytesIO(page(client, "ledger-template").content))
    sheet = book[SHEET]
    heads = [cell.value for cell in sheet[1]]
    unit = book["选项"].cell(1, heads.index("登记单位") + 1).value
    for number, row in enumerate(rows, start=2):
        for label, value in ({"登记单位": unit} | row).items():
            sheet.cell(number, heads.index(label) + 1, value)
    return saved(book)


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(client: Client, content: bytes, name: str = "演示甲的纠纷.xlsx") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("disputes:ledger-import"), {"file": file}, follow=True)


def errors(client: Client, *rows: dict[str, Any]) -> list[tuple[str, str]]:
    answer = send(client, filled(client, *rows))
    assert shows_no_name(answer)
    return [(cell, sentence) for cell, sentence in DisputeImport.objects.get().errors]


def taken_in(client: Client, *rows: dict[str, Any]) -> DisputeImport:
    send(client, filled(client, *rows))
    run = DisputeImport.objects.latest("pk")
    client.post(reverse("disputes:ledger-run-apply", args=[run.pk]))
    run.refresh_from_db()
    return run


def everything_stored() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(str(cursor.fetchall()))
    return "".join(found)


def export(client: Client, query: str = "", **fields: str) -> Any:
    data = {"purpose": "移交法院", "password": PASSWORD, "password_again": PASSWORD, **fields}
    return client.post(reverse("disputes:ledger-names") + query, data)


def opened(content: bytes, password: str = PASSWORD) -> Any:
    file = msoffcrypto.OfficeFile(io.BytesIO(content))
    file.load_key(password=password)
    plain = io.BytesIO()
    file.decrypt(plain)
    return sheet_of(plain.getvalue())
