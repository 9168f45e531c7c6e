"""Pages of the schemes: who reads, who edits, what is refused, what two editors meet."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.enums import RuleShape, SchemeState
from assessments.models import Scheme, Scorecard, ScoreItem
from assessments.services.closing import close_month
from assessments.services.schemes import adopt_scheme, draft_scheme
from pingan.enums import Level, Role
from pingan.models import User
from pingan.months import Month
from tests.assessments.records import MONTH, perfect_county
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
TODAY = dt.date(2026, 10, 8)
LIST = reverse("assessments:scheme-list")


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def draft(county_officer: User) -> Scheme:
    """A draft of the county, a copy of the common scheme of the townships."""
    source = Scheme.objects.get(county=None, level=Level.TOWNSHIP)
    return draft_scheme(source=source, peer_group=None, today=TODAY, by=county_officer)


def page_of(scheme: Scheme, verb: str = "detail") -> str:
    return reverse(f"assessments:scheme-{verb}", args=[scheme.pk])


def item_of(scheme: Scheme, code: str) -> ScoreItem:
    return scheme.items.get(code=code)


def typed(item: ScoreItem, **changes: Any) -> dict[str, Any]:
    """An item's form as a browser sends it."""
    parameters = item.parameters
    divisor = parameters.get("denominator", "")
    data = {
        "source": item.source,
        "shape": item.shape,
        "section": item.section,
        "name": item.name,
        "points": f"{item.points / 100:g}",
        "numerator": parameters.get("numerator", ""),
        "denominator": divisor if isinstance(divisor, str) else "",
        "fixed": divisor if isinstance(divisor, int) else "",
        "target": 100,
        "minimum": 1,
        "clause": item.clause,
        "version": item.scheme.revision,
    }
    return {**data, **changes}


def head_of(scheme: Scheme, **changes: Any) -> dict[str, Any]:
    data = {
        "name": scheme.name,
        "basis": scheme.basis,
        "valid_from": str(scheme.valid_from),
        "open_limit": 10,
        "lowest_excellent": 90,
        "lowest_good": 80,
        "lowest_qualified": 60,
        "colour_excellent": "blue",
        "colour_good": "blue",
        "colour_qualified": "yellow",
        "colour_unqualified": "red",
        "version": scheme.revision,
    }
    return {**data, **changes}


