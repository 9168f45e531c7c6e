"""The events lead, by plain bookkeeping, from the county of 2005 to the official list of today."""

import json
import re

import pytest

from pingan.enums import OfficeRole, UnitEventKind, UnitKind
from pingan.loaders import structure as structure_module
from pingan.loaders.departments import read_departments, read_places
from pingan.loaders.division import read_county
from pingan.loaders.groups import share_groups
from pingan.loaders.offices import read_offices
from pingan.loaders.structure import STRUCTURES_DIR, StructureError, read_structure

GUIDED = {  # document A, written out by hand
    "县委政法委": "角奎",
    "县公安局": "新场 毛坪 洛泽河 龙街 奎香 树林",
    "县人民检察院": "荞山 海子 发达",
    "县人民法院": "龙安 两河 钟鸣",
    "县司法局": "小草坝 龙海 牛街 洛旺 柳溪",
}
INSPECTED = {  # document E
    "第一工作组": "刘家镇 梓棉乡 白蝉乡 玉河镇 石板镇 朝真乡",
    "第二工作组": "经济试验区 游仙镇 新桥镇 云凤乡 街子乡 东宣乡",
    "第三工作组": "忠兴镇 柏林镇 魏城镇 徐家镇 太平乡 凤凰乡",
    "第四工作组": "涪江街道 富乐街道 石马镇 小枧沟镇 观太乡 东林乡 建华乡",
    "第五工作组": "",
}


@pytest.fixture
def yiliang():
    return read_structure("530628", 2005)


@pytest.fixture
def youxian():
    return read_structure("510704", 2009)


def test_county_of_2005_has_the_totals_of_the_report(yiliang):
    villages = [village.code for township in yiliang.townships for village in township.villages]

    assert len(yiliang.townships) == 18
    assert len(villages) == len(set(villages)) == 137
    assert yiliang.groups_total == 2921
    assert sum(township.kind is UnitKind.TOWN for township in yiliang.townships) == 3
    assert sum(township.population or 0 for township in yiliang.townships) == 477811


def test_groups_share_out_to_the_total_and_keep_the_known(yiliang):
    villages = [village.code for township in yiliang.townships for village in township.villages]

    shares = share_groups(villages, yiliang.groups_total, yiliang.known_groups)

    assert sum(shares.values()) == 2921
    assert shares["530628102211"] == 30  # 龙潭村
    assert min(shares.values()) > 1
    assert shares == share_groups(villages, yiliang.groups_total, yiliang.known_groups)


@pytest.mark.parametrize(("villages", "total"), [([], 5), (["a"], -1), (["a"], 5000)])
def test_groups_that_cannot_be_shared_are_refused(villages, total):
    with pytest.raises(ValueError, match="无法分配"):
        share_groups(villages, total)


def test_everyone_is_guided_as_the_report_says(yiliang):
    names = {township.code: township.name for township in yiliang.townships}

    guided = {row.department: [names[code] for code in row.townships] for row in yiliang.guidance}

    stems = {who: [re.sub("[苗彝族]*[镇乡]$", "", n) for n in of] for who, of in guided.items()}
    assert stems == {who: of.split() for who, of in GUIDED.items()}
    departments = {row.name for row in read_departments("530628000000", "彝良县")}
    assert set(guided) <= departments


def test_inspection_groups_of_the_notice(youxian):
    names = {township.code: township.name for township in youxian.townships}

    groups = {g.name: [names[code] for code in g.townships] for g in youxian.inspection_groups}

    assert groups == {name: of.split() for name, of in INSPECTED.items()}
    assert len(names) == 25
    assert [g.lead for g in youxian.inspection_groups] == [
        "区综治办",
        "区法院",
        "区检察院",
        "区公安分局",
        "区司法局",
    ]
    sectors = {
        unit.name
        for unit in read_departments("510704000000", "游仙区")
        if unit.kind is UnitKind.SECTOR
    }
    assert set(youxian.inspection_groups[4].sectors) == set(youxian.sectors) == sectors


def test_events_lead_to_the_official_list_of_today(yiliang):
    """A second, naive bookkeeping: code → (name, parent), no tree, no services."""
    names = {township.code: township.name for township in yiliang.townships}
    parents = dict.fromkeys(names, yiliang.county_code)
    for township in yiliang.townships:
        for village in township.villages:
            names[village.code], parents[village.code] = village.name, township.code

    for event in yiliang.events:
        _apply(event, names, parents)

    today = {unit.code: (unit.name, unit.parent_code) for unit in read_county("530628")[1:]}
    assert {code: (names[code], parents[code]) for code in names} == today


