"""Tenures of leading posts, and the yearly file that follows their holders."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pdfplumber
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.enums import RewardKind
from assessments.models import PostTenure, Reward
from assessments.selectors.archives import archive_of, archive_parts
from assessments.services.tenures import (
    TenureEntry,
    begin_tenure,
    correct_tenure,
    end_tenure,
    remove_tenure,
    transfer_tenure,
)
from pingan.enums import Role
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.records import MONTH
from tests.assessments.test_rewards import veto
from tests.factories import County, make_user
from tests.reports.months import card_of, closed

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
TODAY = dt.date(2026, 10, 20)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 20, 2, tzinfo=dt.UTC), tick=False):
        yield


def begin(unit: Unit, by: User | None, holder: str = "甲某", **fields: Any) -> PostTenure:
    values: dict[str, Any] = {
        "post": "党委书记",
        "starts_on": dt.date(2025, 1, 1),
        "ends_on": None,
    } | fields
    return begin_tenure(unit=unit, entry=TenureEntry(holder=holder, **values), by=by)


def reward(unit: Unit, on: dt.date, title: str = "先进") -> Reward:
    return Reward.objects.create(
        unit=unit,
        kind=RewardKind.REWARD,
        year=on.year,
        title=title,
        document="文件",
        amount=100,
        fund="经费",
        decided_on=on,
    )


def test_transfer_ends_one_tenure_and_begins_another(tree: County, county_officer: User):
    first = begin(tree.townships[0], county_officer)

    second = transfer_tenure(
        tenure=first,
        unit=tree.townships[1],
        post="乡镇长",
        on=dt.date(2026, 7, 1),
        version=1,
        by=county_officer,
    )

    first.refresh_from_db()
    assert first.ends_on == second.starts_on == dt.date(2026, 7, 1)
    assert (second.holder, second.unit, second.ends_on) == ("甲某", tree.townships[1], None)
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["登记任期", "登记调离", "登记调任"]


def test_transfer_to_a_held_post_changes_nothing(tree: County, county_officer: User):
    first = begin(tree.townships[0], county_officer)
    begin(tree.townships[1], county_officer, "乙某")

    with pytest.raises(Refused, match="不能重叠"):
        transfer_tenure(
            tenure=first,
            unit=tree.townships[1],
            post="党委书记",
            on=dt.date(2026, 7, 1),
            version=1,
            by=county_officer,
        )

    first.refresh_from_db()
    assert (first.ends_on, PostTenure.objects.count()) == (None, 2)


@pytest.mark.parametrize(
    ("starts", "ends", "is_refused"),
    [
        (dt.date(2024, 1, 1), dt.date(2025, 1, 1), False),
        (dt.date(2024, 1, 1), dt.date(2025, 1, 2), True),
        (dt.date(2025, 12, 31), None, True),
        (dt.date(2026, 1, 1), None, False),
        (dt.date(2020, 1, 1), None, True),
    ],
)
def test_one_post_has_one_holder_at_a_time(
    tree: County,
    county_officer: User,
    starts: dt.date,
    ends: dt.date | None,
    is_refused: bool,
):
    begin(tree.townships[0], county_officer, ends_on=dt.date(2026, 1, 1))

    if is_refused:
        with pytest.raises(Refused, match="不能重叠"):
            begin(tree.townships[0], county_officer, "乙某", starts_on=starts, ends_on=ends)
    else:
        begin(tree.townships[0], county_officer, "乙某", starts_on=starts, ends_on=ends)
    # Another post of the unit has a holder of its own.
    begin(tree.townships[0], county_officer, "丙某", post="乡镇长", starts_on=starts)


def test_tenure_is_ended_once(tree: County, county_officer: User):
    tenure = begin(tree.townships[0], county_officer)

    for day in (dt.date(2025, 1, 1), dt.date(2026, 10, 21)):
        with pytest.raises(Refused, match="日期"):
            end_tenure(tenure=tenure, ends_on=day, version=1, by=county_officer)
    end_tenure(tenure=tenure, ends_on=TODAY, version=1, by=county_officer)

    with pytest.raises(Conflict):
        end_tenure(tenure=tenure, ends_on=TODAY, version=1, by=county_officer)
    with pytest.raises(Refused, match="已于2026-10-20结束"):
        end_tenure(tenure=tenure, ends_on=TODAY, version=2, by=county_officer)


def test_wrong_entry_is_corrected_or_removed(tree: County, county_officer: User):
    tenure = begin(tree.townships[0], county_officer)
    entry = TenureEntry("党委书记", "甲某", dt.date(2025, 3, 1))

    correct_tenure(tenure=tenure, entry=entry, version=1, by=county_officer)
    remove_tenure(tenure=tenure, version=2, by=county_officer)

    assert not PostTenure.objects.exists()
    assert AuditEvent.objects.get(action="删除任期").before["starts_on"] == "2025-03-01"
    with pytest.raises(Conflict, match="删除"):
        remove_tenure(tenure=tenure, version=3, by=county_officer)


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.ACCOUNT_ADMIN])
def test_others_keep_no_tenures(tree: County, role: Role):
    with pytest.raises(Forbidden):
        begin(tree.townships[0], make_user(role, tree.county))


# Archives


@pytest.mark.slow
def test_transfer_splits_the_year(tree: County, county_officer: User):
    one, other = tree.townships
    edition = closed(tree)  # September
    august = closed(tree, Month(2026, 8))
    first = begin(one, county_officer)
    second = transfer_tenure(
        tenure=first,
        unit=other,
        post="乡镇长",
        on=dt.date(2026, 9, 10),
        version=1,
        by=county_officer,
    )
    for unit in (one, other):
        for day in (dt.date(2026, 9, 9), dt.date(2026, 9, 10)):
            reward(unit, day, f"{unit.name}{day}")

    archive = archive_of(county_officer, second, 2026, TODAY)

    assert [(part.tenure.unit, part.first, part.last) for part in archive.parts] == [
        (one, dt.date(2026, 1, 1), dt.date(2026, 9, 9)),
        (other, dt.date(2026, 9, 10), TODAY),
    ]
    assert [len(part.months) for part in archive.parts] == [8, 2]
    totals = [card_of(august, one).total, card_of(edition, other).total]
    assert [result.total for result in archive.results] == totals
    assert archive.mean == (sum(totals) + 1) // 2
    texts = [event.text for part in archive.parts for event in part.events]
    assert texts == [f"{one.name}2026-09-09，1元", f"{other.name}2026-09-10，1元"]
    assert [month.number for month in archive.parts[1].unpublished] == [10]


@pytest.mark.slow
def test_unpublished_and_replaced_results_stay_out(tree: County, county_officer: User):
    tenure = begin(tree.townships[0], county_officer)
    closed(tree, publish=False)

    assert archive_of(county_officer, tenure, 2026, TODAY).results == []


@pytest.mark.slow
def test_events_of_every_kind_fall_into_the_tenure(tree: County, county_officer: User):
    unit = tree.townships[0]
    tenure = begin(unit, county_officer, ends_on=dt.date(2026, 6, 1))
    reward(unit, dt.date(2026, 5, 31))
    cancelled = reward(unit, dt.date(2026, 5, 1), "撤销的")
    Reward.objects.filter(pk=cancelled.pk).update(cancelled_on=TODAY, cancel_reason="错")
    reward(unit, dt.date(2026, 6, 1), "后任的")
    veto(unit, dt.date(2026, 3, 1), dt.date(2026, 9, 1))

    [part] = archive_parts(county_officer, 2026, TODAY)

    assert [(event.kind, event.on) for event in part.events] == [
        ("一票否决", dt.date(2026, 3, 1)),
        ("奖励", dt.date(2026, 5, 31)),
    ]
    assert part.counts == [1, 0, 1, 0, 0]
    assert part.tenure == tenure


@pytest.mark.slow
def test_two_posts_at_one_unit_count_its_months_once(tree: County, county_officer: User):
    closed(tree)
    tenure = begin(tree.townships[0], county_officer)
    begin(tree.townships[0], county_officer, post="乡镇长")

    archive = archive_of(county_officer, tenure, 2026, TODAY)

    assert (len(archive.parts), len(archive.results), archive.month_count) == (2, 1, 10)


def test_archives_take_six_queries(tree: County, county_officer: User):
    counts = []
    for units in (tree.townships[:1], [tree.townships[1], *tree.villages]):
        for unit in units:
            begin(unit, county_officer, f"{unit.name}某")
            reward(unit, dt.date(2026, 5, 1))
        with CaptureQueriesContext(connection) as queries:
            archive_parts(county_officer, 2026, TODAY)
        counts.append(len(queries))

    assert counts == [6, 6]


# Pages


def test_unit_sees_its_own_tenures_alone(
    tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    own = begin(tree.townships[0], county_officer, "自家人")
    village = begin(tree.villages[0], county_officer, "村里人")
    strange = begin(tree.townships[1], county_officer, "别家人")
    client = client_of(township_clerk)

    for address in ("/archives/?year=2026", "/tenures/"):
        page = client.get(address).content.decode()
        assert "自家人" in page
        assert "村里人" not in page
        assert "别家人" not in page
    assert client.get(f"/archives/{own.pk}/").status_code == 200
    for tenure in (strange, village):
        for address in (
            f"/archives/{tenure.pk}/",
            f"/archives/{tenure.pk}/archive.pdf",
            f"/tenures/{tenure.pk}/",
        ):
            assert client.get(address).status_code == 404
        for action in ("end", "transfer", "remove"):
            assert client.post(f"/tenures/{tenure.pk}/{action}").status_code == 404
    assert client.get("/tenures/new/").status_code == 403
    assert client.get(f"/tenures/{own.pk}/").status_code == 403
    for action in ("end", "transfer", "remove"):
        assert client.post(f"/tenures/{own.pk}/{action}").status_code == 403


def test_transfer_on_the_page(tree: County, county_officer: User, client_of: ClientOf):
    tenure = begin(tree.townships[0], county_officer)
    client = client_of(county_officer)
    typed = {
        "transfer-unit": tree.townships[1].name,
        "transfer-post": "乡镇长",
        "transfer-on": "2026-07-01",
        "transfer-version": "1",
    }

    bad = client.post(f"/tenures/{tenure.pk}/transfer", typed | {"transfer-unit": "没有的镇"})
    good = client.post(f"/tenures/{tenure.pk}/transfer", typed)
    again = client.post(f"/tenures/{tenure.pk}/transfer", typed)

    assert bad.status_code == 422
    assert "没有这个单位" in bad.content.decode()
    assert good.headers["Location"] == "/tenures/"
    assert again.status_code == 422
    assert PostTenure.objects.count() == 2


def test_second_of_two_correctors_is_told_and_keeps_what_he_typed(
    tree: County, county_officer: User, client_of: ClientOf
):
    tenure = begin(tree.townships[0], county_officer)
    entry = TenureEntry("党委书记", "别人改的", dt.date(2025, 1, 1))
    correct_tenure(tenure=tenure, entry=entry, version=1, by=county_officer)

    answer = client_of(county_officer).post(
        f"/tenures/{tenure.pk}/",
        {"post": "党委书记", "holder": "我改的", "starts_on": "2025-01-01", "version": "1"},
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我改的" in page
    assert "别人改的" in page


@pytest.mark.slow
def test_archive_prints_as_one_file(tree: County, county_officer: User, client_of: ClientOf):
    closed(tree)
    tenure = begin(tree.townships[0], county_officer, "甲某")
    reward(tree.townships[0], dt.date(2026, 5, 1))
    client = client_of(county_officer)

    page = client.get(f"/archives/{tenure.pk}/?year=2026").content.decode()
    answer = client.get(f"/archives/{tenure.pk}/archive.pdf?year=2026")

    assert MONTH.label in page
    with pdfplumber.open(io.BytesIO(answer.content)) as pdf:
        text = "".join(each.extract_text() for each in pdf.pages)
    assert "2026年度平安创建实绩档案" in text
    assert "甲某" in text
    assert MONTH.label in text
    assert "先进，1元" in text


@pytest.mark.slow
def test_year_list_downloads(tree: County, county_officer: User, client_of: ClientOf):
    closed(tree)
    begin(tree.townships[0], county_officer, "甲某")
    begin(tree.townships[1], county_officer, "乙某")

    answer = client_of(county_officer).get("/archives/archives.xlsx?year=2026&text=甲某")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert [row[:4] for row in rows] == [(tree.townships[0].name, "演示县", "党委书记", "甲某")]
    assert rows[0][6:8] == (10, 1)


def test_lists_take_as_many_queries_for_three_as_for_one(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    client.get("/archives/")
    counts = []
    for units in (tree.townships[:1], [tree.townships[1], tree.villages[0]]):
        for unit in units:
            begin(unit, county_officer)
        for address in ("/archives/?year=2026", "/tenures/"):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))

    assert counts[:2] == counts[2:]
