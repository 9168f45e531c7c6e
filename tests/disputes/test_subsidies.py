"""以案定补: complete files only, by the rates, once, decided and paid by somebody else."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from disputes.enums import AgreementForm, ClaimState, DisputeState, Move, RecordKind, TermKind
from disputes.models import (
    Agreement,
    Dispute,
    DisputeMove,
    FollowVisit,
    MediationRecord,
    Performance,
    SubsidyClaim,
    SubsidyRate,
)
from disputes.selectors.files import file_of
from disputes.selectors.subsidies import (
    ClaimFilters,
    claim_sums,
    claims,
    closed_cases,
    prospects,
    with_names,
)
from disputes.services.subsidies import (
    claim_subsidies,
    claim_subsidy,
    decide_claims,
    pay_claims,
)
from disputes.statute import is_complete
from pingan.enums import Level, Role
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.privacy import Sealed
from pingan.refusals import Forbidden, Refused
from tests.disputes.makers import make_committee, make_dispute, make_mediator, term
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NAME = "欧阳试名"
SEPTEMBER = Month(2026, 9)
TODAY = dt.date(2026, 10, 12)
HEAD = 4  # the first line of values on a sheet: title, note, heads before it


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def clerk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def reviewer(tree):
    return make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0], "reviewer")


@pytest.fixture
def mediator(tree):
    return make_mediator(make_committee(tree.villages[0]), name=Sealed.of(NAME))


@pytest.fixture(autouse=True)
def rates(tree):
    for form, scale, amount in (
        (AgreementForm.ORAL, None, 5000),
        (AgreementForm.WRITTEN, None, 20000),
        (AgreementForm.WRITTEN, term(TermKind.SCALE, "major"), 40000),
    ):
        SubsidyRate.objects.create(
            county=tree.county, form=form, scale=scale, amount=amount, document="演示〔2026〕1号"
        )


def closed(unit: Unit, by: User, mediator: Any, **fields: Any) -> Dispute:
    """A closed case with a complete file."""
    case = make_dispute(unit, by, committee=getattr(mediator, "committee", None), mediator=mediator)
    values = {
        "state": DisputeState.CLOSED,
        "accepted_on": dt.date(2026, 9, 1),
        "settled_on": dt.date(2026, 9, 10),
        "settled_level": Level.VILLAGE,
        "closed_on": dt.date(2026, 9, 25),
        **fields,
    }
    Dispute.objects.filter(pk=case.pk).update(**values)
    DisputeMove.objects.create(
        dispute=case, move=Move.START, before="accepted", after="working", on=dt.date(2026, 9, 2)
    )
    agreement = Agreement.objects.create(
        dispute=case,
        form=AgreementForm.WRITTEN,
        agreed_on=dt.date(2026, 9, 10),
        facts=Sealed.of("事实"),
        content=Sealed.of("内容"),
        manner="一次付清",
        place="村委会",
        perform_by=dt.date(2026, 9, 20),
        is_signed_by_parties=True,
        is_signed_by_mediator=True,
        is_sealed=True,
    )
    Performance.objects.create(agreement=agreement, on=dt.date(2026, 9, 15), what="已付")
    for kind in (RecordKind.RIGHTS, RecordKind.SITTING):
        MediationRecord.objects.create(dispute=case, kind=kind, on=dt.date(2026, 9, 5))
    FollowVisit.objects.create(
        dispute=case, on=dt.date(2026, 9, 20), is_performed=True, satisfaction="satisfied"
    )
    return Dispute.objects.get(pk=case.pk)


def test_a_complete_case_is_claimed_for_by_the_rate(tree, clerk, mediator):
    case = closed(tree.villages[0], clerk, mediator)
    big = closed(tree.villages[0], clerk, mediator, scale=term(TermKind.SCALE, "major"))
    assert is_complete(file_of(case))

    made, other = claim_subsidy(dispute=case, by=clerk), claim_subsidy(dispute=big, by=clerk)

    assert (made.amount, made.month, made.mediator) == (20000, SEPTEMBER, mediator)
    assert (made.state, made.claimed_by, made.paid_on) == (ClaimState.CLAIMED, clerk, None)
    assert other.amount == 40000
    event = AuditEvent.objects.filter(action="申报以案定补").order_by("pk").first()
    assert event is not None
    assert event.after == {"amount": 20000, "mediator": "01"}


def _without_agreement(case: Dispute) -> None:
    Agreement.objects.filter(dispute=case).delete()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda case: Dispute.objects.update(state="followed"), "结案归档以后"),
        (lambda case: Dispute.objects.update(mediator=None), "没有填写调解员"),
        (lambda case: Dispute.objects.update(settled_level=None), "没有达成协议"),
        (lambda case: case.records.filter(kind="rights").delete(), "当事人权利义务告知书"),
        (lambda case: case.records.filter(kind="sitting").delete(), r"调解\(调查\)记录"),
        (lambda case: Agreement.objects.update(is_sealed=False), "卷宗还缺：调解协议书。补齐"),
        (lambda case: Agreement.objects.update(facts=Sealed()), "调解协议书"),
        (lambda case: case.parties.first().delete(), "调解协议书"),
        (lambda case: Performance.objects.all().delete(), "履行凭证"),
        (lambda case: case.visits.all().delete(), "回访记录"),
        (_without_agreement, "没有达成协议"),
        (lambda case: SubsidyRate.objects.all().delete(), "还没有规定书面协议的补贴标准"),
    ],
)
def test_what_is_missing_is_named(tree, clerk, mediator, spoil, sentence):
    case = closed(tree.villages[0], clerk, mediator)
    spoil(case)

    with pytest.raises(Refused, match=sentence):
        claim_subsidy(dispute=case, by=clerk)

    assert not SubsidyClaim.objects.exists()


def test_an_oral_agreement_needs_no_seal_and_has_its_own_rate(tree, clerk, mediator):
    case = closed(tree.villages[0], clerk, mediator)
    Agreement.objects.update(
        form=AgreementForm.ORAL, is_sealed=False, is_signed_by_parties=False, place=""
    )

    assert claim_subsidy(dispute=case, by=clerk).amount == 5000


def test_the_set_based_file_agrees_with_the_file_of_one_case(tree, clerk, mediator):
    whole = closed(tree.villages[0], clerk, mediator)
    torn = closed(tree.villages[0], clerk, mediator)
    torn.visits.all().delete()

    found = {row.dispute.pk: row for row in prospects(list(with_names(Dispute.objects.all())))}

    for case in (whole, torn):
        assert found[case.pk].is_open is is_complete(file_of(case))


def test_one_claim_a_case(tree, clerk, reviewer, mediator):
    case = closed(tree.villages[0], clerk, mediator)
    first = claim_subsidy(dispute=case, by=clerk)

    with pytest.raises(Refused, match="已经申报过"):
        claim_subsidy(dispute=case, by=reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubsidyClaim.objects.create(
            dispute=case, mediator=mediator, month=SEPTEMBER, amount=1, claimed_by=clerk
        )

    assert list(SubsidyClaim.objects.all()) == [first]


def test_a_refused_claim_can_be_made_again(tree, clerk, reviewer, mediator):
    case = closed(tree.villages[0], clerk, mediator)
    first = claim_subsidy(dispute=case, by=clerk)
    decide_claims(claims=[first], is_approved=False, reason="回访不实", by=reviewer)
    SubsidyRate.objects.update(amount=30000)

    again = claim_subsidy(dispute=case, by=clerk)

    assert again.pk == first.pk
    assert (again.state, again.amount, again.reason, again.decided_by) == (
        ClaimState.CLAIMED,
        30000,
        "",
        None,
    )


def test_who_may_claim(tree, clerk, mediator, other_clerk):
    case = closed(tree.villages[0], clerk, mediator)
    leader = make_user(Role.LEADER, tree.county)

    for person in (other_clerk, leader):
        with pytest.raises(Forbidden):
            claim_subsidy(dispute=case, by=person)
    assert not SubsidyClaim.objects.exists()


def test_nobody_decides_what_he_claimed_or_mediated(tree, clerk, reviewer, mediator):
    mine = claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator), by=reviewer)
    with pytest.raises(Refused, match="由别人审核"):
        decide_claims(claims=[mine], is_approved=True, reason="", by=reviewer)
    mediator.account = reviewer
    mediator.save()
    other = claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator), by=clerk)
    with pytest.raises(Refused, match="自己调解的"):
        decide_claims(claims=[other], is_approved=True, reason="", by=reviewer)
    with pytest.raises(Forbidden):
        decide_claims(claims=[other], is_approved=True, reason="", by=clerk)

    assert set(SubsidyClaim.objects.values_list("state", flat=True)) == {ClaimState.CLAIMED}


def test_deciding_is_all_or_none_with_a_reason_to_refuse(tree, clerk, reviewer, mediator):
    one, two = (
        claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator), by=clerk) for _ in range(2)
    )
    with pytest.raises(Refused, match="写明理由"):
        decide_claims(claims=[one], is_approved=False, reason=" ", by=reviewer)
    with pytest.raises(Refused, match="先勾选"):
        decide_claims(claims=[], is_approved=True, reason="", by=reviewer)

    assert decide_claims(claims=[one], is_approved=True, reason="", by=reviewer) == 1
    with pytest.raises(Refused, match="待发放，不用再审核"):
        decide_claims(claims=[one, two], is_approved=True, reason="", by=reviewer)

    two.refresh_from_db()
    assert two.state == ClaimState.CLAIMED


def test_another_township_decides_nothing(tree, clerk, mediator):
    claim = claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator), by=clerk)
    stranger = make_user(Role.TOWNSHIP_REVIEWER, tree.townships[1])

    with pytest.raises(Refused, match="不在您的范围内"):
        decide_claims(claims=[claim], is_approved=True, reason="", by=stranger)
    with pytest.raises(Refused, match="不在您的范围内"):
        pay_claims(claims=[claim], on=TODAY, by=stranger)


def test_paying_follows_approval(tree, clerk, reviewer, county_officer, mediator):
    claim = claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator), by=clerk)
    with pytest.raises(Refused, match="待审核，不能发放"):
        pay_claims(claims=[claim], on=TODAY, by=county_officer)
    decide_claims(claims=[claim], is_approved=True, reason="", by=reviewer)
    for day, sentence in ((dt.date(2026, 10, 13), "晚于今天"), (dt.date(2026, 10, 11), "审核日期")):
        with pytest.raises(Refused, match=sentence):
            pay_claims(claims=[claim], on=day, by=county_officer)

    assert pay_claims(claims=[claim], on=TODAY, by=county_officer) == 1
    with pytest.raises(Refused, match="已发放，不能发放"):
        pay_claims(claims=[claim], on=TODAY, by=county_officer)

    claim.refresh_from_db()
    assert (claim.state, claim.paid_on, claim.amount) == (ClaimState.PAID, TODAY, 20000)
    with pytest.raises(Refused, match="已经申报过"):
        claim_subsidy(dispute=claim.dispute, by=clerk)


def test_a_month_is_claimed_for_at_once(tree, clerk, mediator):
    whole = [closed(tree.villages[0], clerk, mediator) for _ in range(2)]
    torn = closed(tree.villages[0], clerk, mediator)
    torn.visits.all().delete()
    closed(tree.villages[0], clerk, mediator, closed_on=dt.date(2026, 10, 1))
    cases = list(closed_cases(clerk, SEPTEMBER))

    done, left = claim_subsidies(disputes=cases, by=clerk)
    again, left_again = claim_subsidies(disputes=cases, by=clerk)

    assert len(cases) == 3
    assert (done, [row.dispute.pk for row in left]) == (2, [torn.pk])
    assert (again, len(left_again)) == (0, 3)
    assert {claim.dispute_id for claim in SubsidyClaim.objects.all()} == {case.pk for case in whole}
    assert AuditEvent.objects.filter(action="申报以案定补").count() == 2


def test_a_month_takes_the_same_queries_whatever_the_cases(
    tree, clerk, reviewer, mediator, django_assert_max_num_queries
):
    counts = []
    for number in (1, 3):
        for _ in range(number):
            closed(tree.villages[0], clerk, mediator)
        cases = list(closed_cases(clerk, SEPTEMBER))
        with django_assert_max_num_queries(30) as used:
            claim_subsidies(disputes=cases, by=clerk)
        first = len(used)
        waiting = list(SubsidyClaim.objects.filter(state=ClaimState.CLAIMED))
        with django_assert_max_num_queries(30) as used:
            decide_claims(claims=waiting, is_approved=True, reason="", by=reviewer)
        second = len(used)
        with django_assert_max_num_queries(30) as used:
            pay_claims(claims=waiting, on=TODAY, by=reviewer)
        counts.append((first, second, len(used)))

    assert counts[0] == counts[1]


def three_claims(tree: Any, clerk: User, reviewer: User, mediator: Any) -> list[SubsidyClaim]:
    """One waits in August; of September one is paid and one refused."""
    august = {"closed_on": dt.date(2026, 8, 31), "settled_on": dt.date(2026, 9, 1)}
    made = [
        claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator, **fields), by=clerk)
        for fields in (august, {}, {})
    ]
    decide_claims(claims=[made[1]], is_approved=True, reason="", by=reviewer)
    pay_claims(claims=[made[1]], on=TODAY, by=reviewer)
    decide_claims(claims=[made[2]], is_approved=False, reason="回访不实", by=reviewer)
    return made


def test_sums_by_month_mediator_committee_and_township(tree, clerk, reviewer, mediator):
    three_claims(tree, clerk, reviewer, mediator)
    second = make_mediator(make_committee(tree.townships[1], name="乙镇调委会", code="乙调"), "05")
    stranger = make_user(Role.TOWNSHIP_CLERK, tree.townships[1])
    claim_subsidy(dispute=closed(tree.townships[1], stranger, second), by=stranger)
    officer = make_user(Role.COUNTY_OFFICER, tree.county)

    found = claim_sums(claims(officer, ClaimFilters()), shows_masked=True)
    narrow = claim_sums(
        claims(officer, ClaimFilters(first=SEPTEMBER, last=SEPTEMBER, unit=tree.townships[0])),
        shows_masked=False,
    )

    def lines(rows):
        return [(row.label, row.claimed, row.waiting, row.paid_money, row.refused) for row in rows]

    assert lines([found.total]) == [("合计", 4, 2, 20000, 1)]
    assert lines(found.by_month) == [
        ("2026年8月", 1, 1, 0, 0),
        ("2026年9月", 3, 1, 20000, 1),
    ]
    assert lines(found.by_township) == [("甲镇", 3, 1, 20000, 1), ("乙镇", 1, 1, 0, 0)]
    assert [row.label for row in found.by_mediator] == [
        "2026年8月　甲1村人民调解委员会　01号 欧＊＊＊",
        "2026年9月　甲1村人民调解委员会　01号 欧＊＊＊",
        "2026年9月　乙镇调委会　05号 演＊＊＊＊",
    ]
    assert lines(narrow.by_mediator) == [("2026年9月　甲1村人民调解委员会　01号", 2, 0, 20000, 1)]


def test_a_mediators_own_township_sees_his_claims_elsewhere(tree, clerk, reviewer, mediator):
    """A case that was registered in another township and handed to this mediator's unit."""
    other = make_user(Role.TOWNSHIP_CLERK, tree.townships[1])
    case = closed(tree.townships[1], other, None)
    Dispute.objects.filter(pk=case.pk).update(mediator=mediator, holder=tree.villages[0])

    claim = claim_subsidy(dispute=case, by=clerk)

    assert list(claims(reviewer, ClaimFilters())) == [claim]
    assert decide_claims(claims=[claim], is_approved=True, reason="", by=reviewer) == 1


