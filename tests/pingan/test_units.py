"""Dated changes of the tree: every past day keeps its names and its places."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
import time_machine

from pingan.enums import Role, UnitEventKind, UnitKind
from pingan.models import AuditEvent, Guidance, Unit, UnitEvent, UnitVersion
from pingan.refusals import Forbidden, Refused
from pingan.selectors.units import tree_on, unit_on
from pingan.services.units import (
    MovedUnit,
    NewUnit,
    Part,
    close_unit,
    correct_unit,
    create_unit,
    merge_unit,
    move_unit,
    rename_unit,
    split_unit,
)
from tests.factories import make_county, make_user

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 1)
BEFORE = dt.date(2026, 2, 28)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 9, 10, 4, tzinfo=dt.UTC), tick=False):
        yield


def places(county, day):
    """{name: parent's name} of one day."""
    versions = {version.unit_id: version for version in tree_on(county, day)}
    return {
        version.name: versions[version.parent_id].name if version.parent_id else ""
        for version in versions.values()
        if version.level in {1, 2, 3}
    }


def assert_whole(county):
    """Paths, parents and open versions agree; ranges of versions meet without gap or overlap."""
    for unit in Unit.objects.within(county).select_related("parent", "successor"):
        above = unit.parent if unit.is_living else unit.successor or unit.parent
        assert unit.path == (above.path if above else "") + f"{unit.pk:08d}", unit
        versions = list(UnitVersion.objects.filter(unit=unit).order_by("valid_from"))
        assert versions[0].valid_from == unit.valid_from
        for earlier, later in itertools.pairwise(versions):
            assert earlier.valid_to == later.valid_from
        last = versions[-1]
        assert last.valid_to == unit.valid_to
        if unit.is_living:
            shared = ("path", "parent_id", "code", "name", "short_name", "kind", "level")
            assert all(getattr(last, name) == getattr(unit, name) for name in shared), unit


def version_on(unit, day):
    version = unit_on(unit, day)
    assert version is not None
    return version


def last_event():
    event = UnitEvent.objects.order_by("-pk")[0]
    return event.unit.name, event.kind, event.on, event.other.name if event.other else ""


def test_created_unit_stands_from_its_day_on(tree, county_officer):
    unit = create_unit(
        parent=tree.townships[0],
        data=NewUnit("530628100209", "新村", UnitKind.VILLAGE, population=900),
        on=ON,
        by=county_officer,
    )

    assert unit_on(unit, BEFORE) is None
    assert places(tree.county, ON)["新村"] == "甲镇"
    assert (unit.position, unit.county) == (3, tree.county)
    assert last_event() == ("新村", UnitEventKind.CREATE, ON, "")
    assert AuditEvent.objects.get().action == "设立单位"
    assert_whole(tree.county)


def test_renamed_unit_keeps_its_old_name_before(tree, county_officer):
    rename_unit(
        unit=tree.townships[0],
        name="甲街道",
        kind=UnitKind.SUBDISTRICT,
        code="530628001000",
        on=ON,
        by=county_officer,
    )

    old, new = version_on(tree.townships[0], BEFORE), version_on(tree.townships[0], ON)
    assert (old.name, old.kind, old.code) == ("甲镇", UnitKind.TOWN, "530628100000")
    assert (new.name, new.kind, new.code) == ("甲街道", UnitKind.SUBDISTRICT, "530628001000")
    event = AuditEvent.objects.get()
    assert (event.by, event.before["name"], event.after["name"]) == (
        county_officer,
        "甲镇",
        "甲街道",
    )
    assert_whole(tree.county)


def test_new_code_of_a_village_carries_its_groups(tree, county_officer):
    village = tree.villages[0]

    rename_unit(unit=village, code="530628100001", on=ON, by=county_officer)

    codes = [group.code for group in village.children.order_by("code")]
    assert codes == ["530628100001001", "530628100001002"]
    assert version_on(tree.groups[0], BEFORE).code == "530628100201001"
    assert_whole(tree.county)


def test_two_changes_of_one_day_leave_one_version(tree, county_officer):
    unit = tree.villages[0]
    rename_unit(unit=unit, name="一村", on=ON, by=county_officer)
    rename_unit(unit=unit, name="二村", on=ON, by=county_officer)

    names = UnitVersion.objects.filter(unit=unit).order_by("valid_from")
    assert [version.name for version in names] == ["甲1村", "二村"]
    assert_whole(tree.county)


def test_moved_village_takes_its_groups_along(tree, county_officer):
    village = tree.villages[0]

    move_unit(unit=village, to=tree.townships[1], on=ON, by=county_officer)

    assert places(tree.county, BEFORE)["甲1村"] == "甲镇"
    assert places(tree.county, ON)["甲1村"] == "乙镇"
    assert set(Unit.objects.below(tree.townships[1]).values_list("name", flat=True)) >= {
        "甲1村",
        "1组",
    }
    assert UnitVersion.objects.on(BEFORE).within(tree.townships[0].path).count() == 7
    assert UnitVersion.objects.on(ON).within(tree.townships[0].path).count() == 4
    assert_whole(tree.county)


def test_merged_township_hands_over_everything_and_is_seen_from_its_successor(tree, county_officer):
    first, second = tree.townships
    Guidance.objects.create(guide=tree.departments[0], unit=first, valid_from=dt.date(2026, 1, 1))

    merge_unit(unit=first, into=second, on=ON, by=county_officer)

    assert places(tree.county, BEFORE)["甲1村"] == "甲镇"
    after = places(tree.county, ON)
    assert "甲镇" not in after
    assert after["甲1村"] == after["甲2村"] == after["乙1村"] == "乙镇"
    first.refresh_from_db()
    assert (first.valid_to, first.successor) == (ON, second)
    clerk = make_user(Role.TOWNSHIP_CLERK, second)
    assert first in Unit.objects.visible_to(clerk)
    assert Guidance.objects.get().valid_to == ON
    assert last_event() == ("甲镇", UnitEventKind.MERGE, ON, "乙镇")
    assert_whole(tree.county)


def test_code_of_a_merged_unit_is_free_again(tree, county_officer):
    first, second = tree.townships
    merge_unit(unit=first, into=second, on=ON, by=county_officer)

    again = create_unit(
        parent=tree.county,
        data=NewUnit(first.code, "甲镇", UnitKind.TOWN),
        on=dt.date(2026, 5, 1),
        by=county_officer,
    )

    assert again.pk != first.pk
    assert_whole(tree.county)


def test_split_township_leaves_two_and_its_archive_with_the_first(tree, county_officer):
    town = tree.townships[0]
    Guidance.objects.create(guide=tree.departments[0], unit=town, valid_from=dt.date(2026, 1, 1))
    parts = [
        Part(
            NewUnit("530628001000", "东街道", UnitKind.SUBDISTRICT),
            [MovedUnit(tree.villages[0], code="530628001001", name="甲1社区")],
        ),
        Part(
            NewUnit("530628002000", "西街道", UnitKind.SUBDISTRICT), [MovedUnit(tree.villages[1])]
        ),
    ]

    east, west = split_unit(unit=town, parts=parts, on=ON, by=county_officer)

    after = places(tree.county, ON)
    assert (after["甲1社区"], after["甲2村"]) == ("东街道", "西街道")
    assert "甲镇" not in after
    assert version_on(tree.villages[0], ON).kind == UnitKind.COMMUNITY
    assert places(tree.county, BEFORE)["甲1村"] == "甲镇"
    town.refresh_from_db()
    assert (town.valid_to, town.successor) == (ON, east)
    guided = Guidance.objects.filter(valid_to=None).values_list("unit__name", flat=True)
    assert set(guided) == {"东街道", "西街道"}
    assert (east.position, west.position) == (1, 1)
    assert_whole(tree.county)


def test_split_with_keep_leaves_the_rest_where_it_was(tree, county_officer):
    part = Part(NewUnit("530628102000", "丙镇", UnitKind.TOWN), [MovedUnit(tree.villages[0])])

    split_unit(unit=tree.townships[0], parts=[part], on=ON, by=county_officer, keep=True)

    after = places(tree.county, ON)
    assert (after["甲1村"], after["甲2村"], after["甲镇"]) == ("丙镇", "甲镇", "演示县")
    assert_whole(tree.county)


def test_closed_group_is_gone_from_its_day_on(tree, county_officer):
    close_unit(unit=tree.groups[0], on=ON, by=county_officer)

    assert version_on(tree.groups[0], BEFORE).name == "1组"
    assert unit_on(tree.groups[0], ON) is None
    assert_whole(tree.county)


def test_corrected_figures_change_today_alone(tree, county_officer):
    unit = correct_unit(
        unit=tree.villages[0],
        by=county_officer,
        population=1200,
        households=300,
        area=Decimal("12.50"),
        market_days="1,6",
    )

    unit.refresh_from_db()
    assert (unit.population, unit.households, unit.market_days) == (1200, 300, "1,6")
    assert AuditEvent.objects.get().after["population"] == 1200
    assert last_event()[1] == UnitEventKind.CORRECT


def test_chain_of_changes_keeps_every_day(tree, county_officer):
    village, (first, second) = tree.villages[0], tree.townships
    rename_unit(unit=village, name="改名村", on=dt.date(2026, 2, 1), by=county_officer)
    move_unit(unit=village, to=second, on=dt.date(2026, 4, 1), by=county_officer)
    merge_unit(unit=second, into=first, on=dt.date(2026, 6, 1), by=county_officer)

    days = [dt.date(2026, month, 15) for month in (1, 2, 4, 6)]
    assert [places(tree.county, day).get("甲1村") for day in days] == ["甲镇", None, None, None]
    assert [places(tree.county, day).get("改名村") for day in days] == [
        None,
        "甲镇",
        "乙镇",
        "甲镇",
    ]
    assert_whole(tree.county)


REFUSALS = {
    "too early": (dt.date(2019, 12, 31), "不能早于“甲1村”的启用日期"),
    "tomorrow": (dt.date(2026, 9, 11), "不能晚于今天"),
}


@pytest.mark.parametrize(("on", "sentence"), REFUSALS.values(), ids=REFUSALS)
def test_day_out_of_range_is_refused(tree, county_officer, on, sentence):
    with pytest.raises(Refused, match=sentence):
        rename_unit(unit=tree.villages[0], name="新名", on=on, by=county_officer)

    assert UnitVersion.objects.filter(unit=tree.villages[0]).count() == 1


def test_change_before_a_later_change_is_refused(tree, county_officer):
    rename_unit(unit=tree.villages[0], name="新名", on=ON, by=county_officer)

    with pytest.raises(Refused, match="那天“新名”已有一次变更"):
        rename_unit(unit=tree.villages[0], name="更早", on=BEFORE, by=county_officer)
    with pytest.raises(Refused, match="当天或之后已有变更"):
        merge_unit(unit=tree.villages[0], into=tree.villages[1], on=ON, by=county_officer)

    tree.villages[0].refresh_from_db()
    assert tree.villages[0].name == "新名"
    assert_whole(tree.county)


def refused_changes(tree, by):
    """Each change that the shape of the tree forbids, with a word of its sentence."""
    town, village, group = tree.townships[0], tree.villages[0], tree.groups[0]
    taken = NewUnit(tree.villages[3].code, "重码村", UnitKind.VILLAGE)
    return {
        "已经用于“乙2村”": lambda: create_unit(parent=town, data=taken, on=ON, by=by),
        "请填写单位代码": lambda: create_unit(
            parent=town, data=NewUnit("", "无码村", UnitKind.VILLAGE), on=ON, by=by
        ),
        "下面不能设“镇”": lambda: create_unit(
            parent=village, data=NewUnit("530628109000", "镇", UnitKind.TOWN), on=ON, by=by
        ),
        "不在同一层级": lambda: rename_unit(unit=town, kind=UnitKind.VILLAGE, on=ON, by=by),
        "层级不对": lambda: move_unit(unit=village, to=tree.county, on=ON, by=by),
        "自己的下级单位": lambda: move_unit(unit=village, to=group, on=ON, by=by),
        "同一层级的另一个单位": lambda: merge_unit(unit=town, into=village, on=ON, by=by),
        "只能并入同一层级的另一个": lambda: merge_unit(unit=town, into=town, on=ON, by=by),
        "县不能合并": lambda: merge_unit(unit=tree.county, into=tree.county, on=ON, by=by),
        "还有甲1村、甲2村，请先": lambda: close_unit(unit=town, on=ON, by=by),
        "还没有划给分出的单位": lambda: split_unit(
            unit=town,
            parts=[Part(NewUnit("530628109000", "新镇", UnitKind.TOWN), [MovedUnit(village)])],
            on=ON,
            by=by,
        ),
        "不是“甲镇”的下级单位": lambda: split_unit(
            unit=town,
            parts=[
                Part(NewUnit("530628109000", "新镇", UnitKind.TOWN), [MovedUnit(tree.villages[3])])
            ],
            on=ON,
            by=by,
        ),
        "至少写明一个分出的单位": lambda: split_unit(unit=town, parts=[], on=ON, by=by),
    }


def test_changes_against_the_shape_of_the_tree_write_nothing(tree, county_officer):
    for sentence, change in refused_changes(tree, county_officer).items():
        with pytest.raises(Refused, match=sentence):
            change()

    assert not UnitEvent.objects.exists()
    assert not AuditEvent.objects.exists()
    assert UnitVersion.objects.count() == Unit.objects.count() == len(tree.units)
    assert_whole(tree.county)


def test_closed_unit_cannot_be_changed(tree, county_officer):
    close_unit(unit=tree.groups[0], on=ON, by=county_officer)

    with pytest.raises(Refused, match="已经停用"):
        rename_unit(unit=tree.groups[0], name="又来", on=ON, by=county_officer)


def test_unit_does_not_leave_its_county(tree):
    other = make_county("530629", "邻县")

    with pytest.raises(Refused, match="只能在本县内划转"):
        move_unit(unit=tree.villages[0], to=other.townships[0], on=ON, by=None)
    with pytest.raises(Refused, match="只能并入同一个县内"):
        merge_unit(unit=tree.townships[0], into=other.townships[0], on=ON, by=None)


def test_only_the_officer_of_the_county_changes_units(tree, township_clerk):
    stranger = make_user(Role.COUNTY_OFFICER, make_county("530629", "邻县").county)

    for person in (township_clerk, stranger):
        with pytest.raises(Forbidden, match=r"只有县级经办员可以变更单位|只能变更本县的单位"):
            rename_unit(unit=tree.townships[0], name="改名", on=ON, by=person)

    assert not UnitEvent.objects.exists()


def test_tree_of_a_day_costs_one_query_however_large(tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(tree_on(tree.county, ON)) == len(tree.units)
    make_county("530629", "邻县")
    with django_assert_num_queries(1):
        assert len(tree_on(tree.county, ON)) == len(tree.units)
