"""What every test may use."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from tests.servers import RedisServer, own_redis


@pytest.fixture(scope="session", autouse=True)
def plain_static_names() -> Iterator[None]:
    """Unit tests read pages without collectstatic; the browser tests use the hashed names."""
    backend = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": backend}):
        yield


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A running Redis that the test may stop and start again."""
    with own_redis() as server:
        yield server
