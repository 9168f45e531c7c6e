import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from campaigns.forms.surveys import told
from campaigns.models import Survey
from pingan.enums import PeriodState, Role
from pingan.models import Period, Unit, User
from tests.campaigns.makers import AUGUST, HANDED_IN_AT, SEPTEMBER, make_survey
from tests.factories import PASSWORD, County, make_county, make_user

ClientOf = Callable[[User], Client]
ADDRESS = "/surveys/"
TYPED = {
    "on": "2026-09-12",
    "place": "集贸市场",
    "slips": "２０",
    "order_good": "18",
    "feels_safe": "17",
    "satisfied": "19",
}


def posted(rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"rows-TOTAL_FORMS": len(rows), "rows-INITIAL_FORMS": len(rows)}
    for index, row in enumerate(rows):
        data |= {f"rows-{index}-{name}": value for name, value in row.items()}
    return {**data, **fields}


def shown(row: Survey) -> dict[str, Any]:
    """The row as the grid sends it back untouched."""
    names = ("place", "slips", "order_good", "feels_safe", "satisfied")
    values = {name: getattr(row, name) for name in names}
    return {
        "unit": row.unit_id,
        "id": row.pk,
        "was": told(row),
        "on": row.on.isoformat(),
        **values,
    }


def units(response: Any) -> list[Unit]:
    return [line.unit.unit for line in response.context["lines"]]


def test_county_enters_all_on_one_page(tree: County, county_officer: User, client_of: ClientOf):
    make_county("510704", "外县")
    client = client_of(county_officer)

    page = client.get(ADDRESS)
    rows = [{"unit": unit.pk, **TYPED} for unit in units(page)[:2]]
    done = client.post(f"{ADDRESS}?month=2026-09", posted(rows), follow=True)

    assert units(page) == [*tree.townships, *tree.departments]
    assert "已保存2行测评。" in done.content.decode()
    assert set(Survey.objects.values_list("unit", "slips", "month")) == {
        (unit.pk, 20, SEPTEMBER) for unit in tree.townships
    }
    assert "90.0%" in done.content.decode()


def test_township_enters_for_its_villages_and_reads_its_own(
    tree: County, township_clerk: User, client_of: ClientOf
):
    make_survey(tree.townships[0], place="县里测的场镇")

    page = client_of(township_clerk).get(ADDRESS)

    assert units(page) == tree.villages[:2]
    assert [each.name for each in page.context["units"]] == ["甲镇"]


def test_village_reads_its_own_and_gets_403_for_entering(
    tree: County, village_clerk: User, client_of: ClientOf
):
    make_survey(tree.villages[0])
    make_survey(tree.villages[1], place="邻村")
    client = client_of(village_clerk)

    page = client.get(ADDRESS)
    refused = client.post(ADDRESS, posted([{"unit": tree.villages[0].pk, **TYPED}]), follow=True)

    text = page.content.decode()
    assert re.findall(r"甲\d村", text.split("<main", 1)[1]) == ["甲1村"]
    assert "<form" not in text.split("<main", 1)[1]
    assert "不由您录入" in refused.content.decode()
    assert Survey.objects.count() == 2


def test_foreign_unit_in_the_grid_is_refused(
    tree: County, township_clerk: User, client_of: ClientOf
):
    rows = [{"unit": tree.villages[0].pk, **TYPED}, {"unit": tree.villages[2].pk, **TYPED}]

    done = client_of(township_clerk).post(ADDRESS, posted(rows))

    assert done.status_code == 409
    assert not Survey.objects.exists()


def test_errors_name_the_unit_and_nothing_is_saved(
    tree: County, township_clerk: User, client_of: ClientOf
):
    rows = [
        {"unit": tree.villages[0].pk, **TYPED},
        {"unit": tree.villages[1].pk, **TYPED, "satisfied": "21"},
    ]

    page = client_of(township_clerk).post(ADDRESS, posted(rows))

    assert page.status_code == 422
    assert page.context["problems"] == ["甲2村 满意：满意21人，多于有效票数20。"]
    assert not Survey.objects.exists()


