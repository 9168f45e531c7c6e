"""The pages of the visits: the list, a sheet online and offline, who sees what, two savers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments.enums import VisitKind
from assessments.models import Edition, Inspection, MonthFocus, SheetItem
from assessments.services.closing import close_month
from pingan.enums import Level, Role
from pingan.models import AuditEvent, Unit, User
from tests.assessments.records import MONTH, add_inspection, make_return
from tests.factories import County, make_county, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ClientOf = Callable[[User], Client]
LIST = reverse("assessments:inspection-list")
TOTAL = {"on": "2026-10-05", "points_given": "９２.5", "points_possible": "100", "findings": ""}


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


def new(unit: Unit, kind: VisitKind = VisitKind.OPEN) -> str:
    name = "inspection-create" if kind == VisitKind.OPEN else "inspection-secret"
    return reverse(f"assessments:{name}", args=[MONTH, unit.pk])


def filled(client: Client, address: str, by: User, **marks: str) -> dict[str, Any]:
    """The sheet as the browser sends it, with points and findings by code."""
    form = client.get(address).context["form"]
    data = {"on": "2026-10-05", "place": "场镇", "findings": "", "writer": str(by.pk)}
    data |= {"sheet": form["sheet"].value(), "version": form["version"].value() or ""}
    for line in form.lines:
        data |= {f"points-{line.code}": "", f"finding-{line.code}": ""}
    return data | {name.replace("__", "-"): value for name, value in marks.items()}


def preview(county: Unit) -> None:
    [edition] = close_month(counties=[county], month=MONTH, by=None)
    Edition.objects.filter(pk=edition.pk).update(
        preview_opened_at=timezone.now(),
        preview_until=timezone.now() + dt.timedelta(hours=48),
    )


def no_sheets() -> None:
    SheetItem.objects.update(is_active=False)


def test_common_sheets_make_a_hundred_each():
    totals: dict[tuple[int, str], int] = {}
    for item in SheetItem.objects.filter(county=None):
        key = (item.level, item.kind)
        totals[key] = totals.get(key, 0) + item.points

    assert len(totals) == 7
    assert set(totals.values()) == {10_000}


def test_sheet_makes_the_total_of_what_was_looked_at(
    tree: County, county_officer: User, client_of: ClientOf
):
    client, address = client_of(county_officer), new(tree.townships[0])
    data = filled(
        client,
        address,
        county_officer,
        **{
            "points-patrol_days": "８",
            "points-sweep": "7.5",
            "finding-sweep": "集贸市场东侧路灯不亮",
        },
    )

    answer = client.post(address, data, follow=True)

    saved = Inspection.objects.get()
    looked_at = {each.code: each.points_given for each in saved.entries.exclude(points_given=None)}
    assert (saved.points_given, saved.points_possible) == (1_550, 2_200)
    assert looked_at == {"patrol_days": 800, "sweep": 750}
    assert saved.entries.count() == 10
    page = answer.content.decode()
    assert "已录入甲镇的督导检查" in page
    assert "集贸市场东侧路灯不亮" in page
    assert ["排查有底数", 750, "集贸市场东侧路灯不亮"] in AuditEvent.objects.get(
        action="录入督导检查"
    ).after["marks"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"points-sweep": "13"}, "小于或等于12"),
        ({"points-sweep": "-1"}, "大于或等于0"),
        ({"points-sweep": "很好"}, "请填数字，如92.5。"),
        ({"points-sweep": "1.555"}, "最多两位小数"),
        ({"finding-sweep": "路灯不亮"}, "写了问题，请同时给分"),
        ({}, "还没有给分"),
        ({"points-sweep": "1", "on": "2026-01-01"}, "应在当月或次月之内"),
        ({"points-sweep": "1", "on": "昨天"}, "请填日期"),
        ({"points-sweep": "1", "sheet": "[]:x"}, "检查表不完整"),
    ],
)
def test_bad_sheet(
    tree: County,
    county_officer: User,
    client_of: ClientOf,
    change: dict[str, str],
    sentence: str,
):
    client, address = client_of(county_officer), new(tree.townships[0])

    answer = client.post(address, filled(client, address, county_officer, **change))

    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace(" ", "")
    assert not Inspection.objects.exists()


def test_sheet_that_was_tampered_with_is_shown_again_and_can_be_saved(
    tree: County, county_officer: User, client_of: ClientOf
):
    client, address = client_of(county_officer), new(tree.townships[0])
    data = filled(client, address, county_officer, **{"points-sweep": "5", "sheet": "x"})

    form = client.post(address, data).context["form"]
    client.post(address, {**data, "sheet": form["sheet"].value()})

    assert Inspection.objects.get().points_given == 500


def test_sheet_in_hand_is_saved_though_the_county_changed_its_own_meanwhile(
    tree: County, county_officer: User, client_of: ClientOf
):
    client, address = client_of(county_officer), new(tree.townships[0])
    data = filled(client, address, county_officer, **{"points-sweep": "5", "finding-sweep": "乱"})
    SheetItem.objects.create(
        county=tree.county,
        level=Level.TOWNSHIP,
        kind=VisitKind.OPEN,
        position=1,
        code="only",
        name="只看一项",
        points=10_000,
    )

    client.post(address, data)

    saved = Inspection.objects.get()
    assert (saved.points_given, saved.points_possible, saved.entries.count()) == (500, 1_200, 10)


def test_same_sheet_sent_twice_is_one_visit(
    tree: County, county_officer: User, client_of: ClientOf
):
    client, address = client_of(county_officer), new(tree.townships[0])
    data = filled(client, address, county_officer, **{"points-sweep": "5"})

    answers = [client.post(address, data).status_code for _ in range(2)]
    other = client.post(address, {**data, "points-sweep": "6"})

    assert answers == [302, 302]
    assert other.status_code == 422
    assert "已经有一次检查记录" in other.content.decode()
    assert Inspection.objects.get().points_given == 500


class TestOffline:
    def test_sheet_is_saved_once(self, tree: County, county_officer: User, client_of: ClientOf):
        client, address = client_of(county_officer), new(tree.townships[0])
        data = filled(client, address, county_officer, **{"points-sweep": "5"})

        answers = [client.post(f"{address}sync/", data).json() for _ in range(2)]

        assert answers == [{"state": "saved", "sentence": "甲镇的督导检查已保存。"}] * 2
        assert Inspection.objects.count() == 1

    def test_faulty_sheet_is_given_back(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        client, address = client_of(county_officer), new(tree.townships[0])
        data = filled(client, address, county_officer, **{"points-sweep": "x"})

        assert client.post(f"{address}sync/", data).json()["state"] == "check"
        assert client.post(f"{address}sync/", {**data, "points-sweep": ""}).json() == {
            "state": "refused",
            "sentence": "还没有给分：至少给一项打分；没有查看的项目留空，不计分。",
        }
        assert not Inspection.objects.exists()

    def test_another_persons_sheet_and_strangers(
        self, tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
    ):
        client, address = client_of(county_officer), new(tree.townships[0])
        data = filled(client, address, county_officer, **{"points-sweep": "5"})
        clerk = client_of(township_clerk)
        own = {**data, "writer": str(township_clerk.pk)}

        assert clerk.post(f"{address}sync/", data).json()["state"] == "other"
        assert clerk.post(f"{address}sync/", own).status_code == 403
        assert clerk.post(f"{new(tree.townships[1])}sync/", own).status_code == 404
        assert Client().post(f"{address}sync/", data).status_code == 302
        assert not Inspection.objects.exists()


class TestSecretVisits:
    def record(self, client: Client, unit: Unit, by: User) -> Inspection:
        address = new(unit, VisitKind.SECRET)
        marks = {"points-hotline": "3", "finding-hotline": "值班电话无人接听"}
        client.post(address, filled(client, address, by, **marks))
        return Inspection.objects.get(kind=VisitKind.SECRET)

    def test_unit_learns_of_it_with_the_preview(
        self, tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
    ):
        secret = self.record(client_of(county_officer), tree.townships[0], county_officer)
        clerk = client_of(township_clerk)
        village = make_user(Role.VILLAGE_CLERK, tree.villages[0])
        own = reverse("assessments:inspection-edit", args=[secret.pk])
        pages = [LIST, f"{LIST}?kind=secret", f"{LIST}?unit={tree.townships[0].pk}&kind=secret"]
        pages.append(reverse("assessments:inspection-ledger"))

        before = [clerk.get(page).content.decode() for page in pages]
        assert clerk.get(own).status_code == 404
        preview(tree.county)

        after = clerk.get(pages[2]).content.decode()
        assert not any("值班电话无人接听" in page for page in before)
        assert "值班电话无人接听" in after
        assert "值班电话无人接听" in clerk.get(own).content.decode()
        assert client_of(village).get(own).status_code == 404

    def test_township_does_not_see_that_of_its_own_department(
        self, tree: County, county_officer: User
    ):
        department = tree.departments[0]
        sector = make_user(Role.TOWNSHIP_CLERK, tree.sectors[0])
        Inspection.objects.create(
            unit=department,
            month=MONTH,
            kind=VisitKind.SECRET,
            on=MONTH.last_day,
            points_given=1,
        )

        assert not Inspection.objects.visible_to(sector).exists()
        assert Inspection.objects.visible_to(county_officer).exists()
        preview(tree.county)
        assert Inspection.objects.visible_to(sector).exists()

    def test_inspector_sees_all_but_his_own_units(self, tree: County):
        inspector = make_user(Role.INSPECTOR, tree.departments[0])
        inspector.lent_units.add(tree.townships[0])
        for unit in (tree.departments[0], tree.townships[0]):
            Inspection.objects.create(
                unit=unit, month=MONTH, kind=VisitKind.SECRET, on=MONTH.last_day, points_given=1
            )

        seen = Inspection.objects.visible_to(inspector)

        assert [each.unit for each in seen] == [tree.townships[0]]

    def test_township_records_none(
        self, tree: County, township_clerk: User, other_clerk: User, client_of: ClientOf
    ):
        department = tree.departments[0]
        client = client_of(make_user(Role.INSPECTOR, department))
        clerk = client_of(township_clerk)

        assert clerk.get(new(tree.villages[0], VisitKind.SECRET)).status_code == 403
        assert clerk.get(new(tree.townships[0], VisitKind.SECRET)).status_code == 403
        assert clerk.get(new(tree.villages[2], VisitKind.SECRET)).status_code == 404
        assert client.get(new(department, VisitKind.SECRET)).status_code == 403

    def test_county_counts_open_visits_as_inspected(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        client = client_of(county_officer)
        make_return(tree.townships[0])
        self.record(client, tree.townships[0], county_officer)

        before = client.get(reverse("reports:home")).context["last"].inspected.done
        add_inspection(tree.townships[0])
        after = client.get(reverse("reports:home")).context["last"].inspected.done

        assert (before, after) == (0, 1)

    def test_open_and_secret_stand_apart(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        client = client_of(county_officer)
        self.record(client, tree.townships[0], county_officer)

        opened = client.get(LIST).context["rows"]
        secret = client.get(f"{LIST}?kind=secret").context["rows"]

        assert [len(row.visits) for row in opened] == [0, 0, 0]
        assert [len(row.visits) for row in secret] == [1, 0, 0]


class TestWithoutSheet:
    """A county that uses no sheet enters totals, as visits of earlier years were entered."""

    def test_record(self, tree: County, county_officer: User, client_of: ClientOf):
        no_sheets()
        client = client_of(county_officer)

        answer = client.post(new(tree.townships[0]), TOTAL, follow=True)

        assert Inspection.objects.get().points_given == 9_250
        assert "已录入甲镇的督导检查" in answer.content.decode()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"points_given": "很好"}, "请填数字，如92.5。"),
            ({"points_given": "101"}, "得分不能高于满分"),
            ({"points_possible": "0"}, "大于或等于0.01"),
        ],
    )
    def test_bad_input(
        self,
        tree: County,
        county_officer: User,
        client_of: ClientOf,
        change: dict[str, str],
        sentence: str,
    ):
        no_sheets()

        answer = client_of(county_officer).post(new(tree.townships[0]), {**TOTAL, **change})

        assert answer.status_code == 422
        assert sentence in answer.content.decode().replace(" ", "")
        assert not Inspection.objects.exists()


def test_stranger(tree: County, township_clerk: User, client_of: ClientOf):
    client = client_of(township_clerk)

    assert client.get(new(tree.villages[2])).status_code == 404
    assert client.post(new(tree.villages[2]), TOTAL).status_code == 404
    assert client.post(new(tree.townships[0]), TOTAL).status_code == 403
    assert not Inspection.objects.exists()


def test_two_savers_of_a_sheet_see_each_other(
    tree: County, county_officer: User, client_of: ClientOf
):
    client, address = client_of(county_officer), new(tree.townships[0])
    client.post(address, filled(client, address, county_officer, **{"points-sweep": "5"}))
    saved = Inspection.objects.get()
    page = reverse("assessments:inspection-edit", args=[saved.pk])
    mine = filled(client, page, county_officer, **{"points-sweep": "7", "finding-sweep": "乱"})
    client.post(page, {**mine, "points-sweep": "6"})

    answer = client.post(page, mine)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "排查有底数得分：您填“7”，已保存的是“6”" in text
    assert 'value="7"' in text
    saved.refresh_from_db()
    assert saved.points_given == 600
    client.post(page, {**mine, "version": str(saved.version)})
    saved.refresh_from_db()
    assert (saved.points_given, saved.entries.get(code="sweep").finding) == (700, "乱")


def test_two_savers_of_a_total_see_each_other(
    tree: County, county_officer: User, client_of: ClientOf
):
    inspection = add_inspection(tree.townships[0], given=9_000)
    client = client_of(county_officer)
    address = reverse("assessments:inspection-edit", args=[inspection.pk])
    first = {**TOTAL, "version": "1", "findings": "甲"}
    client.post(address, first)

    answer = client.post(address, {**first, "findings": "乙"})

    assert answer.status_code == 409
    assert "发现问题：您填“乙”，已保存的是“甲”" in answer.content.decode()
    inspection.refresh_from_db()
    assert inspection.findings == "甲"
    client.post(address, {**first, "findings": "乙", "version": "2"})
    inspection.refresh_from_db()
    assert inspection.findings == "乙"


def test_inspected_township_reads_what_was_found(
    tree: County, township_clerk: User, other_clerk: User, client_of: ClientOf
):
    inspection = add_inspection(tree.townships[0], given=8_888)
    address = reverse("assessments:inspection-edit", args=[inspection.pk])

    page = client_of(township_clerk).get(address).content.decode()

    assert "88.88" in page
    assert 'name="points_given"' not in page
    assert client_of(township_clerk).post(address, TOTAL).status_code == 422
    assert client_of(other_clerk).get(address).status_code == 404


def test_list_can_show_the_open_ones(tree: County, county_officer: User, client_of: ClientOf):
    add_inspection(tree.townships[0])
    client = client_of(county_officer)

    answer = client.get(LIST + "?open=1")

    assert [row.unit.name for row in answer.context["rows"]] == ["乙镇", "政法口"]
    wrong = client.get(LIST + "?month=2026-19")
    assert "没有“2026-19”这个月份" in wrong.content.decode()


def test_closed_month_offers_no_entry(tree: County, county_officer: User, client_of: ClientOf):
    client = client_of(county_officer)
    assert new(tree.townships[0]) in client.get(LIST).content.decode()

    close_month(counties=[tree.county], month=MONTH, by=None)

    page = client.get(LIST).content.decode()
    assert new(tree.townships[0]) not in page
    assert "2026年9月已经结账" in page


def test_list_takes_the_same_queries_for_one_and_for_three(client_of: ClientOf):
    counts = []
    for code, townships in (("530101", 1), ("530102", 3)):
        tree = make_county(code, f"{code}县", townships=townships)
        for unit in tree.townships:
            add_inspection(unit)
        client = client_of(make_user(Role.COUNTY_OFFICER, tree.county))
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        counts.append(len(captured))

    assert counts[0] == counts[1]


class TestFocus:
    ADDRESS = reverse("assessments:inspection-focus", args=[MONTH])

    def test_is_read_by_all_once_published(
        self, tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
    ):
        officer, clerk = client_of(county_officer), client_of(township_clerk)
        officer.post(self.ADDRESS, {"text": "看夜间巡逻", "version": "0"})
        assert "看夜间巡逻" in officer.get(LIST).content.decode()
        assert "看夜间巡逻" not in clerk.get(LIST).content.decode()

        officer.post(self.ADDRESS, {"text": "看夜间巡逻", "version": "1", "publish": "1"})

        assert "看夜间巡逻" in clerk.get(LIST).content.decode()
        focus = MonthFocus.objects.get()
        assert (focus.published_by, focus.version) == (county_officer, 2)
        assert AuditEvent.objects.filter(action="公布检查重点").count() == 1

    def test_second_writer_is_told(self, tree: County, county_officer: User, client_of: ClientOf):
        client = client_of(county_officer)
        client.post(self.ADDRESS, {"text": "甲", "version": "0"})

        answer = client.post(self.ADDRESS, {"text": "乙", "version": "0"})

        page = answer.content.decode()
        assert answer.status_code == 409
        assert "现行内容：</strong><p>甲" in page.replace("\n", "") or "甲" in page
        assert "乙</textarea>" in page
        assert MonthFocus.objects.get().text == "甲"

    def test_others_may_not(self, tree: County, township_clerk: User, client_of: ClientOf):
        client = client_of(township_clerk)

        assert client.get(self.ADDRESS).status_code == 403
        assert client.post(self.ADDRESS, {"text": "甲", "version": "0"}).status_code == 403
        assert not MonthFocus.objects.exists()
