import datetime as dt
from zoneinfo import ZoneInfo

from campaigns.checks import PatrolDay, SweepLine, Total
from campaigns.enums import Activity, MeetingKind, ReturnState, SweepAnswer
from campaigns.models import CheckNote, Meeting, MonthlyReturn, Patrol, Sweep, SweepCategory
from campaigns.selectors.checks import facts_of, findings_of, is_clean, notes_of
from campaigns.services.sections import save_section
from pingan.models import Unit, User
from tests.campaigns.makers import AUGUST, SEPTEMBER, fill_in, make_return, patrol_rows, submitted
from tests.factories import County


def sweep(monthly_return: MonthlyReturn, code: str, **numbers: int) -> Sweep:
    return Sweep.objects.create(
        monthly_return=monthly_return,
        month=monthly_return.month,
        category=SweepCategory.objects.get(code=code, county=None),
        answer=SweepAnswer.COUNTED,
        **numbers,
    )


def meet(monthly_return: MonthlyReturn, items: str) -> Meeting:
    return Meeting.objects.create(
        monthly_return=monthly_return,
        month=monthly_return.month,
        on=monthly_return.month.first_day,
        kind=MeetingKind.WORK,
        chair_post="村支书",
        attendance=12,
        items=items,
    )


def loaded(monthly_return: MonthlyReturn) -> MonthlyReturn:
    return MonthlyReturn.objects.select_related("unit__parent").get(pk=monthly_return.pk)


def test_facts_of_a_village_hold_its_month_the_last_and_the_units_around(
    tree: County, village_clerk: User, township_clerk: User
):
    village, neighbour, stranger = tree.villages[:3]
    Unit.objects.filter(pk=village.pk).update(population=900)
    own = make_return(village)
    save_section(
        monthly_return=own,
        activity=Activity.PATROL,
        rows=patrol_rows(3, findings=" 路灯不亮 "),
        version=1,
        by=village_clerk,
    )
    sweep(own, "dispute", found=4, solved_in_village=2, solved_in_township=1)
    sweep(make_return(village, AUGUST), "dispute", found=1)
    meet(make_return(neighbour), "邻村的议题")
    meet(make_return(stranger), "别镇的议题")
    sweep(submitted(tree.townships[0], township_clerk), "dispute", found=7)

    facts = facts_of([loaded(own)])[own.pk]

    assert facts.now.patrol == (PatrolDay(dt.date(2026, 9, 3), 2, 4, "路灯不亮", ""),)
    assert facts.now.sweep == (SweepLine("dispute", "民间纠纷", "counted", 4, 0, 2, 1, 0),)
    assert facts.last is not None
    assert [line.found for line in facts.last.sweep] == [1]
    assert facts.parent["dispute"].found == 7
    assert facts.neighbours == (("甲2村", "邻村的议题"),)
    assert (facts.population, facts.due_on, facts.today) == (900, own.due_on, dt.date(2026, 9, 20))
    assert dt.date(2026, 9, 13) in facts.key_days
    assert facts.patrol_saves == (dt.datetime(2026, 9, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai")),)
    assert facts.children == {}


def test_facts_of_a_township_sum_what_its_villages_handed_in(
    tree: County, village_clerk: User, township_clerk: User
):
    own = make_return(tree.townships[0])
    sweep(submitted(tree.villages[0], village_clerk), "dispute", found=4, solved_in_group=1)
    sweep(
        submitted(tree.villages[1], township_clerk),
        "dispute",
        found=3,
        solved_in_village=1,
        solved_in_township=2,
    )
    sweep(submitted(tree.villages[2], township_clerk), "dispute", found=50)
    draft = make_return(tree.villages[0], AUGUST)
    sweep(draft, "dispute", found=60)

    facts = facts_of([loaded(own)])[own.pk]

    assert facts.children == {"dispute": Total(found=7, low=2, township=2)}
    assert facts.last is None


def test_drafts_of_villages_do_not_count_yet(tree: County):
    own = make_return(tree.townships[0])
    sweep(make_return(tree.villages[0]), "dispute", found=4, solved_in_township=2)

    assert facts_of([loaded(own)])[own.pk].children == {}


def test_findings_take_the_same_queries_for_one_and_three(
    django_assert_num_queries, tree: County, village_clerk: User
):
    returns = [fill_in(submitted(unit, village_clerk)) for unit in tree.villages[:3]]
    for unit in tree.villages[:3]:
        fill_in(make_return(unit, AUGUST))
    chosen = list(MonthlyReturn.objects.for_month(SEPTEMBER).select_related("unit__parent"))

    with django_assert_num_queries(10):
        findings_of(chosen[:1])
    with django_assert_num_queries(10):
        found = findings_of(chosen)

    assert found.keys() == {each.pk for each in returns}


def test_clean_is_what_asks_for_no_look(tree: County, village_clerk: User):
    monthly_return = submitted(tree.villages[0], village_clerk)
    sweep(monthly_return, "dispute", found=9)
    sweep(make_return(tree.villages[0], AUGUST), "dispute", found=2)
    (question,) = findings_of([loaded(monthly_return)])[monthly_return.pk]
    CheckNote.objects.create(
        monthly_return=monthly_return, code=question.code, row=question.row, text="征地后纠纷增多"
    )

    notes = notes_of([monthly_return])[monthly_return.pk]

    assert notes == {"month-sweep:dispute": "征地后纠纷增多"}
    assert not is_clean([question], {})
    assert is_clean([question], notes)
    assert is_clean([], {})


def test_hint_is_never_clean(tree: County, village_clerk: User):
    monthly_return = fill_in(submitted(tree.villages[0], village_clerk))

    findings = findings_of([loaded(monthly_return)])[monthly_return.pk]

    assert {finding.code for finding in findings} == {"patrol-ahead", "equal-heads"}
    assert not is_clean(findings, {})
    assert monthly_return.state == ReturnState.SUBMITTED
    assert Patrol.objects.count() == 30
