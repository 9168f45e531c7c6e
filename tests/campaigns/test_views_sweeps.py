from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.enums import EducationKind, FollowUpSource, ReturnState, SweepAnswer
from campaigns.models import Education, MonthlyReturn, Sweep, SweepCategory
from campaigns.selectors.laws import LAWS, next_law
from pingan.enums import Level
from pingan.models import User
from tests.campaigns.makers import AUGUST, fill_in, make_return
from tests.campaigns.test_services_followups import item, register, solve
from tests.campaigns.test_views_activities import address, posted
from tests.factories import County

ClientOf = Callable[[User], Client]
CODES = ["dispute", "order", "key_persons", "petition", "mass_incident", "cult", "hazard"]


def typed(**rows: dict[str, str]) -> list[dict[str, str]]:
    """The seven categories in order; the others are zero."""
    return [rows.get(code, {"answer": "zero"}) for code in CODES]


def test_ticked_box_signs_for_the_zeros(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)

    client.post(address(village_return, "sweep"), posted(typed(), zero_signed="1", stay="1"))
    page = client.get(address(village_return, "sweep")).content.decode()

    village_return.refresh_from_db()
    assert village_return.zero_signed_by == village_clerk
    assert "零报告已签认" in page
    # The box is empty again: the next one who changes a zero signs for himself.
    assert 'id="zero-signed" value="1">' in page


