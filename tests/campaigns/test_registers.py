"""登记册: dated entries, who keeps them, tables and rates."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from campaigns.enums import FacilityKind, PostKind, TeamKind
from campaigns.forms.registers import looks_like_a_name
from campaigns.models import Facility, LeadingPost, TeamEntry
from campaigns.selectors.coverage import Share, coverage
from campaigns.selectors.registers import FACILITIES, POSTS, TEAMS, register_rows, register_units
from campaigns.services.registers import RegisterEdit, save_register
from pingan.models import AuditEvent, Unit, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.factories import County, make_county

ClientOf = Callable[[User], Client]
TODAY = dt.date(2026, 9, 20)
AUGUST_END = dt.date(2026, 8, 31)


def camera(number: int = 4, working: int = 3, needed: int | None = None) -> dict[str, Any]:
    return {
        "kind": FacilityKind.CAMERA.value,
        "number": number,
        "working": working,
        "needed": needed,
        "note": "",
    }


def make_facility(unit: Unit, valid_from: dt.date = dt.date(2026, 1, 1), **fields: Any) -> Facility:
    return Facility.objects.create(unit=unit, valid_from=valid_from, **{**camera(), **fields})


def make_team(unit: Unit, kind: TeamKind = TeamKind.SECURITY, **fields: Any) -> TeamEntry:
    values = {"name": "治保会", "heads": 5, "valid_from": dt.date(2026, 1, 1), **fields}
    return TeamEntry.objects.create(unit=unit, kind=kind, **values)


def make_post(unit: Unit, kind: PostKind = PostKind.HEAD, title: str = "村支书") -> LeadingPost:
    return LeadingPost.objects.create(
        unit=unit,
        office="平安创建领导组",
        kind=kind,
        holder_title=title,
        valid_from=dt.date(2026, 1, 1),
    )


def save(unit: Unit, by: User, *edits: RegisterEdit, on: dt.date = TODAY, **options: Any) -> int:
    register = options.pop("register", FACILITIES)
    return save_register(register=register, unit=unit, on=on, edits=edits, by=by, **options)


def facilities(unit: Unit) -> list[tuple[Any, ...]]:
    return list(
        Facility.objects.filter(unit=unit)
        .order_by("valid_from")
        .values_list("number", "working", "valid_from", "valid_to")
    )


def test_change_ends_the_old_entry_and_begins_a_new_one(tree: County, village_clerk: User):
    old = make_facility(tree.villages[0])

    changed = save(tree.villages[0], village_clerk, RegisterEdit(old.pk, 1, camera(6, 6)))

    assert changed == 1
    assert facilities(tree.villages[0]) == [
        (4, 3, dt.date(2026, 1, 1), TODAY),
        (6, 6, TODAY, None),
    ]
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["停用登记", "新增登记"]


def test_past_month_shows_what_stood_then(tree: County, village_clerk: User):
    old = make_facility(tree.villages[0])
    save(tree.villages[0], village_clerk, RegisterEdit(old.pk, 1, camera(6, 6)))
    units = register_units(village_clerk, TODAY)

    then = register_rows(FACILITIES, units, AUGUST_END)[0].cells
    now = register_rows(FACILITIES, units, TODAY)[0].cells

    place = FacilityKind.values.index("camera")
    assert (then[place].text, now[place].text) == ("3/4", "6/6")


def test_second_change_of_a_day_and_a_correction_stay_one_entry(tree: County, village_clerk: User):
    village = tree.villages[0]
    save(village, village_clerk, RegisterEdit(None, None, camera(2, 2)))
    row = Facility.objects.get()

    save(village, village_clerk, RegisterEdit(row.pk, 1, camera(3, 2)))
    save(
        village,
        village_clerk,
        RegisterEdit(row.pk, 2, camera(3, 3)),
        on=TODAY - dt.timedelta(days=4),
        is_correction=True,
    )

    assert facilities(village) == [(3, 3, TODAY, None)]


def test_same_values_change_nothing(tree: County, village_clerk: User):
    old = make_facility(tree.villages[0])

    assert save(tree.villages[0], village_clerk, RegisterEdit(old.pk, 1, camera())) == 0
    assert not AuditEvent.objects.exists()


def test_emptied_row_ends(tree: County, village_clerk: User):
    old = make_facility(tree.villages[0])

    save(tree.villages[0], village_clerk, RegisterEdit(old.pk, 1, None))

    assert facilities(tree.villages[0]) == [(4, 3, dt.date(2026, 1, 1), TODAY)]


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (TODAY + dt.timedelta(days=1), "不能晚于今天"),
        (dt.date(2019, 1, 1), "设立，变动日期不能早于"),
        (dt.date(2025, 12, 31), "起登记，变动日期不能早于"),
    ],
)
def test_day_of_change_must_be_possible(
    tree: County, village_clerk: User, on: dt.date, sentence: str
):
    old = make_facility(tree.villages[0])

    with pytest.raises(Refused, match=sentence):
        save(tree.villages[0], village_clerk, RegisterEdit(old.pk, 1, camera(9, 9)), on=on)

    assert facilities(tree.villages[0]) == [(4, 3, dt.date(2026, 1, 1), None)]


def test_second_saver_is_told(tree: County, village_clerk: User, township_clerk: User):
    old = make_facility(tree.villages[0])
    save(tree.villages[0], village_clerk, RegisterEdit(old.pk, 1, camera(6, 6)))

    with pytest.raises(Conflict, match="刚被别人改过"):
        save(tree.villages[0], township_clerk, RegisterEdit(old.pk, 1, camera(7, 7)))
    with pytest.raises(Conflict, match="已有这种设施"):
        save(tree.villages[0], township_clerk, RegisterEdit(None, None, camera(7, 7)))

    assert [row[0] for row in facilities(tree.villages[0])] == [4, 6]


def test_only_the_unit_and_its_township_keep_it(
    tree: County, village_clerk: User, other_clerk: User, county_officer: User
):
    new = RegisterEdit(None, None, camera())

    for stranger, unit in (
        (other_clerk, tree.villages[0]),
        (village_clerk, tree.villages[1]),
        (village_clerk, tree.townships[0]),
        (county_officer, tree.villages[0]),
    ):
        with pytest.raises(Forbidden):
            save(unit, stranger, new)

    assert save(tree.county, county_officer, new) == 1
    assert list(Facility.objects.values_list("unit", flat=True)) == [tree.county.pk]


@pytest.mark.parametrize(
    ("text", "is_name"),
    [("张三", True), ("李小明", True), ("镇党委书记", False), ("村支书", False), ("高级", False)],
)
def test_name_in_place_of_a_post(text: str, is_name: bool):
    assert looks_like_a_name(text) is is_name


def test_rates_are_two_counts(tree: County, county_officer: User):
    first, second, third, _fourth = tree.villages
    make_facility(first, kind=FacilityKind.POLICE_ROOM, number=2, working=1, needed=3)
    make_facility(second, kind=FacilityKind.POLICE_ROOM, number=4, working=4, needed=2)
    make_facility(third, kind=FacilityKind.POLICE_ROOM, number=0, working=0)
    make_facility(tree.townships[0], kind=FacilityKind.POLICE_ROOM, number=1, working=1)
    make_facility(make_county("510704", "外县").villages[0], kind=FacilityKind.POLICE_ROOM)
    make_post(first)
    make_post(first, PostKind.DEPUTY, title="")
    make_team(second, is_round_the_clock=True)
    make_team(second, name="二分队", heads=7)

    found = coverage(county_officer, TODAY)

    posts, teams, things = found.tables
    room = things.lines[FacilityKind.values.index("police_room")]
    assert found.levels == ["乡镇", "村(社区)", "单位"]
    assert [share for _label, share in room.by_level] == [Share(1, 2), Share(2, 4), Share(0, 2)]
    assert room.figures == [("数量", 7)]
    assert [share for _label, share in room.shares] == [Share(6, 7), Share(4, 5)]
    assert [dict(line.by_level)["村(社区)已设"] for line in posts.lines[:2]] == [Share(1, 4)] * 2
    assert [dict(line.shares)["村(社区)有人任职"] for line in posts.lines[:2]] == [
        Share(1, 1),
        Share(0, 1),
    ]
    assert [figure for _label, figure in teams.lines[0].figures] == [2, 12]
    assert teams.lines[0].shares == [("24小时值守", Share(1, 2))]
    assert dict(found.townships[0].shares)["警务室"] == Share(2, 2)
    assert dict(found.townships[1].shares)["警务室"] == Share(0, 2)


def test_rates_of_a_past_month_and_their_queries(
    tree: County, county_officer: User, django_assert_num_queries
):
    make_facility(tree.villages[0], valid_from=dt.date(2026, 9, 1))

    with django_assert_num_queries(4):
        coverage(county_officer, TODAY)
    then = coverage(county_officer, AUGUST_END)

    camera_line = then.tables[2].lines[FacilityKind.values.index("camera")]
    assert [share for _label, share in camera_line.by_level] == [
        Share(0, 2),
        Share(0, 4),
        Share(0, 2),
    ]


def test_township_sees_its_villages_as_one_table(
    tree: County, township_clerk: User, client_of: ClientOf
):
    make_team(tree.villages[0])
    make_team(tree.villages[2], name="外镇的队")

    page = client_of(township_clerk).get("/registers/teams/")

    rows = page.context["rows"]
    assert [row.name for row in rows] == ["甲镇", "甲1村", "甲2村"]
    assert [row.cells[0].text for row in rows] == ["空", "1支5人", "空"]


def test_county_opens_a_township_and_a_past_month(
    tree: County, county_officer: User, client_of: ClientOf
):
    make_team(tree.villages[0], valid_to=dt.date(2026, 9, 1))
    client = client_of(county_officer)

    top = client.get("/registers/teams/")
    below = client.get(
        "/registers/teams/", {"under": str(tree.townships[0].pk), "month": "2026-08"}
    )

    assert [row.name for row in top.context["rows"]] == [
        "演示县",
        "甲镇",
        "乙镇",
        "演示县公安局",
        "演示县司法局",
    ]
    assert [row.cells[0].text for row in below.context["rows"]] == ["空", "1支5人", "空"]


def test_village_begins_on_its_own_page(tree: County, village_clerk: User, client_of: ClientOf):
    client = client_of(village_clerk)

    done = client.get("/registers/")
    page = client.get(done["Location"])

    assert done["Location"] == f"/registers/units/{tree.villages[0].pk}/"
    assert page.content.decode().count("空：没有登记。") == 3
    assert client.get(f"/registers/units/{tree.villages[1].pk}/").status_code == 404


def posted(register: str, *rows: dict[str, Any], **day: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"on": "2026-09-20", **day}
    data |= {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0"}
    for index, row in enumerate(rows):
        data |= {f"rows-{index}-{name}": value for name, value in row.items()}
    return data


def test_form_saves_posts_and_refuses_a_name(
    tree: County, village_clerk: User, client_of: ClientOf
):
    address = f"/registers/posts/units/{tree.villages[0].pk}/"
    row = {"office": "平安创建领导组", "kind": "head", "holder_title": "村支书"}
    client = client_of(village_clerk)

    refused = client.post(address, posted("posts", {**row, "holder_title": "张三"}))
    done = client.post(
        address, posted("posts", row, {"office": "", "kind": "", "holder_title": ""})
    )

    assert refused.status_code == 422
    assert "请写职务，不写姓名" in refused.content.decode()
    assert done["Location"] == f"/registers/units/{tree.villages[0].pk}/?month=2026-09"
    assert list(LeadingPost.objects.values_list("office", "kind", "holder_title")) == [
        ("平安创建领导组", "head", "村支书")
    ]


def test_form_names_the_usual_posts_without_saving(
    tree: County, village_clerk: User, client_of: ClientOf
):
    address = f"/registers/posts/units/{tree.villages[0].pk}/"

    page = client_of(village_clerk).post(address, posted("posts", {}, fill="usual"))

    assert [form["kind"].value() for form in page.context["table"].forms] == [
        "head",
        "deputy",
        "office_head",
        "officer",
    ]
    assert not LeadingPost.objects.exists()


def test_form_reads_typed_counts_and_says_what_is_wrong(
    tree: County, village_clerk: User, client_of: ClientOf
):
    address = f"/registers/facilities/units/{tree.villages[0].pk}/"
    blank = [{"kind": kind, "number": "", "working": ""} for kind in FacilityKind.values]
    client = client_of(village_clerk)

    wrong = client.post(
        address, posted("f", {**blank[0], "number": "1", "working": "2"}, *blank[1:])
    )
    client.post(address, posted("f", {**blank[0], "number": "１2", "working": "0"}, *blank[1:]))
    page = client.get(address)

    assert "完好数2多于数量1" in wrong.content.decode()
    assert list(Facility.objects.values_list("kind", "number", "working", "needed")) == [
        ("centre", 12, 0, None)
    ]
    assert [form["number"].value() for form in page.context["table"].forms[:2]] == [12, None]


def test_strangers_get_nothing(tree: County, other_clerk: User, leader: User, client_of: ClientOf):
    address = f"/registers/teams/units/{tree.villages[0].pk}/"

    assert client_of(other_clerk).get(address).status_code == 404
    assert client_of(leader).get(address).status_code == 403
    assert client_of(leader).post(address, posted("teams")).status_code == 403


def test_download_holds_the_table_and_the_counts(
    tree: County, township_clerk: User, client_of: ClientOf
):
    make_team(tree.villages[0])
    client = client_of(township_clerk)

    table = client.get("/registers/teams/download/")
    rates = client.get("/registers/coverage/download/")

    rows = cells(table.content)
    assert rows[3][:4] == ["上级单位", "单位", "治保会", "调解会"]
    assert rows[5][:4] == ["甲镇", "甲1村", "1支5人", "空"]
    lines = [row[2:] for row in cells(rates.content) if row[:2] == ["群防群治队伍", "治保会"]]
    assert lines == [
        ["乡镇覆盖", 0, 1, "0.0%"],
        ["村(社区)覆盖", 1, 2, "50.0%"],
        ["支数", 1, None, None],
        ["人数", 5, None, None],
        ["24小时值守", 0, 1, "0.0%"],
    ]
    assert ["各乡镇的村覆盖情况", "甲镇", "治保会", 1, 2, "50.0%"] in cells(rates.content)


def cells(content: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_coverage_page_prints_counts_and_rates(
    tree: County, county_officer: User, client_of: ClientOf
):
    make_team(tree.villages[0])

    page = client_of(county_officer).get("/registers/coverage/").content.decode()

    assert "1/4" in page
    assert "25.0%" in page


def test_table_takes_the_same_queries_for_any_number_of_units(
    tree: County, county_officer: User, django_assert_num_queries
):
    units = register_units(county_officer, TODAY, text="村")
    for unit in tree.villages:
        make_post(unit)

    with django_assert_num_queries(1):
        register_rows(POSTS, units, TODAY)
    with django_assert_num_queries(1):
        register_rows(TEAMS, units[:1], TODAY)
