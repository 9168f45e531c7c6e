"""命名: applied for, checked, decided with a document, rechecked, renewed, withdrawn; its rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from assessments.enums import NamingGrade, NamingState, RecheckResult
from assessments.models import (
    Naming,
    NamingCriterion,
    NamingKind,
)
from assessments.selectors.naming_rates import Share, naming_rates
from assessments.selectors.namings import NamingFilter, kinds_of, naming_row, namings_found
from assessments.services.naming_decisions import (
    Choice,
    NamingDocument,
    decide_namings,
    recheck_naming,
    refuse_naming,
    renew_naming,
    withdraw_naming,
)
from assessments.services.naming_kinds import (
    CriterionText,
    KindText,
    drop_naming_criterion,
    keep_naming_criterion,
    keep_naming_kind,
)
from assessments.services.namings import (
    Check,
    Confirmation,
    apply_naming,
    check_naming,
    drop_naming,
    send_back_naming,
    start_naming,
    take_back_naming,
)
from pingan.enums import Role
from pingan.models import AuditEvent, Unit, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.naming_makers import (
    DOCUMENT,
    TODAY,
    applied,
    checked,
    decide,
    fill,
    kind_of,
    named,
    start,
    veto,
)
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def reviewer(tree: County) -> User:
    return make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0], "reviewer")


def test_common_kinds_hold_a_checklist_each():
    kinds = list(NamingKind.objects.filter(county=None).prefetch_related("criteria"))

    assert len(kinds) == 21
    assert {5 <= kind.criteria.count() <= 10 for kind in kinds} == {True}
    assert {kind.criteria.filter(for_demonstration=True).exists() for kind in kinds} == {True}
    assert [kind.name for kind in kinds if kind.is_counted] == ["平安家庭"]


def test_whole_way_to_a_naming(
    tree: County, township_clerk: User, reviewer: User, county_officer: User
):
    naming = checked(tree.villages[0], township_clerk, reviewer)

    [named] = decide([naming], county_officer)

    named.refresh_from_db()
    assert (named.state, named.grade) == (NamingState.NAMED, NamingGrade.QUALIFIED)
    assert (named.valid_from, named.valid_to) == (TODAY, dt.date(2028, 10, 8))
    # Halfway is a Friday in the National Day holidays or a workday after it.
    assert named.recheck_on == dt.date(2027, 10, 8)
    assert naming_row(named, TODAY).word == "有效"
    actions = AuditEvent.objects.filter(object_type="命名").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "开始命名申报",
        "保存命名自评",
        "申报命名",
        "核查命名",
        "命名",
    ]


def test_who_may_apply(tree: County, township_clerk: User, county_officer: User):
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])

    assert start(tree.villages[0], clerk).pk
    assert start(tree.villages[1], township_clerk).pk
    assert start(tree.departments[0], county_officer, "department").pk
    for unit, by in (
        (tree.villages[1], clerk),
        (tree.villages[2], township_clerk),
        (tree.villages[2], make_user(Role.LEADER, tree.county)),
        (make_county("510704", "别县").villages[0], county_officer),
    ):
        with pytest.raises(Forbidden):
            start(unit, by)


def test_only_what_the_unit_is_can_be_applied_for(tree: County, county_officer: User):
    with pytest.raises(Refused, match="不能申报“平安学校”"):
        start(tree.villages[0], county_officer, "school")


def test_one_application_in_hand(tree: County, township_clerk: User):
    start(tree.villages[0], township_clerk)

    with pytest.raises(Refused, match="已经在申报"):
        start(tree.villages[0], township_clerk)

    assert Naming.objects.count() == 1


def test_vetoed_unit_neither_applies_nor_is_named(
    tree: County, township_clerk: User, reviewer: User, county_officer: User
):
    naming = checked(tree.villages[0], township_clerk, reviewer)
    veto(tree.villages[0])
    veto(tree.villages[1])

    with pytest.raises(Refused, match="2027-04-01前不得评先评优"):
        start(tree.villages[1], township_clerk)
    with pytest.raises(Refused, match="甲1村：一票否决"):
        decide([naming], county_officer)

    naming.refresh_from_db()
    assert naming.state == NamingState.CHECKED


def test_every_line_is_answered_before_it_is_handed_in(tree: County, township_clerk: User):
    naming = start(tree.villages[0], township_clerk)

    with pytest.raises(Refused, match="条标准没有自评"):
        apply_naming(naming=naming, version=1, by=township_clerk)


def test_demonstration_needs_every_line(tree: County, township_clerk: User):
    naming = start(tree.villages[0], township_clerk)
    filled = fill(naming, township_clerk, grade=NamingGrade.DEMONSTRATION, missing=True)

    with pytest.raises(Refused, match="请改报合格"):
        apply_naming(naming=filled, version=filled.version, by=township_clerk)
    lower = fill(filled, township_clerk, missing=True)
    assert apply_naming(naming=lower, version=lower.version, by=township_clerk).applied_at


def test_households_are_counted_never_listed(tree: County, township_clerk: User):
    Unit.objects.filter(pk=tree.villages[0].pk).update(households=300)
    tree.villages[0].refresh_from_db()
    naming = start(tree.villages[0], township_clerk, "family")

    with pytest.raises(Refused, match="总户数300户"):
        fill(naming, township_clerk, count=301)
    filled = fill(naming, township_clerk)
    with pytest.raises(Refused, match="达标的户数"):
        apply_naming(naming=filled, version=filled.version, by=township_clerk)
    filled = fill(filled, township_clerk, count=240)
    assert apply_naming(naming=filled, version=filled.version, by=township_clerk).count == 240


def test_applicant_checks_nothing_of_his_own(tree: County, reviewer: User, county_officer: User):
    naming = applied(tree.villages[0], reviewer)
    check = Check(TODAY, "看过", {a.pk: Confirmation(True, "") for a in naming.answers.all()})

    with pytest.raises(Refused, match="申报人不能核查"):
        check_naming(naming=naming, check=check, version=naming.version, by=reviewer)
    assert check_naming(naming=naming, check=check, version=naming.version, by=county_officer).pk


def test_who_may_check(tree: County, township_clerk: User, other_clerk: User):
    naming = applied(tree.villages[0], township_clerk)
    other_reviewer = make_user(Role.TOWNSHIP_REVIEWER, tree.townships[1])

    for by in (township_clerk, other_clerk, other_reviewer, make_user(Role.LEADER, tree.county)):
        with pytest.raises(Forbidden):
            send_back_naming(naming=naming, reason="不全", version=naming.version, by=by)


def test_township_does_not_check_itself(tree: County, township_clerk: User, reviewer: User):
    naming = applied(tree.townships[0], township_clerk, "township")

    with pytest.raises(Forbidden):
        send_back_naming(naming=naming, reason="不全", version=naming.version, by=reviewer)


def test_sent_back_and_taken_back(tree: County, township_clerk: User, reviewer: User):
    naming = applied(tree.villages[0], township_clerk)
    back = send_back_naming(naming=naming, reason="补台账", version=naming.version, by=reviewer)
    assert (back.state, back.check_note) == (NamingState.DRAFT, "补台账")

    again = apply_naming(naming=back, version=back.version, by=township_clerk)
    taken = take_back_naming(naming=again, version=again.version, by=township_clerk)
    drop_naming(naming=taken, version=taken.version, by=township_clerk)

    assert not Naming.objects.exists()
    assert AuditEvent.objects.filter(action="放弃命名申报").exists()


def test_check_answers_every_line(tree: County, township_clerk: User, reviewer: User):
    naming = applied(tree.villages[0], township_clerk)
    half = {naming.answers.all()[0].pk: Confirmation(True, "")}

    with pytest.raises(Refused, match="逐条核查"):
        check_naming(
            naming=naming, check=Check(TODAY, "看过", half), version=naming.version, by=reviewer
        )


@pytest.mark.parametrize(
    ("failing", "grade", "sentence"),
    [
        ("basic", NamingGrade.QUALIFIED, "只能不予命名"),
        ("demonstration", NamingGrade.DEMONSTRATION, "只能命名为合格"),
        ("demonstration", NamingGrade.QUALIFIED, ""),
        ("", NamingGrade.DEMONSTRATION, ""),
        ("", NamingGrade.QUALIFIED, ""),
    ],
)
def test_grade_follows_from_the_confirmed_lines(
    tree: County,
    township_clerk: User,
    reviewer: User,
    county_officer: User,
    failing: str,
    grade: NamingGrade,
    sentence: str,
):
    naming = checked(tree.villages[0], township_clerk, reviewer, failing=failing)

    if sentence:
        with pytest.raises(Refused, match=sentence):
            decide([naming], county_officer, grade)
    else:
        assert decide([naming], county_officer, grade)[0].grade == grade


def test_one_document_names_all_or_none(
    tree: County,
    township_clerk: User,
    reviewer: User,
    county_officer: User,
    django_assert_max_num_queries,
):
    first = checked(tree.villages[0], township_clerk, reviewer)
    second = checked(tree.villages[1], township_clerk, reviewer, failing="basic")

    with pytest.raises(Refused, match="甲2村"):
        decide([first, second], county_officer)

    assert set(Naming.objects.values_list("state", flat=True)) == {NamingState.CHECKED}
    with django_assert_max_num_queries(20):
        decide([first], county_officer)


def test_decision_on_an_old_page_is_a_conflict(
    tree: County, township_clerk: User, reviewer: User, county_officer: User
):
    naming = checked(tree.villages[0], township_clerk, reviewer)
    refuse_naming(naming=naming, reason="材料不实", version=naming.version, by=county_officer)

    with pytest.raises(Conflict):
        decide([naming], county_officer)


def test_only_the_county_names(tree: County, township_clerk: User, reviewer: User):
    naming = checked(tree.villages[0], township_clerk, reviewer)

    with pytest.raises(Forbidden):
        refuse_naming(naming=naming, reason="否", version=naming.version, by=reviewer)
    chosen = {naming.pk: Choice(NamingGrade.QUALIFIED, naming.version)}
    with pytest.raises(Forbidden):
        decide_namings(county=tree.county, chosen=chosen, decision=DOCUMENT, by=reviewer)


def test_new_naming_ends_the_one_before(
    tree: County, township_clerk: User, reviewer: User, county_officer: User
):
    [old] = decide([checked(tree.villages[0], township_clerk, reviewer)], county_officer)
    Naming.objects.filter(pk=old.pk).update(valid_from=dt.date(2026, 1, 1))

    again = checked(tree.villages[0], township_clerk, reviewer)
    decide([again], county_officer, NamingGrade.DEMONSTRATION)

    old.refresh_from_db()
    assert old.valid_to == TODAY
    assert naming_row(old, TODAY).word == "已到期"
    assert Naming.objects.valid(on=TODAY).get().grade == NamingGrade.DEMONSTRATION


def recheck(naming: Naming, by: User, result: RecheckResult, on: dt.date) -> Naming:
    naming.refresh_from_db()
    return recheck_naming(
        naming=naming, on=on, result=result, findings="看过", version=naming.version, by=by
    )


def test_failed_recheck_goes_before_the_county(
    tree: County, township_clerk: User, reviewer: User, county_officer: User
):
    naming = named(tree, township_clerk, reviewer, county_officer)

    failed = recheck(naming, reviewer, RecheckResult.FAILED, TODAY)
    assert naming_row(failed, TODAY).word == "复核未通过"
    withdraw_naming(naming=failed, reason="达不到标准", version=failed.version, by=county_officer)

    naming.refresh_from_db()
    assert naming_row(naming, TODAY).word == "已撤销"
    assert not Naming.objects.valid(on=TODAY).exists()
    with pytest.raises(Refused):
        recheck(naming, reviewer, RecheckResult.PASSED, TODAY)


def test_renewed_on_the_word_of_a_late_recheck(
    tree: County, township_clerk: User, reviewer: User, county_officer: User
):
    naming = named(tree, township_clerk, reviewer, county_officer)
    recheck(naming, reviewer, RecheckResult.PASSED, TODAY)

    def renew() -> Naming:
        naming.refresh_from_db()
        decision = NamingDocument("续1号", "复核通过", dt.date(2028, 9, 1))
        return renew_naming(
            naming=naming, decision=decision, version=naming.version, by=county_officer
        )

    with time_machine.travel(dt.datetime(2028, 9, 1, 9, tzinfo=dt.UTC)):
        with pytest.raises(Refused, match="先复核通过"):
            renew()
        recheck(naming, reviewer, RecheckResult.PASSED, dt.date(2028, 9, 1))
        assert renew().valid_from == dt.date(2028, 10, 8)
        with pytest.raises(Refused, match="已经续期"):
            renew()

    words = [naming_row(each, dt.date(2028, 9, 1)).word for each in Naming.objects.order_by("pk")]
    assert words == ["即将到期", "未起始"]


def test_recheck_is_due_at_half_term(
    tree: County, township_clerk: User, reviewer: User, county_officer: User
):
    naming = named(tree, township_clerk, reviewer, county_officer)
    half = dt.date(2027, 10, 8)

    assert naming_row(naming, half).word == "待复核"
    due = namings_found(county_officer, NamingFilter(state="recheck"), half)
    assert [each.pk for each in due] == [naming.pk]
    assert not namings_found(county_officer, NamingFilter(state="recheck"), TODAY)


# --- kinds and standards of the county


def line(text: str = "新的一条", **changes: bool) -> CriterionText:
    return CriterionText(text, "", **{"for_demonstration": False, "is_active": True} | changes)


def test_county_copies_the_kinds_when_it_changes_one(
    tree: County, township_clerk: User, county_officer: User
):
    naming = start(tree.villages[0], township_clerk)

    keep_naming_criterion(
        county=tree.county, kind=kind_of(), criterion=None, text=line(), by=county_officer
    )

    own = kinds_of(tree.county.pk)
    naming.refresh_from_db()
    assert ({kind.county_id for kind in own}, len(own)) == ({tree.county.pk}, 21)
    assert naming.kind.county_id == tree.county.pk
    assert {a.criterion.kind_id for a in naming.answers.select_related("criterion")} == {
        naming.kind_id
    }
    assert naming.kind.criteria.count() == kind_of().criteria.count() + 1
    assert AuditEvent.objects.filter(action="新增命名标准").exists()


def test_answered_line_is_retired_not_deleted(
    tree: County, township_clerk: User, county_officer: User
):
    start(tree.villages[0], township_clerk)
    what: dict[str, Any] = {"county": tree.county, "kind": kind_of(), "by": county_officer}
    used = kind_of().criteria.all()[0]

    with pytest.raises(Refused, match="不能删除"):
        drop_naming_criterion(criterion=used, **what)
    with pytest.raises(Refused, match="不能再改"):
        keep_naming_criterion(criterion=used, text=line("改字"), **what)
    retired = keep_naming_criterion(criterion=used, text=line(used.text, is_active=False), **what)
    assert retired.is_active is False

    own = next(kind for kind in kinds_of(tree.county.pk) if kind.code == "village")
    made = start_naming(unit=tree.villages[1], kind=own, by=township_clerk)
    assert retired.pk not in made.answers.values_list("criterion", flat=True)


def test_unanswered_line_is_deleted(tree: County, county_officer: User):
    what: dict[str, Any] = {"county": tree.county, "kind": kind_of(), "by": county_officer}
    made = keep_naming_criterion(criterion=None, text=line(), **what)

    drop_naming_criterion(criterion=made, **what)

    assert not NamingCriterion.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "平安村"}, "同名"),
        ({"unit_kinds": []}, "至少选一种"),
        ({"years": 9}, "1至5"),
        ({"goal_demonstration": 90}, "不能高于合格目标"),
    ],
)
def test_impossible_kind_is_refused(
    tree: County, county_officer: User, changes: dict[str, object], sentence: str
):
    values = {
        "name": "平安果园",
        "unit_kinds": ["enterprise"],
        "years": 2,
        "goal_qualified": 80,
        "goal_demonstration": 40,
        "is_active": True,
    } | changes

    with pytest.raises(Refused, match=sentence):
        keep_naming_kind(
            county=tree.county,
            kind=None,
            text=KindText(**values),  # type: ignore[arg-type]
            by=county_officer,
        )


# --- rates


def test_rates_are_two_counts_by_kind_and_township(
    tree: County, township_clerk: User, reviewer: User, county_officer: User
):
    Unit.objects.filter(pk__in=[v.pk for v in tree.villages]).update(households=100)
    first, second = (checked(v, township_clerk, reviewer) for v in tree.villages[:2])
    decide([first], county_officer, NamingGrade.DEMONSTRATION)
    decide([second], county_officer)
    families = checked(
        Unit.objects.get(pk=tree.villages[0].pk),
        township_clerk,
        reviewer,
        code="family",
        count=80,
    )
    decide([families], county_officer)

    rates = {
        each.kind.code: each
        for each in naming_rates(county_officer, kinds_of(tree.county.pk), TODAY)
    }

    assert rates["village"].share == Share(4, 2, 1)
    assert rates["village"].places == (("甲镇", Share(2, 2, 1)), ("乙镇", Share(2, 0, 0)))
    assert rates["village"].is_qualified_reached is False
    assert rates["village"].is_demonstration_reached is False
    assert rates["family"].share == Share(400, 80, 0)
    assert rates["school"].share == Share(0, 0, 0)
    assert rates["school"].is_qualified_reached is None
    of_township = naming_rates(township_clerk, kinds_of(tree.county.pk), TODAY)
    assert next(r for r in of_township if r.kind.code == "village").share == Share(2, 2, 1)


def test_share_reaches_its_goal_exactly():
    assert Share(5, 2, 2).reaches(40, 2) is True
    assert Share(5, 2, 1).reaches(40, 1) is False
    assert Share(5, 2, 1).reaches(0, 1) is None
