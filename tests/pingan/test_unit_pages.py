"""Unit pages: what a stranger, a clerk and the officer see, and what each form does."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from pingan.enums import Role, UnitKind
from pingan.loaders.unit_sheet import HEADERS
from pingan.models import Guidance, Unit
from pingan.services.units import merge_unit, rename_unit
from tests.factories import make_county, make_user

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 9, 10, 4, tzinfo=dt.UTC), tick=False):
        yield


def names(response, key="page"):
    return [version.name for version in response.context[key]]


def change(client, unit, what, **data):
    data = {"on": "2026-03-01", "note": "批复〔2026〕1号", **data}
    return client.post(f"/units/{unit.pk}/{what}", data)


def test_officer_sees_his_county_and_nobody_elses(tree, county_officer, client_of):
    make_county("530629", "邻县")

    response = client_of(county_officer).get("/units/")

    assert names(response) == ["甲镇", "乙镇", "政法口"]


def test_clerk_sees_his_villages_alone(tree, township_clerk, client_of):
    response = client_of(township_clerk).get("/units/")

    assert names(response) == ["甲1村", "甲2村"]
    assert "从 Excel 导入" not in response.text


def test_inspector_sees_the_units_lent_to_him(tree, client_of):
    inspector = make_user(Role.INSPECTOR, tree.departments[0])
    inspector.lent_units.add(tree.townships[1])

    assert names(client_of(inspector).get("/units/")) == ["乙镇"]


def test_search_finds_visible_units_only(tree, township_clerk, client_of):
    make_county("530629", "邻县")  # has 甲1村 of its own

    client = client_of(township_clerk)

    assert names(client.get("/units/", {"q": "1村"})) == ["甲1村"]
    assert names(client.get("/units/", {"q": "乙"})) == []
    assert "没有符合条件的单位" in client.get("/units/", {"q": "乙"}).text
    assert names(client.get("/units/", {"q": "530628100202"})) == ["甲2村", "1组", "2组"]


def test_past_day_shows_its_names_and_places(tree, county_officer, client_of):
    rename_unit(unit=tree.townships[0], name="新名镇", on=ON, by=None)
    merge_unit(unit=tree.townships[1], into=tree.townships[0], on=dt.date(2026, 5, 1), by=None)

    client = client_of(county_officer)

    assert names(client.get("/units/", {"day": "2026-02-28"})) == ["甲镇", "乙镇", "政法口"]
    assert names(client.get("/units/", {"day": "2026-04-01"})) == ["新名镇", "乙镇", "政法口"]
    assert names(client.get("/units/")) == ["新名镇", "政法口"]
    page = client.get(f"/units/{tree.townships[0].pk}/", {"day": "2026-02-28"})
    assert names(page, "children") == ["甲1村", "甲2村"]
    assert "2026年2月28日的建制" in page.text
    now = client.get(f"/units/{tree.townships[0].pk}/")
    assert sorted(names(now, "children")) == ["乙1村", "乙2村", "甲1村", "甲2村"]


def test_wrong_day_is_named_and_today_shown(tree, county_officer, client_of):
    response = client_of(county_officer).get("/units/", {"day": "2026-02-30"})

    assert names(response) == ["甲镇", "乙镇", "政法口"]
    assert "输入一个有效的日期" in response.text


def test_unit_page_tells_history_guidance_and_successor(tree, county_officer, client_of):
    Guidance.objects.create(guide=tree.departments[0], unit=tree.townships[0], valid_from=ON)
    merge_unit(
        unit=tree.villages[0],
        into=tree.villages[1],
        on=ON,
        by=county_officer,
        note="县批复〔2026〕9号",
    )
    client = client_of(county_officer)

    township = client.get(f"/units/{tree.townships[0].pk}/").text
    gone = client.get(f"/units/{tree.villages[0].pk}/").text

    assert "挂钩单位" in township
    assert "公安局" in township
    assert "已停用" in gone
    assert "2026年9月10日没有这个单位" in gone
    assert "县批复〔2026〕9号" in gone
    assert f'/units/{tree.villages[1].pk}/">甲2村' in gone


def test_unit_of_another_is_not_found(tree, township_clerk, client_of):
    client = client_of(township_clerk)

    for unit in (tree.townships[1], tree.villages[2], tree.county, tree.departments[0]):
        assert client.get(f"/units/{unit.pk}/").status_code == 404
    assert client.get(f"/units/{tree.villages[0].pk}/").status_code == 200


def test_clerk_cannot_change_what_he_sees(tree, township_clerk, client_of):
    client = client_of(township_clerk)

    response = change(client, tree.villages[0], "close")

    assert response.status_code == 403
    assert client.get("/units/import").status_code == 403
    assert Unit.objects.get(pk=tree.villages[0].pk).is_living
    assert client.get(f"/units/{tree.villages[0].pk}/").context["changes"] == []


def test_every_change_by_its_form(tree, county_officer, client_of):
    client, town = client_of(county_officer), tree.townships[0]
    village = {"name": "新村", "kind": UnitKind.VILLAGE, "code": "530628100299"}
    renamed = {"name": "改名村", "code": "530628100201"}
    part = {"name": "丙镇", "kind": UnitKind.TOWN, "code": "530628102000"}

    answers = [
        change(client, town, "add", **village, population=900),
        change(client, tree.villages[0], "rename", **(village | renamed)),
        change(client, tree.villages[0], "move", to=tree.townships[1].pk),
        change(client, tree.groups[6], "close"),
        change(client, tree.villages[2], "merge", into=tree.villages[3].pk),
        change(client, town, "split", **part, children=[tree.villages[1].pk]),
        change(client, town, "correct", population=5, households=2, area="1.5", market_days="1,6"),
    ]

    assert [answer.status_code for answer in answers] == [302] * 7
    living = {
        unit.name: str(unit.parent) for unit in Unit.objects.living().filter(level__in=[2, 3])
    }
    assert living == {
        "甲镇": "演示县",
        "乙镇": "演示县",
        "丙镇": "演示县",
        "新村": "甲镇",
        "改名村": "乙镇",
        "甲2村": "丙镇",
        "乙2村": "乙镇",
    }
    town.refresh_from_db()
    assert (town.population, town.market_days) == (5, "1,6")
    assert "合并已登记" in client.get(f"/units/{tree.villages[3].pk}/").text


def test_refusal_is_shown_in_the_form_with_what_was_typed(tree, county_officer, client_of):
    response = change(
        client_of(county_officer),
        tree.villages[0],
        "rename",
        name="改名村",
        kind=UnitKind.VILLAGE,
        code=tree.villages[1].code,
    )

    assert response.status_code == 200
    assert "已经用于“甲2村”" in response.text
    assert 'value="改名村"' in response.text
    assert Unit.objects.get(pk=tree.villages[0].pk).name == "甲1村"


def test_bad_input_changes_nothing(tree, county_officer, client_of):
    other = make_county("530629", "邻县")
    client, village = client_of(county_officer), tree.villages[0]

    for what, data in (
        ("move", {"to": other.townships[0].pk}),
        ("merge", {"into": other.villages[0].pk}),
        ("close", {"on": "2026-13-01"}),
        ("rename", {"name": "", "kind": "village", "code": "1"}),
        ("rename", {"name": "新", "kind": "town", "code": "1"}),
    ):
        assert change(client, village, what, **data).context["form"].errors

    assert change(client, village, "explode").status_code == 404
    assert change(client, tree.county, "close").status_code == 404
    assert Unit.objects.living().get(pk=village.pk).name == "甲1村"


def test_workbook_is_imported_or_every_mistake_listed(tree, county_officer, client_of):
    client = client_of(county_officer)
    good = ["530628100209", "丙村", "村", tree.townships[0].code, *[None] * 4, "2026-01-01"]

    wrong = client.post("/units/import", {"file": upload(good, [*good[:2], "庄", *good[3:]])})
    assert wrong.status_code == 200
    assert "工作表“单位”单元格 C3：不认识类型“庄”" in wrong.text
    assert not Unit.objects.filter(name="丙村").exists()

    assert client.post("/units/import", {"file": upload(good)}).status_code == 302
    assert Unit.objects.get(name="丙村").parent == tree.townships[0]


def test_what_is_no_workbook_is_refused(tree, county_officer, client_of):
    file = SimpleUploadedFile("x.xlsx", b"hello")

    response = client_of(county_officer).post("/units/import", {"file": file})

    assert "这不是 Excel 工作簿" in response.text


def test_pages_cost_the_same_with_one_row_and_with_many(
    tree, county_officer, client_of, django_assert_max_num_queries
):
    client = client_of(county_officer)
    addresses = ["/units/", f"/units/{tree.townships[0].pk}/", "/units/?q=村"]
    for address in addresses:
        client.get(address)
        with django_assert_max_num_queries(16) as before:
            client.get(address)
        before_count = len(before)
        for number in range(3):
            change(
                client,
                tree.townships[0],
                "add",
                name=f"增{number}村",
                kind=UnitKind.VILLAGE,
                code=f"53062810{addresses.index(address)}25{number}",
            )
        client.get(f"/units/{tree.townships[1].pk}/")  # shows the messages
        with django_assert_max_num_queries(before_count):
            client.get(address)


def upload(*rows):
    book = openpyxl.Workbook()
    book.active.title = "单位"
    for row in (HEADERS, *rows):
        book.active.append(list(row))
    book.save(stream := io.BytesIO())
    return SimpleUploadedFile("单位.xlsx", stream.getvalue())
