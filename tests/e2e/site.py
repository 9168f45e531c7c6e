"""The whole product as a user starts it: migrated, loaded with demo data, served by gunicorn."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """A running site of its own: its address and the folder that holds all it has written."""

    url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes; what the shell has set for other runs is left out."""
        outside = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SECURE", "DEBUG"}
        inherited = {name: value for name, value in os.environ.items() if name not in outside}
        return {**inherited, "PINGAN_VAR": str(self.folder), "PORT": self.url.rpartition(":")[2]}

    def manage(self, *arguments: str) -> str:
        """Run a management command on this site and return what it printed."""
        answer = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise AssertionError(f"manage.py {arguments}:\n{answer.stdout}{answer.stderr}")
        return answer.stdout


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(site: Site) -> subprocess.Popen[bytes]:
    """Start the web server of `make run` on the site and wait until it answers."""
    log = site.folder / "gunicorn.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "tools/gunicorn_conf.py"],
            cwd=ROOT,
            env=site.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            urllib.request.urlopen(site.url, timeout=10).close()
        except urllib.error.HTTPError:
            return server  # it answers; what it answers is for the tests to judge
        except OSError:
            time.sleep(0.1)
        else:
            return server
    server.kill()
    raise AssertionError(f"gunicorn did not start:\n{log.read_text(errors='replace')}")
