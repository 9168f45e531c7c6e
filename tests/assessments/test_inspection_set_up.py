"""Groups, the county's sheets, leaders' ratings, and findings that become problems."""

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

from assessments.enums import ProblemSource, VisitKind
from assessments.models import (
    Edition,
    Inspection,
    InspectionEntry,
    InspectionGroup,
    LeaderRating,
    Problem,
    SheetItem,
)
from assessments.selectors.inspections import group_of
from assessments.services.closing import close_month
from assessments.services.inspection_groups import GroupFacts, change_group, end_group, found_group
from assessments.services.ratings import RatingConflict, RatingLine, save_ratings
from pingan.enums import Level, Role
from pingan.models import AuditEvent, Unit, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.records import MONTH
from tests.factories import STARTED_ON, County, make_county, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ClientOf = Callable[[User], Client]
OCTOBER = dt.date(2026, 10, 1)
POST = "县委政法委书记"


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


def facts(tree: County, *units: Unit, name: str = "第一组") -> GroupFacts:
    return GroupFacts(name, tree.departments[0], "公安局", "政法委副书记", units)


def first_group(tree: County, by: User) -> InspectionGroup:
    return found_group(
        county=tree.county, facts=facts(tree, tree.townships[0]), valid_from=STARTED_ON, by=by
    )