PAGES = ("subsidy-list", "subsidy-claim", "subsidy-pay", "subsidy-sums", "subsidy-print")


@pytest.mark.parametrize("name", PAGES)
def test_pages_take_the_same_queries_with_one_and_three(
    tree, clerk, reviewer, mediator, client_of, django_assert_max_num_queries, name
):
    client = client_of(reviewer)
    address = reverse(f"disputes:{name}") + "?month=2026-09"
    client.get(address)
    counts = []
    for number in (1, 2):
        made = [
            claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator), by=clerk)
            for _ in range(number)
        ]
        decide_claims(claims=made, is_approved=True, reason="", by=reviewer)
        closed(tree.villages[0], clerk, mediator)
        with django_assert_max_num_queries(40) as used:
            client.get(address)
        counts.append(len(used))

    assert counts[0] == counts[1]


def test_no_page_and_no_file_shows_a_name(tree, clerk, reviewer, mediator, client_of):
    three_claims(tree, clerk, reviewer, mediator)
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    leader = make_user(Role.LEADER, tree.county)

    for person in (clerk, reviewer, officer, leader):
        client = client_of(person)
        for name in PAGES:
            page = client.get(reverse(f"disputes:{name}") + "?month=2026-09").content.decode()
            assert NAME not in page, (person.role, name)
            assert "演示甲" not in page, (person.role, name)
        book = openpyxl.load_workbook(
            io.BytesIO(client.get(reverse("disputes:subsidy-download")).content)
        )
        cells = str(
            [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        )
        assert NAME not in cells
        assert "演示甲" not in cells
        assert ("欧＊＊＊" in cells) is (person is not leader)
    assert "欧" not in client_of(leader).get(reverse("disputes:subsidy-sums")).content.decode()


def test_the_workbook_holds_claims_and_sums(tree, clerk, reviewer, mediator, client_of):
    three_claims(tree, clerk, reviewer, mediator)

    answer = client_of(reviewer).get(reverse("disputes:subsidy-download") + "?first=2026-09")

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = list(book["申报明细"].iter_rows(min_row=HEAD, values_only=True))
    assert [(row[0], row[4], row[5], row[6], row[7], row[8]) for row in rows] == [
        ("2026年9月", "01", "欧＊＊＊", 200, "已发放", None),
        ("2026年9月", "01", "欧＊＊＊", 200, "不予补贴", "回访不实"),
    ]
    assert list(book["按乡镇"].iter_rows(min_row=HEAD, values_only=True)) == [
        ("甲镇", 2, 0, 0, 0, 1, 200, 1),
        ("合计", 2, 0, 0, 0, 1, 200, 1),
    ]


def test_strangers_and_other_posts(tree, clerk, reviewer, mediator, other_clerk, client_of):
    claim = three_claims(tree, clerk, reviewer, mediator)[0]
    stranger = client_of(make_user(Role.TOWNSHIP_REVIEWER, tree.townships[1]))
    inspector = client_of(make_user(Role.INSPECTOR, tree.county))

    page = stranger.get(reverse("disputes:subsidy-list")).content.decode()
    stranger.post(
        reverse("disputes:subsidy-decide"), {"claim": claim.pk, "answer": "approve", "reason": ""}
    )
    stranger.post(reverse("disputes:subsidy-pay"), {"claim": claim.pk, "on": "2026-10-12"})
    stranger.post(reverse("disputes:subsidy-claim") + "?month=2026-09", {"case": claim.dispute_id})

    claim.refresh_from_db()
    assert claim.dispute.code not in page
    assert claim.state == ClaimState.CLAIMED
    assert inspector.get(reverse("disputes:subsidy-list")).status_code == 403
    assert client_of(clerk).get(reverse("disputes:subsidy-pay")).status_code == 403
    decided = client_of(clerk).post(
        reverse("disputes:subsidy-decide"), {"claim": claim.pk, "answer": "approve"}
    )
    assert decided.status_code == 403


def test_claim_review_pay_and_sign_by_pages(tree, clerk, reviewer, mediator, client_of):
    case = closed(tree.villages[0], clerk, mediator)
    torn = closed(tree.villages[0], clerk, mediator)
    torn.visits.all().delete()
    desk, review = client_of(clerk), client_of(reviewer)
    claim_page = reverse("disputes:subsidy-claim") + "?month=2026-09"

    before = desk.get(claim_page).content.decode()
    desk.post(claim_page, {"case": [case.pk, torn.pk]})
    nothing = desk.post(claim_page, {}, follow=True).content.decode()
    claim = SubsidyClaim.objects.get()
    review.post(
        reverse("disputes:subsidy-decide"),
        {"claim": claim.pk, "answer": "refuse", "reason": ""},
    )
    claim.refresh_from_db()
    assert claim.state == ClaimState.CLAIMED
    answer = review.post(
        reverse("disputes:subsidy-decide"),
        {"claim": claim.pk, "answer": "approve", "reason": "", "asked": "first=2026-09&state=x"},
    )
    pay = reverse("disputes:subsidy-pay") + "?month=2026-09"
    shown = review.get(pay).content.decode()
    bad = review.post(pay, {"claim": claim.pk, "on": "昨天"})
    review.post(pay, {"claim": claim.pk, "on": "2026-10-12"})
    review.post(pay, {"claim": claim.pk, "on": "2026-10-12"})
    paper = review.get(reverse("disputes:subsidy-print") + "?month=2026-09").content.decode()

    claim.refresh_from_db()
    assert "卷宗还缺：回访记录" in before
    assert "请先勾选" in nothing
    assert answer["Location"] == "/subsidies/?first=2026-09&state=x"
    assert "共 200 元" in shown
    assert bad.status_code == 422
    assert (claim.state, claim.paid_on) == (ClaimState.PAID, TODAY)
    assert "贰佰元整" in paper
    assert timezone.localdate() == TODAY
    assert AuditEvent.objects.filter(action="发放以案定补").count() == 1


def test_a_page_is_ticked_at_once_but_for_ones_own(tree, clerk, reviewer, mediator, client_of):
    claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator), by=clerk)
    claim_subsidy(dispute=closed(tree.villages[0], clerk, mediator), by=reviewer)
    address = reverse("disputes:subsidy-list")
    client = client_of(reviewer)

    plain = client.get(address).content.decode()
    ticked = client.get(f"{address}?state=claimed&tick=all").content.decode()

    assert plain.count('name="claim"') == ticked.count('name="claim"') == 1
    assert (plain.count(" checked>"), ticked.count(" checked>")) == (0, 1)
    assert 'name="asked" value="state=claimed"' in ticked
