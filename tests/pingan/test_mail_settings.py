"""A misspelt mail setting stops the start."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"EMAIL_HOST": "mail.example"}, "EMAIL_FROM"),
        ({"EMAIL_SECURITY": "yes"}, "EMAIL_SECURITY"),
        ({"EMAIL_PORT": "smtp"}, "EMAIL_PORT"),
        ({"EMAIL_HOST": "mail.example", "EMAIL_FROM": "a@example.cn"}, ""),
    ],
)
def test_misspelt_mail_settings_stop_the_start(given: dict[str, str], named: str):
    done = subprocess.run(
        [sys.executable, "-c", "import pingan.settings"],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )

    assert bool(done.returncode) is bool(named)
    assert named in done.stderr
