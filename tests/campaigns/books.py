"""Workbooks as a person downloads, fills in and uploads them."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.models import ImportRun
from pingan.months import Month
from tests.campaigns.makers import SEPTEMBER

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(client: Client, month: Month = SEPTEMBER) -> bytes:
    """The month's workbook of who has signed in."""
    response = client.get(reverse("campaigns:workbook-download", args=[month]))
    assert response.status_code == 200
    return response.content


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    """The same workbook after a person has worked on it and saved it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    book.save(stream := io.BytesIO())
    return stream.getvalue()


def row_of(sheet: Any, key_ends: str) -> int:
    """Number of the row whose hidden key ends so."""
    return next(
        row
        for row in range(2, sheet.max_row + 1)
        if str(sheet.cell(row, 1).value).endswith(key_ends)
    )


def upload(
    client: Client, content: bytes, month: Month = SEPTEMBER, name: str = "九月.xlsx"
) -> Any:
    """The answer to sending it in."""
    file = SimpleUploadedFile(name, content, content_type=XLSX)
    return client.post(reverse("campaigns:workbook-month", args=[month]), {"file": file})


def uploaded(client: Client, content: bytes, month: Month = SEPTEMBER) -> ImportRun:
    """The dry run of a workbook that could be read."""
    response = upload(client, content, month)
    assert response.status_code == 302, response.content.decode()
    return ImportRun.objects.latest("pk")


def errors_of(run: ImportRun) -> list[tuple[str, str, str]]:
    """Sheet, cell and sentence of every error."""
    return [(sheet, cell, sentence) for sheet, cell, _unit, sentence in run.changes["errors"]]
