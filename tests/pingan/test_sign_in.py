"""Signing in and out, lock-out, idle time-out, and the form that outlives the session."""

import datetime as dt
from unittest.mock import ANY

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from pingan import stash
from pingan.enums import Role
from pingan.middleware import SHORTEST_IDLE_SECONDS, client_address
from pingan.models import AuditEvent, SecuritySettings, User
from tests.factories import PASSWORD, make_user

NOON = dt.datetime(2026, 9, 1, 4, 0, tzinfo=dt.UTC)


def sign_in(client: Client, username: str, password: str = PASSWORD, **extra: str):
    return client.post(
        reverse("pingan:sign-in"), {"username": username, "password": password, **extra}
    )


def trail() -> list[tuple[str, str]]:
    """Oldest first: what happened, to whom."""
    return list(AuditEvent.objects.order_by("pk").values_list("action", "object_name"))


@pytest.fixture
def account_admin(tree) -> User:
    return make_user(Role.ACCOUNT_ADMIN, tree.county, "account-admin")


def test_every_page_asks_a_stranger_to_sign_in(client, tree):
    answer = client.get("/accounts/?role=leader")

    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in?next=/accounts/%3Frole%3Dleader"


def test_sign_in_leads_home_and_leaves_a_trail(client, township_clerk):
    answer = sign_in(client, "clerk")

    event = AuditEvent.objects.get()
    assert answer["Location"] == reverse(settings.LOGIN_REDIRECT_URL)
    assert (event.action, event.by, event.from_address) == ("登录", township_clerk, "127.0.0.1")
    assert event.unit_path == township_clerk.unit.path


@pytest.mark.parametrize(
    ("role", "landing"),
    [
        (Role.ACCOUNT_ADMIN, "pingan:account-list"),
        (Role.SECURITY_ADMIN, "pingan:security-settings"),
        (Role.AUDITOR, "pingan:audit-list"),
    ],
)
def test_administrators_land_on_their_own_page(client, tree, role, landing):
    make_user(role, tree.county, "somebody")

    assert sign_in(client, "somebody")["Location"] == reverse(landing)


def test_sign_in_returns_to_the_page_asked_for_but_never_to_another_site(client, township_clerk):
    assert sign_in(client, "clerk", next="/ranking/")["Location"] == "/ranking/"
    client.logout()
    answer = sign_in(client, "clerk", next="https://elsewhere.example/")
    assert answer["Location"] == reverse(settings.LOGIN_REDIRECT_URL)


@pytest.mark.parametrize("case", ["wrong password", "stopped", "unknown"])
def test_failed_sign_in_says_the_same_whatever_was_wrong(client, township_clerk, case):
    User.objects.filter(pk=township_clerk.pk).update(is_active=case != "stopped")
    username = "nobody-knows" if case == "unknown" else "clerk"
    password = "wrong" if case == "wrong password" else PASSWORD

    answer = sign_in(client, username, password)

    assert "账号或密码不对，或账号已停用。请核对后再试。" in answer.text
    assert "_auth_user_id" not in client.session
    assert trail() == [
        ("登录失败", "不存在的账号（）" if case == "unknown" else str(township_clerk))
    ]
    assert "nobody-knows" not in str(AuditEvent.objects.values())


def test_account_is_locked_whoever_tries_and_opens_again_with_time(client, township_clerk):
    SecuritySettings.objects.create(pk=1, failure_limit=3, lock_minutes=10)
    with time_machine.travel(NOON, tick=False) as clock:
        answers = [sign_in(client, "clerk", "wrong") for _ in range(3)]
        from_elsewhere = sign_in(Client(REMOTE_ADDR="10.0.0.9"), "clerk")
        clock.shift(dt.timedelta(minutes=9))
        still = sign_in(client, "clerk")
        clock.shift(dt.timedelta(minutes=2))  # the tries in between have not made it longer
        after = sign_in(client, "clerk")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "连续 3 次没有登录成功，账号已锁定。请 10 分钟后再试" in answers[-1].text
    assert [from_elsewhere.status_code, still.status_code, after.status_code] == [429, 429, 302]
    assert [action for action, _ in trail()] == [
        "登录失败", "登录失败", "账号锁定", "账号锁定", "账号锁定", "登录",
    ]  # fmt: skip


