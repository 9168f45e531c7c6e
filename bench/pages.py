"""How long the pages of the disputes take in a county of 10,000 cases, against a no-op view.

    python bench/pages.py [--cases 10000] [--rounds 9] [--only WORD]

On PostgreSQL and on SQLite, in one process each, through the whole middleware as a signed-in
person. One line a page: `ratio` is the middle of its times over the middle of the no-op view's,
the two run in turn; `cpu_ratio` the same by the processor seconds of all rounds, ours and the
database's, which a busy machine lengthens less; `frame` is the ratio to a page of the same frame
with nothing in it. `queries`: with that many cases in the county / with a tenth of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script: our packages lie beside this folder

from tests.servers import postgres  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="pages whose names have this word")
    options = parser.parse_args()
    arguments = ["--cases", str(options.cases), "--rounds", str(options.rounds)]
    arguments += ["--only", options.only]
    with postgres() as url:
        _measure("postgresql", url, arguments)
    with tempfile.TemporaryDirectory() as folder:
        _measure("sqlite", f"sqlite:///{folder}/bench.sqlite3", arguments)


def _measure(name: str, url: str, arguments: list[str]) -> None:
    """In a process of its own: Django is set up for one database."""
    print(f"# {name}, load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "bench.paging", *arguments],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url, "PINGAN_VAR": folder},
            check=True,
        )


if __name__ == "__main__":
    main()
