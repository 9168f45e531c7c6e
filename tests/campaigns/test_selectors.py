import datetime as dt

from campaigns.enums import Activity, ReturnState, SweepAnswer
from campaigns.models import MonthlyReturn, Patrol, Sweep, SweepCategory
from campaigns.selectors.completeness import Gaps, Mark, gaps, marks
from campaigns.selectors.ledgers import LedgerFilter, headers, ledger, ledger_rows
from campaigns.selectors.matrix import MatrixRow, month_matrix
from campaigns.selectors.returns import ReturnFilter, listed, return_rows, timeliness
from campaigns.selectors.review import review_rows, waiting, waiting_count
from campaigns.selectors.sections import categories_of
from campaigns.selectors.surveys import surveyed_units
from pingan.enums import Level, Role
from pingan.models import UnitVersion, User
from tests.campaigns.makers import (
    AUGUST,
    SEPTEMBER,
    fill_in,
    make_return,
    make_survey,
    submitted,
)
from tests.factories import County, make_county, make_user

TODAY = dt.date(2026, 9, 20)


def loaded(*returns: MonthlyReturn) -> list[MonthlyReturn]:
    rows = MonthlyReturn.objects.select_related("unit__parent", "submitted_by")
    return list(rows.filter(pk__in=[each.pk for each in returns]).order_by("pk"))


def told(found: dict[Activity, Mark]) -> dict[str, tuple[int, int]]:
    return {name.value: (mark.done, mark.total) for name, mark in found.items()}


def test_marks_tell_done_out_of_expected(tree: County):
    empty, full = make_return(tree.villages[0]), fill_in(make_return(tree.villages[1]))
    township = make_return(tree.townships[0])
    make_survey(tree.villages[1])

    found = marks(loaded(empty, full, township), dt.date(2026, 10, 1))

    expected = {"patrol": 30, "education": 2, "sweep": 7, "meeting": 1, "groups": 2, "survey": 20}
    assert told(found[empty.pk]) == {name: (0, total) for name, total in expected.items()}
    assert told(found[full.pk]) == {name: (total, total) for name, total in expected.items()}
    assert told(found[township.pk]) == {
        "patrol": (0, 30),
        "education": (0, 1),
        "sweep": (0, 7),
        "meeting": (0, 1),
        "survey": (0, 20),
    }


def test_days_to_come_are_not_expected(village_return: MonthlyReturn):
    on = {
        day: marks(loaded(village_return), day)[village_return.pk][Activity.PATROL].total
        for day in (dt.date(2026, 9, 1), dt.date(2026, 9, 22), dt.date(2026, 11, 1))
    }

    assert list(on.values()) == [1, 21, 30]


def test_a_day_without_heads_is_not_filled(village_return: MonthlyReturn):
    Patrol.objects.create(
        monthly_return=village_return, month=SEPTEMBER, on=dt.date(2026, 9, 1), team="guard"
    )

    assert marks(loaded(village_return))[village_return.pk][Activity.PATROL].done == 0


def test_marks_take_the_same_queries_for_one_and_three(django_assert_num_queries, tree: County):
    returns = [fill_in(make_return(unit)) for unit in tree.villages[:3]]

    one, three = loaded(returns[0]), loaded(*returns)

    with django_assert_num_queries(8):
        marks(one)
    with django_assert_num_queries(8):
        marks(three)


def test_gaps_of_a_township_do_not_ask_for_groups(tree: County):
    monthly_return = fill_in(make_return(tree.townships[0]))

    assert gaps(monthly_return) == Gaps((), ())


def test_countys_own_category_stands_before_the_common_one(tree: County):
    SweepCategory.objects.create(
        county=tree.county, code="hazard", name="消防隐患", position=7, is_active=True
    )
    SweepCategory.objects.create(
        county=tree.county, code="cult", name="停用", position=6, is_active=False
    )
    other = make_county("510704", "外县")

    names = [category.name for category in categories_of(tree.county.pk)]

    assert "消防隐患" in names
    assert not {"安全隐患", "邪教和非法宗教活动", "停用"} & set(names)
    assert len(names) == 6
    assert len(categories_of(other.county.pk)) == 7
    own = make_return(tree.villages[0])
    foreign = make_return(other.villages[0])
    totals = marks(loaded(own, foreign))
    assert totals[own.pk][Activity.SWEEP].total == 6
    assert totals[foreign.pk][Activity.SWEEP].total == 7


def test_timeliness_is_told_in_days(tree: County):
    monthly_return = make_return(tree.villages[0], due_on=dt.date(2026, 9, 22))

    told_on = {day: timeliness(monthly_return, dt.date(2026, 9, day)) for day in (20, 22, 25)}

    assert told_on == {20: ("还有2天", False), 22: ("今天截止", False), 25: ("已超期3天", True)}