class TestGroups:
    def test_change_ends_the_old_row_and_makes_a_new_one(self, tree: County, county_officer: User):
        old = first_group(tree, county_officer)

        new = change_group(
            group=old,
            facts=facts(tree, tree.townships[1]),
            on=OCTOBER,
            version=1,
            by=county_officer,
        )

        old.refresh_from_db()
        assert (old.valid_to, new.valid_from, new.valid_to) == (OCTOBER, OCTOBER, None)
        assert group_of(tree.townships[0], dt.date(2026, 9, 30)) == old
        assert group_of(tree.townships[0], OCTOBER) is None
        assert group_of(tree.townships[1], OCTOBER) == new

    def test_change_on_its_first_day_corrects(self, tree: County, county_officer: User):
        group = first_group(tree, county_officer)

        change_group(
            group=group,
            facts=facts(tree, *tree.townships),
            on=STARTED_ON,
            version=1,
            by=county_officer,
        )

        assert InspectionGroup.objects.get().units.count() == 2
        assert AuditEvent.objects.get(action="更正督导检查组").before["units"] == ["甲镇"]

    def test_unit_in_two_groups_of_a_day_is_refused(self, tree: County, county_officer: User):
        first_group(tree, county_officer)
        second = facts(tree, *tree.townships, name="第二组")

        with pytest.raises(Refused, match="甲镇已在第一组"):
            found_group(county=tree.county, facts=second, valid_from=OCTOBER, by=county_officer)

        assert InspectionGroup.objects.count() == 1

    def test_unit_may_come_to_another_group_when_the_first_has_ended(
        self, tree: County, county_officer: User
    ):
        group = first_group(tree, county_officer)
        end_group(group=group, on=OCTOBER, version=1, by=county_officer)
        second = facts(tree, tree.townships[0], name="第二组")

        made = found_group(county=tree.county, facts=second, valid_from=OCTOBER, by=county_officer)

        assert group_of(tree.townships[0], OCTOBER) == made

    @pytest.mark.parametrize(
        ("on", "version", "error", "sentence"),
        [
            (dt.date(2019, 1, 1), 1, Refused, "不能早于"),
            (OCTOBER, 9, Conflict, "别人已经改过"),
        ],
    )
    def test_refused_changes(
        self,
        tree: County,
        county_officer: User,
        on: dt.date,
        version: int,
        error: type[Exception],
        sentence: str,
    ):
        group = first_group(tree, county_officer)

        with pytest.raises(error, match=sentence):
            change_group(
                group=group,
                facts=facts(tree, tree.townships[1]),
                on=on,
                version=version,
                by=county_officer,
            )

        assert InspectionGroup.objects.get().valid_to is None

    def test_same_name_no_units_and_strangers_are_refused(
        self, tree: County, county_officer: User, township_clerk: User
    ):
        first_group(tree, county_officer)

        for what, by, error in (
            (facts(tree, tree.townships[1]), county_officer, Refused),
            (facts(tree, name="第二组"), county_officer, Refused),
            (facts(tree, tree.townships[1], name="第二组"), township_clerk, Forbidden),
        ):
            with pytest.raises(error):
                found_group(county=tree.county, facts=what, valid_from=OCTOBER, by=by)

    def test_pages(
        self, tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
    ):
        client, clerk = client_of(county_officer), client_of(township_clerk)
        new = reverse("assessments:inspection-group-create")
        data = {
            "name": "第一组",
            "lead_unit": str(tree.departments[0].pk),
            "vehicle_unit_name": "公安局",
            "member_posts": "政法委副书记",
            "units": [str(tree.townships[0].pk)],
            "on": "2026-10-01",
            "version": "",
        }
        assert clerk.get(new).status_code == 403
        assert client.post(new, {**data, "lead_unit": ""}).status_code == 422
        client.post(new, data)
        group = InspectionGroup.objects.get()
        page = reverse("assessments:inspection-group-edit", args=[group.pk])
        assert client.post(page, {**data, "version": "7", "name": "改名"}).status_code == 409
        assert (
            "还没有归组的单位：乙镇、政法口"
            in client.get(reverse("assessments:inspection-groups")).content.decode()
        )
        assert "第一组" in clerk.get(reverse("assessments:inspection-groups")).content.decode()
        assert clerk.post(page, data).status_code == 403
        end = reverse("assessments:inspection-group-end", args=[group.pk])

        client.post(end, {"on": "2026-10-08", "version": "1"})

        group.refresh_from_db()
        assert group.valid_to == dt.date(2026, 10, 8)

    def test_another_countys_group_is_not_found(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        other = make_county("510704", "别县")
        group = first_group(other, make_user(Role.COUNTY_OFFICER, other.county))

        page = reverse("assessments:inspection-group-edit", args=[group.pk])

        assert client_of(county_officer).get(page).status_code == 404


class TestSheets:
    EDIT = reverse("assessments:inspection-sheet-edit", args=[int(Level.VILLAGE), "open"])

    def typed(self, client: Client) -> dict[str, Any]:
        context = client.get(self.EDIT).context
        data = {"base": context["base"]}
        for form in [context["formset"].management_form, *context["formset"]]:
            for field in form:
                value = field.value()
                data[field.html_name] = "" if value in (None, False) else value
        return data

    def test_county_makes_its_own(self, tree: County, county_officer: User, client_of: ClientOf):
        client = client_of(county_officer)
        data = self.typed(client)
        data |= {"rows-0-points": "8", "rows-10-name": "雨雪天看桥", "rows-10-points": "2"}
        data |= {"rows-10-is_active": "on", "rows-10-place": "1"}

        answer = client.post(self.EDIT, data)

        own = SheetItem.objects.filter(county=tree.county)
        assert answer.status_code == 302
        assert sum(item.points for item in own) == 10_000
        assert own.get(name="雨雪天看桥").code.startswith("own-")
        assert own.get(code="patrol_days").points == 800
        assert SheetItem.objects.filter(county=None, level=Level.VILLAGE).count() == 10
        client.post(self.EDIT, {"drop": "1"})
        assert not own.all().exists()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"rows-0-points": "9"}, "合计应为100分，现在是99分"),
            ({"rows-0-points": ""}, "请填满分"),
            ({"rows-0-points": "x"}, "请填数字"),
            ({"rows-0-name": ""}, "请填检查内容"),
            ({"rows-0-name": "法制宣教"}, "检查内容重复：法制宣教"),
        ],
    )
    def test_bad_sheet(
        self,
        tree: County,
        county_officer: User,
        client_of: ClientOf,
        change: dict[str, str],
        sentence: str,
    ):
        client = client_of(county_officer)

        answer = client.post(self.EDIT, self.typed(client) | change)

        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not SheetItem.objects.filter(county=tree.county).exists()

    def test_second_editor_is_told(self, tree: County, county_officer: User, client_of: ClientOf):
        client = client_of(county_officer)
        data = self.typed(client)
        client.post(self.EDIT, data)

        answer = client.post(self.EDIT, {**data, "rows-0-standard": "我的标准"})

        assert answer.status_code == 409
        assert "我的标准" in answer.content.decode()

    def test_all_read_and_only_the_officer_edits(
        self, tree: County, township_clerk: User, client_of: ClientOf
    ):
        client = client_of(township_clerk)
        page = client.get(reverse("assessments:inspection-sheets") + "?sheet=2/secret")

        assert "报警和求助有人应" in page.content.decode()
        assert client.get(self.EDIT).status_code == 403
        assert client.get(self.EDIT.replace("open", "secret")).status_code in (403, 404)

    def test_blank_sheet_is_printed_for_whoever_visits(
        self, tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
    ):
        page = reverse("assessments:inspection-paper", args=[MONTH, tree.townships[0].pk, "secret"])

        answer = client_of(county_officer).get(page)

        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        assert client_of(township_clerk).get(page).status_code == 403
        assert client_of(county_officer).get(page.replace("secret", "x")).status_code == 404