class TestReading:
    def test_everybody_reads_what_is_adopted(
        self, tree: County, draft: Scheme, township_clerk: User, client_of: ClientOf
    ):
        common = Scheme.objects.get(county=None, level=Level.TOWNSHIP)
        client = client_of(township_clerk)

        listed = client.get(LIST).content.decode()
        page = client.get(page_of(common))

        assert "乡镇(街道)考核办法（通用）" in listed
        assert "第1版" not in listed  # the draft
        assert "夜间巡逻" in page.content.decode()
        assert "复制为新草案" not in page.content.decode()
        assert client.get(page_of(draft)).status_code == 404

    def test_other_county_is_a_stranger(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        adopt_scheme(scheme=draft, revision=draft.revision, today=TODAY, by=county_officer)
        other = make_county("510704", "别县")
        client = client_of(make_user(Role.COUNTY_OFFICER, other.county))

        assert client.get(page_of(draft)).status_code == 404
        assert client.post(page_of(draft, "copy")).status_code == 404
        assert "第1版" not in client.get(LIST).content.decode()

    def test_administrators_see_no_scheme(self, tree: County, client_of: ClientOf):
        client = client_of(make_user(Role.AUDITOR, tree.county))

        assert "这个层级还没有考核办法" in client.get(LIST).content.decode()

    def test_leader_reads_and_changes_nothing(
        self, tree: County, draft: Scheme, client_of: ClientOf
    ):
        client = client_of(make_user(Role.LEADER, tree.county))

        assert client.get(page_of(draft)).status_code == 200
        assert client.get(page_of(draft, "edit")).status_code == 403
        assert client.get(page_of(draft, "trial")).status_code == 403
        assert client.post(page_of(draft, "adopt"), {"version": 1}).status_code == 403
        assert client.post(page_of(draft, "weigh"), {"version": 1}).status_code == 403
        assert client.post(page_of(draft, "withdraw"), {"version": 1}).status_code == 403
        draft.refresh_from_db()
        assert draft.state == SchemeState.DRAFT

    def test_list_takes_the_same_queries_for_more_versions(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        client = client_of(county_officer)
        client.get(LIST)

        with CaptureQueriesContext(
            connection,
        ) as one:
            client.get(LIST)
        for day in (TODAY, TODAY):
            latest = Scheme.objects.exclude(county=None).order_by("-version")[0]
            adopt_scheme(scheme=latest, revision=latest.revision, today=day, by=county_officer)
            draft_scheme(source=latest, peer_group=None, today=day, by=county_officer)
        with CaptureQueriesContext(connection) as three:
            page = client.get(LIST).content.decode()

        assert "第3版" in page
        assert len(three) == len(one)

    def test_print_and_workbook_hold_every_item(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        client = client_of(county_officer)

        sheet = client.get(page_of(draft, "print")).content.decode()
        book = openpyxl.load_workbook(
            io.BytesIO(client.get(page_of(draft, "download")).content), data_only=False
        )

        names = [item.name for item in draft.items.order_by("position")]
        cells = [cell.value for cell in book.active["C"]]
        assert [name for name in cells if name in names] == names
        assert all(name in sheet for name in names)
        assert "=SUM(D6:D19)" in [cell.value for cell in book.active["D"]]


class TestHead:
    def test_is_saved(self, draft: Scheme, county_officer: User, client_of: ClientOf):
        data = head_of(draft, basis="演综治〔2026〕3号", valid_from="2027-01", lowest_good=85.5)

        answer = client_of(county_officer).post(page_of(draft, "edit"), data)

        draft.refresh_from_db()
        assert answer.status_code == 302
        assert (draft.basis, draft.valid_from) == ("演综治〔2026〕3号", Month(2027, 1))
        assert draft.grade_bands[1] == ["good", 8550]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"valid_from": "2026-10"}, "2026年10月已经开始"),
            ({"lowest_good": 90}, "等次分数线须从高到低"),
            ({"colour_excellent": "red"}, "低一等的颜色不能好于高一等的颜色"),
            ({"valid_from": "2026"}, "不是月份"),
            ({"open_limit": "-1"}, "件数不能是负数"),
            ({"lowest_excellent": "一百"}, "请填数字"),
        ],
    )
    def test_is_refused_with_the_sentence_why(
        self,
        draft: Scheme,
        county_officer: User,
        client_of: ClientOf,
        changes: dict[str, Any],
        sentence: str,
    ):
        data = head_of(draft, name="改过的名称", **changes)

        answer = client_of(county_officer).post(page_of(draft, "edit"), data)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert "改过的名称" in answer.content.decode()
        draft.refresh_from_db()
        assert draft.revision == 1

    def test_second_editor_is_told_and_loses_nothing(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        client = client_of(county_officer)
        client.post(page_of(draft, "edit"), head_of(draft, basis="甲文件"))

        answer = client.post(page_of(draft, "edit"), head_of(draft, basis="乙文件"))
        page = answer.content.decode()

        assert answer.status_code == 409
        assert "您填“乙文件”，已保存的是“甲文件”" in page
        assert 'name="version" value="2"' in page


class TestItems:
    def test_shape_decides_the_fields(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        client, address = client_of(county_officer), page_of(draft, "add")
        data = {"source": "indicator", "shape": "last_year", "name": "刑事案件", "reload": "1"}

        page = client.post(address, {**data, "version": 1}).content.decode()

        assert 'name="change"' in page
        assert 'name="steps_0_at"' in page
        assert 'name="cap"' not in page
        assert "indicator.criminal_cases" in page
        assert 'value="刑事案件"' in page
        assert draft.items.count() == 14

    def test_rule_writes_its_clause(self, draft: Scheme, county_officer: User, client_of: ClientOf):
        item = item_of(draft, "patrol-nights")
        address = reverse("assessments:scheme-change", args=[item.pk])
        data = typed(item, target=90, draft_clause="1")

        page = client_of(county_officer).post(address, data).content.decode()

        assert "夜间巡逻占应巡逻夜数的比例达到90%得满分，不足的按比例得分。" in page
        item.refresh_from_db()
        assert item.parameters.get("target") is None

    def test_item_is_added_with_a_code_of_its_own(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        data = {
            "source": "undercover",
            "shape": "judged",
            "section": "暗访",
            "name": "暗访抽查",
            "points": "5",
            "numerator": "undercover_given",
            "denominator": "undercover_possible",
            "target": "100",
            "minimum": "1",
            "version": draft.revision,
        }

        answer = client_of(county_officer).post(page_of(draft, "add"), data)

        assert answer.status_code == 302
        item = item_of(draft, "undercover-1")
        assert (item.points, item.section, item.position) == (500, "暗访", 15)
        assert item.clause == "以暗访得分占暗访满分的比例得分。"
        draft.refresh_from_db()
        assert draft.revision == 2

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"numerator": ""}, "请选一个计数"),
            ({"numerator": "no_such_fact"}, "选择一个有效的选项"),
            ({"denominator": "", "fixed": ""}, "请选一个计数作分母，或填固定数"),
            ({"target": "0"}, "不能小于1"),
            ({"points": "0"}, "分值必须大于零"),
            ({"points": "八分"}, "请填数字"),
            ({"source": ""}, "必填"),
            ({"name": ""}, "请填考核项的名称"),
        ],
    )
    def test_broken_rule_is_refused(
        self,
        draft: Scheme,
        county_officer: User,
        client_of: ClientOf,
        changes: dict[str, Any],
        sentence: str,
    ):
        item = item_of(draft, "patrol-nights")
        address = reverse("assessments:scheme-change", args=[item.pk])

        answer = client_of(county_officer).post(address, typed(item, **changes))

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        draft.refresh_from_db()
        assert draft.revision == 1

    def test_bands_that_do_not_fall_are_refused(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        item = item_of(draft, "sweep-solved")
        address = reverse("assessments:scheme-change", args=[item.pk])
        bands = {"bands_0_at": 80, "bands_0_points": 7, "bands_1_at": 95, "bands_1_points": 12}

        answer = client_of(county_officer).post(address, typed(item, **bands))

        assert answer.status_code == 422
        assert "分档须从高到低排列" in answer.content.decode()

    def test_second_editor_of_an_item_keeps_what_he_typed(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        item = item_of(draft, "patrol-nights")
        client, address = (
            client_of(county_officer),
            reverse("assessments:scheme-change", args=[item.pk]),
        )
        first, second = typed(item, name="夜巡甲"), typed(item, name="夜巡乙")
        client.post(address, first)

        answer = client.post(address, second)
        page = answer.content.decode()

        assert answer.status_code == 409
        assert 'value="夜巡乙"' in page
        assert "这一项现在保存的是：</strong>夜巡甲" in page
        assert client.post(address, {**second, "version": 2}).status_code == 302
        item.refresh_from_db()
        assert item.name == "夜巡乙"

    def test_item_is_removed_once(self, draft: Scheme, county_officer: User, client_of: ClientOf):
        item = item_of(draft, "broadcast")
        client, address = (
            client_of(county_officer),
            reverse("assessments:scheme-remove", args=[item.pk]),
        )

        first = client.post(address, {"version": draft.revision})
        again = client.post(address, {"version": draft.revision})

        assert (first.status_code, again.status_code) == (302, 404)
        assert [i.position for i in draft.items.order_by("position")] == list(range(1, 14))


class TestPoints:
    def data(self, draft: Scheme, **changes: str) -> dict[str, Any]:
        points = {f"points-{i.pk}": f"{i.points / 100:g}" for i in draft.items.all()}
        return {**points, "version": draft.revision, **changes}

    def test_points_are_saved_and_rows_moved(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        days, nights = item_of(draft, "patrol-days"), item_of(draft, "patrol-nights")
        data = self.data(draft, item=f"up:{nights.pk}", **{f"points-{days.pk}": "９.5"})

        answer = client_of(county_officer).post(page_of(draft, "weigh"), data)

        days.refresh_from_db()
        assert answer.status_code == 302
        assert answer["Location"].endswith(f"#item-{nights.pk}")
        assert days.points == 950
        assert list(draft.items.order_by("position")[:2]) == [nights, days]

    def test_wrong_points_are_kept_on_the_page(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        days = item_of(draft, "patrol-days")
        data = self.data(draft, **{f"points-{days.pk}": "很多"})

        answer = client_of(county_officer).post(page_of(draft, "weigh"), data)

        assert answer.status_code == 422
        assert 'value="很多"' in answer.content.decode()

    def test_second_editor_of_points_is_told(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        days = item_of(draft, "patrol-days")
        client = client_of(county_officer)
        client.post(page_of(draft, "weigh"), self.data(draft, **{f"points-{days.pk}": "9"}))

        answer = client.post(
            page_of(draft, "weigh"), self.data(draft, **{f"points-{days.pk}": "7"})
        )

        assert answer.status_code == 409
        assert 'value="7"' in answer.content.decode()
        days.refresh_from_db()
        assert days.points == 900

    def test_bands_above_the_points_are_refused(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        solved = item_of(draft, "sweep-solved")
        data = self.data(draft, **{f"points-{solved.pk}": "10"})

        answer = client_of(county_officer).post(page_of(draft, "weigh"), data)

        assert answer.status_code == 422
        assert "分值不高于满分" in answer.content.decode()


class TestAdoption:
    def test_page_says_what_changes_and_adopts_once(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        item = item_of(draft, "broadcast")
        ScoreItem.objects.filter(pk=item.pk).update(name="党政领导广播会")
        client = client_of(county_officer)

        page = client.get(page_of(draft, "adopt")).content.decode()
        first = client.post(page_of(draft, "adopt"), {"version": draft.revision})
        again = client.post(page_of(draft, "adopt"), {"version": draft.revision})

        assert "党政领导广播会" in page
        assert "修改 1 项" in page
        assert (first.status_code, again.status_code) == (302, 302)
        draft.refresh_from_db()
        assert (draft.state, draft.adopted_by) == (SchemeState.ADOPTED, county_officer)

    def test_points_that_do_not_make_100_stand_in_the_way(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        ScoreItem.objects.filter(scheme=draft, code="broadcast").update(points=450)
        client = client_of(county_officer)

        page = client.get(page_of(draft, "adopt")).content.decode()
        client.post(page_of(draft, "adopt"), {"version": draft.revision})

        assert "各项分值合计 98.5 分，还差 1.5 分" in page
        assert "确认采用" not in page
        draft.refresh_from_db()
        assert draft.state == SchemeState.DRAFT

    def test_comparison_shows_both_sides(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        ScoreItem.objects.filter(scheme=draft, code="broadcast").delete()

        page = client_of(county_officer).get(page_of(draft, "compare")).content.decode()

        assert "删除 1 项" in page
        assert "广播会" in page


class TestTrial:
    def test_shows_whose_rank_and_grade_would_change(
        self, tree: County, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        perfect_county(tree)
        close_month(counties=[tree.county], month=MONTH, by=None)
        cards = list(Scorecard.objects.order_by("pk").values())
        ScoreItem.objects.filter(scheme=draft, code="patrol-nights").update(
            shape=RuleShape.RATIO,
            parameters={
                "numerator": "nights_covered",
                "denominator": "nights_expected",
                "target": 1000,
            },
        )

        page = client_of(county_officer).get(page_of(draft, "trial")).content.decode()

        assert "2026年9月" in page
        assert page.count("−7.20") == 2
        assert list(Scorecard.objects.order_by("pk").values()) == cards

    def test_without_a_closed_month_says_so(
        self, draft: Scheme, county_officer: User, client_of: ClientOf
    ):
        page = client_of(county_officer).get(page_of(draft, "trial")).content.decode()

        assert "还没有结过账的月份" in page

    def test_queries_do_not_grow_with_the_units(self, django_assert_max_num_queries: Any):
        for tree in (make_county(), make_county("510704", "大县", townships=6)):
            officer = make_user(Role.COUNTY_OFFICER, tree.county)
            perfect_county(tree)
            close_month(counties=[tree.county], month=MONTH, by=None)
            source = Scheme.objects.get(county=None, level=Level.TOWNSHIP)
            draft = draft_scheme(source=source, peer_group=None, today=TODAY, by=officer)
            client = Client()
            client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")

            with django_assert_max_num_queries(30):
                answer = client.get(page_of(draft, "trial"))

            assert answer.status_code == 200