def test_county_sees_townships_and_departments_first(tree: County, county_officer: User):
    units = [*tree.villages, *tree.departments, *reversed(tree.townships)]
    for unit in units:
        make_return(unit)
    make_return(make_county("510704", "外县").townships[0])

    above = listed(county_officer, ReturnFilter(SEPTEMBER))
    below = listed(county_officer, ReturnFilter(SEPTEMBER, under=tree.townships[1]))
    searched = listed(county_officer, ReturnFilter(SEPTEMBER, text="甲"))

    assert [row.unit for row in above] == [*tree.townships, *tree.departments]
    assert [row.unit for row in below] == [tree.townships[1], *tree.villages[2:]]
    assert [row.unit for row in searched] == [tree.townships[0], *tree.villages[:2]]


def test_township_sees_itself_and_its_villages(tree: County, township_clerk: User):
    for unit in (*tree.townships, *tree.villages, *tree.departments):
        make_return(unit)

    found = listed(township_clerk, ReturnFilter(SEPTEMBER))

    assert [row.unit for row in found] == [tree.townships[0], *tree.villages[:2]]


def test_administrators_see_no_return(tree: County, village_return: MonthlyReturn):
    for role in (Role.ACCOUNT_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR):
        assert listed(make_user(role, tree.county), ReturnFilter(SEPTEMBER, text="村")) == []


def test_rows_bear_the_name_of_their_month(tree: County, village_return: MonthlyReturn):
    august = make_return(tree.villages[0], AUGUST)
    version = UnitVersion.objects.get(unit=tree.villages[0])
    version.valid_to = dt.date(2026, 9, 1)
    version.save()
    UnitVersion.objects.create(
        unit=tree.villages[0],
        valid_from=dt.date(2026, 9, 1),
        path=version.path,
        parent=version.parent,
        county=version.county,
        code=version.code,
        name="新名村",
        short_name="新名",
        kind=version.kind,
        level=version.level,
    )

    rows = return_rows(loaded(village_return, august), TODAY)

    assert {(row.month, row.name) for row in rows} == {(SEPTEMBER, "新名村"), (AUGUST, "甲1村")}


def test_matrix_counts_the_villages_of_each_township(
    tree: County, county_officer: User, township_clerk: User
):
    first = make_return(tree.townships[0])
    make_return(tree.townships[1])
    department = make_return(tree.departments[0])
    submitted(tree.villages[0], township_clerk)
    make_return(tree.villages[1], state=ReturnState.ACCEPTED, is_on_time=False)
    make_return(tree.villages[2])
    make_survey(tree.townships[0])
    make_return(make_county("510704", "外县").townships[0])

    rows = month_matrix(tree.county, SEPTEMBER, county_officer)

    assert [row.name for row in rows] == ["甲镇", "乙镇", "演示县公安局"]
    assert rows[0] == MatrixRow(
        unit_id=tree.townships[0].pk,
        name="甲镇",
        parent_name="演示县",
        level=Level.TOWNSHIP,
        return_pk=first.pk,
        state=ReturnState.DRAFT,
        is_on_time=None,
        due_on=first.due_on,
        submitted_at=None,
        reviewed_at=None,
        below_expected=2,
        below_submitted=2,
        below_accepted=1,
        below_on_time=1,
        survey_slips=20,
    )
    assert (rows[1].below_expected, rows[1].below_submitted) == (1, 0)
    assert rows[2].return_pk == department.pk


def test_matrix_of_a_township_shows_its_villages(tree: County, township_clerk: User):
    for unit in (*tree.townships, *tree.villages):
        make_return(unit)

    rows = month_matrix(tree.county, SEPTEMBER, township_clerk)

    assert [row.name for row in rows] == ["甲镇", "甲1村", "甲2村"]


def test_matrix_takes_four_queries(django_assert_num_queries, tree: County, county_officer: User):
    assert county_officer.scope_paths
    make_return(tree.townships[0])
    with django_assert_num_queries(4):
        month_matrix(tree.county, SEPTEMBER, county_officer)
    for unit in (tree.townships[1], *tree.villages):
        make_return(unit)
    with django_assert_num_queries(4):
        month_matrix(tree.county, SEPTEMBER, county_officer)


def test_review_sets_the_month_beside_the_one_before(
    tree: County, village_clerk: User, reviewer: User
):
    now = fill_in(submitted(tree.villages[0], village_clerk))
    Sweep.objects.filter(monthly_return=now, category__code="dispute").update(
        answer=SweepAnswer.COUNTED, found=4, solved_in_village=3
    )
    before = fill_in(make_return(tree.villages[0], AUGUST))
    Patrol.objects.filter(monthly_return=before, on__day__gt=10).update(night_heads=0)

    (row,) = review_rows(waiting(reviewer), reviewer, TODAY)

    assert [(figure.label, figure.now, figure.before) for figure in row.figures] == [
        ("巡逻天数", 30, 31),
        ("夜巡天数", 30, 10),
        ("法制宣教", 2, 2),
        ("排查", 4, 0),
        ("化解", 3, 0),
        ("例会", 1, 1),
    ]
    assert (row.is_own, row.short_marks) == (False, [])


