"""What every test may use."""

import importlib
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections
from django.test import Client, TransactionTestCase, override_settings

from pingan.enums import Role
from pingan.models import User
from tests.factories import County, make_county, make_user
from tests.servers import RedisServer, own_redis


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test with transactions of its own starts from what the migrations have put in.

    All or none: after one that was only emptied, Django cannot put the rows back.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None and marker.kwargs.get("transaction"):
            whole = pytest.mark.django_db(**{**marker.kwargs, "serialized_rollback": True})
            item.add_marker(whole, append=False)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A database for every worker; SQLite in a file, as in production: in memory, threads lock
    each other out."""
    default = connections["default"]
    if default.vendor == "sqlite":
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        default.settings_dict["TEST"]["NAME"] = str(file)


@pytest.fixture(scope="session", autouse=True)
def plain_static_names() -> Iterator[None]:
    """Unit tests read pages without collectstatic; the browser tests use the hashed names.

    Jobs run at once, where they are started.
    Passwords are hashed by the quickest hasher: what is tested is who signs in, not its strength.
    """
    backend = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": backend},
        STATIC_ROOT=settings.BASE_DIR / "static",
        CELERY_TASK_ALWAYS_EAGER=True,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def audit_trail_is_emptied_between_tests() -> Iterator[None]:
    """A transactional test ends with emptied tables: for that moment the trail's triggers go.

    What migrations have put in is put back (see pytest_collection_modifyitems).
    """
    migration = importlib.import_module("pingan.migrations.0002_audit_append_only")
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def empty_without_triggers(case: TransactionTestCase) -> None:
        with connection.schema_editor() as editor:
            migration.backwards(apps, editor)
        try:
            empty(case)
        finally:
            with connection.schema_editor() as editor:
                migration.forwards(apps, editor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_without_triggers)
        yield


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A running Redis that the test may stop and start again."""
    with own_redis() as server:
        yield server


@pytest.fixture
def on_postgresql() -> None:
    """Skips where rows have no locks of their own; asked for before the database is."""
    if connection.vendor != "postgresql":
        pytest.skip("row locks are PostgreSQL's")


@pytest.fixture
def real_commits(
    on_postgresql: None, django_db_serialized_rollback: None, transactional_db: None
) -> None:
    """Other connections see what the test commits."""


@pytest.fixture
def tree(db: None) -> County:
    """A small county: 2 townships × 2 villages × 2 groups, 1 sector with 2 departments."""
    return make_county()


@pytest.fixture
def county_officer(tree: County) -> User:
    """县级经办员 of the county."""
    return make_user(Role.COUNTY_OFFICER, tree.county, "officer")


@pytest.fixture
def township_clerk(tree: County) -> User:
    """乡镇综治员 of the first township."""
    return make_user(Role.TOWNSHIP_CLERK, tree.townships[0], "clerk")


@pytest.fixture
def other_clerk(tree: County) -> User:
    """乡镇综治员 of the second township."""
    return make_user(Role.TOWNSHIP_CLERK, tree.townships[1], "other-clerk")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """client_of(user): a browser in which this person has signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in
