"""The demonstration's vetoes and namings hold together."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from assessments.enums import NamingState, VetoState
from assessments.models import Naming, NamingRecheck, Veto
from pingan.models import User
from reports.demo.honours import load_honours
from tests.factories import County, make_county

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TODAY = dt.date(2026, 11, 22)


def test_vetoed_village_is_no_longer_named(county_officer: User, tree: County):
    other = make_county("510704", "别县", villages=6)
    officer = User.objects.create_user("o2", "x", role="county_officer", unit=other.county)

    with time_machine.travel(dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC), tick=False):
        load_honours(other.county, dt.date(2025, 11, 1), officer, {})

    vetoed = Veto.objects.get(state=VetoState.DECIDED)
    assert vetoed.starts_on == dt.date(2026, 8, 1)
    assert not Naming.objects.valid(on=TODAY).filter(unit=vetoed.unit).exists()
    assert Naming.objects.filter(unit=vetoed.unit, state=NamingState.WITHDRAWN).exists()
    assert NamingRecheck.objects.exists()
    assert all("演示" in naming.document for naming in Naming.objects.exclude(document=""))
    assert not Naming.objects.filter(unit__county=tree.county).exists()
