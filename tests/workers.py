"""A real Celery worker on the database and the broker of the running tests."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60


def database_url() -> str:
    """The address of the test database, as another process has to be told it."""
    config = connection.settings_dict
    person = quote(config["USER"], safe="")
    if config["PASSWORD"]:
        person += ":" + quote(config["PASSWORD"], safe="")
    place = quote(config["HOST"], safe="")
    if config["PORT"]:
        place += f":{config['PORT']}"
    return f"postgres://{person}@{place}/{config['NAME']}"


@contextmanager
def celery_worker(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start `celery worker` and wait until it takes tasks; its log is worker.log in `folder`."""
    log = folder / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "pingan", "worker", "--loglevel=INFO"]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "PINGAN_VAR": str(folder),
    }
    with log.open("wb") as output:
        child = subprocess.Popen(
            [*command, "--concurrency=1", *options],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(child, log)
        yield child
    finally:
        child.terminate()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_until_ready(child: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < end:
        if " ready." in log.read_text(errors="replace"):
            return
        time.sleep(0.1)
    raise AssertionError(f"the worker did not start:\n{log.read_text(errors='replace')}")
