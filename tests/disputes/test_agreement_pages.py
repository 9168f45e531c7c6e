"""The agreement on its pages: written, checked while it is typed, completed, confirmed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from disputes.enums import DisputeState
from disputes.models import Agreement, Performance
from disputes.services.agreements import change_agreement
from pingan.enums import Role
from tests.disputes.file_makers import (
    NAME,
    PDF,
    SECRET,
    address,
    day,
    fill_file,
    make_agreed,
    make_performed,
    make_terms,
    make_working,
    openings,
    scan,
    shown,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 1, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def by(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def handler(client_of, by):
    return client_of(by)


def agreement_fields(**fields):
    return {
        "form": "written",
        "agreed_on": "2026-09-07",
        "facts": SECRET,
        "content": "演示甲退还两垄地",
        "manner": "当场交付",
        "place": "村委会",
        "amount": "500",
        "perform_by": "2026-09-20",
        "is_signed_by_parties": "on",
        "is_signed_by_mediator": "on",
        "is_sealed": "on",
        "effective_on": "2026-09-07",
        **fields,
    }


def test_agreement_is_written_checked_and_completed(tree, by, handler):
    dispute = make_working(tree.villages[0], by, facts=SECRET)
    page = address("dispute-agreement-edit", dispute.pk)
    assert SECRET in shown(handler.get(page))
    check = handler.post(page, agreement_fields(place="", check="1"))
    assert "还缺：" in shown(check)
    assert "履行的地点" in shown(check)
    whole = handler.post(page, agreement_fields(check="1"))
    assert "法定各项齐全" in shown(whole)
    assert not Agreement.objects.exists()

    draft = agreement_fields(effective_on="")
    del draft["is_sealed"]
    answer = handler.post(page, draft, follow=True)
    assert "还缺：人民调解委员会印章" in shown(answer)
    answer = handler.post(page, agreement_fields(version="1"), follow=True)

    assert "协议已保存，各项齐全。" in shown(answer)
    agreement = Agreement.objects.get()
    assert (agreement.effective_on, agreement.amount) == (day(7), 50_000)
    for secret in (NAME, SECRET):
        assert secret not in shown(answer)
    assert openings() == ["录入协议"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"agreed_on": "2026-08-31"}, "协议日期不能早于登记日期"),
        ({"amount": "五百"}, "请填金额，如 1200 或 1200.50。"),
        ({"amount": "-1"}, "还没有保存"),
        ({"place": "演示甲家"}, "里写了当事人的姓名"),
        ({"is_sealed": ""}, "协议还缺：人民调解委员会印章。填齐后才能登记生效日期。"),
        ({"form": "sung"}, "还没有保存"),
    ],
)
def test_refused_agreement_keeps_what_was_typed(tree, by, handler, fields, sentence):
    dispute = make_working(tree.villages[0], by)

    answer = handler.post(address("dispute-agreement-edit", dispute.pk), agreement_fields(**fields))

    assert answer.status_code == 422
    assert sentence in shown(answer)
    assert "退还两垄地" in shown(answer)
    assert not Agreement.objects.exists()


def test_second_editor_of_an_agreement_sees_both_and_loses_nothing(tree, by, handler):
    agreement = make_agreed(tree.villages[0], by)
    change_agreement(agreement=agreement, terms=make_terms(manner="分两次付"), version=1, by=by)

    answer = handler.post(
        address("dispute-agreement-edit", agreement.dispute_id),
        agreement_fields(manner="我写的方式", version="1"),
    )

    assert answer.status_code == 409
    text = shown(answer)
    assert "履行方式：您填“我写的方式”，已保存的是“分两次付”" in text
    assert text.count("已保存的是") == 1
    assert 'name="version" value="2"' in text


def test_agreement_of_a_case_not_under_mediation_is_not_offered(tree, by, handler):
    agreement = make_performed(tree.villages[0], by)

    answer = handler.get(address("dispute-agreement-edit", agreement.dispute_id), follow=True)

    assert "“已履行”的纠纷不能“达成协议”。" in shown(answer)


def test_the_road_from_performance_to_the_closed_file(tree, by, handler):
    agreement = make_agreed(tree.villages[0], by)
    dispute = agreement.dispute
    fill_file(dispute, by)
    handler.post(
        address("dispute-agreement-confirm", dispute.pk),
        {"on": "2026-09-08", "court": "演示县人民法院"},
    )
    handler.post(
        address("dispute-agreement-confirm", dispute.pk), {"on": "2026-09-15", "is_confirmed": "1"}
    )
    handler.post(
        address("dispute-performance-create", dispute.pk),
        {"on": "2026-09-10", "what": "付清", "amount": "500", "is_all": "on", "upload": scan()},
    )
    handler.post(
        address("dispute-visit-create", dispute.pk),
        {"on": "2026-09-20", "is_performed": "1", "satisfaction": "satisfied", "text": SECRET},
    )
    page = address("dispute-close", dispute.pk)
    assert "卷宗齐全。" in shown(handler.get(page))
    dispute.refresh_from_db()

    answer = handler.post(
        page, {"on": "2026-09-21", "reason": "", "version": dispute.version}, follow=True
    )

    assert "已结案归档。" in shown(answer)
    dispute.refresh_from_db()
    agreement.refresh_from_db()
    assert dispute.state == DisputeState.CLOSED
    assert agreement.confirmation == "confirmed"
    paper = handler.get(address("dispute-performance-download", Performance.objects.get().pk))
    assert paper.content == PDF
    assert SECRET not in shown(answer)


def test_confirmation_out_of_time_is_told_on_the_case(tree, by, client_of, time_machine):
    dispute = make_agreed(tree.villages[0], by).dispute
    time_machine.move_to(dt.datetime(2026, 10, 20, 10, tzinfo=dt.UTC), tick=False)

    answer = client_of(by).get(address("dispute-agreement-confirm", dispute.pk), follow=True)

    assert "2026-10-08已经期满" in shown(answer)


def test_what_was_typed_survives_the_end_of_the_session(tree, by, handler):
    dispute = make_working(tree.villages[0], by)
    page = address("dispute-agreement-edit", dispute.pk)
    by.set_password("pingan-demo-2026")
    by.save()
    browser = Client()
    sign_in = {"username": by.username, "password": "pingan-demo-2026"}
    browser.post(reverse("pingan:sign-in"), sign_in)
    browser.cookies.pop("sessionid", None)
    for name in [name for name in browser.cookies if "session" in name]:
        browser.cookies.pop(name)

    asked = browser.post(page, agreement_fields(check="1"), headers={"HX-Request": "true"})
    browser.post(reverse("pingan:sign-in"), sign_in)
    answer = browser.get(page)

    assert asked.status_code == 204
    assert "您填写的内容已经找回" in shown(answer)
    assert "退还两垄地" in shown(answer)
