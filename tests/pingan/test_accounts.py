"""The account administrator's pages and services."""

import pytest
from axes.models import AccessAttempt
from django.urls import reverse
from django.utils import timezone

from pingan import policies
from pingan.enums import ADMINISTRATOR_ROLES, Role
from pingan.models import AuditEvent, SecuritySettings, User
from pingan.refusals import Conflict, Forbidden, Refused
from pingan.services import accounts as services
from tests.factories import PASSWORD, County, make_county, make_user

OTHERS = [role for role in Role if role != Role.ACCOUNT_ADMIN]


@pytest.fixture
def admin(tree: County) -> User:
    return make_user(Role.ACCOUNT_ADMIN, tree.county, "admin")


@pytest.fixture
def township_admin(tree: County) -> User:
    return make_user(Role.ACCOUNT_ADMIN, tree.townships[0], "township-admin")


def create(by: User, tree: County, **fields):
    values = {
        "username": "new-clerk",
        "display_name": "信息员",
        "unit": tree.villages[0],
        "role": Role.VILLAGE_CLERK,
        **fields,
    }
    return services.create_account(by=by, **values)


def test_create_gives_a_first_password_that_signs_in_and_must_be_changed(admin, tree):
    account, password = create(admin, tree)

    event = AuditEvent.objects.get()
    assert account.check_password(password)
    assert account.must_change_password
    assert (event.action, event.by, event.unit_path) == ("新建账号", admin, tree.villages[0].path)
    assert password not in str(event.after)
    assert event.after["role"] == "village_clerk"


def test_first_passwords_keep_the_rules_and_differ(admin, tree):
    SecuritySettings.objects.create(pk=1, password_length=20)
    passwords = {create(admin, tree, username=f"clerk{number}")[1] for number in range(5)}

    assert len(passwords) == 5
    assert {len(password) for password in passwords} == {20}
    assert all(any(c.isdigit() for c in p) and any(c.isalpha() for c in p) for p in passwords)


def test_create_refuses_a_name_in_use_whatever_its_case(admin, tree):
    create(admin, tree)

    with pytest.raises(Refused, match="账号“New-Clerk”已经有人使用"):
        create(admin, tree, username="New-Clerk")

    assert User.objects.filter(username__iexact="new-clerk").count() == 1


@pytest.mark.parametrize(
    ("role", "level", "allowed"),
    [
        (Role.VILLAGE_CLERK, "villages", True),
        (Role.VILLAGE_CLERK, "departments", True),
        (Role.VILLAGE_CLERK, "townships", False),
        (Role.TOWNSHIP_CLERK, "townships", True),
        (Role.TOWNSHIP_CLERK, "villages", False),
        (Role.TOWNSHIP_REVIEWER, "sectors", False),
        (Role.INSPECTOR, "departments", True),
        (Role.COUNTY_OFFICER, "townships", False),
        (Role.AUDITOR, "townships", False),
        (Role.SECURITY_ADMIN, "townships", False),
    ],
)
def test_duty_stands_at_its_own_level(admin, tree, role, level, allowed):
    unit = getattr(tree, level)[0]

    assert allowed is policies.may(
        policies.check_place_account, admin, unit=unit, role=role, lent=[]
    )


def test_every_duty_has_its_levels():
    assert set(policies.ROLE_LEVELS) == set(Role)


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_makes_accounts(tree, role):
    somebody = make_user(role, tree.county)

    with pytest.raises(Forbidden, match="只有账号管理员可以管理账号"):
        create(somebody, tree)

    assert AuditEvent.objects.count() == 0


def test_township_administrator_stays_in_his_township(township_admin, tree):
    create(township_admin, tree)
    for unit in (tree.county, tree.townships[1], tree.villages[2]):
        with pytest.raises(Forbidden, match="只能管理本单位及下属单位的账号"):
            create(township_admin, tree, username="above", unit=unit, role=Role.LEADER)
    with pytest.raises(Forbidden, match="只能管理本单位"):
        services.reset_password(account=make_user(Role.LEADER, tree.county), by=township_admin)

    assert not User.objects.filter(username="above").exists()


@pytest.mark.parametrize("role", sorted(ADMINISTRATOR_ROLES - {Role.ACCOUNT_ADMIN}))
def test_account_administrator_cannot_take_another_hand(admin, tree, role):
    with pytest.raises(Forbidden, match="不能修改自己的账号"):
        services.change_account(
            account=admin, by=admin, display_name="我", unit=tree.county, role=role
        )

    admin.refresh_from_db()
    assert admin.role == Role.ACCOUNT_ADMIN


def test_only_an_inspector_is_lent_units(admin, tree):
    account, _ = create(
        admin,
        tree,
        unit=tree.departments[0],
        role=Role.INSPECTOR,
        lent_units=tree.townships[:1],
    )

    assert list(account.lent_units.all()) == tree.townships[:1]
    with pytest.raises(Refused, match="只有督导检查员"):
        create(admin, tree, username="other", lent_units=tree.townships[:1])


def test_change_is_recorded_before_and_after(admin, tree, township_clerk):
    services.change_account(
        account=township_clerk,
        by=admin,
        display_name="审核员",
        unit=tree.townships[1],
        role=Role.TOWNSHIP_REVIEWER,
    )

    event = AuditEvent.objects.get()
    township_clerk.refresh_from_db()
    assert (township_clerk.role, township_clerk.unit) == ("township_reviewer", tree.townships[1])
    assert event.before["role"] == "township_clerk"
    assert event.after["unit_id"] == tree.townships[1].pk
    assert "email" not in event.after


