"""一票否决: who proposes, who decides, what it does, how it ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
import time_machine
from django.test import Client

from assessments.enums import Colour, Grade, NamingGrade, NamingState, VetoState
from assessments.models import Naming, NamingKind, Veto, VetoCondition
from assessments.selectors.freezes import freeze_of
from assessments.selectors.vetoes import conditions_of, veto_row
from assessments.services.closing import close_month
from assessments.services.vetoes import (
    ConditionText,
    Decision,
    Proposal,
    change_proposal,
    decide_veto,
    keep_veto_condition,
    lift_veto,
    propose_veto,
    refuse_veto,
)
from pingan.enums import Role
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
TODAY = dt.date(2026, 10, 8)
DECISION = Decision("演创安办〔2026〕9号", "情况属实", TODAY, 6)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


def condition(code: str = "grave") -> VetoCondition:
    return VetoCondition.objects.get(county=None, code=code)


def proposal(code: str = "grave", facts: str = "场镇仓库发生火灾") -> Proposal:
    return Proposal(condition(code), facts, dt.date(2026, 10, 1))


def propose(unit: Unit, by: User) -> Veto:
    return propose_veto(unit=unit, proposal=proposal(), by=by)


def decided(unit: Unit, by: User, decision: Decision = DECISION) -> Veto:
    veto = propose(unit, by)
    return decide_veto(veto=veto, decision=decision, withdrawn=[], version=1, by=by)


def make_naming(unit: Unit, code: str = "village", **fields: object) -> Naming:
    """Named since September for two years."""
    values = {
        "grade": NamingGrade.QUALIFIED,
        "state": NamingState.NAMED,
        "document": "演创安办〔2026〕1号",
        "decision": "达标",
        "decided_at": dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
        "valid_from": dt.date(2026, 9, 1),
        "valid_to": dt.date(2028, 9, 1),
    }
    kind = NamingKind.objects.get(county=None, code=code)
    return Naming.objects.create(unit=unit, kind=kind, **values | fields)


def test_common_conditions_have_their_basis():
    found = VetoCondition.objects.filter(county=None)

    assert found.count() == 10
    assert all(each.basis.startswith("参照") for each in found)
    assert {each.months for each in found} == {6, 12}


def test_township_proposes_for_its_villages_alone(tree: County, township_clerk: User):
    veto = propose(tree.villages[0], township_clerk)

    assert (veto.state, veto.proposing_unit) == (VetoState.PROPOSED, tree.townships[0])
    assert AuditEvent.objects.get(action="提出一票否决").by == township_clerk
    for unit in (tree.townships[0], tree.townships[1], tree.villages[2], tree.departments[0]):
        with pytest.raises(Forbidden):
            propose(unit, township_clerk)


def test_county_proposes_for_any_of_its_own(tree: County, county_officer: User):
    assert propose(tree.townships[0], county_officer).pk
    assert propose(tree.departments[0], county_officer).pk
    for unit in (tree.county, tree.groups[0]):
        with pytest.raises(Refused):
            propose(unit, county_officer)
    with pytest.raises(Forbidden):
        propose(make_county("510704", "别县").townships[0], county_officer)


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR, Role.AUDITOR])
def test_others_do_not_propose(tree: County, role: Role):
    with pytest.raises(Forbidden):
        propose(tree.townships[0], make_user(role, tree.county))


def test_same_matter_sent_twice_meets_the_first(tree: County, county_officer: User):
    propose(tree.villages[0], county_officer)

    with pytest.raises(Refused, match="已经提出过"):
        propose(tree.villages[0], county_officer)

    assert Veto.objects.count() == 1


def test_what_has_not_happened_is_refused(tree: County, county_officer: User):
    tomorrow = Proposal(condition(), "明天", TODAY + dt.timedelta(days=1))

    with pytest.raises(Refused, match="不能晚于今天"):
        propose_veto(unit=tree.villages[0], proposal=tomorrow, by=county_officer)


def test_only_the_county_decides(tree: County, township_clerk: User, county_officer: User):
    veto = propose(tree.villages[0], township_clerk)

    with pytest.raises(Forbidden):
        decide_veto(veto=veto, decision=DECISION, withdrawn=[], version=1, by=township_clerk)
    decide_veto(veto=veto, decision=DECISION, withdrawn=[], version=1, by=county_officer)

    veto.refresh_from_db()
    assert (veto.starts_on, veto.ends_on) == (TODAY, dt.date(2027, 4, 8))
    assert veto_row(veto, TODAY).word == "否决中"
    assert veto_row(veto, TODAY).left == 182


def test_decision_freezes_and_withdraws_the_chosen_namings(tree: County, county_officer: User):
    chosen, kept = make_naming(tree.villages[0]), make_naming(tree.villages[0], "railway")
    other = make_naming(tree.villages[1])
    veto = propose(tree.villages[0], county_officer)

    decide_veto(
        veto=veto,
        decision=DECISION,
        withdrawn=[chosen.pk, other.pk],
        version=1,
        by=county_officer,
    )

    states = dict(Naming.objects.values_list("pk", "state"))
    assert states == {
        chosen.pk: NamingState.WITHDRAWN,
        kept.pk: NamingState.NAMED,
        other.pk: NamingState.NAMED,  # another unit's is not touched
    }
    chosen.refresh_from_db()
    assert DECISION.document in chosen.withdraw_reason
    freeze = freeze_of(tree.villages[0], TODAY)
    assert freeze is not None
    assert freeze.until == dt.date(2027, 4, 8)
    assert AuditEvent.objects.filter(action="撤销命名").count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"document": " "}, "决定文件"),
        ({"decision": ""}, "决定理由"),
        ({"months": 0}, "1至36"),
        ({"months": 37}, "1至36"),
        ({"starts_on": dt.date(2026, 9, 30)}, "起始日期"),
        ({"starts_on": dt.date(2026, 11, 9)}, "起始日期"),
    ],
)
def test_impossible_decision_is_refused(
    tree: County, county_officer: User, changes: dict[str, object], sentence: str
):
    veto = propose(tree.villages[0], county_officer)
    values = {"document": "1号", "decision": "属实", "starts_on": TODAY, "months": 6} | changes

    with pytest.raises(Refused, match=sentence):
        decide_veto(
            veto=veto,
            decision=Decision(**values),  # type: ignore[arg-type]
            withdrawn=[],
            version=1,
            by=county_officer,
        )

    veto.refresh_from_db()
    assert veto.state == VetoState.PROPOSED


def test_refused_with_a_reason(tree: County, county_officer: User):
    veto = propose(tree.villages[0], county_officer)

    with pytest.raises(Refused):
        refuse_veto(veto=veto, reason=" ", version=1, by=county_officer)
    refuse_veto(veto=veto, reason="不在本村地界", version=1, by=county_officer)

    veto.refresh_from_db()
    assert (veto.state, veto.decision) == (VetoState.REFUSED, "不在本村地界")
    assert freeze_of(tree.villages[0], TODAY) is None


def test_second_decider_meets_a_conflict(tree: County, county_officer: User):
    veto = decided(tree.villages[0], county_officer)

    with pytest.raises(Conflict):
        refuse_veto(veto=veto, reason="不予", version=1, by=county_officer)
    with pytest.raises(Refused, match="已决定"):
        refuse_veto(veto=veto, reason="不予", version=2, by=county_officer)


def test_lifting_ends_it_that_day(tree: County, county_officer: User):
    veto = decided(tree.villages[0], county_officer)

    lift_veto(veto=veto, reason="整改到位", on=TODAY, version=2, by=county_officer)

    veto.refresh_from_db()
    assert veto_row(veto, TODAY).word == "已提前解除"
    assert freeze_of(tree.villages[0], TODAY) is None
    assert not Veto.objects.in_force(on=TODAY).exists()
    assert AuditEvent.objects.get(action="解除一票否决").note == "整改到位"


@pytest.mark.parametrize("day", [dt.date(2026, 10, 7), dt.date(2026, 10, 9)])
def test_lifting_on_another_day_is_refused(tree: County, county_officer: User, day: dt.date):
    veto = decided(tree.villages[0], county_officer)

    with pytest.raises(Refused, match="解除日期"):
        lift_veto(veto=veto, reason="整改到位", on=day, version=2, by=county_officer)


def test_what_is_over_is_not_lifted(tree: County, county_officer: User):
    veto = decided(tree.villages[0], county_officer)

    with time_machine.travel(dt.datetime(2027, 4, 8, 9, tzinfo=dt.UTC)):
        assert veto_row(veto, dt.date(2027, 4, 8)).word == "已期满"
        with pytest.raises(Refused, match="期限已满"):
            lift_veto(
                veto=veto, reason="迟了", on=dt.date(2027, 4, 7), version=2, by=county_officer
            )


def test_proposal_is_corrected_until_it_is_decided(
    tree: County, township_clerk: User, county_officer: User, other_clerk: User
):
    veto = propose(tree.villages[0], township_clerk)
    better = proposal("failed", "年度考核不合格")

    change_proposal(veto=veto, proposal=better, version=1, by=township_clerk)

    with pytest.raises(Conflict):
        change_proposal(veto=veto, proposal=better, version=1, by=county_officer)
    with pytest.raises(Forbidden):
        change_proposal(veto=veto, proposal=better, version=2, by=other_clerk)
    veto.refresh_from_db()
    assert (veto.condition.code, veto.version) == ("failed", 2)


def test_county_keeps_a_list_of_its_own(tree: County, county_officer: User):
    veto = propose(tree.villages[0], county_officer)
    text = ConditionText("瞒报重大隐患", "参照本县办法", 6, True)

    added = keep_veto_condition(county=tree.county, condition=None, text=text, by=county_officer)

    own = conditions_of(tree.county.pk)
    veto.refresh_from_db()
    assert {each.county_id for each in own} == {tree.county.pk}
    assert len(own) == 11
    assert own[-1] == added
    assert veto.condition.county_id == tree.county.pk
    assert VetoCondition.objects.filter(county=None).count() == 10
    with pytest.raises(Refused, match="同名"):
        keep_veto_condition(county=tree.county, condition=None, text=text, by=county_officer)


def test_used_condition_keeps_its_words(tree: County, county_officer: User):
    veto = propose(tree.villages[0], county_officer)
    used = veto.condition
    shorter = ConditionText(used.name, used.basis, 3, False)
    other = ConditionText("改了名字", used.basis, 3, True)

    with pytest.raises(Refused, match="不能再改"):
        keep_veto_condition(county=tree.county, condition=used, text=other, by=county_officer)
    kept = keep_veto_condition(county=tree.county, condition=used, text=shorter, by=county_officer)

    assert (kept.months, kept.is_active) == (3, False)
    with pytest.raises(Refused, match="停用"):
        propose_veto(
            unit=tree.villages[1],
            proposal=Proposal(kept, "又一次", TODAY),
            by=county_officer,
        )


def test_township_keeps_no_list(tree: County, township_clerk: User):
    with pytest.raises(Forbidden):
        keep_veto_condition(
            county=tree.county,
            condition=None,
            text=ConditionText("一", "二", 6, True),
            by=township_clerk,
        )


# --- pages


def form_of(unit: Unit, /, **changes: object) -> dict[str, object]:
    values = {
        "unit": unit.pk,
        "condition": condition().pk,
        "happened_on": "2026-10-01",
        "facts": "场镇仓库发生火灾",
    }
    return values | changes


def test_proposal_goes_through_the_pages(
    tree: County, township_clerk: User, county_officer: User, client_of: ClientOf
):
    township, county = client_of(township_clerk), client_of(county_officer)

    made = township.post("/vetoes/new", form_of(tree.villages[0]))
    veto = Veto.objects.get()
    assert made.headers["Location"] == f"/vetoes/{veto.pk}/"
    data = {
        "document": "演创安办〔2026〕9号",
        "decision": "属实",
        "starts_on": "2026-10-08",
        "months": "6",
        "version": "1",
    }
    county.post(f"/vetoes/{veto.pk}/decide", data)

    page = township.get(f"/vetoes/{veto.pk}/").content.decode()
    assert "否决中" in page
    assert "还有182天期满" in page
    assert "确认决定" not in page
    listed = township.get("/vetoes/?state=force").content.decode()
    assert "甲1村" in listed
    assert "没有符合条件" in township.get("/vetoes/?state=over").content.decode()


def test_what_looks_like_a_name_is_asked_about(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    named = form_of(tree.villages[0], facts="张三与李四打架")

    refused = client.post("/vetoes/new", named)

    assert refused.status_code == 422
    assert "像是人名" in refused.content.decode()
    assert "张三与李四打架" in refused.content.decode()  # nothing typed is lost
    assert client.post("/vetoes/new", {**named, "not_name": "on"}).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": "x"},
        {"condition": ""},
        {"happened_on": "2026-13-01"},
        {"facts": " "},
        {"facts": "长" * 1001},
    ],
)
def test_bad_proposal_is_told(
    tree: County, county_officer: User, client_of: ClientOf, changes: dict[str, object]
):
    form = form_of(tree.villages[0], **changes)

    assert client_of(county_officer).post("/vetoes/new", form).status_code == 422
    assert not Veto.objects.exists()


def test_strangers_find_nothing(
    tree: County, county_officer: User, other_clerk: User, client_of: ClientOf
):
    veto = decided(tree.villages[0], county_officer)
    stranger = client_of(other_clerk)
    auditor = client_of(make_user(Role.AUDITOR, tree.county))

    for client in (stranger, auditor):
        for address in (f"/vetoes/{veto.pk}/", f"/vetoes/{veto.pk}/decision.pdf"):
            assert client.get(address).status_code == 404
        assert client.post(f"/vetoes/{veto.pk}/lift", {}).status_code == 404
        assert client.get(f"/unit-records/{tree.villages[0].pk}/").status_code == 404
        assert "甲1村" not in client.get("/vetoes/").content.decode()


def test_second_browser_is_told_and_loses_nothing(
    tree: County, county_officer: User, client_of: ClientOf
):
    veto = propose(tree.villages[0], county_officer)
    change_proposal(veto=veto, proposal=proposal("failed"), version=1, by=county_officer)
    form = form_of(tree.villages[0], facts="我写的事实", version=1)

    answer = client_of(county_officer).post(f"/vetoes/{veto.pk}/edit", form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我写的事实" in page
    assert "平安建设年度考核评价不合格" in page
    assert 'name="version" value="2"' in page


def test_late_decision_keeps_what_was_typed(
    tree: County, county_officer: User, client_of: ClientOf
):
    veto = propose(tree.villages[0], county_officer)
    data = {"document": "9号", "decision": "我的理由", "starts_on": "2026-10-08", "months": "6"}

    answer = client_of(county_officer).post(f"/vetoes/{veto.pk}/decide", {**data, "version": "7"})

    assert answer.status_code == 409
    assert "我的理由" in answer.content.decode()
    veto.refresh_from_db()
    assert veto.state == VetoState.PROPOSED


def test_list_takes_the_same_queries_for_one_and_three(
    tree: County, county_officer: User, client_of: ClientOf, django_assert_max_num_queries
):
    client = client_of(county_officer)
    client.get("/vetoes/")
    counts = []
    for number in range(3):
        decided(tree.villages[number], county_officer)
        if number in (0, 2):
            with django_assert_max_num_queries(12) as queries:
                client.get("/vetoes/")
            counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.slow
def test_decision_as_pdf(tree: County, county_officer: User, client_of: ClientOf):
    veto = decided(tree.villages[0], county_officer)

    answer = client_of(county_officer).get(f"/vetoes/{veto.pk}/decision.pdf")

    assert answer.content.startswith(b"%PDF-")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_record_of_a_unit_tells_all(tree: County, county_officer: User, client_of: ClientOf):
    make_naming(tree.villages[0])
    decided(tree.villages[0], county_officer)
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])

    page = client_of(clerk).get(f"/unit-records/{tree.villages[0].pk}/").content.decode()

    assert "不得评先评优" in page
    assert "平安村（合格）" in page
    assert DECISION.document in page


@pytest.mark.slow
def test_next_close_grades_the_unit_as_unqualified(tree: County, county_officer: User):
    decided(tree.villages[0], county_officer, replace(DECISION, starts_on=dt.date(2026, 10, 1)))

    with time_machine.travel(dt.datetime(2026, 11, 8, 9, tzinfo=dt.UTC)):
        [edition] = close_month(counties=[tree.county], month=Month(2026, 10), by=None)

    card = edition.scorecards.get(unit=tree.villages[0])
    assert (card.grade, card.colour) == (Grade.UNQUALIFIED, Colour.RED)
    assert card.facts["vetoes_in_force"] == 1
