"""Schemes as services: copied, changed, adopted, withdrawn; what each refuses and records."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from assessments.enums import SchemeState
from assessments.models import Edition, PeerGroup, Scheme, Scorecard, ScoreItem
from assessments.selectors.scheme_trial import trial
from assessments.selectors.schemes import rules_of
from assessments.services.closing import close_month
from assessments.services.scheme_items import ItemText, add_item, change_item, move_section
from assessments.services.schemes import (
    Head,
    adopt_scheme,
    change_head,
    draft_scheme,
    withdraw_draft,
)
from pingan.enums import Level, PeriodState, Role, UnitKind
from pingan.models import AuditEvent, Period, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.records import MONTH, perfect_county
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 8)
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


def common(level: Level = Level.TOWNSHIP) -> Scheme:
    return Scheme.objects.get(county=None, level=level)


def draft_of(by: User, source: Scheme | None = None, **more: Any) -> Scheme:
    options = {"peer_group": None, "today": TODAY, **more}
    return draft_scheme(source=source or common(), by=by, **options)


def adopt(scheme: Scheme, by: User, today: dt.date = TODAY) -> Scheme:
    scheme.refresh_from_db()
    return adopt_scheme(scheme=scheme, revision=scheme.revision, today=today, by=by)


def head_of(scheme: Scheme, **changes: Any) -> Head:
    values = {
        "name": scheme.name,
        "basis": scheme.basis,
        "valid_from": scheme.valid_from,
        "grade_bands": scheme.grade_bands,
        "colour_rules": scheme.colour_rules,
    }
    return Head(**{**values, **changes})


def change(scheme: Scheme, by: User, **changes: Any) -> Scheme:
    scheme.refresh_from_db()
    return change_head(
        scheme=scheme,
        head=head_of(scheme, **changes),
        revision=scheme.revision,
        today=TODAY,
        by=by,
    )


def town_group(tree: County, **fields: Any) -> PeerGroup:
    values = {"valid_from": dt.date(2026, 1, 1), "unit_kinds": [UnitKind.TOWN.value], **fields}
    return PeerGroup.objects.create(county=tree.county, level=Level.TOWNSHIP, name="镇组", **values)


class TestDraft:
    def test_is_a_copy_that_begins_next_month(self, tree: County, county_officer: User):
        source = common()

        draft = draft_of(county_officer)

        assert (draft.county, draft.version, draft.valid_from) == (tree.county, 1, NOVEMBER)
        assert draft.state == SchemeState.DRAFT
        names = ("position", "section", "code", "source", "shape", "points", "parameters", "clause")
        assert list(draft.items.values(*names)) == list(source.items.values(*names))
        event = AuditEvent.objects.get(action="起草考核办法")
        assert (event.by, event.unit_path) == (county_officer, tree.county.path)

    def test_does_not_count_before_it_is_adopted(self, tree: County, county_officer: User):
        draft_of(county_officer)

        rules = rules_of([tree.county], DECEMBER)[tree.county.pk]

        assert rules["2"]["name"] == common().name

    def test_second_draft_of_the_same_is_refused(self, county_officer: User):
        draft_of(county_officer)

        with pytest.raises(Refused, match="草案还没有采用"):
            draft_of(county_officer)

        assert Scheme.objects.exclude(county=None).count() == 1

    def test_group_of_peers_has_a_scheme_of_its_own(self, tree: County, county_officer: User):
        group = town_group(tree)
        draft_of(county_officer)

        draft = draft_of(county_officer, peer_group=group)
        adopt(draft, county_officer)

        assert draft.name.endswith("（镇组）")
        assert "2/镇组" in rules_of([tree.county], NOVEMBER)[tree.county.pk]

    def test_group_of_another_level_is_refused(self, tree: County, county_officer: User):
        with pytest.raises(Refused, match="不是这个层级的同组"):
            draft_of(county_officer, common(Level.VILLAGE), peer_group=town_group(tree))

    @pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP_CLERK, Role.AUDITOR])
    def test_others_make_none(self, tree: County, role: Role):
        unit = tree.townships[0] if role == Role.TOWNSHIP_CLERK else tree.county

        with pytest.raises(Forbidden):
            draft_of(make_user(role, unit))


class TestAdoption:
    def test_ends_the_version_before_it(self, tree: County, county_officer: User):
        first = adopt(draft_of(county_officer), county_officer)
        second = draft_of(county_officer, first)
        change(second, county_officer, valid_from=DECEMBER, name="新办法")

        adopt(second, county_officer)

        first.refresh_from_db()
        assert (first.valid_from, first.valid_to) == (NOVEMBER, NOVEMBER)
        names = [
            rules_of([tree.county], m)[tree.county.pk]["2"]["name"]
            for m in (Month(2026, 10), NOVEMBER, DECEMBER, Month(2027, 6))
        ]
        assert names == [common().name, first.name, "新办法", "新办法"]
        events = AuditEvent.objects.filter(action="采用考核办法").order_by("pk")
        assert [event.note for event in events] == ["", "第1版用到2026年11月"]

    def test_corrects_one_that_has_not_begun(self, tree: County, county_officer: User):
        first = adopt(draft_of(county_officer), county_officer)
        second = draft_of(county_officer, first)
        change(second, county_officer, name="改正的办法")

        adopt(second, county_officer)

        rules = rules_of([tree.county], NOVEMBER)[tree.county.pk]["2"]
        assert (rules["name"], rules["version"]) == ("改正的办法", 2)

    def test_adopted_scheme_never_changes(self, county_officer: User):
        scheme = adopt(draft_of(county_officer), county_officer)
        item = scheme.items.first()
        assert item is not None

        with pytest.raises(Refused, match="已经采用，不能再改"):
            change(scheme, county_officer, name="别的")
        with pytest.raises(Refused, match="已经采用，不能再改"):
            change_item(item=item, text=text_of(item), revision=scheme.revision, by=county_officer)
        with pytest.raises(Refused, match="已经采用，不能再改"):
            withdraw_draft(scheme=scheme, revision=scheme.revision, by=county_officer)

    def test_common_scheme_never_changes(self, county_officer: User):
        with pytest.raises(Refused, match="通用考核办法不能修改"):
            change(common(), county_officer, name="别的")

    def test_month_that_has_begun_meanwhile_is_refused(self, county_officer: User):
        draft = draft_of(county_officer)

        with pytest.raises(Refused, match=r"2026年11月已经开始.*2026年12月"):
            adopt(draft, county_officer, today=dt.date(2026, 11, 1))

        draft.refresh_from_db()
        assert draft.state == SchemeState.DRAFT

    def test_closed_month_is_refused(self, tree: County, county_officer: User):
        draft = draft_of(county_officer)
        Period.objects.create(
            county=tree.county,
            month=Month(2026, 9),
            state=PeriodState.CLOSED,
            closed_at=dt.datetime(2026, 10, 6, tzinfo=dt.UTC),
        )

        with pytest.raises(Refused, match="2026年9月已经结账"):
            change(draft, county_officer, valid_from=Month(2026, 9))

    def test_before_the_adopted_one_is_refused(self, county_officer: User):
        draft = draft_of(county_officer)
        change(draft, county_officer, valid_from=DECEMBER)
        adopted = adopt(draft, county_officer)
        second = draft_of(county_officer, adopted)

        with pytest.raises(Refused, match="新的一版不能早于它"):
            change(second, county_officer, valid_from=NOVEMBER)

        assert second.valid_from == DECEMBER

    def test_group_that_has_ended_is_refused(self, tree: County, county_officer: User):
        group = town_group(tree, valid_to=dt.date(2026, 11, 1))
        draft = draft_of(county_officer, peer_group=group)

        with pytest.raises(Refused, match="已经停用"):
            adopt(draft, county_officer)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"points": 500}, "合计 99 分，还差 1 分"),
            ({"points": 700}, "合计 101 分，多出 1 分"),
            ({"parameters": {}}, "没有选计数"),
            ({"parameters": {"numerator": "magic", "denominator": 1, "each": 1}}, "没有“magic”"),
            ({"parameters": {"numerator": "broadcasts", "denominator": 1}}, "每次扣分必须大于零"),
            ({"source": ""}, "没有数据来源"),
            (
                {"parameters": {"numerator": "indicator.none", "denominator": 1, "each": 1}},
                "不在本县指标目录里",
            ),
        ],
    )
    def test_scheme_that_is_not_whole_is_refused(
        self, county_officer: User, fields: dict[str, Any], sentence: str
    ):
        draft = draft_of(county_officer)
        draft.items.filter(code="broadcast").update(**fields)

        with pytest.raises(Refused, match=sentence):
            adopt(draft, county_officer)

    def test_bonus_and_veto_are_no_part_of_the_100(self, county_officer: User):
        draft = draft_of(county_officer)
        bonus = ItemText(
            "", "加分", "disputes", "bonus", 300, {"numerator": "disputes_solved", "each": 50}, "加"
        )
        add_item(scheme=draft, text=bonus, revision=1, by=county_officer)

        adopt(draft, county_officer)

        draft.refresh_from_db()
        assert draft.state == SchemeState.ADOPTED

    def test_older_page_is_a_conflict(self, county_officer: User):
        draft = draft_of(county_officer)
        change(draft, county_officer, basis="文件")

        with pytest.raises(Conflict):
            adopt_scheme(scheme=draft, revision=1, today=TODAY, by=county_officer)


def text_of(item: ScoreItem, **changes: Any) -> ItemText:
    names = ("section", "name", "source", "shape", "points", "parameters", "clause")
    return ItemText(**{**{name: getattr(item, name) for name in names}, **changes})


class TestItems:
    def test_items_of_a_section_stand_together(self, county_officer: User):
        draft = draft_of(county_officer)
        for code, revision in (("column", 1), ("patrol-days", 2), ("meeting", 3)):
            item = draft.items.get(code=code)
            change_item(
                item=item,
                text=text_of(item, section="宣传"),
                revision=revision,
                by=county_officer,
            )

        codes = list(draft.items.order_by("position").values_list("code", flat=True))

        assert codes[:4] == ["patrol-days", "column", "meeting", "patrol-nights"]

    def test_section_is_moved_as_a_whole(self, county_officer: User):
        draft = draft_of(county_officer)
        item = draft.items.get(code="patrol-days")
        change_item(item=item, text=text_of(item, section="巡逻"), revision=1, by=county_officer)

        move_section(scheme=draft, section="巡逻", step=1, revision=2, by=county_officer)

        last = draft.items.order_by("position").last()
        assert last is not None
        assert last.code == "patrol-days"

    def test_codes_of_earlier_versions_are_not_used_again(self, county_officer: User):
        draft = draft_of(county_officer)
        text = text_of(draft.items.get(code="broadcast"), name="第二个广播会", points=100)
        first = add_item(scheme=draft, text=text, revision=1, by=county_officer)
        ScoreItem.objects.filter(scheme=draft, code="patrol-days").update(points=700)
        adopt(draft, county_officer)
        second = draft_of(county_officer, draft)
        second.items.filter(code=first.code).delete()

        added = add_item(scheme=second, text=text, revision=1, by=county_officer)

        assert (first.code, added.code) == ("routine-1", "routine-2")

    def test_withdrawn_draft_leaves_its_text_in_the_trail(self, county_officer: User):
        draft = draft_of(county_officer)

        withdraw_draft(scheme=draft, revision=1, by=county_officer)

        assert not Scheme.objects.exclude(county=None).exists()
        event = AuditEvent.objects.get(action="撤回考核办法草案")
        assert len(event.before["items"]) == 14
        with pytest.raises(Refused, match="已经撤回"):
            withdraw_draft(scheme=draft, revision=1, by=county_officer)


class TestTrial:
    def test_scores_the_closed_month_and_writes_nothing(self, tree: County, county_officer: User):
        perfect_county(tree)
        close_month(counties=[tree.county], month=MONTH, by=None)
        draft = draft_of(county_officer)
        same = trial(draft, tree.county)
        draft.items.filter(code="patrol-nights").update(
            parameters={
                "numerator": "nights_covered",
                "denominator": "nights_expected",
                "target": 200,
            }
        )
        frozen = list(Scorecard.objects.order_by("pk").values())

        found = trial(draft, tree.county)

        assert same is not None
        assert (same.moved, same.regraded) == (0, 0)
        assert found is not None
        assert [(row.name, row.gain) for row in found.rows] == [("甲镇", -400), ("乙镇", -400)]
        assert found.grades[0] == ("优秀", 2, 2)
        assert list(Scorecard.objects.order_by("pk").values()) == frozen
        assert Edition.objects.count() == 1

    def test_draft_of_a_group_scores_its_units_alone(self, tree: County, county_officer: User):
        perfect_county(tree)
        group = town_group(tree, unit_kinds=[])
        group.units.add(tree.townships[0])
        close_month(counties=[tree.county], month=MONTH, by=None)

        found = trial(draft_of(county_officer, peer_group=group), tree.county)

        assert found is not None
        assert [row.name for row in found.rows] == ["甲镇"]
