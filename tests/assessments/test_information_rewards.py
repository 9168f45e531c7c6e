"""Rewards for information: by code, never a name; by two people; the county officers alone."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pdfplumber
import pytest
import time_machine
from django.db import connection
from django.db.models import CharField, TextField
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.enums import InformationState
from assessments.models import InformationReward
from assessments.services.information_rewards import (
    ALPHABET,
    approve_information,
    code_hash,
    new_code,
    pay_information,
    refuse_information,
    register_information,
    reissue_code,
    verify_information,
)
from pingan.enums import Role
from pingan.models import AuditEvent, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.factories import County, make_county, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # a digest of a code is slow on purpose
ClientOf = Callable[[User], Client]
TODAY = dt.date(2026, 10, 20)
SUMMARY = "西街市场后门仓库夜间有人偷盗摩托车"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(dt.datetime(2026, 10, 20, 2, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def second_officer(tree: County) -> User:
    return make_user(Role.COUNTY_OFFICER, tree.county, "officer-two")


def register(tree: County, by: User, **changes: Any) -> tuple[InformationReward, str]:
    values: dict[str, Any] = {
        "topic": "盗窃线索",
        "summary": SUMMARY,
        "township": tree.townships[0],
        "received_on": dt.date(2026, 10, 8),
    }
    return register_information(county=tree.county, by=by, **(values | changes))


def approved(tree: County, one: User, two: User) -> tuple[InformationReward, str]:
    reward, code = register(tree, one)
    reward = verify_information(reward=reward, decision="属实", version=1, by=one)
    reward = approve_information(
        reward=reward, amount=80_000, fund="信息奖励经费", decision="", version=2, by=two
    )
    return reward, code


def pay(reward: InformationReward, code: str, by: User, **changes: Any) -> InformationReward:
    values: dict[str, Any] = {"paid_on": TODAY, "version": reward.version} | changes
    return pay_information(reward=reward, code=code, by=by, **values)


def test_code_is_given_once_and_only_its_digest_is_kept(tree: County, county_officer: User):
    reward, code = register(tree, county_officer)

    plain = code.replace("-", "")
    assert len(plain) == 12
    assert set(plain) <= set(ALPHABET)
    assert reward.code_tail == plain[-4:]
    row = InformationReward.objects.filter(pk=reward.pk).values().get()
    stored = [str(value) for value in row.values()]
    assert not [value for value in stored if plain[:8] in value or code in value]
    events = AuditEvent.objects.values("before", "after", "note", "object_name")
    assert plain[:8] not in str(list(events))


def test_codes_differ_and_small_letters_and_dashes_do_not_matter():
    codes = {new_code() for _ in range(50)}
    code = codes.pop()

    assert len(codes) == 49
    assert code_hash(f" {code.lower().replace('-', ' ')} ", 1) == code_hash(code, 1)
    assert code_hash(code, 2) != code_hash(code, 1)


def test_no_field_can_hold_a_name():
    """Whoever adds a field for a person must answer to this list."""
    texts = {
        field.name
        for field in InformationReward._meta.get_fields()
        if isinstance(field, CharField | TextField)
    }

    assert texts == {"code_hash", "code_tail", "topic", "summary", "state", "fund", "decision"}


def test_four_steps_lead_to_payment(tree: County, county_officer: User, second_officer: User):
    reward, code = approved(tree, county_officer, second_officer)

    paid = pay(reward, code.lower(), county_officer)

    assert (paid.state, paid.paid_on, paid.paid_by) == (
        InformationState.PAID,
        TODAY,
        county_officer,
    )
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["登记信息", "核实信息", "审批信息奖励", "发放信息奖励"]
    with pytest.raises(Refused, match="已经发放"):
        pay(paid, code, county_officer)


def test_verifier_does_not_approve(tree: County, county_officer: User):
    reward, _code = register(tree, county_officer)
    reward = verify_information(reward=reward, decision="属实", version=1, by=county_officer)

    with pytest.raises(Refused, match="另一位"):
        approve_information(
            reward=reward, amount=80_000, fund="经费", decision="", version=2, by=county_officer
        )


@pytest.mark.parametrize(
    ("amount", "fund", "sentence"),
    [(4_999, "经费", "50元到10,000元"), (1_000_001, "经费", "10,000元"), (5_000, " ", "经费来源")],
)
def test_amount_keeps_within_the_limits(
    tree: County,
    county_officer: User,
    second_officer: User,
    amount: int,
    fund: str,
    sentence: str,
):
    reward, _code = register(tree, county_officer)
    reward = verify_information(reward=reward, decision="属实", version=1, by=county_officer)

    with pytest.raises(Refused, match=sentence):
        approve_information(
            reward=reward, amount=amount, fund=fund, decision="", version=2, by=second_officer
        )


def test_steps_are_not_jumped(tree: County, county_officer: User, second_officer: User):
    reward, code = register(tree, county_officer)

    with pytest.raises(Refused, match="还没有核实"):
        approve_information(
            reward=reward, amount=80_000, fund="经费", decision="", version=1, by=second_officer
        )
    with pytest.raises(Refused, match="还没有核实"):
        pay(reward, code, county_officer)
    with pytest.raises(Conflict):
        verify_information(reward=reward, decision="属实", version=7, by=county_officer)


def test_wrong_code_is_written_down_and_makes_wait(
    tree: County, county_officer: User, second_officer: User, clock: time_machine.Traveller
):
    reward, code = approved(tree, county_officer, second_officer)

    for _ in range(5):
        with pytest.raises(Refused, match="领奖码不符"):
            pay(reward, "2222-3333-4444", county_officer)
    with pytest.raises(Refused, match="30分钟"):
        pay(reward, code, county_officer)

    events = AuditEvent.objects.filter(action="领奖码核对不符")
    assert events.count() == 5
    assert "2222" not in str(list(events.values("before", "after", "note")))
    reward.refresh_from_db()
    assert (reward.state, reward.version) == (InformationState.APPROVED, 3)
    clock.shift(dt.timedelta(minutes=31))
    assert pay(reward, code, county_officer).state == InformationState.PAID


def test_refused_information_is_never_paid(tree: County, county_officer: User):
    reward, code = register(tree, county_officer)
    reward = refuse_information(reward=reward, decision="查无此事", version=1, by=county_officer)

    with pytest.raises(Refused, match="不予奖励"):
        pay(reward, code, county_officer)


def test_changed_code_makes_the_old_one_worthless(
    tree: County, county_officer: User, second_officer: User
):
    reward, old = register(tree, county_officer)
    new = reissue_code(reward=reward, version=1, by=county_officer)
    reward = verify_information(reward=reward, decision="属实", version=2, by=county_officer)
    reward = approve_information(
        reward=reward, amount=80_000, fund="经费", decision="", version=3, by=second_officer
    )

    with pytest.raises(Refused, match="领奖码不符"):
        pay(reward, old, county_officer)
    with pytest.raises(Refused, match="不能再换"):
        reissue_code(reward=reward, version=4, by=county_officer)
    assert pay(reward, new, county_officer).state == InformationState.PAID


def test_same_information_sent_twice_is_one_entry(tree: County, county_officer: User):
    register(tree, county_officer)

    with pytest.raises(Refused, match="已经登记过"):
        register(tree, county_officer)

    assert InformationReward.objects.count() == 1


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR, Role.AUDITOR, Role.SECURITY_ADMIN])
def test_nobody_else_of_the_county_registers(tree: County, role: Role):
    with pytest.raises(Forbidden):
        register(tree, make_user(role, tree.county))


# Pages


def test_for_everybody_else_the_pages_do_not_exist(
    tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    reward, _code = register(tree, county_officer)
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "另县").county)
    leader = make_user(Role.LEADER, tree.county)
    at = f"/information-rewards/{reward.pk}/"

    for person in (township_clerk, leader):
        client = client_of(person)
        for address in ("/information-rewards/", "/information-rewards/new/", at):
            assert client.get(address).status_code == 404
        assert client.get(f"{at}receipt.pdf").status_code == 404
        for action in ("verify", "approve", "refuse", "pay", "reissue"):
            assert client.post(f"{at}{action}").status_code == 404
        assert "信息奖励" not in client.get("/").content.decode()
    client = client_of(stranger)
    assert SUMMARY not in client.get("/information-rewards/").content.decode()
    assert client.get(at).status_code == 404
    assert client.post(f"{at}pay").status_code == 404


def test_code_stands_on_the_answer_alone_and_is_not_kept_by_the_browser(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    typed = {"topic": "盗窃线索", "summary": SUMMARY, "received_on": "2026-10-08"}

    answer = client.post("/information-rewards/new/", typed)

    reward = InformationReward.objects.get()
    page = answer.content.decode()
    assert "只显示这一次" in page
    assert f"-{reward.code_tail}</code>" in page
    assert "no-store" in answer.headers["Cache-Control"]
    code = page.split("<code>")[1].split("</code>")[0]
    assert code_hash(code, tree.county.pk) == reward.code_hash
    for address in ("/information-rewards/", f"/information-rewards/{reward.pk}/", "/"):
        assert code not in client.get(address).content.decode()
    assert code not in str(dict(client.session))


def test_summary_that_names_a_person_is_questioned(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    typed = {
        "topic": "盗窃线索",
        "summary": "王某某反映市场后门有人偷车",
        "received_on": "2026-10-08",
    }

    answer = client.post("/information-rewards/new/", typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "像是人名" in page
    assert not InformationReward.objects.exists()


def test_whole_way_on_the_pages(
    tree: County, county_officer: User, second_officer: User, client_of: ClientOf
):
    reward, code = register(tree, county_officer)
    at = f"/information-rewards/{reward.pk}/"
    one, two = client_of(county_officer), client_of(second_officer)

    one.post(f"{at}verify", {"decision": "现场查实", "version": 1})
    assert "请另一位县级经办员审批" in one.get(at).content.decode()
    low = two.post(f"{at}approve", {"amount": "20", "fund": "经费", "version": 2})
    assert low.status_code == 422
    assert 'value="20"' in low.content.decode()
    two.post(f"{at}approve", {"amount": "800", "fund": "信息奖励经费", "version": 2})
    wrong = one.post(f"{at}pay", {"code": "ABCD", "paid_on": "2026-10-20", "version": 3})
    assert wrong.status_code == 422
    one.post(f"{at}pay", {"code": code, "paid_on": "2026-10-20", "version": 3})

    page = one.get("/information-rewards/?year=2026").content.decode()
    assert "已发放" in page
    assert "800" in page
    receipt = one.get(f"{at}receipt.pdf")
    with pdfplumber.open(io.BytesIO(receipt.content)) as pdf:
        assert len(pdf.pages) == 1
        text = pdf.pages[0].extract_text()
    assert text.count("信息奖励发放凭证") == 2
    assert "人民币捌佰元整" in text
    assert code[:9] not in text
    assert code[-4:] in text


def test_list_takes_as_many_queries_for_three_as_for_one(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    client.get("/information-rewards/")
    counts = []
    for names in (("甲",), ("乙", "丙")):
        for name in names:
            register(tree, county_officer, summary=f"{name}处隐患")
        with CaptureQueriesContext(connection) as queries:
            client.get("/information-rewards/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
