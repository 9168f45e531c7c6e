# ruff: noqa: N999 - the name is the one its caller knows
"""How long importing a full month of 137 villages takes, against openpyxl merely reading the file.

    python bench/import.py [--villages N] [--groups N] [--repeat N]

One township with 137 villages and 2921 groups: every day patrolled, every category answered, every
group recorded, all in one workbook as the product exports it. Measured is the whole road: the file
is judged, read in a process of its own, checked row by row, shown as a dry run, taken in and
recorded in the audit trail; on PostgreSQL and on SQLite. `read_seconds` is openpyxl in read-only
mode going once through every cell of the same file. Prints one line; `ratio_to_reading` is the
middle of the imports over the middle of the readings. `rows_equal` compares every stored row with
the one that was exported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script: our packages lie beside this folder

from tests.servers import postgres  # noqa: E402

COMPARED = ("ratio_to_reading", "seconds", "check_seconds", "apply_seconds", "undo_seconds")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--villages", type=int, default=137)
    parser.add_argument("--groups", type=int, default=2921)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    arguments = [f"--{name}={value}" for name, value in vars(options).items()]
    with postgres() as url:
        line = {"villages": options.villages, **_measure(url, arguments)}
    with tempfile.TemporaryDirectory() as folder:
        on_sqlite = _measure(f"sqlite:///{folder}/bench.sqlite3", arguments)
    line |= {f"sqlite_{name}": on_sqlite[name] for name in (*COMPARED, "rows_equal")}
    print(" ".join(f"{name}={_text(value)}" for name, value in line.items()))


def _measure(url: str, arguments: list[str]) -> dict[str, Any]:
    """In a process of its own: Django is set up for one database, memory starts from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.importing", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url, "PINGAN_VAR": folder},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    main()