def test_open_matters_of_places_lead_to_their_lines(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    hazard = {"answer": "counted", "found": "2", "solved_in_village": "1"}

    done = client.post(address(village_return, "sweep"), posted(typed(hazard=hazard)))

    assert done["Location"] == reverse("campaigns:follow-up-register", args=[village_return.pk])


def test_open_counts_of_persons_lead_nowhere(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    counts = {"answer": "counted", "found": "3"}

    done = client_of(village_clerk).post(
        address(village_return, "sweep"), posted(typed(petition=counts, key_persons=counts))
    )

    assert done["Location"] == reverse("campaigns:return-view", args=[village_return.pk])


def test_form_of_the_sweep_has_no_room_for_words(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    page = client_of(village_clerk).get(address(village_return, "sweep"))

    names = {name for row in page.context["rows"] for name in row.form.fields}
    assert names == {
        "answer",
        "found",
        "solved_in_group",
        "solved_in_village",
        "solved_in_township",
        "solved_in_county",
    }
    main = page.content.decode().split("<main", 1)[1]
    assert "<textarea" not in main
    assert 'type="file"' not in main


def test_items_fill_empty_categories(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    august = make_return(village_return.unit, AUGUST)
    first, second, _live = register(
        august, village_clerk, *(item(title=title) for title in ("甲处", "乙处", "丙处"))
    )
    solve(first, village_clerk, level=Level.GROUP)
    solve(second, village_clerk, level=Level.VILLAGE)
    client = client_of(village_clerk)

    page = client.post(address(village_return, "sweep"), posted([{} for _ in CODES], fill="items"))
    kept = client.post(
        address(village_return, "sweep"),
        posted(typed(hazard={"answer": "zero"}), fill="items"),
    )

    row = page.context["rows"][6]
    names = ("answer", "found", "solved_in_group", "solved_in_village", "solved_in_township")
    assert [row.form[name].value() for name in names] == ["counted", "3", "1", "1", ""]
    assert row.items == "本月办结2件，未办结1件"
    assert page.context["rows"][0].form["answer"].value() == ""
    assert kept.context["rows"][6].form["answer"].value() == "zero"
    assert not Sweep.objects.exists()


def test_zero_and_not_applicable_stand_without_figures(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    rows = typed(order={"answer": "not_applicable"}, hazard={"answer": "counted", "found": "2"})
    client.post(address(village_return, "sweep"), posted(rows))

    page = client.get(address(village_return, "sweep"))

    names = ("answer", "found", "solved_in_group")
    shown = [[row.form[name].value() for name in names] for row in page.context["rows"]]
    assert shown[0] == ["zero", None, None]
    assert shown[1] == ["not_applicable", None, None]
    assert shown[6] == ["counted", 2, 0]


def test_zero_empty_and_not_applicable_are_read_apart(
    tree: County, village_clerk: User, client_of: ClientOf
):
    monthly_return = make_return(tree.villages[0], state=ReturnState.ACCEPTED)
    what: dict[str, Any] = {"monthly_return": monthly_return, "month": monthly_return.month}
    for code, answer, found in (
        ("dispute", SweepAnswer.ZERO, 0),
        ("order", SweepAnswer.NOT_APPLICABLE, 0),
        ("hazard", SweepAnswer.COUNTED, 2),
    ):
        category = SweepCategory.objects.get(code=code)
        Sweep.objects.create(**what, category=category, answer=answer, found=found)

    page = client_of(village_clerk).get(address(monthly_return, "sweep"))

    told = {row[0].text: [cell.text for cell in row[1:]] for row in page.context["rows"]}
    assert list(told) == list(
        SweepCategory.objects.order_by("position").values_list("name", flat=True)
    )
    assert told["民间纠纷"] == ["零报告", *["0"] * 6]
    assert told["治安问题"] == ["不适用", *[""] * 6]
    assert told["重点人口"] == ["空", *[""] * 6]
    assert told["安全隐患"] == ["有数", "2", "0", "0", "0", "0", "2"]


def taught(monthly_return: MonthlyReturn, *topics: str) -> None:
    for topic in topics:
        Education.objects.create(
            monthly_return=monthly_return,
            month=monthly_return.month,
            on=monthly_return.month.first_day,
            kind=EducationKind.BROADCAST,
            topic=topic,
        )


@pytest.mark.parametrize(
    ("topics", "law"),
    [
        ([], LAWS[8]),  # September is the ninth month
        (["学习治安管理处罚法"], "道路交通安全法"),
        (["反有组织犯罪法"], "治安管理处罚法"),
        (["消防法", "防溺水"], "反电信网络诈骗法"),
        (["防溺水"], LAWS[8]),
    ],
)
def test_next_law_follows_the_one_taught_last(
    village_return: MonthlyReturn, topics: list[str], law: str
):
    taught(make_return(village_return.unit, AUGUST), *topics)

    assert next_law(village_return) == law


def test_last_months_plan_comes_with_the_next_law(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    taught(make_return(village_return.unit, AUGUST), "治安管理处罚法", "防溺水")

    page = client_of(village_clerk).post(
        address(village_return, "education"), posted([], fill="law")
    )

    shown = [(form["topic"].value(), form["on"].value()) for form in page.context["table"].forms]
    assert [(topic, on or "") for topic, on in shown] == [("道路交通安全法", ""), ("防溺水", "")]
    assert "照上月安排，讲道路交通安全法" in page.content.decode()


def test_decisions_stand_under_the_meetings(
    village_return: MonthlyReturn, village_clerk: User, reviewer: User, client_of: ClientOf
):
    register(
        village_return,
        village_clerk,
        item(title="安装路口警示牌", category_id=None),
        source=FollowUpSource.MEETING,
    )

    own = client_of(village_clerk).get(address(village_return, "meeting"))
    looked_at = client_of(reviewer).get(address(village_return, "meeting"))

    for page in (own, looked_at):
        assert [row.item.title for row in page.context["decisions"]] == ["安装路口警示牌"]
        assert "安装路口警示牌" in page.content.decode()
    assert "decisions-0-title" in own.content.decode()
    assert "<input" not in looked_at.content.decode().split("<main", 1)[1]


def test_signature_is_shown_to_who_only_looks(
    village_return: MonthlyReturn, village_clerk: User, reviewer: User, client_of: ClientOf
):
    fill_in(village_return)
    MonthlyReturn.objects.update(zero_signed_by=village_clerk)

    text = client_of(reviewer).get(address(village_return, "sweep")).content.decode()

    assert "零报告已签认" in text
    assert village_clerk.display_name in text
