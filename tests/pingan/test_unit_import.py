"""manage.py import_units: all or nothing, every mistake with its cell."""

import datetime as dt
from io import StringIO

import openpyxl
import pytest
import time_machine
from django.core.management import CommandError, call_command

from pingan.enums import Role
from pingan.loaders.unit_sheet import HEADERS
from pingan.models import AuditEvent, CountySettings, OfficeName, Unit, UnitEvent, UnitVersion
from pingan.refusals import Forbidden
from pingan.selectors.units import tree_on
from pingan.services.unit_import import ImportRefused, import_units
from pingan.workbooks import SheetRows
from tests.factories import make_county, make_user

pytestmark = pytest.mark.django_db
FROM = "2026-01-01"
COUNTY: list[object] = ["530699000000", "新县", "县", None, 300000, 80000, 1200.5, None, FROM]
TOWN: list[object] = [
    "530699100000",
    "新镇",
    "镇",
    "530699000000",
    20000,
    5000,
    "85.25",
    "3、8",
    FROM,
]
VILLAGE: list[object] = ["530699100201", "甲村", "村", "530699100000", 900, 210, None, "3,8", FROM]
GROUP: list[object] = [
    "530699100201001",
    "1组",
    "小组",
    "530699100201",
    None,
    None,
    None,
    None,
    FROM,
]
SECTOR: list[object] = ["530699K1", "政法口", "口", "530699000000", None, None, None, None, FROM]
POLICE: list[object] = ["530699K101", "县公安局", "部门", "530699K1", None, None, None, None, FROM]
SQUAD: list[object] = [
    "530699K101-1",
    "治安大队",
    "内设单位",
    "530699K101",
    None,
    None,
    None,
    None,
    FROM,
]
WHOLE: list[list[object]] = [COUNTY, TOWN, VILLAGE, GROUP, SECTOR, POLICE, SQUAD]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 9, 10, 4, tzinfo=dt.UTC), tick=False):
        yield


def sheet(*rows, header=HEADERS):
    return SheetRows("单位", [list(header), *map(list, rows)])


def changed(row, **cells):
    """A row with cells replaced, by the letter of their column."""
    new = list(row)
    for letter, value in cells.items():
        new["ABCDEFGHI".index(letter)] = value
    return new


def sentences(*rows, header=HEADERS):
    with pytest.raises(ImportRefused) as refused:
        import_units(sheet=sheet(*rows, header=header), by=None)
    assert not Unit.objects.filter(code__startswith="530699").exists()
    assert not UnitEvent.objects.exists()
    assert not AuditEvent.objects.exists()
    return [sentence.removeprefix("工作表“单位”单元格 ") for sentence in refused.value.sentences]


def test_whole_county_in_any_order_of_rows():
    result = import_units(sheet=sheet(*reversed(WHOLE)), by=None)

    county = Unit.objects.get(code="530699000000")
    tree = {version.code: version for version in tree_on(county, dt.date(2026, 1, 1))}
    assert result.units == len(tree) == 7
    parents = [(code, version.parent and version.parent.code) for code, version in tree.items()]
    assert set(parents) == {(row[0], row[3]) for row in WHOLE}
    town = Unit.objects.get(code="530699100000")
    assert (town.population, town.households, str(town.area)) == (20000, 5000, "85.25")
    assert (town.market_days, town.valid_from) == ("3,8", dt.date(2026, 1, 1))
    squad = Unit.objects.get(code="530699K101-1")
    assert squad.path.startswith(Unit.objects.get(code="530699K1").path)
    assert len(squad.path) == 32
    assert CountySettings.objects.filter(county=county).count() == 1
    assert OfficeName.objects.filter(county=county, valid_to=None).count() == 3
    assert AuditEvent.objects.get().after == {"units": 7}


def test_new_units_under_a_county_that_is_there(tree, county_officer):
    rows = [
        [
            "530628100209",
            "丙村",
            "村",
            tree.townships[0].code,
            *[None] * 4,
            dt.datetime(2026, 2, 1),
        ],
        ["530628100209001", "1组", "小组", "530628100209", *[None] * 4, "2026年2月1日"],
    ]

    import_units(sheet=sheet(*rows), by=county_officer)

    village = Unit.objects.get(code="530628100209")
    assert village.parent == tree.townships[0]
    assert village.path.startswith(tree.townships[0].path)
    assert village.county == tree.county
    assert UnitVersion.objects.on(dt.date(2026, 1, 31)).filter(unit=village).count() == 0
    assert AuditEvent.objects.get().by == county_officer


