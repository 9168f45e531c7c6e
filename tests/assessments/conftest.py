"""Tests of the close that need transactions of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

AUDIT_TABLE = "pingan_auditevent"


def _set_triggers(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {AUDIT_TABLE} {state} TRIGGER USER")


@pytest.fixture
def audit_guarded_again(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Set up first, so that it ends last: after the tables were emptied."""
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")
    yield
    with django_db_blocker.unblock():
        _set_triggers("ENABLE")


@pytest.fixture
def real_commits(
    audit_guarded_again: None, django_db_serialized_rollback: None, transactional_db: None
) -> Iterator[None]:
    """Other connections see what the test commits; PostgreSQL only.

    The trail refuses to be emptied, as it should: for the clean-up alone its guard steps aside.
    """
    yield
    _set_triggers("DISABLE")
