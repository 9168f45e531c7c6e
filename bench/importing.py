"""One measurement on the database of DATABASE_URL: a month exported, emptied, imported, undone.

python -m bench.importing   prints one line of JSON; bench/import.py calls it
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import openpyxl
import psutil
from django.core.management import call_command
from django.utils import timezone

from bench.records import MonthWriter, write_tree
from bench.tree import Place
from campaigns import tasks
from campaigns.enums import ReturnState
from campaigns.forms.workbook import book_units, month_book
from campaigns.models import (
    Education,
    GroupRecord,
    ImportRun,
    Meeting,
    MonthlyReturn,
    Patrol,
    Sweep,
)
from campaigns.services.imports import apply_import, receive_file, undo_import
from pingan.enums import Role, UnitKind
from pingan.models import Unit, User
from pingan.months import Month

MEGABYTE = 1024 * 1024
MODELS = (Patrol, Education, Sweep, Meeting, GroupRecord)
COUNTY, TOWNSHIP = "990001000000", "990001100000"
# Goes through every cell and tells its time and its highest memory.
READ = """
import json, resource, sys, time
import openpyxl
started = time.perf_counter()
book = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True)
cells = sum(len(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, cells]))
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--villages", type=int, required=True)
    parser.add_argument("--groups", type=int, required=True)
    parser.add_argument("--repeat", type=int, required=True)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    month = Month.of(timezone.localdate()).previous
    clerk = _filled(options.villages, options.groups, month)
    exported = _stored()
    content = _workbook(clerk, month)
    _empty()
    print(json.dumps(_measure(content, clerk, month, exported, options.repeat)))


def _places(villages: int, groups: int) -> Iterator[Place]:
    yield Place(COUNTY, "测试县", UnitKind.COUNTY, "")
    yield Place(TOWNSHIP, "测试镇", UnitKind.TOWN, COUNTY)
    for number in range(villages):
        code = f"9900011{number + 1:05d}"
        yield Place(code, f"{number + 1}村", UnitKind.VILLAGE, TOWNSHIP)
        share = groups * (number + 1) // villages - groups * number // villages
        for group in range(share):
            yield Place(f"{code}{group + 1:03d}", f"{group + 1}组", UnitKind.GROUP, code)


def _filled(villages: int, groups: int, month: Month) -> User:
    """A full month of drafts, and the clerk who works on them."""
    MonthWriter(write_tree(_places(villages, groups))).write(month)
    MonthlyReturn.objects.update(
        state=ReturnState.DRAFT, submitted_at=None, first_submitted_at=None, is_on_time=None
    )
    township = Unit.objects.get(code=TOWNSHIP)
    return User.objects.create_user("bench", role=Role.TOWNSHIP_CLERK, unit=township)


def _workbook(clerk: User, month: Month) -> bytes:
    units = book_units(clerk, month)
    content = month_book(month=month, unit_code=TOWNSHIP, title=clerk.unit.name, units=units)
    # Entries of the free lists as if they were typed into blank rows: they are new, too.
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name in ("法制宣教", "综治例会"):
        for row in book[name].iter_rows(min_row=2, max_col=1):
            row[0].value = None
    book.save(stream := io.BytesIO())
    return stream.getvalue()


def _stored() -> list[tuple[Any, ...]]:
    """Every stored value but the numbers that the database gives."""
    found = []
    for model in MODELS:
        names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        found += sorted(model._default_manager.values_list(*names), key=repr)
    return found


def _empty() -> None:
    for model in MODELS:
        model._default_manager.all().delete()


def _measure(
    content: bytes, clerk: User, month: Month, exported: list[tuple[Any, ...]], repeat: int
) -> dict[str, Any]:
    """Reading and importing in turn, `repeat` times; the middle of each."""
    reads, checks, applies, undos, peak, is_equal = [], [], [], [], 0.0, True
    read_peak, cells = 0.0, 0
    for _round in range(repeat):
        seconds, memory, cells = _read(content)
        reads.append(seconds)
        read_peak = max(read_peak, memory)
        with _peak_memory() as highest:
            run, took = _checked(content, clerk, month)
            checks.append(took)
            applies.append(_timed(partial(apply_import, run=run, by=clerk)))
        peak = max(peak, highest())
        is_equal = is_equal and _stored() == exported
        undos.append(_timed(partial(undo_import, run=run, by=clerk)))
        is_equal = is_equal and not _stored()
    check, apply_ = statistics.median(checks), statistics.median(applies)
    read = statistics.median(reads)
    return {
        "rows": len(exported),
        "cells": cells,
        "file_kb": len(content) // 1024,
        "ratio_to_reading": round((check + apply_) / read, 2),
        "seconds": round(check + apply_, 2),
        "check_seconds": round(check, 2),
        "apply_seconds": round(apply_, 2),
        "undo_seconds": round(statistics.median(undos), 2),
        "read_seconds": round(read, 2),
        "peak_mb": round(peak),
        "read_peak_mb": round(read_peak),
        "rows_equal": is_equal,
    }


def _read(content: bytes) -> tuple[float, float, int]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        done = subprocess.run(
            [sys.executable, "-c", READ, file.name], capture_output=True, text=True, check=True
        )
    seconds, memory, cells = json.loads(done.stdout)
    return seconds, memory, cells


def _checked(content: bytes, clerk: User, month: Month) -> tuple[ImportRun, float]:
    """The dry run, as an upload makes it."""
    started = time.perf_counter()
    run = receive_file(unit=clerk.unit, month=month, file_name="月.xlsx", file_hash="", by=clerk)
    tasks.check_file(run, io.BytesIO(content), clerk, lambda _done, _total, _message: None)
    if run.changes["error_count"]:
        raise SystemExit(f"工作簿没有通过核对：{run.changes['errors'][:3]}")
    return run, time.perf_counter() - started


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _peak_memory() -> Iterator[Callable[[], float]]:
    """Highest memory of this process and its children together, in megabytes."""
    process, over, peak = psutil.Process(), threading.Event(), [0]

    def resident() -> int:
        total = process.memory_info().rss
        for child in process.children():
            try:
                total += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    def watch() -> None:
        while not over.wait(0.02):
            peak[0] = max(peak[0], resident())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: peak[0] / MEGABYTE
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