def test_success_forgets_the_failures(client, township_clerk):
    SecuritySettings.objects.create(pk=1, failure_limit=3)
    for _ in range(3):
        sign_in(client, "clerk", "wrong")
        sign_in(client, "clerk", "wrong")
        assert sign_in(client, "clerk").status_code == 302
        client.logout()


def test_sign_out_only_by_post(client_of, township_clerk):
    client = client_of(township_clerk)

    assert client.get(reverse("pingan:sign-out")).status_code == 405
    answer = client.post(reverse("pingan:sign-out"))

    assert answer["Location"] == reverse("pingan:sign-in")
    assert client.get("/").status_code == 302
    assert trail() == [("退出", str(township_clerk))]


def test_first_password_must_be_changed_before_anything_else(client, tree):
    user = make_user(Role.ACCOUNT_ADMIN, tree.county, "fresh", must_change_password=True)
    sign_in(client, "fresh")
    page = reverse("pingan:password-change")
    typed = {
        "old_password": PASSWORD,
        "new_password1": "Taiyang2031",
        "new_password2": "Taiyang2031",
    }

    assert client.get("/accounts/")["Location"] == page
    assert "这是初始密码" in client.get(page).text
    assert client.post(page, typed)["Location"] == reverse("pingan:account-list")
    assert client.get("/accounts/").status_code == 200
    user.refresh_from_db()
    assert (user.must_change_password, user.check_password("Taiyang2031")) == (False, True)
    assert trail()[-1] == ("修改密码", str(user))


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("Ab3", "Ab3", "密码太短，至少要 12 位。"),
        ("abcdefghijklm", "abcdefghijklm", "密码须同时含有字母和数字。"),
        ("1234567890123", "1234567890123", "密码须同时含有字母和数字。"),
        ("Taiyang2031xx", "Taiyang2031yy", "两次输入的新密码不一样。"),
        (PASSWORD, PASSWORD, "新密码不能与旧密码相同。"),
        ("password12345", "password12345", "这个密码太常见了。"),
        ("Taiyang2031xx", "Taiyang2031xx", ""),
    ],
)
def test_password_rules_speak_chinese(client_of, township_clerk, new, again, sentence):
    SecuritySettings.objects.create(pk=1, password_length=12)
    client = client_of(township_clerk)

    answer = client.post(
        reverse("pingan:password-change"),
        {"old_password": PASSWORD, "new_password1": new, "new_password2": again},
    )

    township_clerk.refresh_from_db()
    if sentence:
        assert f"<strong>{sentence}</strong>" in answer.text
    assert township_clerk.check_password(PASSWORD) is bool(sentence)


def test_idle_limit_is_the_setting(client, township_clerk):
    SecuritySettings.objects.create(pk=1, idle_minutes=20)
    page = reverse("pingan:password-change")
    with time_machine.travel(NOON, tick=False) as clock:
        sign_in(client, "clerk")
        clock.shift(dt.timedelta(minutes=19))
        busy = client.get(page)
        clock.shift(dt.timedelta(minutes=19))
        still_busy = client.get(page)
        clock.shift(dt.timedelta(minutes=21))
        idle = client.get(page)

    assert [busy.status_code, still_busy.status_code, idle.status_code] == [200, 200, 302]
    assert idle["Location"] == f"/sign-in?next={page}"
    assert trail()[-1] == ("超时退出", str(township_clerk))


