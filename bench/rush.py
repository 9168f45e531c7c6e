"""The rush at the end of a month: 155 units of each of 10 counties hand in within one minute.

    python bench/rush.py [--through service|http|both] [--seconds 60] [--counties 10]

On PostgreSQL. Every unit saves its sweep and hands its month in, at a moment drawn at random; one
in five clicks twice. `http` goes over loopback to gunicorn with two workers, signed in, with the
token against forgery. A time runs from the moment the clerk clicks, waiting for a free server
included. Prints one line for each way; `lost` and `doubled` are counted in the database; `load` is
the machine's over the last minute: times mean something only where it is below the cores.
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


def main() -> int:
    options = _options()
    ways = ("service", "http") if options.through == "both" else (options.through,)
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        command = [sys.executable, "-m", "bench.rushing", "--ways", *ways]
        command += ["--seconds", str(options.seconds), "--counties", str(options.counties)]
        environment = {**os.environ, "DATABASE_URL": url, "PINGAN_VAR": folder}
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--through", choices=["service", "http", "both"], default="both")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--counties", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
