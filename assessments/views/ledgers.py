"""The ledger of the inspections, beside those of the activities."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from assessments.selectors.ledgers import INSPECTION_LEDGER
from campaigns.views.ledgers import downloaded, printed, shown


def _address(name: str) -> str:
    return reverse(f"assessments:inspection-{name}")


@require_GET
def inspection_ledger(request: HttpRequest) -> HttpResponse:
    addresses = {"print": _address("print"), "download": _address("download")}
    return shown(request, INSPECTION_LEDGER, addresses)


@require_GET
def inspection_print(request: HttpRequest) -> HttpResponse:
    return printed(request, INSPECTION_LEDGER, _address("ledger"))


@require_GET
def inspection_download(request: HttpRequest) -> HttpResponse:
    return downloaded(request, INSPECTION_LEDGER, _address("ledger"))
