"""Two people on one table, through the page: what is joined, what is asked, and nothing lost."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.enums import Activity, SweepAnswer
from campaigns.models import Meeting, MonthlyReturn, Patrol, Sweep, SweepCategory
from campaigns.services.sections import save_section
from pingan.models import User
from tests.campaigns.makers import patrol_rows

ClientOf = Callable[[User], Client]


def address(monthly_return: MonthlyReturn, activity: str = "patrol") -> str:
    return reverse("campaigns:return-activity", args=[monthly_return.pk, activity])


def form_of(page: Any) -> dict[str, str]:
    """What a browser would send of the page as it stands, radios not chosen."""
    table = page.context["table"]
    names = [f"{table.prefix}-TOTAL_FORMS", f"{table.prefix}-INITIAL_FORMS"]
    sent = dict.fromkeys(names, str(len(table.forms)))
    for form in table.forms:
        for bound in form:
            if not bound.field.disabled and bound.name != "DELETE":
                value = bound.value()
                sent[bound.html_name] = "" if value is None else str(value)
    clashing = page.context["clashing"]
    if clashing:
        sent["clash"] = [each.name for each in clashing.choices]  # type: ignore[assignment]
    return {**sent, "version": str(page.context["version"]), "base": page.context["base"]}


def save_patrols(monthly_return: MonthlyReturn, by: User, rows: list[dict[str, Any]]) -> None:
    monthly_return.refresh_from_db()
    save_section(
        monthly_return=monthly_return,
        activity=Activity.PATROL,
        rows=rows,
        version=monthly_return.version,
        by=by,
    )


def patrols() -> dict[int, tuple[int | None, int | None]]:
    return {row.on.day: (row.day_heads, row.night_heads) for row in Patrol.objects.all()}


def told(page: Any) -> list[tuple[str, str, str, str]]:
    found = page.context["clashing"].choices
    return [(each.row, each.field, each.mine, each.theirs) for each in found]


def test_different_days_are_joined_and_listed(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    mine = form_of(client.get(address(village_return)))
    save_patrols(village_return, township_clerk, patrol_rows(3))

    done = client.post(address(village_return), {**mine, "rows-4-day_heads": "9"}, follow=True)

    assert patrols() == {3: (2, 4), 5: (9, None)}
    assert "9月3日 白天人数 （空） → 2" in done.content.decode()


def test_different_fields_of_one_day_are_joined(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    save_patrols(village_return, township_clerk, patrol_rows(3))
    client = client_of(village_clerk)
    mine = form_of(client.get(address(village_return)))
    save_patrols(village_return, township_clerk, patrol_rows(3, night_heads=7))

    client.post(address(village_return), {**mine, "rows-2-day_heads": "5"})

    assert patrols() == {3: (5, 7)}


@pytest.mark.parametrize(
    ("chosen", "saved"),
    [
        pytest.param({"keep-all": "mine"}, (9, 4), id="all mine"),
        pytest.param({"keep-all": "theirs"}, (6, 4), id="all theirs"),
        pytest.param({"keep:2026-09-03|day_heads": "mine"}, (9, 4), id="mine"),
        pytest.param({"keep:2026-09-03|day_heads": "theirs"}, (6, 4), id="theirs"),
    ],
)
def test_same_field_is_chosen(
    village_return: MonthlyReturn,
    village_clerk: User,
    township_clerk: User,
    client_of: ClientOf,
    chosen: dict[str, str],
    saved: tuple[int, int],
):
    save_patrols(village_return, township_clerk, patrol_rows(3))
    client = client_of(village_clerk)
    mine = form_of(client.get(address(village_return)))
    save_patrols(village_return, township_clerk, patrol_rows(3, 8, day_heads=6))

    page = client.post(address(village_return), {**mine, "rows-2-day_heads": "9"})
    before = patrols()
    done = client.post(address(village_return), {**form_of(page), **chosen})

    assert (page.status_code, told(page)) == (409, [("9月3日", "白天人数", "9", "6")])
    assert before == {3: (6, 4), 8: (6, 4)}
    assert (done.status_code, patrols()) == (302, {3: saved, 8: (6, 4)})


def test_choice_that_is_missing_is_asked_again(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    mine = form_of(client.get(address(village_return)))
    save_patrols(village_return, township_clerk, patrol_rows(3))
    page = client.post(address(village_return), {**mine, "rows-2-day_heads": "9"})

    again = client.post(address(village_return), form_of(page))

    assert (again.status_code, told(again)) == (409, told(page))
    assert told(page) == [("9月3日", "白天人数", "9", "2")]
    assert patrols() == {3: (2, 4)}


def test_third_save_between_is_joined_too(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    mine = form_of(client.get(address(village_return)))
    save_patrols(village_return, township_clerk, patrol_rows(3))
    page = client.post(address(village_return), {**mine, "rows-2-day_heads": "9"})
    save_patrols(village_return, township_clerk, patrol_rows(3, 4))

    client.post(address(village_return), {**form_of(page), "keep-all": "mine"})

    assert patrols() == {3: (9, 4), 4: (2, 4)}


def test_merge_that_breaks_a_rule_is_shown_and_not_saved(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    category = SweepCategory.objects.filter(county=None).order_by("position")[0]

    def sweep(found: int, solved: int) -> None:
        zeros = {f"solved_in_{level}": 0 for level in ("group", "township", "county")}
        row = {"category_id": category.pk, "answer": SweepAnswer.COUNTED, "found": found, **zeros}
        village_return.refresh_from_db()
        save_section(
            monthly_return=village_return,
            activity=Activity.SWEEP,
            rows=[{**row, "solved_in_village": solved}],
            version=village_return.version,
            by=township_clerk,
        )

    sweep(5, 0)
    client = client_of(village_clerk)
    mine = form_of(client.get(address(village_return, "sweep")))
    sweep(5, 4)

    page = client.post(address(village_return, "sweep"), {**mine, "rows-0-found": "2"})

    assert page.status_code == 422
    assert "多于排查数2" in page.content.decode()
    assert Sweep.objects.get().found == 5


def test_meetings_of_both_stand_side_by_side(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    row = {"kind": "work", "chair_post": "村支书", "attendance": "9", "items": "巡逻"}
    new = {f"rows-0-{name}": value for name, value in {**row, "on": "2026-09-05"}.items()}
    own, other = client_of(village_clerk), client_of(township_clerk)
    where = address(village_return, "meeting")
    mine, theirs = form_of(own.get(where)), form_of(other.get(where))

    other.post(where, {**theirs, **new, "rows-0-items": "调解"})
    own.post(where, {**mine, **new})

    assert sorted(Meeting.objects.values_list("items", flat=True)) == ["巡逻", "调解"]


@pytest.mark.parametrize(("chosen", "left"), [("mine", []), ("theirs", ["调解"])])
def test_meeting_deleted_here_and_changed_there_is_asked(
    village_return: MonthlyReturn,
    village_clerk: User,
    township_clerk: User,
    client_of: ClientOf,
    chosen: str,
    left: list[str],
):
    row = {"kind": "work", "chair_post": "村支书", "attendance": "9", "items": "巡逻"}
    new = {f"rows-0-{name}": value for name, value in {**row, "on": "2026-09-05"}.items()}
    own, other = client_of(village_clerk), client_of(township_clerk)
    where = address(village_return, "meeting")
    own.post(where, {**form_of(own.get(where)), **new})
    mine, theirs = form_of(own.get(where)), form_of(other.get(where))

    other.post(where, {**theirs, "rows-0-items": "调解"})
    page = own.post(where, {**mine, "rows-0-DELETE": "on"})
    own.post(where, {**form_of(page), "keep-all": chosen})

    assert page.status_code == 409
    assert list(Meeting.objects.values_list("items", flat=True)) == left


def test_base_of_the_page_is_what_is_saved(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    save_patrols(village_return, village_clerk, patrol_rows(3))

    page = client_of(village_clerk).get(address(village_return))

    row = {"team": "volunteer", "day_heads": "2", "night_heads": "4"}
    assert json.loads(page.context["base"]) == {"2026-09-03": row}


def test_who_signs_for_zeros_sees_first_what_another_one_typed(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    own, other = client_of(village_clerk), client_of(township_clerk)
    where = address(village_return, "sweep")
    mine, theirs = form_of(own.get(where)), form_of(other.get(where))
    other.post(where, {**theirs, "rows-1-answer": "zero"})

    signing = {**mine, "rows-0-answer": "zero", "zero_signed": "on"}
    page = own.post(where, signing)
    before = Sweep.objects.count()
    own.post(where, {**form_of(page), "zero_signed": "on"})

    village_return.refresh_from_db()
    assert (page.status_code, before, Sweep.objects.count()) == (409, 1, 2)
    assert village_return.zero_signed_by == village_clerk