class TestRatings:
    EDIT = reverse("assessments:rating-edit", args=[MONTH])
    LIST = f"{reverse('assessments:rating-list')}?month={MONTH}"

    def typed(self, client: Client, **points: str) -> dict[str, str]:
        table = client.get(self.EDIT, {"post": POST}).context["table"]
        data = {"post": POST}
        for row in table.rows:
            data |= {
                f"points-{row.unit_id}": points.get(row.name, row.points),
                f"note-{row.unit_id}": row.note,
                f"version-{row.unit_id}": str(row.version),
                f"base-{row.unit_id}": row.base,
            }
        return data

    def test_column_is_saved_and_corrected(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        client = client_of(county_officer)
        client.post(self.EDIT, self.typed(client, 甲镇="９５.5", 乙镇="80"))
        client.post(self.EDIT, self.typed(client, 甲镇="96", 乙镇=""))

        [rating] = LeaderRating.objects.all()

        assert (rating.unit, rating.points_given, rating.version) == (tree.townships[0], 9_600, 2)
        assert AuditEvent.objects.filter(action="保存领导评分").count() == 2
        assert "96.00" in client.get(self.LIST).content.decode()

    @pytest.mark.parametrize("text", ["101", "-1", "很好", "1.234", "nan"])
    def test_bad_points(self, tree: County, county_officer: User, client_of: ClientOf, text: str):
        client = client_of(county_officer)

        answer = client.post(self.EDIT, self.typed(client, 甲镇=text, 乙镇="80"))

        assert answer.status_code == 422
        assert f'value="{text}"' in answer.content.decode()
        assert not LeaderRating.objects.exists()

    def test_second_writer_is_told_and_loses_nothing(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        client = client_of(county_officer)
        first, second = self.typed(client, 甲镇="90", 乙镇="70"), self.typed(client, 甲镇="80")
        client.post(self.EDIT, first)

        answer = client.post(self.EDIT, second)

        page = answer.content.decode()
        rows = {row.name: row for row in answer.context["table"].rows}
        assert answer.status_code == 409
        assert "别人已经改过甲镇的评分" in page
        assert (rows["甲镇"].points, rows["甲镇"].theirs) == ("80", "90")
        assert rows["乙镇"].points == "70"  # not touched here: theirs stands

    def test_rows_that_others_changed_are_not_overwritten_by_untouched_ones(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        client = client_of(county_officer)
        first, second = self.typed(client, 甲镇="90"), self.typed(client, 乙镇="80")
        client.post(self.EDIT, first)

        assert client.post(self.EDIT, second).status_code == 302

        saved = LeaderRating.objects.values_list("unit__name", "points_given")
        assert set(saved) == {("甲镇", 9_000), ("乙镇", 8_000)}

    def test_service_refuses(self, tree: County, county_officer: User, township_clerk: User):
        def save(by: User = county_officer, post: str = POST, **line: Any) -> int:
            one: dict[str, Any] = {"points": 1, "note": "", "version": 0, **line}
            one.setdefault("unit_id", tree.townships[0].pk)
            return save_ratings(
                county=tree.county, month=MONTH, post=post, lines=[RatingLine(**one)], by=by
            )

        with pytest.raises(Forbidden):
            save(by=township_clerk)
        for wrong in (
            {"post": " "},
            {"points": 10_001},
            {"points": None, "note": "理由"},
            {"unit_id": tree.villages[0].pk},
        ):
            with pytest.raises(Refused):
                save(**wrong)
        with pytest.raises(RatingConflict):
            save(version=3)
        close_month(counties=[tree.county], month=MONTH, by=None)
        with pytest.raises(Refused, match="已经结账"):
            save()
        assert not LeaderRating.objects.exists()

    def test_unit_sees_its_own_with_the_preview(
        self, tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
    ):
        officer, clerk = client_of(county_officer), client_of(township_clerk)
        officer.post(self.EDIT, self.typed(officer, 甲镇="91", 乙镇="73"))
        assert "91.00" not in clerk.get(self.LIST).content.decode()
        assert clerk.get(self.EDIT).status_code == 403

        [edition] = close_month(counties=[tree.county], month=MONTH, by=None)
        Edition.objects.filter(pk=edition.pk).update(
            preview_opened_at=timezone.now(),
            preview_until=timezone.now() + dt.timedelta(hours=48),
        )

        page = clerk.get(self.LIST).content.decode()
        assert "91.00" in page
        assert "73.00" not in page

    def test_list_takes_the_same_queries_for_one_and_for_three(self, client_of: ClientOf):
        counts = []
        for code, townships in (("530101", 1), ("530102", 3)):
            tree = make_county(code, f"{code}县", townships=townships)
            client = client_of(make_user(Role.COUNTY_OFFICER, tree.county))
            client.post(self.EDIT, self.typed(client, 甲镇="91", 乙镇="73", 丙镇="80"))
            client.get(self.LIST)
            with CaptureQueriesContext(connection) as captured:
                client.get(self.LIST)
            counts.append(len(captured))

        assert counts[0] == counts[1]


class TestFindings:
    def visit(self, unit: Unit, kind: VisitKind = VisitKind.OPEN) -> Inspection:
        made = Inspection.objects.create(
            unit=unit,
            month=MONTH,
            kind=kind,
            on=dt.date(2026, 10, 5),
            points_given=500,
            points_possible=1_000,
        )
        InspectionEntry.objects.create(
            inspection=made,
            position=1,
            code="sweep",
            name="排查有底数",
            points_given=500,
            points_possible=1_000,
            finding="河边护栏松动",
        )
        return made

    def test_becomes_a_problem_once(self, tree: County, county_officer: User, client_of: ClientOf):
        visit, client = self.visit(tree.townships[0]), client_of(county_officer)
        raise_it = reverse("assessments:inspection-problem", args=[visit.pk])

        for _ in range(2):
            client.post(raise_it, {"code": "sweep"})

        problem = Problem.objects.get()
        assert (problem.title, problem.source) == (
            "排查有底数：河边护栏松动",
            ProblemSource.INSPECTION,
        )
        assert (problem.inspection, problem.found_on) == (visit, visit.on)
        page = client.get(reverse("assessments:inspection-edit", args=[visit.pk]))
        assert "已列为问题" in page.content.decode()
        assert client.post(raise_it, {"code": "x"}).status_code == 404

    def test_of_a_secret_visit_waits_for_the_preview(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        visit = self.visit(tree.townships[0], VisitKind.SECRET)
        client = client_of(county_officer)
        raise_it = reverse("assessments:inspection-problem", args=[visit.pk])

        told = client.post(raise_it, {"code": "sweep"}, follow=True).content.decode()

        assert "在预览开始以后才能列为问题" in told
        assert not Problem.objects.exists()

    def test_unit_itself_and_strangers_raise_none(
        self, tree: County, township_clerk: User, other_clerk: User, client_of: ClientOf
    ):
        visit = self.visit(tree.townships[0])
        raise_it = reverse("assessments:inspection-problem", args=[visit.pk])

        assert client_of(township_clerk).post(raise_it, {"code": "sweep"}).status_code == 403
        assert client_of(other_clerk).post(raise_it, {"code": "sweep"}).status_code == 404
        page = reverse("assessments:inspection-edit", args=[visit.pk])
        shown = client_of(township_clerk).get(page).content.decode()
        assert "河边护栏松动" in shown
        assert raise_it not in shown
        assert not Problem.objects.exists()
