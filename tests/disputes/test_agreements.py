"""Agreement: statutory items, effect, performance, judicial confirmation."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from disputes.enums import AgreementForm, ConfirmationState, DisputeState, Move
from disputes.models import Agreement, Performance
from disputes.selectors.files import agreement_missing, case_file, file_of
from disputes.services.agreements import (
    add_performance,
    ask_confirmation,
    change_agreement,
    decide_confirmation,
    record_agreement,
)
from pingan.enums import Level, Role
from pingan.models import AuditEvent, StoredFile
from pingan.refusals import Conflict, Forbidden, Refused
from tests.disputes.file_makers import (
    NAME,
    SECRET,
    day,
    make_agreed,
    make_performed,
    make_terms,
    make_working,
    scan,
)
from tests.disputes.makers import make_dispute, move
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def by(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def dispute(tree, by):
    return make_working(tree.villages[0], by)


def test_an_agreement_settles_the_case_and_is_sealed(dispute, by):
    agreement = record_agreement(dispute=dispute, terms=make_terms(), by=by)

    dispute.refresh_from_db()
    assert (dispute.state, dispute.settled_on, dispute.settled_level) == (
        DisputeState.AGREED,
        day(7),
        Level.VILLAGE,
    )
    assert agreement_missing(agreement, 2) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disputes_agreement")
        rows = str(cursor.fetchall())
    assert NAME not in rows + str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"agreed_on": dt.date(2026, 8, 31)}, "协议日期不能早于登记日期（2026-09-01）。"),
        ({"agreed_on": day(1)}, "协议日期不能早于受理日期（2026-09-02）。"),
        ({"agreed_on": dt.date(2026, 10, 13)}, "协议日期不能晚于今天。"),
        ({"effective_on": day(6)}, "生效日期不能早于达成日期。"),
        ({"effective_on": dt.date(2026, 10, 13)}, "生效日期不能晚于今天。"),
        ({"perform_by": day(6)}, "履行期限不能早于达成日期。"),
        ({"manner": "演示乙付现金"}, "“履行方式”里写了当事人的姓名"),
        ({"place": "演示甲家"}, "“履行地点”里写了当事人的姓名"),
        ({"is_sealed": False}, "协议还缺：人民调解委员会印章。填齐后才能登记生效日期。"),
        ({"place": "", "facts": ""}, "协议还缺：纠纷的主要事实、争议事项以及各方当事人的责任、"),
    ],
)
def test_an_agreement_that_cannot_be_is_refused(dispute, by, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        record_agreement(dispute=dispute, terms=make_terms(**fields), by=by)

    dispute.refresh_from_db()
    assert dispute.state == DisputeState.WORKING
    assert not Agreement.objects.exists()


def test_an_incomplete_agreement_is_kept_and_completed_later(dispute, by):
    draft = make_terms(is_sealed=False, effective_on=None)
    agreement = record_agreement(dispute=dispute, terms=draft, by=by)
    assert agreement_missing(agreement, 2) == ["人民调解委员会印章"]

    held = change_agreement(agreement=agreement, terms=make_terms(), version=1, by=by)

    assert (held.effective_on, agreement_missing(held, 2)) == (day(7), [])


def test_an_oral_agreement_takes_effect_on_its_day(dispute, by):
    terms = make_terms(
        form=AgreementForm.ORAL,
        place="",
        is_signed_by_parties=False,
        is_signed_by_mediator=False,
        is_sealed=False,
        effective_on=None,
    )

    agreement = record_agreement(dispute=dispute, terms=terms, by=by)

    assert agreement.effective_on == day(7)


def test_a_party_that_went_away_is_missed_in_the_agreement(dispute, by):
    agreement = record_agreement(dispute=dispute, terms=make_terms(), by=by)
    dispute.parties.last().delete()

    assert case_file(dispute, day(8)).missing == ["当事人的基本情况"]
    with pytest.raises(Refused, match="协议还缺：当事人的基本情况"):
        change_agreement(agreement=agreement, terms=make_terms(), version=1, by=by)


def test_the_second_who_changes_an_agreement_is_told(dispute, by):
    agreement = record_agreement(dispute=dispute, terms=make_terms(), by=by)
    change_agreement(agreement=agreement, terms=make_terms(agreed_on=day(6)), version=1, by=by)

    with pytest.raises(Conflict):
        change_agreement(agreement=agreement, terms=make_terms(), version=1, by=by)

    dispute.refresh_from_db()
    assert dispute.settled_on == day(6)


def test_only_a_case_under_mediation_is_agreed(tree, by):
    dispute = make_dispute(tree.villages[0], by)

    with pytest.raises(Refused, match="“已登记”的纠纷不能“达成协议”。"):
        record_agreement(dispute=dispute, terms=make_terms(), by=by)


def test_nobody_but_the_handler_touches_the_agreement(tree, by, township_clerk, other_clerk):
    agreement = make_agreed(tree.villages[0], by)

    for stranger in (township_clerk, other_clerk):
        for attempt in (
            lambda who: record_agreement(dispute=agreement.dispute, terms=make_terms(), by=who),
            lambda who: change_agreement(
                agreement=agreement, terms=make_terms(), version=1, by=who
            ),
            lambda who: add_performance(agreement=agreement, on=day(8), what="x", by=who),
            lambda who: ask_confirmation(agreement=agreement, on=day(8), court="法院", by=who),
            lambda who: decide_confirmation(
                agreement=agreement, is_confirmed=True, on=day(8), by=who
            ),
        ):
            with pytest.raises(Forbidden):
                attempt(stranger)


def test_performance_with_its_receipt_ends_in_the_move(tree, by):
    agreement = make_agreed(tree.villages[0], by)
    add_performance(
        agreement=agreement, on=day(8), what="第一笔", amount=20_000, upload=scan(), by=by
    )
    add_performance(
        agreement=agreement, on=day(9), what="第二笔", amount=30_000, is_all=True, by=by
    )

    agreement.refresh_from_db()
    assert (agreement.performed_on, agreement.dispute.state) == (day(9), DisputeState.PERFORMED)
    assert case_file(agreement.dispute, day(9)).paid == "500元"
    assert StoredFile.objects.get().name == "履行凭证.pdf"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"on": day(6)}, "履行日期应在达成协议之后，且不晚于今天。"),
        ({"on": dt.date(2026, 10, 13)}, "履行日期应在达成协议之后，且不晚于今天。"),
        ({"what": "演示乙交来现金"}, "“履行情况”里写了当事人的姓名"),
        ({"what": "第一笔"}, "同样的履行已经登记过"),
    ],
)
def test_a_performance_that_cannot_be_is_refused(tree, by, fields, sentence):
    agreement = make_agreed(tree.villages[0], by)
    add_performance(agreement=agreement, on=day(8), what="第一笔", amount=20_000, by=by)

    with pytest.raises(Refused, match=sentence):
        add_performance(
            agreement=agreement, by=by, **{"on": day(8), "what": "别的", "amount": 20_000, **fields}
        )

    assert Performance.objects.count() == 1


def test_the_agreement_is_not_dated_after_its_performance(tree, by):
    agreement = make_agreed(tree.villages[0], by)
    add_performance(agreement=agreement, on=day(8), what="第一笔", by=by)

    with pytest.raises(Refused, match="2026-09-08已经登记过履行"):
        change_agreement(
            agreement=agreement,
            terms=make_terms(agreed_on=day(9), effective_on=day(9)),
            version=1,
            by=by,
        )


def test_confirmation_is_asked_for_and_ruled_on_once(tree, by):
    agreement = make_agreed(tree.villages[0], by)
    with pytest.raises(Refused, match="请填受理法院。"):
        ask_confirmation(agreement=agreement, on=day(8), court=" ", by=by)
    with pytest.raises(Refused, match="没有等待裁定的司法确认申请。"):
        decide_confirmation(agreement=agreement, is_confirmed=True, on=day(8), by=by)

    ask_confirmation(agreement=agreement, on=day(8), court="演示县人民法院", by=by)
    with pytest.raises(Refused, match="司法确认已申请，不用再申请。"):
        ask_confirmation(agreement=agreement, on=day(9), court="演示县人民法院", by=by)
    with pytest.raises(Refused, match="已经申请司法确认的协议不能再改"):
        change_agreement(agreement=agreement, terms=make_terms(), version=2, by=by)
    with pytest.raises(Refused, match="裁定日期应在申请之后"):
        decide_confirmation(agreement=agreement, is_confirmed=True, on=day(7), by=by)
    held = decide_confirmation(agreement=agreement, is_confirmed=True, on=day(20), by=by)

    assert (held.confirmation, held.confirmed_on) == (ConfirmationState.CONFIRMED, day(20))
    items = {item.code: item.is_there for item in file_of(agreement.dispute)}
    assert items["confirmation"]


def test_confirmation_after_thirty_days_is_refused(tree, by):
    # From the 7th: 30 days end on 7 October, a day of the National Day holiday; then on the 8th.
    agreement = make_agreed(tree.villages[0], by)
    sentence = "司法确认应在协议生效之日起三十日内申请，2026-10-08已经期满。"

    with pytest.raises(Refused, match=sentence):
        ask_confirmation(agreement=agreement, on=dt.date(2026, 10, 9), court="法院", by=by)
    shown = case_file(agreement.dispute, dt.date(2026, 10, 8)).confirmation
    late = case_file(agreement.dispute, dt.date(2026, 10, 9)).confirmation
    held = ask_confirmation(
        agreement=agreement, on=dt.date(2026, 10, 8), court="演示县人民法院", by=by
    )

    assert held.confirmation == ConfirmationState.ASKED
    assert (shown.word, shown.tone, shown.may_ask) == ("今天到期", "warn", True)
    assert (late.word, late.may_ask) == ("已过期限", False)


def test_confirmation_waits_for_the_effect(tree, by):
    agreement = make_agreed(tree.villages[0], by, effective_on=None)

    with pytest.raises(Refused, match="协议还没有生效"):
        ask_confirmation(agreement=agreement, on=day(8), court="法院", by=by)


def test_a_case_mediated_again_forgets_what_came_of_the_old_agreement(tree, by):
    agreement = make_performed(tree.villages[0], by)
    ask_confirmation(agreement=agreement, on=day(11), court="演示县人民法院", by=by)
    decide_confirmation(agreement=agreement, is_confirmed=False, on=day(12), by=by)
    row = move(agreement.dispute, Move.RESUME, by, day(13), "又起争执")
    with pytest.raises(Refused, match="“调解中”的纠纷不能申请司法确认。"):
        ask_confirmation(agreement=agreement, on=day(14), court="演示县人民法院", by=by)

    again = make_terms(agreed_on=day(15), effective_on=day(15))
    held = record_agreement(dispute=row, terms=again, by=by)

    assert (held.pk, held.performed_on, held.confirmation, held.court) == (
        agreement.pk,
        None,
        ConfirmationState.NONE,
        "",
    )


def test_a_case_mediated_again_that_fails_owes_no_agreement(tree, by):
    agreement = make_agreed(tree.villages[0], by)
    move(agreement.dispute, Move.RESUME, by, day(13), "反悔")
    row = move(agreement.dispute, Move.FAIL, by, day(14), "分歧大")

    required = {item.code for item in file_of(row) if item.is_required}
    assert required == {"application", "rights", "records", "closing"}


def test_facts_are_in_no_message_of_a_refusal(dispute, by):
    with pytest.raises(Refused) as refused:
        record_agreement(dispute=dispute, terms=make_terms(place="演示甲家"), by=by)

    assert NAME not in str(refused.value)
    assert SECRET not in str(refused.value)