def test_review_of_a_first_month_has_nothing_beside_it(
    tree: County, village_clerk: User, reviewer: User
):
    submitted(tree.villages[0], village_clerk)

    (row,) = review_rows(waiting(reviewer), reviewer, TODAY)

    assert {figure.before for figure in row.figures} == {None}


def test_each_office_waits_for_its_own(
    tree: County, township_clerk: User, county_officer: User, other_clerk: User, village_clerk: User
):
    village = submitted(tree.villages[0], township_clerk)
    township = submitted(tree.townships[0], township_clerk)

    assert waiting(township_clerk) == [village]
    assert waiting(county_officer) == [township]
    assert (waiting(other_clerk), waiting(village_clerk)) == ([], [])
    assert waiting_count(county_officer) == 1


def test_review_takes_the_same_queries_for_one_and_three(
    django_assert_max_num_queries, django_assert_num_queries, tree: County, township_clerk: User
):
    assert township_clerk.scope_paths
    submitted(tree.villages[0], township_clerk)
    with django_assert_max_num_queries(28) as one:
        review_rows(waiting(township_clerk), township_clerk, TODAY)
    submitted(tree.villages[1], township_clerk)
    submitted(tree.villages[0], township_clerk, AUGUST)
    with django_assert_num_queries(len(one.captured_queries)):
        review_rows(waiting(township_clerk), township_clerk, TODAY)


def test_surveyed_units_are_those_of_the_duty(
    tree: County, county_officer: User, township_clerk: User, village_clerk: User
):
    make_survey(tree.villages[0])

    def names(user: User) -> list[tuple[str, int]]:
        return [(each.name, each.slips) for each in surveyed_units(user, SEPTEMBER)]

    assert names(county_officer) == [
        ("甲镇", 0),
        ("乙镇", 0),
        ("演示县公安局", 0),
        ("演示县司法局", 0),
    ]
    assert names(township_clerk) == [("甲镇", 0), ("甲1村", 20), ("甲2村", 0)]
    assert names(village_clerk) == [("甲1村", 20)]


def texts(user: User, activity: Activity, **fields: object) -> list[list[object]]:
    chosen = LedgerFilter(**{"first": SEPTEMBER, "last": SEPTEMBER, **fields})  # type: ignore[arg-type]
    rows = ledger_rows(activity, ledger(user, activity, chosen))
    return [[cell.value for cell in row.cells] for row in rows]


def test_ledger_shows_whole_rows_of_the_scope(
    tree: County, township_clerk: User, other_clerk: User
):
    fill_in(make_return(tree.villages[0]))
    fill_in(make_return(tree.villages[2]))

    own = texts(township_clerk, Activity.MEETING)
    other = texts(other_clerk, Activity.MEETING)

    day = dt.date(2026, 9, 1)
    rest = ["填报中", day, "综治例会", "村支书", 12, "本月巡逻安排", ""]
    assert own == [["2026-09", "甲镇", "甲1村", *rest]]
    assert other == [["2026-09", "乙镇", "乙1村", *rest]]


def test_ledger_is_narrowed_by_month_unit_state_and_day(tree: County, county_officer: User):
    fill_in(make_return(tree.villages[0]))
    fill_in(make_return(tree.villages[1], AUGUST))
    fill_in(make_return(tree.villages[2], state=ReturnState.ACCEPTED))

    def units(**fields: object) -> list[object]:
        return [row[2] for row in texts(county_officer, Activity.EDUCATION, **fields)]

    assert units() == ["甲1村", "甲1村", "乙1村", "乙1村"]
    assert units(first=AUGUST) == ["甲2村", "甲2村", "甲1村", "甲1村", "乙1村", "乙1村"]
    assert units(text="乙镇") == ["乙1村", "乙1村"]
    assert units(state="accepted") == ["乙1村", "乙1村"]
    assert units(on_from=dt.date(2026, 9, 6), on_to=dt.date(2026, 9, 15)) == ["甲1村", "乙1村"]


def test_every_ledger_fits_its_columns_in_the_same_queries(
    django_assert_num_queries, tree: County, county_officer: User
):
    assert county_officer.scope_paths
    for count, unit in enumerate(tree.villages[:3], start=1):
        fill_in(make_return(unit))
        make_survey(unit)
        for activity in Activity:
            # The sweeps' ledger looks up the categories, and shows what nobody has answered.
            with django_assert_num_queries(6 if activity == Activity.SWEEP else 3):
                rows = texts(county_officer, activity)
            assert {len(row) for row in rows} == {len(headers(activity))}
            assert len(rows) % count == 0