@pytest.mark.django_db
def test_no_setting_is_below_the_shortest_idle_time():
    SecuritySettings(pk=1, idle_minutes=SHORTEST_IDLE_SECONDS // 60).full_clean()
    with pytest.raises(ValidationError, match="idle_minutes"):
        SecuritySettings(pk=1, idle_minutes=SHORTEST_IDLE_SECONDS // 60 - 1).full_clean()


def test_page_that_asks_by_script_moves_as_a_whole(client, township_clerk):
    answer = client.get(
        "/accounts/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/matrix/2026-09/"},
    )

    assert (answer.status_code, answer["HX-Redirect"]) == (
        204,
        "/sign-in?next=/matrix/2026-09/",
    )


def form_sent_after_the_time_out(client: Client, clock) -> str:
    """An account administrator types a new account, too late. Where the browser is sent."""
    sign_in(client, "account-admin")
    clock.shift(dt.timedelta(hours=9))
    answer = client.post(
        reverse("pingan:account-create"),
        {"username": "half-typed", "display_name": "信息员", "password": "not to be kept"},
        headers={"Referer": "http://testserver/accounts/new"},
    )
    return answer["Location"]


def test_same_person_finds_the_form_filled_after_the_time_out(client, account_admin):
    with time_machine.travel(NOON, tick=False) as clock:
        location = form_sent_after_the_time_out(client, clock)
        sign_in_page = client.get(location)
        kept = client.session[stash.KEY]
        back = sign_in(client, "account-admin", next="/accounts/new")
        shown = client.get(back["Location"])
        again = client.get(back["Location"])

    assert location == "/sign-in?next=/accounts/new"
    assert "您刚才填写的内容已经留存" in sign_in_page.text
    assert kept == {"path": "/accounts/new", "data": ANY, "person": account_admin.pk}
    assert "password" not in kept["data"]
    assert 'value="half-typed"' in shown.text
    assert "您填写的内容已经找回，还没有保存" in shown.text
    assert "half-typed" not in again.text
    assert not User.objects.filter(username="half-typed").exists()


def test_another_person_never_sees_the_form(client, account_admin, tree):
    make_user(Role.ACCOUNT_ADMIN, tree.county, "second-admin")
    with time_machine.travel(NOON, tick=False) as clock:
        form_sent_after_the_time_out(client, clock)
        back = sign_in(client, "second-admin", next="/accounts/new")
        shown = client.get(back["Location"])
        client.post(reverse("pingan:sign-out"))
        sign_in(client, "account-admin")
        later = client.get("/accounts/new")

    assert shown.status_code == 200
    assert "half-typed" not in shown.text
    assert "half-typed" not in later.text


def test_browser_that_knows_nobody_keeps_nothing(client, tree):
    client.post("/accounts/new", {"username": "half-typed"})

    assert stash.KEY not in client.session


def test_forged_form_is_never_kept(account_admin):
    client = Client(enforce_csrf_checks=True)
    client.cookies[stash.COOKIE] = signed_cookie_of(account_admin)

    answer = client.post("/accounts/new", {"username": "planted"})

    assert answer.status_code == 403
    assert stash.KEY not in client.session


def signed_cookie_of(user: User) -> str:
    from django.core.signing import get_cookie_signer  # noqa: PLC0415 - only here

    return get_cookie_signer(salt=stash.COOKIE).sign(str(user.pk))


def test_form_of_a_stale_page_is_shown_again_to_its_signed_in_sender(account_admin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(account_admin, backend="django.contrib.auth.backends.ModelBackend")
    ours = {"Origin": "http://testserver", "Referer": "http://testserver/accounts/new"}

    answer = client.post("/accounts/new", {"username": "half-typed"}, headers=ours)
    shown = client.get(answer["Location"])
    foreign = client.post(
        "/accounts/new", {"username": "planted"}, headers={"Origin": "http://elsewhere.example"}
    )

    assert 'value="half-typed"' in shown.text
    assert foreign.status_code == 403
    assert "这个页面已经过期" in foreign.text
    assert stash.KEY not in client.session


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.7", "127.0.0.1"),  # nobody of ours wrote it
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7", "198.51.100.1"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "<script>", None),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_address_is_what_our_own_proxy_saw(rf, settings, proxies, header, address):
    settings.TRUSTED_PROXIES = proxies

    assert client_address(rf.get("/", headers={"X-Forwarded-For": header})) == address
