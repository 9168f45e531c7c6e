"""Key places: listed, reported on by the lead unit or the place, overdue, delisted."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assessments.enums import LadderKind
from assessments.models import KeyPlace, RectificationNotice
from assessments.selectors.key_places import place_row
from assessments.services import key_places as services
from assessments.services.notices import sign_notice
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.regulating import NOW, TODAY, draft
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
OCTOBER = Month(2026, 10)


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def values(lead: Unit, **changes: Any) -> dict[str, Any]:
    plain = {
        "problem": "占道严重",
        "basis": "县领导组会议纪要",
        "lead_unit": lead,
        "responsible_post": "分管副局长",
        "plan": "集中清理，定点经营",
        "due_on": TODAY + dt.timedelta(days=90),
    }
    return {**plain, **changes}


def list_one(unit: Unit, lead: Unit, by: User, **changes: Any) -> KeyPlace:
    return services.list_place(unit=unit, name="农贸市场", values=values(lead, **changes), by=by)


def test_county_lists_and_the_lead_unit_sees_it(
    tree: County, county_officer: User, township_clerk: User, other_clerk: User
):
    place = list_one(tree.townships[0], tree.departments[0], county_officer)

    police = make_user(Role.VILLAGE_CLERK, tree.departments[0])
    justice = make_user(Role.VILLAGE_CLERK, tree.departments[1])
    seen = KeyPlace.objects.visible_to
    assert list(seen(police)) == list(seen(township_clerk)) == [place]
    assert list(seen(justice)) == list(seen(other_clerk)) == []
    with pytest.raises(Refused, match="已经列入"):
        list_one(tree.townships[0], tree.departments[0], county_officer)
    with pytest.raises(Forbidden):
        list_one(tree.villages[0], tree.departments[0], township_clerk)
    with pytest.raises(Refused, match="今天以后"):
        list_one(tree.villages[0], tree.departments[0], county_officer, due_on=TODAY)


def test_only_a_signed_listing_is_a_basis(tree: County, county_officer: User):
    notice = draft(tree.townships[0])
    RectificationNotice.objects.update(kind=LadderKind.LISTED)
    notice.refresh_from_db()
    arguments: dict[str, Any] = {
        "unit": tree.villages[0],
        "name": "河堤",
        "values": values(tree.departments[0]),
        "by": county_officer,
    }

    with pytest.raises(Refused, match="已签发"):
        services.list_place(notice=notice, **arguments)
    signed = sign_notice(notice=notice, version=1, by=make_user(Role.LEADER, tree.county))
    assert services.list_place(notice=signed, **arguments).notice == signed


def test_progress_is_due_every_month(tree: County, county_officer: User, township_clerk: User):
    place = list_one(tree.townships[0], tree.departments[0], county_officer)
    police = make_user(Role.VILLAGE_CLERK, tree.departments[0])
    with pytest.raises(Refused, match="不在整治期间"):
        services.report_progress(place=place, version=1, month=OCTOBER.next, text="早了", by=police)
    services.report_progress(place=place, version=1, month=OCTOBER, text="清理", by=police)
    services.report_progress(place=place, version=2, month=OCTOBER, text="再清", by=township_clerk)
    with pytest.raises(Conflict):
        services.report_progress(place=place, version=2, month=OCTOBER, text="旧", by=police)
    with pytest.raises(Forbidden):
        services.report_progress(
            place=place,
            version=3,
            month=OCTOBER,
            text="外人",
            by=make_user(Role.VILLAGE_CLERK, tree.departments[1]),
        )

    place.refresh_from_db()
    assert [each.text for each in place.progress.all()] == ["再清"]
    assert place_row(place, TODAY).missing == []
    row = place_row(place, dt.date(2027, 1, 5))
    assert row.missing == [Month(2026, 11), Month(2026, 12)]
    assert row.word == "缺2个月进展"
    assert place_row(place, dt.date(2027, 2, 1)).word.startswith("超期")


def test_delisting_needs_an_outcome_and_ends_the_reports(
    tree: County, county_officer: User, township_clerk: User
):
    place = list_one(tree.townships[0], tree.departments[0], county_officer)
    arguments: dict[str, Any] = {"place": place, "version": 1, "delisted_on": TODAY}

    with pytest.raises(Refused, match="整治结果"):
        services.delist_place(outcome=" ", by=county_officer, **arguments)
    with pytest.raises(Forbidden):
        services.delist_place(outcome="好转", by=township_clerk, **arguments)
    services.delist_place(outcome="秩序好转", by=county_officer, **arguments)
    with pytest.raises(Refused, match="已经摘牌"):
        services.report_progress(
            place=place, version=2, month=OCTOBER, text="晚了", by=township_clerk
        )


@pytest.mark.slow
def test_main_path_in_pages(tree: County, county_officer: User, client_of: ClientOf):
    county = client_of(county_officer)
    police = client_of(make_user(Role.VILLAGE_CLERK, tree.departments[0]))
    typed = {
        "unit": tree.townships[0].pk,
        "name": "农贸市场周边",
        "problem": "占道严重",
        "basis": "会议纪要",
        "lead_unit": tree.departments[0].pk,
        "responsible_post": "分管副局长",
        "plan": "集中清理",
        "due_on": "2027-01-31",
    }

    assert county.post("/key-places/new", {**typed, "due_on": ""}).status_code == 422
    upload = SimpleUploadedFile("方案.pdf", b"%PDF-1.7 plan")
    assert county.post("/key-places/new", {**typed, "upload": upload}).status_code == 302
    place = KeyPlace.objects.get()
    address = f"/key-places/{place.pk}/"
    assert "农贸市场周边" in police.get("/key-places/").content.decode()
    assert police.get(f"{address}plan").content == b"%PDF-1.7 plan"
    assert police.get(f"/files/{place.plan_file_id}").status_code == 404
    progress = {"progress-version": 1, "progress-month": "2026-10", "progress-text": "清理一次"}
    assert police.post(f"{address}progress", progress).status_code == 302
    assert police.post(f"{address}progress", progress).status_code == 409
    assert "清理一次" in county.get(address).content.decode()
    stale = county.post(f"{address}edit", {**typed, "version": 1, "plan": "另一个方案"})
    assert stale.status_code == 409
    assert "另一个方案" in stale.content.decode()
    assert county.post(f"{address}edit", {**typed, "version": 2}).status_code == 302
    delist = {
        "delist-version": 3,
        "delist-delisted_on": "2026-10-09",
        "delist-outcome": "秩序好转",
    }
    assert police.post(f"{address}delist", delist).status_code == 403
    assert county.post(f"{address}delist", delist).status_code == 302
    assert "已摘牌" in county.get(address).content.decode()


def test_strangers_find_nothing(
    tree: County, county_officer: User, other_clerk: User, client_of: ClientOf
):
    place = list_one(tree.townships[0], tree.departments[0], county_officer)
    stranger = client_of(other_clerk)

    assert stranger.get("/key-places/").context["rows"] == []
    for page in ("", "edit", "plan"):
        assert stranger.get(f"/key-places/{place.pk}/{page}").status_code == 404
    for verb in ("progress", "delist"):
        assert stranger.post(f"/key-places/{place.pk}/{verb}").status_code == 404
    assert stranger.get("/key-places/new").status_code == 302


@pytest.mark.slow
def test_list_costs_the_same_for_one_and_for_three(
    tree: County,
    county_officer: User,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    client = client_of(county_officer)
    list_one(tree.townships[0], tree.departments[0], county_officer)
    client.get("/key-places/")
    with django_assert_num_queries(8) as one:
        client.get("/key-places/")

    for unit in tree.villages[:2]:
        list_one(unit, tree.departments[1], county_officer)
    with django_assert_num_queries(len(one)):
        client.get("/key-places/")
