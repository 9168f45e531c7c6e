"""The servers that the other tests stand on are real ones."""

import os
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest
import redis

from tests.servers import RedisServer

pytestmark = pytest.mark.services


def test_redis_server_keeps_what_it_holds_over_a_restart(redis_server: RedisServer):
    with redis.Redis.from_url(redis_server.url) as client:
        client.set("kept", "yes")
        redis_server.stop()
        with pytest.raises(redis.ConnectionError):
            client.get("kept")

        redis_server.start()

        assert client.get("kept") == b"yes"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    outside = {"DATABASE_URL", "REDIS_URL"}
    return subprocess.run(
        [sys.executable, "-m", "tests.servers", "run", *arguments],
        env={name: value for name, value in os.environ.items() if name not in outside},
        capture_output=True,
        text=True,
        check=False,
    )


def test_run_gives_the_command_both_addresses_and_its_exit_code():
    answer = run("--", "sh", "-c", "echo $DATABASE_URL $REDIS_URL; exit 7")

    database_url, redis_url = answer.stdout.split()
    assert answer.returncode == 7
    with pytest.raises(psycopg2.OperationalError):  # it ended with the command
        psycopg2.connect(database_url)
    with redis.Redis.from_url(redis_url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_run_starts_only_what_is_asked_for():
    answer = run("--postgres", "--", "sh", "-c", "echo $DATABASE_URL-$REDIS_URL")

    assert answer.stdout.startswith("postgres://")
    assert answer.stdout.endswith("-\n")


def test_run_without_a_command_says_so():
    answer = run("--redis", "--")

    assert answer.returncode == 2
    assert "缺少要运行的命令" in answer.stderr


def test_the_suite_itself_runs_on_postgresql():
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT current_setting('server_encoding')")
        encoding = cursor.fetchone()

    assert encoding == ("UTF8",)
