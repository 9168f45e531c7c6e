"""One measurement on the database of DATABASE_URL: fill it, close by product and by bare SQL.

python -m bench.measure --scale county   prints one line of JSON; bench/close.py calls it
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Edition, Scorecard
from assessments.scorelines import read_rules
from assessments.selectors.schemes import rules_of
from assessments.services.closing import close_month
from bench import tree
from bench.bare_sql import close_statement
from bench.full_scheme import write_peer_groups, write_schemes
from bench.more_records import MoreWriter
from bench.records import MARKETS, MonthWriter, write_tree
from pingan.enums import PeriodState
from pingan.models import Period, Unit
from pingan.months import Month

MEGABYTE = 1024 * 1024
COMPARED = (
    *("unit_id", "parent_id", "parent_code", "parent_name", "level", "unit_code", "unit_name"),
    *("position", "total", "rank", "peers", "is_tied", "previous_rank", "grade", "colour"),
    *("peer_group", "lines", "facts"),
)


def main() -> None:
    options = _options()
    call_command("migrate", verbosity=0)
    month = Month.of(timezone.localdate()).previous
    filled = time.perf_counter()
    _fill(options, month)
    counties = list(Unit.objects.counties().order_by("pk"))
    _analyse()
    print(f"filled in {time.perf_counter() - filled:.1f} s", file=sys.stderr)
    result = _measure(counties, month, options.repeat)
    print(json.dumps(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", choices=["county", "province"], required=True)
    parser.add_argument("--division", type=Path)
    parser.add_argument("--months", type=int, default=2)
    parser.add_argument("--groups", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=5)
    return parser.parse_args()


def _fill(options: argparse.Namespace, month: Month) -> None:
    if options.scale == "county":
        places = tree.county(options.groups)
    elif options.division:
        places = tree.province(options.division)
    else:
        places = tree.shape_of_province()
    with transaction.atomic():
        units = write_tree(places)
        write_schemes()
        write_peer_groups(unit.pk for unit in units if unit.county is None)
        writer, more = MonthWriter(units), MoreWriter(units)
    # The same month last year too: some rules compare with it.
    months = sorted({month.shift(-12), *month.shift(1 - options.months).until(month)})
    for each in months:
        with transaction.atomic():
            writer.write(each)
            more.write(each)
    counties = list(Unit.objects.counties().order_by("pk"))
    for each in months[:-1]:
        close_month(counties=counties, month=each, by=None)
    with transaction.atomic():
        more.decide(month)


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _measure(counties: Sequence[Unit], month: Month, repeat: int) -> dict[str, Any]:
    """Both ways in turn, `repeat` times; the middle of each: a busy moment hurts neither."""
    product, bare, rows_equal, peak, units = [], [], True, 0.0, 0
    queries = _queries(counties, month)
    for _round in range(repeat):
        gc.collect()
        with _peak_memory() as memory:
            product.append(_timed(lambda: close_month(counties=counties, month=month, by=None)))
        peak = max(peak, memory())
        mine = _cards(month)
        _empty_cards(month)
        bare.append(_timed(lambda: _close_by_sql(counties, month)))
        rows_equal = rows_equal and mine == _cards(month)
        units = len(mine)
        _clear(month)
    seconds, cpu_seconds = (statistics.median(times) for times in zip(*product, strict=True))
    sql_seconds, sql_cpu = (statistics.median(times) for times in zip(*bare, strict=True))
    return {
        "counties": len(counties),
        "units": units,
        "ratio_to_sql": round(seconds / sql_seconds, 2),
        "seconds": round(seconds, 4),
        "sql_seconds": round(sql_seconds, 4),
        "cpu_ratio_to_sql": round(cpu_seconds / sql_cpu, 2),
        "cpu_seconds": round(cpu_seconds, 4),
        "sql_cpu_seconds": round(sql_cpu, 4),
        "queries": queries,
        "peak_mb": round(peak),
        "rows_equal": rows_equal,
    }


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock, and of the processors: this process and the database's."""
    started, used = time.perf_counter(), used_seconds()
    work()
    return time.perf_counter() - started, used_seconds() - used


def used_seconds() -> float:
    """Processor seconds so far: what others do at the same time does not lengthen them."""
    own = time.process_time()
    if connection.vendor != "postgresql":
        return own
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    server = backend.parent() or backend
    ended = server.cpu_times()
    running = [each.cpu_times() for each in server.children()]
    database = ended.children_user + ended.children_system
    return own + database + sum(times.user + times.system for times in running)


def _queries(counties: Sequence[Unit], month: Month) -> int:
    """Statements of one close, COPY included; also warms both ways up."""
    with CaptureQueriesContext(connection) as captured:
        close_month(counties=counties, month=month, by=None)
    words = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET LOCAL")
    statements = [query for query in captured if not query["sql"].startswith(words)]
    _empty_cards(month)
    _close_by_sql(counties, month)
    _clear(month)
    return len(statements) + (connection.vendor == "postgresql")


def _close_by_sql(counties: Sequence[Unit], month: Month) -> None:
    """The bare statement, committed. The editions it writes into are there already."""
    rules = read_rules(rules_of(counties[:1], month)[counties[0].pk])
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What the statement is quickest with: tried one by one.
            cursor.execute("SET LOCAL jit = off")
            cursor.execute("SET LOCAL enable_nestloop = off")
            cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(close_statement(month, rules, MARKETS))


def _cards(month: Month) -> list[tuple[Any, ...]]:
    """Every stored card of the month, row by row."""
    rows = Scorecard.objects.filter(month=month).order_by("unit_id", "parent_id")
    return [
        (*row[:-2], json.dumps(row[-2]), json.dumps(row[-1], sort_keys=True))
        for row in rows.values_list(*COMPARED).iterator()
    ]


def _empty_cards(month: Month) -> None:
    Scorecard.objects.filter(month=month)._raw_delete(connection.alias)
    _vacuum()


def _clear(month: Month) -> None:
    """Back to the month before its close."""
    Scorecard.objects.filter(month=month)._raw_delete(connection.alias)
    Edition.objects.filter(month=month)._raw_delete(connection.alias)
    Period.objects.filter(month=month).update(
        state=PeriodState.OPEN, closed_at=None, closed_by=None
    )
    _vacuum()


def _vacuum() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM assessments_scorecard")


@contextmanager
def _peak_memory() -> Iterator[Callable[[], float]]:
    """Highest resident memory of this process inside the block, in megabytes."""
    process, over, peak = psutil.Process(), threading.Event(), [0]

    def watch() -> None:
        while True:
            peak[0] = max(peak[0], process.memory_info().rss)
            if over.wait(0.01):
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: peak[0] / MEGABYTE
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
