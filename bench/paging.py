"""One measurement of the pages on the database of DATABASE_URL; bench/pages.py calls it."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from bench.cases import CaseWriter
from bench.measure import used_seconds
from disputes.models import Dispute
from pingan.models import User
from pingan.urls import urlpatterns as own_urls

NOTHING, FRAME = "/bench/nothing/", "/bench/frame/"
TENTH = 10
# Short answers are asked for many times over: processors count in hundredths of a second.
AT_ONCE = {"page": 1, "frame": 5, "nothing": 20}
BACKEND = "django.contrib.auth.backends.ModelBackend"


def nothing(request: HttpRequest) -> HttpResponse:
    """What every answer costs: the middleware, the session, the person."""
    return HttpResponse("ok")


def frame(request: HttpRequest) -> HttpResponse:
    """What every page costs: menu, notices, foot."""
    return render(request, "base.html")


urlpatterns = [path(NOTHING[1:], nothing), path(FRAME[1:], frame), *own_urls]

Times = list[tuple[float, float]]


@dataclass(slots=True)
class Page:
    """A page as one person asks for it; `data` is sent as a form."""

    name: str
    user: User
    address: str
    data: dict[str, str] | None = None
    few: int = 0  # queries with a tenth of the cases
    times: dict[str, Times] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        ROOT_URLCONF="bench.paging",
        ALLOWED_HOSTS=["testserver"],
        STORAGES={**settings.STORAGES, "staticfiles": plain},
    ):
        _run(options.cases, options.rounds, options.only)


def _run(cases: int, rounds: int, only: str) -> None:
    writer = CaseWriter()
    with transaction.atomic():
        writer.write(cases // TENTH)
    few = _pages(writer)
    for page in few:
        page.few = _queries(page)
    with transaction.atomic():
        writer.write(cases - cases // TENTH)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{Dispute.objects.count()} cases", file=sys.stderr)
    for page, before in zip(_pages(writer), few, strict=True):
        page.few = before.few
        if only in page.name:
            _measure(page, rounds)


def _pages(writer: CaseWriter) -> list[Page]:
    desks = writer.desks
    mine = Dispute.objects.handled_by(desks.village).order_by("pk").first()
    assert mine is not None
    category, township = writer.categories[0].pk, desks.township.unit_id
    found = f"?state=all&category={category}&level=3&first={writer.today.year - 1}-01-01"
    cases, county = reverse("disputes:dispute-list"), reverse("disputes:dispute-county")
    name = {"name": writer.name(0), "purpose": "演示查找"}
    return [
        Page("my cases", desks.officer, reverse("disputes:dispute-mine")),
        Page("list, open", desks.officer, cases),
        Page("list, filtered", desks.officer, cases + found),
        Page("list, last page", desks.officer, f"{cases}?state=all&page=9999"),
        Page("list, text", desks.officer, f"{cases}?state=all&text=演示12"),
        Page("list of a township", desks.township, f"{cases}?state=all&unit={township}"),
        Page("search by name", desks.officer, reverse("disputes:dispute-search"), name),
        Page("county board, year", desks.officer, county),
        Page("county board, month", desks.officer, f"{county}?period={writer.today:%Y-%m}"),
        Page("township board", desks.township, reverse("disputes:dispute-board")),
        Page("one case", desks.village, reverse("disputes:dispute-detail", args=[mine.pk])),
    ]


def _measure(page: Page, rounds: int) -> None:
    """The page, the frame and the no-op view in turn; the middle of each."""
    client = _client(page.user)
    asked: dict[str, Callable[[], Any]] = {
        "page": lambda: _ask(client, page),
        "frame": lambda: client.get(FRAME),
        "nothing": lambda: client.get(NOTHING),
    }
    for ask in asked.values():  # warm
        assert ask().status_code == 200, page.name
    times: dict[str, Times] = {name: [] for name in asked}
    for _round in range(rounds):
        for name, ask in asked.items():
            times[name].append(_timed(ask, AT_ONCE[name]))
    middle = {name: statistics.median(seconds for seconds, _cpu in t) for name, t in times.items()}
    spent = {name: sum(cpu for _seconds, cpu in t) for name, t in times.items()}
    values = {
        "ratio": f"{middle['page'] / middle['nothing']:.0f}",
        "cpu_ratio": f"{spent['page'] / spent['nothing']:.0f}",
        "frame": f"{middle['page'] / middle['frame']:.1f}",
        "ms": f"{middle['page'] * 1000:.0f}",
        "cpu_ms": f"{spent['page'] / rounds * 1000:.0f}",
        "nothing_ms": f"{middle['nothing'] * 1000:.1f}",
        "queries": f"{_queries(page)}/{page.few}",
    }
    line = " ".join(f"{name}={value}" for name, value in values.items())
    print(f"{page.name:<20} {line}", flush=True)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def _ask(client: Client, page: Page) -> Any:
    if page.data is None:
        return client.get(page.address)
    return client.post(page.address, page.data)


def _timed(ask: Callable[[], Any], count: int) -> tuple[float, float]:
    """Seconds of one answer, by the clock and of the processors, over `count` of them."""
    used, started = used_seconds(), time.perf_counter()
    for _each in range(count):
        ask()
    return (time.perf_counter() - started) / count, (used_seconds() - used) / count


def _queries(page: Page) -> int:
    """Statements of one answer, without those that open and close a transaction."""
    client = _client(page.user)
    _ask(client, page)
    with CaptureQueriesContext(connection) as captured:
        _ask(client, page)
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return len([query for query in captured if not query["sql"].startswith(words)])


if __name__ == "__main__":
    main()