def _apply(event, names, parents):
    if event.kind is UnitEventKind.CREATE:
        assert event.code not in names
        names[event.code], parents[event.code] = event.name, event.to
    elif event.kind is UnitEventKind.MOVE:
        parents[event.unit] = event.to
    elif event.kind is UnitEventKind.MERGE:
        del names[event.unit], parents[event.unit]
        for code in [code for code, parent in parents.items() if parent == event.unit]:
            parents[code] = event.to
    elif event.kind is UnitEventKind.RENAME:
        code, parent = event.code or event.unit, parents.pop(event.unit)
        del names[event.unit]
        names[code], parents[code] = event.name, parent
    else:
        assert event.kind is UnitEventKind.SPLIT
        for new in event.into:
            names[new.code], parents[new.code] = new.name, parents[event.unit]
            for old, (code, name) in new.villages.items():
                assert parents.pop(old) == event.unit
                names[code], parents[code] = name or names.pop(old), new.code
                names.pop(old, None)
        assert event.unit not in parents.values()
        del names[event.unit], parents[event.unit]


def test_every_event_names_its_source_and_span(yiliang):
    assert len(yiliang.events) == 43
    for event in yiliang.events:
        assert event.source
        assert yiliang.as_of < event.not_before < event.on
    assert {event.on.year for event in yiliang.events} == {2006, 2016, 2019, 2020, 2021}
    inferred = {event.name for event in yiliang.events if not event.is_verified}
    assert inferred == {"蚕桑林社区居民委员会", "角奎社区居民委员会", "桐林社区居民委员会"}


def test_year_that_is_not_kept_is_refused():
    with pytest.raises(StructureError, match="只有 2005 年的历史建制数据，没有 2004 年的"):
        read_structure("530628", 2004)
    with pytest.raises(StructureError, match="没有 530621 的历史建制数据"):
        read_structure("530621", 2005)


def test_damaged_structure_file_is_refused(tmp_path, monkeypatch):
    data = json.loads((STRUCTURES_DIR / "530628.json").read_text(encoding="utf-8"))
    del data["townships"][3]["name"]
    (tmp_path / "530628.json").write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setattr(structure_module, "STRUCTURES_DIR", tmp_path)

    with pytest.raises(StructureError, match=r"530628\.json 的内容有误"):
        read_structure("530628", 2005)


def test_inspection_groups_are_kept_by_office_without_persons():
    data = json.loads((STRUCTURES_DIR / "510704.json").read_text(encoding="utf-8"))

    for group in data["inspection_groups"]:
        assert set(group) == {"name", "lead", "vehicle", "townships", "sectors"}


def test_departments_are_named_for_the_county():
    units = list(read_departments("510704000000", "游仙区"))

    sectors = [unit for unit in units if unit.kind is UnitKind.SECTOR]
    assert [unit.name for unit in sectors] == [
        "党群口",
        "区政府办口",
        "财金口",
        "政法口",
        "发计口",
        "农口",
        "教卫口",
    ]
    assert {unit.parent_code for unit in units if unit not in sectors} == {s.code for s in sectors}
    assert len({unit.code for unit in units}) == len(units) == 50
    assert "区公安局" in {unit.name for unit in units}


def test_places_are_marked_as_made_up():
    places = list(read_places("彝良县", [("530628001000", "角奎街道"), ("530628102000", "新街镇")]))

    assert all(place.name.endswith("（演示）") for place in places)
    assert {place.name for place in places if place.parent_code == "530628102000"} == {
        "新街中心学校（演示）",
        "新街集贸市场（演示）",
    }


@pytest.mark.parametrize("county", [("530628000000", "彝良县"), ("530621000000", "鲁甸县")])
def test_every_office_has_exactly_one_name_today(county):
    rows = list(read_offices(*county))

    assert sorted(row.role for row in rows if row.valid_to is None) == sorted(OfficeRole)
    for row in rows:
        if row.valid_to:
            assert [r.valid_from for r in rows if r.role == row.role].count(row.valid_to) == 1


def test_lead_office_of_a_county_without_its_own_names():
    names = {row.role: row for row in read_offices("530621000000", "鲁甸县") if not row.valid_to}

    assert names[OfficeRole.LEAD_OFFICE].short_name == "县创安办"
    assert names[OfficeRole.TOWNSHIP_OFFICE].short_name == "综治办"
