from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from campaigns.enums import Activity, ReturnState
from campaigns.models import Draft, MonthlyReturn, Patrol
from pingan.models import AuditEvent, User
from tests.campaigns.makers import make_return, patrol_rows
from tests.campaigns.test_views_merges import address, form_of, patrols, save_patrols
from tests.factories import County

ClientOf = Callable[[User], Client]


def draft_address(monthly_return: MonthlyReturn, activity: str = "patrol") -> str:
    return reverse("campaigns:return-draft", args=[monthly_return.pk, activity])


def typed(client: Client, monthly_return: MonthlyReturn, by: User, **fields: str) -> dict[str, str]:
    form = form_of(client.get(address(monthly_return)))
    return {**form, "writer": str(by.pk), **fields}


def test_draft_is_kept_counts_nowhere_and_comes_back(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk, **{"rows-2-day_heads": "7"})

    answer = client.post(draft_address(village_return), form)
    page = client.get(address(village_return))
    back = client.get(address(village_return), {"draft": "restore"})

    assert answer.json()["state"] == "kept"
    assert "您有未保存的草稿（9月20日 10:00）" in page.content.decode()
    assert page.context["table"].forms[2]["day_heads"].value() is None
    assert back.context["table"].forms[2]["day_heads"].value() == "7"
    assert (Patrol.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_second_draft_takes_the_place_of_the_first(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk)

    for heads in ("7", "8"):
        client.post(draft_address(village_return), {**form, "rows-2-day_heads": heads})

    assert "rows-2-day_heads=8" in Draft.objects.get().data["form"]


def test_saving_ends_the_draft_and_names_the_copy_of_the_browser(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk, **{"rows-2-day_heads": "7"})
    client.post(draft_address(village_return), form)

    done = client.post(address(village_return), {**form, "draft_id": "a1b2c3"})

    assert (done.status_code, Draft.objects.count(), patrols()) == (302, 0, {3: (7, None)})
    assert done.cookies["pingan_saved"].value == "a1b2c3"


def test_refused_save_keeps_the_draft(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk, **{"rows-2-day_heads": "x"})
    client.post(draft_address(village_return), form)

    refused = client.post(address(village_return), form)

    assert (refused.status_code, Draft.objects.count()) == (422, 1)


def test_draft_is_thrown_away(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    client.post(draft_address(village_return), typed(client, village_return, village_clerk))

    gone = client.post(draft_address(village_return), {"discard": "1"}, follow=True)

    assert "草稿已放弃。" in gone.content.decode()
    assert not Draft.objects.exists()


def test_draft_restored_after_somebody_saved_is_joined(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk, **{"rows-2-day_heads": "7"})
    client.post(draft_address(village_return), form)
    save_patrols(village_return, township_clerk, patrol_rows(4))

    page = client.get(address(village_return), {"draft": "restore"})
    client.post(address(village_return), form_of(page))

    assert page.context["clashing"].joined[0] == "9月4日 队伍 （空） → 义务巡逻队"
    assert patrols() == {3: (7, None), 4: (2, 4)}


def test_draft_is_nobody_elses(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    own, other = client_of(village_clerk), client_of(township_clerk)
    form = typed(own, village_return, village_clerk, **{"rows-2-day_heads": "7"})
    own.post(draft_address(village_return), form)

    page = other.get(address(village_return), {"draft": "restore"})
    taken = other.post(draft_address(village_return), form)

    assert page.context["table"].forms[2]["day_heads"].value() is None
    assert "未保存的草稿" not in page.content.decode()
    assert (taken.status_code, taken.json()["state"]) == (409, "other")
    assert Draft.objects.get().user == village_clerk


def test_stranger_and_handed_in_month_keep_no_draft(
    tree: County,
    village_return: MonthlyReturn,
    village_clerk: User,
    other_clerk: User,
    client_of: ClientOf,
):
    handed_in = make_return(tree.villages[1], state=ReturnState.SUBMITTED)
    clerk = client_of(village_clerk)
    form = typed(clerk, village_return, village_clerk)

    stranger = client_of(other_clerk).post(
        draft_address(village_return), {**form, "writer": str(other_clerk.pk)}
    )
    MonthlyReturn.objects.filter(pk=village_return.pk).update(
        state=ReturnState.SUBMITTED, submitted_at=handed_in.submitted_at
    )
    late = clerk.post(draft_address(village_return, Activity.SWEEP), form)

    assert (stranger.status_code, late.status_code) == (404, 409)
    assert not Draft.objects.exists()
