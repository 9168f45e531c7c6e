from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from campaigns.models import Draft, MonthlyReturn
from pingan.models import AuditEvent, User
from tests.campaigns.makers import patrol_rows
from tests.campaigns.test_views_drafts import typed
from tests.campaigns.test_views_merges import address, patrols, save_patrols

ClientOf = Callable[[User], Client]


def sync_address(monthly_return: MonthlyReturn) -> str:
    return reverse("campaigns:return-sync", args=[monthly_return.pk, "patrol"])


def test_table_filled_in_offline_is_saved_once(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk, **{"rows-2-day_heads": "7"})

    answers = [client.post(sync_address(village_return), form).json() for _ in range(2)]

    assert [each["state"] for each in answers] == ["saved", "saved"]
    assert answers[0]["sentence"] == "治安巡逻已保存。"
    assert patrols() == {3: (7, None)}
    assert AuditEvent.objects.filter(action="保存治安巡逻").count() == 1


def test_table_filled_in_offline_is_joined_with_what_was_saved_meanwhile(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk, **{"rows-2-day_heads": "7"})
    save_patrols(village_return, township_clerk, patrol_rows(4))

    answer = client.post(sync_address(village_return), form).json()

    assert answer["state"] == "saved"
    assert patrols() == {3: (7, None), 4: (2, 4)}


def test_clash_waits_as_a_draft_with_its_choices(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk, **{"rows-2-day_heads": "7"})
    save_patrols(village_return, township_clerk, patrol_rows(3))

    answer = client.post(sync_address(village_return), form).json()
    page = client.get(address(village_return), {"draft": "restore"})

    told = [(each.field, each.mine, each.theirs) for each in page.context["clashing"].choices]
    assert answer == {"state": "conflict", "sentence": "别人也改过这张表，请核对后保存。"}
    assert told == [("白天人数", "7", "2")]
    assert patrols() == {3: (2, 4)}


def test_what_cannot_be_saved_waits_as_a_draft(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    form = typed(client, village_return, village_clerk, **{"rows-2-day_heads": "x"})

    answer = client.post(sync_address(village_return), form).json()

    assert answer["state"] == "check"
    assert "rows-2-day_heads=x" in Draft.objects.get().data["form"]


def test_nobody_sends_what_another_one_filled_in(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    form = typed(
        client_of(village_clerk), village_return, village_clerk, **{"rows-2-day_heads": "7"}
    )

    answer = client_of(township_clerk).post(sync_address(village_return), form).json()

    assert answer["state"] == "other"
    assert patrols() == {}


def test_signed_out_browser_is_sent_to_sign_in_and_nothing_is_saved(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    form = typed(
        client_of(village_clerk), village_return, village_clerk, **{"rows-2-day_heads": "7"}
    )

    answer = Client().post(sync_address(village_return), form)

    assert answer["Location"].startswith(reverse("pingan:sign-in"))
    assert patrols() == {}