def test_stopped_account_is_out_at_once_and_comes_back(admin, township_clerk, client_of):
    client = client_of(township_clerk)
    services.set_active(account=township_clerk, by=admin, is_active=False)
    with pytest.raises(Conflict):
        services.set_active(account=township_clerk, by=admin, is_active=False)

    stopped = client.get(reverse("pingan:password-change"))
    services.set_active(account=township_clerk, by=admin, is_active=True)

    township_clerk.refresh_from_db()
    assert stopped["Location"].startswith(reverse("pingan:sign-in"))
    assert township_clerk.is_active
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["停用账号", "启用账号"]


def test_reset_ends_the_sessions_and_the_old_password(admin, township_clerk, client_of):
    client = client_of(township_clerk)

    password = services.reset_password(account=township_clerk, by=admin)

    township_clerk.refresh_from_db()
    assert township_clerk.check_password(password)
    assert not township_clerk.check_password(PASSWORD)
    assert client.get(reverse("pingan:password-change")).status_code == 302


def lock(user: User) -> None:
    AccessAttempt.objects.create(
        username=user.username, failures_since_start=5, attempt_time=timezone.now()
    )


def test_page_shows_the_lock_and_undoes_it(admin, township_clerk, client_of):
    lock(township_clerk)
    client = client_of(admin)
    page = reverse("pingan:account-edit", args=[township_clerk.pk])

    before = client.get(page)
    client.post(reverse("pingan:account-unlock", args=[township_clerk.pk]))
    after = client.get(page)

    assert ("已锁定" in before.text, "已锁定" in after.text) == (True, False)
    assert AuditEvent.objects.get().action == "解锁账号"


def test_page_makes_an_account_and_shows_its_password_once(admin, tree, client_of):
    client = client_of(admin)
    typed = {
        "username": "from-page",
        "display_name": "信息员",
        "role": Role.VILLAGE_CLERK,
        "unit": tree.villages[0].pk,
    }

    answer = client.post(reverse("pingan:account-create"), typed)

    account = User.objects.get(username="from-page")
    shown = answer.context["password"]
    assert account.check_password(shown)
    assert shown in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert shown not in client.get(reverse("pingan:account-list")).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"username": "带汉字"}, "账号只能由字母、数字"),
        ({"role": Role.TOWNSHIP_CLERK}, "“乡镇综治员”只能设在这些层级：乡镇。"),
        ({"username": "Admin"}, "账号“Admin”已经有人使用"),
        ({"unit": "999999"}, "选择一个有效的选项"),
    ],
)
def test_page_says_what_is_wrong(admin, tree, client_of, typed, sentence):
    values = {
        "username": "from-page",
        "display_name": "信息员",
        "role": Role.VILLAGE_CLERK,
        "unit": tree.villages[0].pk,
        **typed,
    }

    answer = client_of(admin).post(reverse("pingan:account-create"), values)

    assert sentence in answer.text
    assert User.objects.count() == 1


@pytest.mark.parametrize("role", OTHERS)
def test_pages_are_closed_to_every_other_duty(tree, client_of, role):
    client = client_of(make_user(role, tree.county))

    answers = [client.get(reverse(f"pingan:account-{name}")) for name in ("list", "create")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "只有账号管理员可以管理账号。" in answers[0].text


def test_administrator_of_another_county_finds_nothing(tree, township_clerk, client_of):
    elsewhere = make_county("510704", "别县")
    stranger = make_user(Role.ACCOUNT_ADMIN, elsewhere.county, "stranger")
    client = client_of(stranger)
    edit, reset = (
        reverse(f"pingan:account-{name}", args=[township_clerk.pk]) for name in ("edit", "reset")
    )

    listed = [account for account, _ in client.get(reverse("pingan:account-list")).context["rows"]]

    assert listed == [stranger]
    assert client.get(edit).status_code == 404
    assert client.post(reset).status_code == 404
    township_clerk.refresh_from_db()
    assert township_clerk.check_password(PASSWORD)


def test_list_filters(admin, tree, county_officer, township_clerk, other_clerk, client_of):
    client = client_of(admin)

    def listed(**asked: object) -> list[str]:
        rows = client.get(reverse("pingan:account-list"), asked).context["rows"]
        return [account.username for account, _ in rows]

    assert listed() == ["admin", "officer", "clerk", "other-clerk"]
    assert listed(q="clerk") == ["clerk", "other-clerk"]
    assert listed(role=Role.COUNTY_OFFICER) == ["officer"]
    assert listed(unit=tree.townships[1].pk) == ["other-clerk"]
    assert listed(state="stopped") == []


def test_list_asks_the_same_number_of_questions_for_any_number(
    admin, tree, client_of, django_assert_num_queries
):
    client = client_of(admin)
    address = reverse("pingan:account-list")
    client.get(address)  # the first click writes when the person was seen
    with django_assert_num_queries(9):
        client.get(address)
    for number in range(5):
        lock(make_user(Role.VILLAGE_CLERK, tree.villages[number % 4], f"clerk{number}"))

    with django_assert_num_queries(9):
        answer = client.get(address)

    assert len(answer.context["rows"]) == 6
