"""The close: what it counts, what it writes, and what it refuses."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.enums import Colour, Grade
from assessments.models import Edition, Inspection, Scheme, Scorecard
from assessments.services.closing import close_month, hash_from_database
from assessments.services.editions import publish_edition
from campaigns.enums import EducationKind, MeetingKind, ReturnState, SweepAnswer
from campaigns.models import MonthlyReturn
from pingan.enums import Level, PeriodState, Role, UnitKind
from pingan.models import AuditEvent, Period, Unit, UnitVersion, User
from pingan.months import Month
from pingan.refusals import Forbidden, Refused
from pingan.services.periods import reopen_period
from tests.assessments.records import (
    MONTH,
    add_education,
    add_inspection,
    add_meeting,
    add_patrols,
    add_survey,
    add_sweep,
    make_return,
    perfect_county,
    perfect_month,
)
from tests.factories import County, make_county, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def october() -> object:
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


def close(county: Unit, by: User | None = None, month: Month = MONTH) -> Edition:
    (edition,) = close_month(counties=[county], month=month, by=by)
    return edition


def card_of(edition: Edition, unit: Unit) -> Scorecard:
    return Scorecard.objects.get(edition=edition, unit=unit)


def points_of(card: Scorecard) -> dict[str, int | None]:
    return {line[0]: line[1] for line in card.lines}


def test_close_perfect_county(tree: County):
    perfect_county(tree)

    edition = close(tree.county)

    cards = Scorecard.objects.filter(edition=edition)
    assert edition.unit_count == cards.count() == len(tree.units) - 1
    assert set(cards.values_list("total", flat=True)) == {10_000}
    assert set(cards.values_list("rank", flat=True)) == {1}
    assert set(cards.values_list("grade", "colour")) == {(Grade.EXCELLENT, Colour.BLUE)}


def test_close_counts_what_was_accepted(tree: County):
    village = tree.villages[0]
    made = make_return(village, is_on_time=False)
    add_patrols(made, days=20, nights=15)
    add_education(made, EducationKind.BROADCAST, EducationKind.CLASS)
    add_sweep(made, found=4, solved=3)
    add_meeting(made, MeetingKind.APPRAISAL)
    add_survey(village, slips=20, yes=15)
    add_inspection(village, given=8_000)

    card = card_of(close(tree.county), village)

    facts = card.facts
    assert facts["patrol_days_covered"] == 20
    assert facts["patrol_days_expected"] == facts["nights_expected"] == 30
    # 3, 8, 13, 18, 23, 28 September are market days; Mid-Autumn is 25 to 27.
    assert facts["key_days_expected"] == 9
    assert facts["key_days_covered"] == 4
    assert facts["patrol_heads"] == 35 * 3
    assert (facts["broadcasts"], facts["education_sessions"]) == (1, 2)
    assert (facts["matters_found"], facts["matters_solved"], facts["open_matters"]) == (4, 3, 1)
    assert points_of(card) == {
        "patrol-days": 667,
        "patrol-nights": 500,
        "patrol-key-days": 267,
        "broadcast": 400,
        "column": 0,
        "sweep-answers": 800,
        "sweep-solved": 400,
        "appraisal": 800,
        "survey-order": 300,
        "survey-safe": 300,
        "survey-satisfied": 300,
        "on-time": 0,
        "inspection": 960,
    }
    assert card.total == sum(points or 0 for points in points_of(card).values())


@pytest.mark.parametrize("state", [ReturnState.DRAFT, ReturnState.SUBMITTED, ReturnState.RETURNED])
def test_close_leaves_out_what_was_not_accepted(tree: County, state: ReturnState):
    made = make_return(tree.villages[0], state=state)
    add_patrols(made, days=30, nights=30)
    add_sweep(made, found=3, solved=3)

    edition = close(tree.county)

    card = card_of(edition, tree.villages[0])
    assert card.total == 0
    assert points_of(card)["sweep-solved"] == 0
    assert points_of(card)["inspection"] is None
    assert edition.totals["patrol_heads"] == edition.totals["returns_received"] == 0
    assert edition.totals["returns_expected"] == 8


def test_close_counts_villages_for_their_township(tree: County):
    perfect_month(tree.townships[0])
    made = make_return(tree.villages[0])
    add_sweep(made, found=10, solved=7)

    edition = close(tree.county)

    card = card_of(edition, tree.townships[0])
    assert (card.facts["area_found"], card.facts["area_solved"]) == (12, 9)
    assert card.facts["open_matters"] == 3
    assert points_of(card)["villages-on-time"] == 250
    assert points_of(card)["sweep-solved"] == 400  # 75 %
    assert edition.totals["matters_found"] == 12


def test_close_reports_counts_of_persons_and_never_scores_them(tree: County):
    made = make_return(tree.villages[0])
    add_sweep(made, found=2, solved=2)
    made.sweep_rows.filter(category__code="key_persons").update(
        answer=SweepAnswer.COUNTED, found=5, solved_in_village=1
    )

    edition = close(tree.county)

    card = card_of(edition, tree.villages[0])
    assert (card.facts["matters_found"], card.facts["matters_solved"]) == (2, 2)
    assert card.facts["categories_answered"] == card.facts["categories_expected"] == 7
    assert points_of(card)["sweep-solved"] == 1200
    assert card.facts["open_matters"] == 0


def test_close_sums_a_sector(tree: County):
    perfect_month(tree.departments[0])

    edition = close(tree.county)

    card = card_of(edition, tree.sectors[0])
    assert card.facts["patrol_days_covered"] == 30
    assert card.facts["patrol_days_expected"] == 60
    assert points_of(card)["patrol-days"] == 500
    assert points_of(card)["meeting"] == 400
    assert edition.totals["patrol_days_covered"] == 30


def test_close_ranks_siblings_with_ties(tree: County):
    for unit in tree.townships:
        perfect_month(unit)
    perfect_month(tree.villages[0])

    edition = close(tree.county)

    ranks = {
        card.unit_id: (card.rank, card.peers, card.is_tied)
        for card in Scorecard.objects.filter(edition=edition)
    }
    # 乙镇 has no village on time and 甲镇 one of two.
    assert ranks[tree.townships[0].pk] == (1, 2, False)
    assert ranks[tree.townships[1].pk] == (2, 2, False)
    assert ranks[tree.villages[2].pk] == ranks[tree.villages[3].pk] == (1, 2, True)


def test_close_remembers_last_months_rank(tree: County):
    perfect_month(tree.townships[1], MONTH.previous)
    close(tree.county, month=MONTH.previous)
    perfect_month(tree.townships[0])

    card = card_of(close(tree.county), tree.townships[0])

    assert (card.rank, card.previous_rank) == (1, 2)


def test_close_lowers_the_colour_for_open_matters(tree: County):
    perfect_month(tree.villages[0]).sweep_rows.filter(found=2).update(found=7)

    card = card_of(close(tree.county), tree.villages[0])

    assert card.facts["open_matters"] == 5
    assert (card.grade, card.colour) == (Grade.GOOD, Colour.YELLOW)


def test_close_uses_the_tree_of_the_month(tree: County):
    village = tree.villages[0]
    version = UnitVersion.objects.get(unit=village)
    version.valid_to = dt.date(2026, 10, 1)
    version.save()
    UnitVersion.objects.create(
        unit=village,
        valid_from=dt.date(2026, 10, 1),
        path=version.path,
        parent=tree.townships[1],
        county=tree.county,
        code=version.code,
        name="新名村",
        short_name="新名村",
        kind=version.kind,
        level=version.level,
    )

    card = card_of(close(tree.county), village)

    assert (card.unit_name, card.parent_id) == (village.name, tree.townships[0].pk)
    assert card.parent_name == tree.townships[0].name


def test_close_leaves_out_units_that_are_not_scored(tree: County):
    UnitVersion.objects.filter(unit=tree.villages[0]).update(is_scored=False)

    edition = close(tree.county)

    assert not Scorecard.objects.filter(edition=edition, unit=tree.villages[0]).exists()
    assert card_of(edition, tree.townships[0]).facts["villages_expected"] == 1


def test_close_locks_the_month_and_leaves_a_trail(tree: County, county_officer: User):
    edition = close(tree.county, county_officer)

    period = Period.objects.get(county=tree.county, month=MONTH)
    assert (period.state, period.closed_by) == (PeriodState.CLOSED, county_officer)
    event = AuditEvent.objects.get(action="结账")
    assert (event.by, event.object_id) == (county_officer, str(edition.pk))
    assert event.after["hash"] == edition.hash
    assert event.unit_path == tree.county.path


def test_close_twice_writes_nothing(tree: County):
    perfect_county(tree)
    first = close(tree.county)
    rows = Scorecard.objects.count(), AuditEvent.objects.count()

    second = close(tree.county)

    assert (second.pk, second.hash) == (first.pk, first.hash)
    assert (Scorecard.objects.count(), AuditEvent.objects.count()) == rows


def test_reopened_and_unchanged_gives_the_same_edition(tree: County, county_officer: User):
    first = close(tree.county)
    reopen_period(county=tree.county, month=MONTH, by=county_officer, reason="核对")

    second = close(tree.county, county_officer)

    assert second.pk == first.pk
    assert Period.objects.get(county=tree.county, month=MONTH).state == PeriodState.CLOSED
    assert AuditEvent.objects.filter(action="结账").count() == 2


def test_reopened_and_corrected_gives_an_edition_that_says_so(tree: County, county_officer: User):
    perfect_county(tree)
    first = close(tree.county)
    publish_edition(edition=first, by=county_officer)
    reopen_period(county=tree.county, month=MONTH, by=county_officer, reason="甲镇检查分录错")
    Inspection.objects.filter(unit=tree.townships[0]).update(points_given=9_000)

    second = close(tree.county)

    first.refresh_from_db()
    assert (second.number, second.is_current, first.is_current) == (2, True, False)
    assert first.published_at is not None
    assert second.published_at is None
    assert second.changes == [
        "甲镇：总分由100变为98，名次由第1名变为第2名，检查得分由100变为90。",
    ]
    assert card_of(first, tree.townships[0]).total == 10_000


def test_changed_rules_make_a_new_edition(tree: County):
    close(tree.county)
    scheme = Scheme.objects.get(level=Level.TOWNSHIP)
    scheme.items.filter(code="broadcast").update(clause="新的条文")

    second = close(tree.county)

    assert second.number == 2
    assert second.changes[0] == "考核办法有变动：乡镇(街道)考核办法。"


def test_hash_can_be_proved_from_the_database(tree: County):
    perfect_county(tree)
    edition = close(tree.county)

    assert hash_from_database(edition) == edition.hash
    Scorecard.objects.filter(edition=edition, unit=tree.villages[0]).update(total=9_999)
    assert hash_from_database(edition) != edition.hash


def test_same_data_has_the_same_hash_in_another_order(tree: County, monkeypatch):
    perfect_month(tree.villages[1])
    first = close(tree.county)
    Edition.objects.all().delete()
    MonthlyReturn.objects.all().delete()
    tree.villages[1].surveys.all().delete()
    tree.villages[1].inspections.all().delete()
    perfect_month(tree.villages[1])

    assert close(tree.county).hash == first.hash


def test_countys_own_scheme_counts(tree: County):
    common = Scheme.objects.get(level=Level.GROUP)
    own = Scheme.objects.create(
        county=tree.county,
        level=Level.GROUP,
        name="本县小组办法",
        valid_from=MONTH,
        grade_bands=common.grade_bands,
        colour_rules=common.colour_rules,
    )
    item = common.items.get(code="patrol-nights")
    item.pk, item.scheme, item.points = None, own, 10_000
    item.save()

    edition = close(tree.county)

    assert edition.rules[str(int(Level.GROUP))]["name"] == "本县小组办法"
    assert points_of(card_of(edition, tree.groups[0])) == {"patrol-nights": 0}


def test_progress_is_told(tree: County):
    told = []

    close_month(
        counties=[tree.county], month=MONTH, by=None, progress=lambda *step: told.append(step)
    )

    assert told == [(1, 1, "演示县：17 个单位已计分")]


class TestRefusals:
    def test_month_not_over(self, tree: County):
        with pytest.raises(Refused, match="2026年10月还没有结束"):
            close(tree.county, month=Month(2026, 10))

    def test_month_before_the_county(self, tree: County):
        with pytest.raises(Refused, match="没有可以考评的单位"):
            close(tree.county, month=Month(2019, 12))

        assert not Edition.objects.exists()
        assert not Period.objects.filter(state=PeriodState.CLOSED).exists()

    def test_no_scheme(self, tree: County):
        Scheme.objects.all().delete()

        with pytest.raises(Refused, match="没有适用的考核办法"):
            close(tree.county)

    def test_broken_scheme(self, tree: County):
        Scheme.objects.get(level=Level.GROUP).items.filter(code="brief").update(
            parameters={"numerator": "moons", "denominator": 1, "each": 1}
        )

        with pytest.raises(Refused, match=r"治安碰头会.*没有“moons”这个计数"):
            close(tree.county)

    @pytest.mark.parametrize("role", [Role.LEADER, Role.TOWNSHIP_CLERK, Role.AUDITOR])
    def test_other_roles(self, tree: County, role: Role):
        with pytest.raises(Forbidden, match="县级经办员"):
            close(tree.county, make_user(role, tree.county))

    def test_officer_of_another_county(self, tree: County):
        stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "别县").county)

        with pytest.raises(Forbidden):
            close(tree.county, stranger)


def queries_of(counties: list[Unit]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        close_month(counties=counties, month=MONTH, by=None)
    skip = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET LOCAL")
    return [q["sql"] for q in captured if not q["sql"].startswith(skip)]


def many_counties() -> list[Unit]:
    trees = [make_county(code, f"{code}县") for code in ("530101", "530102", "530103", "530104")]
    for tree in trees:
        perfect_county(tree)
        Period.objects.create(county=tree.county, month=MONTH)
    return [tree.county for tree in trees]


def test_queries_do_not_grow_with_counties():
    one, *three = many_counties()

    first = queries_of([one])
    rest = queries_of(three)

    assert len(first) == len(rest)
    # COPY does not show among the captured statements of PostgreSQL.
    assert len(first) + (connection.vendor == "postgresql") <= 17


def test_queries_of_a_correction_do_not_grow_either():
    one, *three = many_counties()
    close_month(counties=[one, *three], month=MONTH, by=None)
    Inspection.objects.filter(unit__level=Level.TOWNSHIP).update(points_given=1)

    first = queries_of([one])
    rest = queries_of(three)

    assert len(first) == len(rest)
    assert len(first) + (connection.vendor == "postgresql") <= 17
    assert Edition.objects.filter(number=2, is_current=True).count() == 4


class TestPublish:
    def test_publish(self, tree: County, county_officer: User, township_clerk: User):
        edition = close(tree.county)
        assert not Edition.objects.visible_to(township_clerk).exists()

        published = publish_edition(edition=edition, by=county_officer)

        assert (published.published_by, published.published_at is not None) == (
            county_officer,
            True,
        )
        assert Edition.objects.visible_to(township_clerk).get() == edition
        assert AuditEvent.objects.filter(action="公布考评结果").count() == 1

    def test_twice_changes_nothing(self, tree: County, county_officer: User):
        edition = publish_edition(edition=close(tree.county), by=county_officer)

        again = publish_edition(edition=edition, by=county_officer)

        assert again.published_at == edition.published_at
        assert AuditEvent.objects.filter(action="公布考评结果").count() == 1

    def test_old_edition_is_refused(self, tree: County, county_officer: User):
        first = close(tree.county)
        add_survey(tree.townships[0])
        close(tree.county)

        with pytest.raises(Refused, match="已被新的版次取代"):
            publish_edition(edition=first, by=county_officer)

    def test_clerk_is_refused(self, tree: County, township_clerk: User):
        with pytest.raises(Forbidden):
            publish_edition(edition=close(tree.county), by=township_clerk)


class TestCommand:
    def run(self, *arguments: str) -> dict[str, object]:
        out = io.StringIO()
        call_command("close_month", *arguments, stdout=out)
        assert out.getvalue().count("\n") == 1
        return json.loads(out.getvalue())

    def test_one_line(self, tree: County):
        line = self.run("530628", "2026-09")

        edition = Edition.objects.get()
        seconds = line.pop("seconds")
        assert isinstance(seconds, float)
        assert line == {
            "county": "530628",
            "month": "2026-09",
            "units": 17,
            "edition": 1,
            "hash": edition.hash,
            "new": True,
        }
        assert self.run("530628", "2026-09")["new"] is False

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("530628", "2026-13"), "没有“2026-13”这个月份"),
            (("530628", "九月"), "“九月”不是月份"),
            (("999999", "2026-09"), "没有载入代码为“999999”的县"),
            (("530628", "2026-12"), "还没有结束"),
            (("530628", "2019-12"), "没有可以考评的单位"),
        ],
    )
    def test_bad_input(self, tree: County, arguments: tuple[str, str], sentence: str):
        with pytest.raises(CommandError, match=sentence):
            call_command("close_month", *arguments)

        assert not Edition.objects.exists()


def test_school_below_a_township_is_ranked_among_its_like(tree: County):
    school = make_unit(
        tree.townships[0], kind=UnitKind.SCHOOL, code="530628S01", name="甲镇中心小学"
    )
    perfect_month(school)

    card = card_of(close(tree.county), school)

    assert (card.total, card.rank, card.peers) == (10_000, 1, 1)