def test_rows_are_changed_deleted_and_added_in_one_save(
    tree: County, township_clerk: User, client_of: ClientOf
):
    changed, gone = make_survey(tree.villages[0]), make_survey(tree.villages[1])
    blank = dict.fromkeys(TYPED, "")
    rows = [
        {**shown(changed), "satisfied": 3},
        {**shown(gone), **blank},
        {"unit": tree.villages[1].pk, **TYPED, "place": "车站"},
    ]

    client_of(township_clerk).post(ADDRESS, posted(rows))

    assert set(Survey.objects.values_list("unit", "place", "satisfied")) == {
        (tree.villages[0].pk, "集贸市场", 3),
        (tree.villages[1].pk, "车站", 19),
    }


def test_row_that_another_changed_is_not_overwritten(
    tree: County, township_clerk: User, client_of: ClientOf
):
    row = make_survey(tree.villages[0])
    rows = [{**shown(row), "satisfied": 3}]
    Survey.objects.update(satisfied=5)

    page = client_of(township_clerk).post(ADDRESS, posted(rows))

    assert page.status_code == 409
    assert "已被别人改过" in page.content.decode()
    assert Survey.objects.get().satisfied == 5


def test_tampered_state_is_refused(tree: County, township_clerk: User, client_of: ClientOf):
    row = make_survey(tree.villages[0])

    page = client_of(township_clerk).post(ADDRESS, posted([{**shown(row), "was": "{}"}]))

    assert page.status_code == 422
    assert "请刷新页面再填" in page.content.decode()


def test_one_place_more_is_a_button(tree: County, township_clerk: User, client_of: ClientOf):
    rows: list[dict[str, Any]] = [
        {"unit": tree.villages[0].pk, **TYPED},
        {"unit": tree.villages[1].pk},
    ]

    page = client_of(township_clerk).post(ADDRESS, posted(rows, add=tree.villages[0].pk))

    assert units(page) == [tree.villages[0], tree.villages[0], tree.villages[1]]
    assert page.context["lines"][0].form["place"].value() == "集贸市场"
    assert not Survey.objects.exists()


def test_month_of_the_form_holds_whatever_was_looked_at_meanwhile(
    tree: County, township_clerk: User, client_of: ClientOf
):
    client = client_of(township_clerk)
    client.get(ADDRESS, {"month": "2026-08"})

    client.post(f"{ADDRESS}?month=2026-09", posted([{"unit": tree.villages[0].pk, **TYPED}]))

    assert Survey.objects.get().month == SEPTEMBER


def test_closed_month_is_read_only(tree: County, township_clerk: User, client_of: ClientOf):
    Period.objects.create(
        county=tree.county, month=AUGUST, state=PeriodState.CLOSED, closed_at=HANDED_IN_AT
    )
    client = client_of(township_clerk)

    page = client.get(ADDRESS, {"month": "2026-08"})
    done = client.post(f"{ADDRESS}?month=2026-08", posted([{"unit": tree.villages[0].pk, **TYPED}]))

    assert "已经结账" in page.content.decode()
    assert page.context["lines"] == []
    assert done.status_code == 409
    assert not Survey.objects.exists()


def test_inspector_enters_what_is_lent_to_him(tree: County, client_of: ClientOf):
    inspector = make_user(Role.INSPECTOR, tree.departments[0])
    inspector.lent_units.add(tree.townships[0])

    page = client_of(inspector).get(ADDRESS)

    assert set(units(page)) == {tree.townships[0], tree.departments[0]}


def test_expired_session_eats_no_grid(tree: County, township_clerk: User):
    client = Client()
    sign_in = {"username": township_clerk.username, "password": PASSWORD}
    client.post("/sign-in", sign_in)
    client.cookies.pop("sessionid")
    rows: list[dict[str, Any]] = [
        {"unit": tree.villages[0].pk, **TYPED},
        {"unit": tree.villages[1].pk},
    ]
    client.post(f"{ADDRESS}?month=2026-09", posted(rows))

    client.post("/sign-in", sign_in)
    page = client.get(f"{ADDRESS}?month=2026-09")

    assert page.context["lines"][0].form["place"].value() == "集贸市场"
    assert not Survey.objects.exists()


def test_page_takes_the_same_queries_for_one_and_three(
    django_assert_num_queries,
    django_assert_max_num_queries,
    tree: County,
    county_officer: User,
    client_of: ClientOf,
):
    client = client_of(county_officer)
    make_survey(tree.townships[0])
    client.get(ADDRESS)
    with django_assert_max_num_queries(14) as one:
        client.get(ADDRESS)
    make_survey(tree.townships[1])
    make_survey(tree.departments[0], place="大厅")
    with django_assert_num_queries(len(one)):
        client.get(ADDRESS)
