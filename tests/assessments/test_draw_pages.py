"""Sealing and drawing: who may, when, what is shown to whom, and that it cannot be bent."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator

import pdfplumber
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import draws
from assessments.enums import DrawState, VisitKind
from assessments.models import Draw, Edition, InspectionGroup
from assessments.selectors.draws import pool_of
from assessments.services.closing import close_month
from assessments.services.draws import Wish, cancel_draw, draw_lots, seal_draw
from assessments.services.inspections import Findings, record_inspection
from pingan.enums import Role
from pingan.models import AuditEvent, Guidance, Unit, User
from pingan.refusals import Forbidden, Refused
from tests.assessments.records import MONTH
from tests.factories import STARTED_ON, County, make_county, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ClientOf = Callable[[User], Client]
SALT = "20261008-07-12"
NOON = dt.datetime(2026, 10, 8, 4, tzinfo=dt.UTC)
LATER = NOON + dt.timedelta(minutes=11)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def group(tree: County) -> InspectionGroup:
    """The police inspect both townships and the 口 they belong to; they guide the second one."""
    made = InspectionGroup.objects.create(
        county=tree.county,
        name="第一组",
        lead_unit=tree.departments[0],
        lead_unit_name=tree.departments[0].name,
        valid_from=STARTED_ON,
    )
    made.units.set([*tree.townships, *tree.sectors])
    Guidance.objects.create(
        guide=tree.departments[0], unit=tree.townships[1], valid_from=STARTED_ON
    )
    return made


def wish(group: InspectionGroup | None = None, wanted: int = 1, kind: str = "secret") -> Wish:
    return Wish(MONTH, VisitKind(kind), group, wanted, "")


def sealed(county: Unit, by: User, **wishes: object) -> Draw:
    return seal_draw(county=county, wish=wish(**wishes), by=by)  # type: ignore[arg-type]


def drawn(county: Unit, by: User, clock: time_machine.Traveller, **wishes: object) -> Draw:
    made = sealed(county, by, **wishes)
    clock.move_to(LATER, tick=False)
    return draw_lots(draw=made, salt=SALT, by=by)


def address(name: str, draw: Draw) -> str:
    return reverse(f"assessments:draw-{name}", args=[draw.pk])


def test_pool_leaves_out_guided_units_and_the_leads_own(tree: County, group: InspectionGroup):
    for chosen in (group, None):
        pool = pool_of(tree.county, MONTH, chosen, dt.date(2026, 10, 8))

        assert [name for _unit, _code, name in pool.units] == ["甲镇"]
        assert [(name, reason) for _code, name, reason in pool.excluded] == [
            ("乙镇", "由第一组检查，组长单位公安局挂钩该单位"),
            ("政法口", "由第一组检查，组长单位公安局与该单位有隶属关系"),
        ]


def test_guidance_that_is_over_excludes_nobody(tree: County, group: InspectionGroup):
    Guidance.objects.update(valid_to=dt.date(2026, 10, 1))

    pool = pool_of(tree.county, MONTH, group, dt.date(2026, 10, 8))

    assert [name for _unit, _code, name in pool.units] == ["甲镇", "乙镇"]


def test_pool_takes_the_same_queries_however_many_units(
    tree: County, group: InspectionGroup, django_assert_num_queries
):
    with django_assert_num_queries(4):
        pool_of(tree.county, MONTH, None, dt.date(2026, 10, 8))


def test_seal_fixes_the_list_and_hides_the_seed(
    tree: County, group: InspectionGroup, county_officer: User, client_of: ClientOf
):
    draw = sealed(tree.county, county_officer)

    assert re.fullmatch(r"[0-9a-f]{64}", draw.seed)
    assert draw.seed_hash == draws.seal(draw.seed)
    assert draw.pool == [[tree.townships[0].pk, tree.townships[0].code, "甲镇"]]
    event = AuditEvent.objects.get(action="封存抽签")
    assert draw.seed not in str(event.after)
    pages = [client_of(county_officer).get(address("detail", draw)).content.decode()]
    pages.append(client_of(county_officer).get(reverse("assessments:draw-list")).content.decode())
    assert all(draw.seed not in page for page in pages)
    assert draw.seed_hash in pages[0]


def test_two_draws_have_two_seeds_and_two_numbers(tree: County, county_officer: User):
    first, second = (sealed(tree.county, county_officer) for _ in range(2))

    assert (first.number, second.number) == (1, 2)
    assert first.seed != second.seed


@pytest.mark.parametrize("wanted", [0, 4])
def test_more_than_there_are_is_refused(tree: County, county_officer: User, wanted: int):
    with pytest.raises(Refused, match="候选单位有3个，抽取个数应在1和3之间"):
        sealed(tree.county, county_officer, wanted=wanted)

    assert not Draw.objects.exists()


def test_group_whose_lead_is_unknown_is_refused(
    tree: County, group: InspectionGroup, county_officer: User
):
    InspectionGroup.objects.update(lead_unit=None)

    with pytest.raises(Refused, match="第一组没有登记组长所在单位"):
        sealed(tree.county, county_officer, group=group)


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.LEADER, Role.AUDITOR])
def test_only_the_county_officer_seals(tree: County, role: Role):
    with pytest.raises(Forbidden):
        sealed(tree.county, make_user(role, tree.county))


def test_draw_is_that_of_the_pure_algorithm(
    tree: County, county_officer: User, clock: time_machine.Traveller
):
    draw = drawn(tree.county, county_officer, clock, wanted=2)

    pool = [(unit_id, code, name) for unit_id, code, name in draw.pool]
    assert draw.state == DrawState.DRAWN
    assert draw.result == [
        [lot.unit_id, lot.code, lot.name, lot.digest]
        for lot in draws.draw(draw.seed, SALT, pool, 2)
    ]
    assert AuditEvent.objects.get(action="抽取").after["salt"] == SALT


def test_draw_too_early_is_refused(
    tree: County, county_officer: User, clock: time_machine.Traveller
):
    draw = sealed(tree.county, county_officer)
    clock.move_to(NOON + dt.timedelta(minutes=9, seconds=59), tick=False)

    with pytest.raises(Refused, match="封存满10分钟后才能抽取（12:10以后）"):
        draw_lots(draw=draw, salt=SALT, by=county_officer)


@pytest.mark.parametrize("salt", ["", "12", "1:2:3", "x" * 41, "第5期", "1 2 3"])
def test_bad_public_number_is_refused(
    tree: County, county_officer: User, clock: time_machine.Traveller, salt: str
):
    draw = sealed(tree.county, county_officer)
    clock.move_to(LATER, tick=False)

    with pytest.raises(Refused, match="公开数"):
        draw_lots(draw=draw, salt=salt, by=county_officer)

    draw.refresh_from_db()
    assert (draw.state, draw.result) == (DrawState.COMMITTED, [])


def test_second_draw_changes_nothing(
    tree: County, county_officer: User, clock: time_machine.Traveller
):
    draw = drawn(tree.county, county_officer, clock)

    for again in (
        lambda: draw_lots(draw=draw, salt="other-1", by=county_officer),
        lambda: cancel_draw(draw=draw, reason="不满意", by=county_officer),
    ):
        with pytest.raises(Refused, match="已经抽取，结果不能改，也不能作废"):
            again()

    draw.refresh_from_db()
    assert (draw.salt, draw.state) == (SALT, DrawState.DRAWN)


def test_cancelled_draw_stays_and_its_number_is_used(tree: County, county_officer: User):
    draw = sealed(tree.county, county_officer)
    with pytest.raises(Refused, match="请写明作废的原因"):
        cancel_draw(draw=draw, reason=" ", by=county_officer)

    cancel_draw(draw=draw, reason="名单有误", by=county_officer)

    draw.refresh_from_db()
    assert (draw.state, draw.reason) == (DrawState.CANCELLED, "名单有误")
    assert sealed(tree.county, county_officer).number == 2
    with pytest.raises(Refused, match="已经作废"):
        draw_lots(draw=draw, salt=SALT, by=county_officer)


class TestWhoSeesTheResult:
    def test_unit_sees_it_with_the_preview(
        self,
        tree: County,
        county_officer: User,
        township_clerk: User,
        client_of: ClientOf,
        clock: time_machine.Traveller,
    ):
        draw = drawn(tree.county, county_officer, clock, wanted=2)
        clerk = client_of(township_clerk)

        hidden = clerk.get(address("detail", draw)).content.decode()
        assert draw.seed not in hidden
        assert all(digest not in hidden for _unit, _code, _name, digest in draw.result)
        assert "抽中单位" not in hidden
        assert clerk.get(address("verify", draw)).status_code == 404
        assert clerk.get(address("record", draw)).status_code == 404

        [edition] = close_month(counties=[tree.county], month=MONTH, by=None)
        Edition.objects.filter(pk=edition.pk).update(
            preview_opened_at=timezone.now(),
            preview_until=timezone.now() + dt.timedelta(hours=48),
        )

        shown = clerk.get(address("detail", draw)).content.decode()
        assert draw.seed in shown
        assert clerk.get(address("verify", draw)).context["is_right"]

    def test_open_visits_are_told_when_all_are_made(
        self,
        tree: County,
        county_officer: User,
        township_clerk: User,
        client_of: ClientOf,
        clock: time_machine.Traveller,
    ):
        draw = drawn(tree.county, county_officer, clock, wanted=2, kind="open")
        clerk = client_of(township_clerk)
        found = Findings(dt.date(2026, 10, 8), 90, 100, "")
        states = []
        for unit_id, *_rest in draw.result:
            states.append(clerk.get(address("verify", draw)).status_code)
            made = record_inspection(
                unit=Unit.objects.get(pk=unit_id), month=MONTH, found=found, by=county_officer
            )
            assert made.draw == draw

        assert states == [404, 404]
        assert clerk.get(address("verify", draw)).status_code == 200

    def test_administrators_and_other_counties_see_none(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        draw = sealed(tree.county, county_officer)
        auditor = client_of(make_user(Role.AUDITOR, tree.county))
        other = make_county("510704", "别县")
        stranger = client_of(make_user(Role.COUNTY_OFFICER, other.county))

        for client in (auditor, stranger):
            assert client.get(address("detail", draw)).status_code == 404
            assert client.post(address("draw", draw), {"salt": SALT}).status_code == 404
        assert auditor.get(reverse("assessments:draw-list")).status_code == 404
        assert stranger.get(reverse("assessments:draw-list")).context["rows"] == []


def test_altered_record_is_found_out(
    tree: County, county_officer: User, client_of: ClientOf, clock: time_machine.Traveller
):
    draw = drawn(tree.county, county_officer, clock, wanted=2)
    client = client_of(county_officer)
    assert client.get(address("verify", draw)).context["is_right"]
    draw.result = draw.result[::-1]
    draw.save()

    page = client.get(address("verify", draw))

    assert not page.context["is_right"]
    assert "不相符" in page.content.decode()


def test_pages_of_the_officer(
    tree: County,
    group: InspectionGroup,
    county_officer: User,
    township_clerk: User,
    client_of: ClientOf,
    clock: time_machine.Traveller,
):
    client, new = client_of(county_officer), reverse("assessments:draw-create")
    asked = {"month": str(MONTH), "kind": "secret", "group": "", "wanted": "1", "title": ""}
    assert client_of(township_clerk).get(new).status_code == 403
    assert client.get(new).status_code == 200
    assert client.post(new, {**asked, "month": "x"}).status_code == 422
    shown = client.post(new, asked).content.decode()
    assert "组长单位公安局挂钩该单位" in shown
    assert not Draw.objects.exists()
    assert client.post(new, {**asked, "wanted": "2", "seal": "1"}).status_code == 422

    client.post(new, {**asked, "seal": "1"})

    draw = Draw.objects.get()
    assert client.post(address("draw", draw), {"salt": SALT}).status_code == 422
    assert client.post(address("cancel", draw), {"reason": ""}).status_code == 422
    assert client_of(township_clerk).post(address("draw", draw), {}).status_code == 422
    assert client_of(township_clerk).post(address("draw", draw), {"salt": SALT}).status_code == 403
    clock.move_to(LATER, tick=False)
    page = client.post(address("draw", draw), {"salt": SALT}, follow=True).content.decode()
    assert "怎样自己验算" in page
    assert "printf" in page
    draw.refresh_from_db()
    assert draw.seed in page


def test_printed_record_holds_all_that_is_needed(
    tree: County, county_officer: User, client_of: ClientOf, clock: time_machine.Traveller
):
    draw = drawn(tree.county, county_officer, clock, wanted=2)

    answer = client_of(county_officer).get(address("record", draw))

    assert answer["Content-Type"] == "application/pdf"
    with pdfplumber.open(io.BytesIO(answer.content)) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    plain = re.sub(r"\s", "", text)
    for needed in (draw.seed, draw.seed_hash, SALT, "演示", *(row[3] for row in draw.result)):
        assert needed in plain


def test_list_takes_the_same_queries_for_one_and_for_three(
    tree: County, county_officer: User, client_of: ClientOf
):
    client, counts = client_of(county_officer), []
    client.get(reverse("assessments:draw-list"))  # what is remembered once
    for more in (1, 2):
        for _ in range(more):
            sealed(tree.county, county_officer)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("assessments:draw-list"))
        counts.append(len(captured))

    assert counts[0] == counts[1]
