"""Clerks in front of browsers: the product under gunicorn on loopback, everybody signed in."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import TracebackType
from urllib.parse import urlencode

import psutil
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.urls import reverse

from campaigns.enums import Activity
from pingan.middleware import SEEN
from pingan.models import User
from tests.e2e.site import free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
TOKEN = "r" * 32  # a cookie and a field that agree: what the middleware asks of a form
FOUND = 302
REFUSED = (409, 422)


class HttpClerks:
    """`clerks(pk)` sends the sweep of the return and hands it in; False when that was refused."""

    def __init__(self, clerks: Mapping[int, User], categories: int) -> None:
        self._sessions = {pk: _signed_in(user) for pk, user in clerks.items()}
        self._sweep = _form(categories)
        self._port = free_port()

    def __enter__(self) -> HttpClerks:
        call_command("collectstatic", "--noinput", verbosity=0)
        environment = {**os.environ, "PORT": str(self._port), "WEB_WORKERS": "2"}
        command = [sys.executable, "-m", "gunicorn", "-c", "tools/gunicorn_conf.py"]
        self._server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        end = time.monotonic() + START_SECONDS
        while self._server.poll() is None and time.monotonic() < end:
            try:
                self._ask("GET", reverse("pingan:sign-in"), "", "")
            except OSError:
                time.sleep(0.1)
            else:
                return self
        self._server.kill()
        raise RuntimeError("gunicorn 没有启动。")

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._server.terminate()
        self._server.wait(timeout=30)

    def cpu_seconds(self) -> float:
        """What the web server's workers have used so far."""
        workers = psutil.Process(self._server.pid).children()
        times = [worker.cpu_times() for worker in workers]
        return float(sum(each.user + each.system for each in times))

    def __call__(self, pk: int) -> bool:
        sweep = reverse("campaigns:return-activity", args=[pk, Activity.SWEEP])
        if not self._post(sweep, {**self._sweep, "version": "1"}, pk):
            return False
        handed_in = {"version": "2", "confirmed": "on"}
        return self._post(reverse("campaigns:return-submit", args=[pk]), handed_in, pk)

    def _post(self, path: str, fields: Mapping[str, str], pk: int) -> bool:
        body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN})
        status = self._ask("POST", path, body, self._sessions[pk])
        if status in REFUSED:
            return False
        if status != FOUND:
            raise RuntimeError(f"{path} answered {status}")
        return True

    def _ask(self, method: str, path: str, body: str, session: str) -> int:
        """One request on a connection of its own, as a browser behind a proxy has it."""
        asking = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
        try:
            asking.request(method, path, body, headers)
            answer = asking.getresponse()
            answer.read()
            return answer.status
        finally:
            asking.close()


def _signed_in(user: User) -> str:
    """A session such as signing in leaves behind."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SEEN] = time.time()
    session.save()
    return str(session.session_key)


def _form(categories: int) -> dict[str, str]:
    """The sweep, every category with nothing found."""
    rows = {f"rows-{place}-answer": "zero" for place in range(categories)}
    count = str(categories)
    shape = {"rows-TOTAL_FORMS": count, "rows-INITIAL_FORMS": count}
    return {**shape, **rows, "base": json.dumps({}), "save": "1"}
