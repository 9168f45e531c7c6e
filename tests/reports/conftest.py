"""The county's September, closed and published."""

from collections.abc import Iterator

import pytest
import time_machine

from assessments.models import Edition
from tests.factories import County
from tests.reports.months import NOW, closed


@pytest.fixture
def october() -> Iterator[None]:
    """9 October 2026: September is over, its bulletin is due."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def edition(tree: County, october: None) -> Edition:
    """September's first edition, published."""
    return closed(tree)