def test_officer_cannot_add_to_another_county(tree, county_officer, township_clerk):
    other = make_county("530629", "邻县")
    row = ["530629100209", "丙村", "村", other.townships[0].code, *[None] * 4, FROM]
    own = ["530628100209", "丙村", "村", tree.townships[0].code, *[None] * 4, FROM]

    for person, rows in (
        (county_officer, [row]),
        (county_officer, [COUNTY]),
        (township_clerk, [own]),
    ):
        with pytest.raises(Forbidden):
            import_units(sheet=sheet(*rows), by=person)

    assert not Unit.objects.filter(name="丙村").exists()


def test_wrong_header_names_every_cell():
    header = ["编码", *HEADERS[1:7], None, "启用日期", "备注"]

    assert sentences(*WHOLE, header=header) == [
        "A1：表头应为“代码”，这里是“编码”。",
        "H1：表头应为“逢场规则”，这里是空的。",
        "J1：多出一列“备注”，请删去，只保留规定的九列。",
    ]


def test_header_with_full_width_brackets_is_the_same():
    header = [*HEADERS[:6], "面积（平方公里）", *HEADERS[7:]]

    assert import_units(sheet=sheet(*WHOLE, header=header), by=None).units == 7


def test_sheet_without_rows_is_refused():
    assert sentences() == ["A2：表头下面没有数据，请从第 2 行开始填写单位。"]
    with pytest.raises(ImportRefused, match="表头应为“代码”，这里是空的"):
        import_units(sheet=SheetRows("单位", []), by=None)


WRONG_CELLS = {
    "code too short": (
        {"A": "53069910020"},
        "A4：“村”的代码应为 12 位数字，这里是“53069910020”（11 位）。",
    ),
    "code with letters": (
        {"A": "53069910O201"},
        "A4：“村”的代码应为 12 位数字，这里是“53069910O201”（12 位）。",
    ),
    "no code": ({"A": None}, "A4：请填写代码。"),
    "village code of a township": (
        {"A": "530699105000"},
        "A4：“村”的代码末三位不能是 000，这里是“530699105000”。",
    ),
    "township code of a village": (
        {"C": "镇", "D": "530699000000"},
        "A4：“镇”的代码末尾应为 3 个 0，这里是“530699100201”。",
    ),
    "no name": ({"B": None}, "B4：请填写名称。"),
    "long name": ({"B": "长" * 41}, "B4：名称最多 40 个字，这里有 41 个字。"),
    "no parent": ({"D": None}, "D4：请填写上级单位的代码。"),
    "missing parent": (
        {"D": "530699107000"},
        "D4：找不到代码为 530699107000 的上级单位，请在表里补上它，或改正上级代码。",
    ),
    "wrong level": ({"D": "530699000000"}, "D4：“新县”（县）下面不能放“村”。"),
    "negative": ({"E": -3}, "E4：应为不小于 0 的整数，这里是“-3”；没有数可以留空。"),
    "fraction": ({"F": 2.5}, "F4：应为不小于 0 的整数，这里是“2.5”；没有数可以留空。"),
    "truth": ({"E": True}, "E4：应为不小于 0 的整数，这里是“True”；没有数可以留空。"),
    "area": ({"G": "NaN"}, "G4：面积应为不小于 0 的数，单位平方公里，这里是“NaN”。"),
    "market days": (
        {"H": "逢三"},
        "H4：逢场规则应写日期尾数，如“3,8”表示逢三、逢八，这里是“逢三”。",
    ),
    "no date": ({"I": None}, "I4：请写成 2026-01-01 这样的启用日期。"),
    "no such day": (
        {"I": "2026-02-30"},
        "I4：“2026-02-30”不是日期，请写成 2026-01-01 这样的启用日期。",
    ),
    "future": ({"I": "2026-10-01"}, "I4：启用日期不能晚于今天，请在启用之后再导入。"),
    "before its parent": (
        {"I": "2025-01-01"},
        "I4：启用日期早于上级“新镇”的启用日期 2026-01-01，请核对。",
    ),
}


@pytest.mark.parametrize(("cells", "sentence"), WRONG_CELLS.values(), ids=WRONG_CELLS)
def test_wrong_cell_is_named(cells, sentence):
    assert sentences(COUNTY, TOWN, changed(VILLAGE, **cells)) == [sentence]


def test_unknown_kind_lists_the_known_ones():
    (sentence,) = sentences(COUNTY, changed(TOWN, C="区公所"))

    assert sentence.startswith("C3：不认识类型“区公所”，请填写：县、街道、镇、乡、")


def test_group_code_must_continue_its_village():
    (sentence,) = sentences(COUNTY, TOWN, VILLAGE, changed(GROUP, A="530699100202001"))

    assert sentence == "A5：小组代码应在所属村代码 530699100201 后面加三位数字。"


def test_county_has_no_parent():
    assert sentences(changed(COUNTY, D="530000000000")) == ["D2：县没有上级，请把这一格留空。"]


def test_duplicate_code_in_the_sheet_names_both_rows():
    assert sentences(COUNTY, TOWN, changed(TOWN, B="又一镇")) == [
        "A4：代码 530699100000 与第 3 行重复，请核对。"
    ]


def test_code_that_is_taken_names_its_unit(tree):
    row = changed(VILLAGE, A=tree.villages[0].code, D=tree.townships[0].code)

    with pytest.raises(ImportRefused, match="A2：代码 530628100201 已经用于“甲1村”"):
        import_units(sheet=sheet(row), by=None)


def test_cycle_of_parents_is_shown_from_each_cell():
    one = changed(SQUAD, A="X-1", D="X-2")
    two = changed(SQUAD, A="X-2", D="X-3")
    three = changed(SQUAD, A="X-3", D="X-1")
    own = changed(SQUAD, A="X-4", D="X-4")
    below = changed(SQUAD, A="X-5", D="X-1")

    assert sentences(COUNTY, one, two, three, own, below) == [
        "D3：上级代码绕成了一圈（X-1 → X-2 → X-3 → X-1），请改正其中一个上级代码。",
        "D4：上级代码绕成了一圈（X-2 → X-3 → X-1 → X-2），请改正其中一个上级代码。",
        "D5：上级代码绕成了一圈（X-3 → X-1 → X-2 → X-3），请改正其中一个上级代码。",
        "D6：上级代码绕成了一圈（X-4 → X-4），请改正其中一个上级代码。",
    ]


def test_all_mistakes_come_at_once_and_a_bad_parent_is_named_once():
    assert [
        sentence.partition("：")[0]
        for sentence in sentences(
            changed(COUNTY, E="很多"), changed(TOWN, H="x", I="x"), VILLAGE, changed(GROUP, B=None)
        )
    ] == ["E2", "H3", "I3", "B5"]


def test_command_reads_a_real_workbook(tmp_path):
    file = tmp_path / "单位.xlsx"
    save(file, [HEADERS, *WHOLE])

    out = StringIO()
    call_command("import_units", file, stdout=out)

    assert out.getvalue().startswith(
        "已导入 7 个单位：县 1 个，乡镇 1 个，村(社区) 1 个，小组 1 个"
    )
    assert Unit.objects.filter(code__startswith="530699").count() == 7


def test_command_fails_with_every_cell(tmp_path):
    file = tmp_path / "单位.xlsx"
    save(file, [HEADERS, COUNTY, changed(TOWN, A="5306991", B=None)])

    with pytest.raises(CommandError) as error:
        call_command("import_units", file)

    assert str(error.value).splitlines() == [
        "没有导入任何单位。",
        "工作表“单位”单元格 A3：“镇”的代码应为 12 位数字，这里是“5306991”（7 位）。",
        "工作表“单位”单元格 B3：请填写名称。",
    ]
    assert not Unit.objects.exists()


def test_command_shows_at_most_two_hundred_mistakes(tmp_path):
    file = tmp_path / "单位.xlsx"
    save(file, [HEADERS, *[changed(COUNTY, B=None)] * 250])

    with pytest.raises(CommandError) as error:
        call_command("import_units", file)

    lines = str(error.value).splitlines()
    assert len(lines) == 202
    assert lines[-1].startswith("另外还有 ")


def test_command_refuses_what_is_no_workbook(tmp_path):
    (tmp_path / "x.xlsx").write_text("不是", encoding="utf-8")

    with pytest.raises(CommandError, match="没有导入任何单位。\n这不是 Excel 工作簿"):
        call_command("import_units", tmp_path / "x.xlsx")


def test_role_of_the_officer_matters_not_his_place(tree):
    leader = make_user(Role.LEADER, tree.county)
    row = ["530628100209", "丙村", "村", tree.townships[0].code, *[None] * 4, FROM]

    with pytest.raises(Forbidden):
        import_units(sheet=sheet(row), by=leader)


def save(file, rows):
    book = openpyxl.Workbook()
    book.active.title = "单位"
    for row in rows:
        book.active.append(list(row))
    book.save(file)
