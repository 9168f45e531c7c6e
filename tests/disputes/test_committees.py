"""Committees, mediators, trainings: rules of the law, who sees names, what is put down."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse

from disputes.enums import CommitteeKind
from disputes.models import Committee, Mediator, Training
from disputes.policies import check_see_mediator
from disputes.selectors.committees import register
from disputes.services.committees import (
    CommitteeEntry,
    change_committee,
    dissolve_committee,
    found_committee,
    reelect_committee,
)
from disputes.services.mediators import (
    MediatorEntry,
    appoint_mediator,
    change_mediator,
    end_mediator,
    look_at_mediator,
)
from disputes.services.trainings import TrainingEntry, change_training, record_training, shown
from disputes.statute import committee_warnings, term_end
from pingan.enums import Role
from pingan.models import AuditEvent
from pingan.refusals import Conflict, Forbidden, Refused
from tests.disputes.makers import make_committee, make_dispute, make_mediator
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NAME = "欧阳试名"
TODAY = dt.date(2026, 10, 12)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def village_clerk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def reviewer(tree):
    return make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0], "reviewer")


def entry(**fields: Any) -> CommitteeEntry:
    values: dict[str, Any] = {
        "kind": CommitteeKind.VILLAGE,
        "name": "甲1村人民调解委员会",
        "code": "甲一调",
        "members": 5,
        "women": 2,
        "founded_on": dt.date(2023, 1, 1),
        "term_starts_on": dt.date(2026, 1, 1),
        **fields,
    }
    return CommitteeEntry(**values)


def mediator(**fields: Any) -> MediatorEntry:
    return MediatorEntry(**{"name": NAME, "starts_on": dt.date(2026, 2, 1), **fields})


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (dt.date(2026, 1, 1), dt.date(2029, 1, 1)),
        (dt.date(2024, 2, 29), dt.date(2027, 3, 1)),
    ],
)
def test_a_term_is_three_years(starts, ends):
    assert term_end(starts) == ends


@pytest.mark.parametrize(
    ("members", "women", "ends_on", "words"),
    [
        (3, 1, dt.date(2026, 10, 13), []),
        (9, 9, dt.date(2026, 10, 13), []),
        (2, 1, dt.date(2026, 10, 13), ["三至九人"]),
        (10, 1, dt.date(2026, 10, 13), ["三至九人"]),
        (3, 0, dt.date(2026, 10, 13), ["妇女"]),
        (3, 1, dt.date(2026, 10, 12), ["期满"]),
        (10, 0, dt.date(2020, 1, 1), ["三至九人", "妇女", "期满"]),
    ],
)
def test_warnings_of_the_law(members, women, ends_on, words):
    found = committee_warnings(members=members, women=women, term_ends_on=ends_on, today=TODAY)

    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))


def test_founding_computes_the_term_and_is_put_down(tree, township_clerk):
    made = found_committee(unit=tree.villages[0], entry=entry(), by=township_clerk)

    assert (made.term_ends_on, made.version) == (dt.date(2029, 1, 1), 1)
    event = AuditEvent.objects.get()
    assert (event.action, event.object_name) == ("设立调解组织", "甲1村人民调解委员会")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"women": 6}, "女性委员人数不能多于委员人数"),
        ({"members": 0, "women": 0}, "委员人数至少是1"),
        ({"term_starts_on": dt.date(2026, 10, 13)}, "不能晚于今天"),
        ({"founded_on": dt.date(2026, 2, 1)}, "不能早于设立日期"),
        ({"name": "　"}, "请填写名称和简称"),
    ],
)
def test_a_committee_that_cannot_be_is_refused(tree, township_clerk, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        found_committee(unit=tree.villages[0], entry=entry(**fields), by=township_clerk)

    assert not Committee.objects.exists()


def test_short_names_and_names_are_unique(tree, township_clerk, other_clerk):
    found_committee(unit=tree.villages[0], entry=entry(), by=township_clerk)

    with pytest.raises(Refused, match="简称“甲一调”本县"):
        found_committee(unit=tree.villages[2], entry=entry(), by=other_clerk)
    with pytest.raises(Refused, match="已经登记过"):
        found_committee(unit=tree.villages[0], entry=entry(code="别的"), by=township_clerk)


def test_who_may_found(tree, village_clerk, township_clerk):
    leader = make_user(Role.LEADER, tree.county)
    for person, unit in (
        (village_clerk, tree.villages[0]),
        (township_clerk, tree.villages[2]),
        (leader, tree.villages[0]),
    ):
        with pytest.raises(Forbidden):
            found_committee(unit=unit, entry=entry(), by=person)
    with pytest.raises(Refused, match="小组和口不设"):
        found_committee(unit=tree.groups[0], entry=entry(), by=township_clerk)


def test_the_second_of_two_editors_is_told(tree, village_clerk, township_clerk):
    made = make_committee(tree.villages[0])
    change_committee(committee=made, entry=entry(members=7), version=1, by=township_clerk)

    with pytest.raises(Conflict):
        change_committee(committee=made, entry=entry(members=3), version=1, by=village_clerk)

    assert Committee.objects.get().members == 7


def test_reelection_begins_a_new_term(tree, village_clerk):
    made = make_committee(tree.villages[0])
    new = {"members": 7, "women": 3, "version": 1, "by": village_clerk}

    with pytest.raises(Refused, match="2025-01-01"):
        reelect_committee(committee=made, starts_on=dt.date(2025, 1, 1), **new)
    row = reelect_committee(committee=made, starts_on=dt.date(2026, 10, 1), **new)

    assert (row.term_ends_on, row.members, row.version) == (dt.date(2029, 10, 1), 7, 2)


def test_dissolving_waits_for_open_cases_and_ends_mediators(tree, village_clerk, township_clerk):
    made = make_committee(tree.villages[0])
    one = make_mediator(made, account=village_clerk)
    case = make_dispute(tree.villages[0], village_clerk, committee=made, mediator=one)
    how = {"on": TODAY, "reason": "合并", "version": 1}

    with pytest.raises(Forbidden):
        dissolve_committee(committee=made, by=village_clerk, **how)
    with pytest.raises(Refused, match="还有1件"):
        dissolve_committee(committee=made, by=township_clerk, **how)
    with pytest.raises(Refused, match="请写明撤销理由"):
        dissolve_committee(committee=made, by=township_clerk, **{**how, "reason": " "})
    type(case).objects.update(state="closed", closed_on=TODAY)
    dissolve_committee(committee=made, by=township_clerk, **how)

    one.refresh_from_db()
    assert (one.ends_on, one.account, one.version) == (TODAY, None, 2)
    with pytest.raises(Refused, match="已于2026-10-12撤销"):
        change_committee(committee=made, entry=entry(), version=2, by=township_clerk)


def test_a_mediators_name_is_sealed_everywhere(tree, village_clerk):
    made = appoint_mediator(
        committee=make_committee(tree.villages[0]), entry=mediator(), by=village_clerk
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM disputes_mediator")
        rows = str(cursor.fetchall())
    trail = str(list(AuditEvent.objects.values()))
    assert made.number == "01"
    assert NAME not in rows + trail
    assert made.name.masked == "欧＊＊＊"


def test_numbers_follow_and_twins_are_refused(tree, village_clerk, township_clerk):
    made = make_committee(tree.villages[0])
    make_mediator(made, "07")

    second = appoint_mediator(committee=made, entry=mediator(), by=village_clerk)
    with pytest.raises(Refused, match="同名的08号"):
        appoint_mediator(committee=made, entry=mediator(), by=township_clerk)
    with pytest.raises(Refused, match="编号“07”"):
        appoint_mediator(
            committee=made, entry=mediator(name="另一人", number="07"), by=township_clerk
        )

    assert second.number == "08"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "请填写调解员姓名"),
        ({"starts_on": dt.date(2026, 10, 13)}, "聘任日期不能晚于今天"),
        ({"starts_on": dt.date(2019, 1, 1)}, "不能早于委员会设立日期"),
    ],
)
def test_a_mediator_that_cannot_be_is_refused(tree, village_clerk, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        appoint_mediator(
            committee=make_committee(tree.villages[0]), entry=mediator(**fields), by=village_clerk
        )


def test_an_account_of_another_township_is_refused(tree, village_clerk, other_clerk):
    with pytest.raises(Refused, match="账号要是本乡镇"):
        appoint_mediator(
            committee=make_committee(tree.villages[0]),
            entry=mediator(account=other_clerk),
            by=village_clerk,
        )


def test_changing_without_a_name_keeps_it(tree, village_clerk):
    one = make_mediator(make_committee(tree.villages[0]))

    row = change_mediator(
        mediator=one, entry=mediator(name="", is_full_time=True), version=1, by=village_clerk
    )
    with pytest.raises(Conflict):
        change_mediator(mediator=one, entry=mediator(), version=1, by=village_clerk)

    assert (row.name.reveal(), row.is_full_time, row.number) == ("演示调解员", True, "01")


def test_an_ended_mediator_sees_no_case_any_more(tree, village_clerk, township_clerk):
    made = make_committee(tree.villages[0])
    person = make_user(Role.VILLAGE_CLERK, tree.villages[0], "mediator")
    one = make_mediator(made, account=person)
    case = make_dispute(tree.villages[0], village_clerk, committee=made, mediator=one)
    assert case.is_known_to(person)

    with pytest.raises(Refused, match="以后"):
        end_mediator(
            mediator=one, on=dt.date(2025, 1, 1), reason="离任", version=1, by=village_clerk
        )
    end_mediator(mediator=one, on=TODAY, reason="离任", version=1, by=village_clerk)

    assert not type(case).objects.get().is_known_to(person)


def test_who_sees_a_mediators_name(tree, village_clerk, township_clerk, reviewer, county_officer):
    one = make_mediator(make_committee(tree.villages[0]))
    other = make_user(Role.TOWNSHIP_REVIEWER, tree.townships[1])

    for person in (village_clerk, reviewer):
        check_see_mediator(mediator=one, by=person)
    for person in (township_clerk, county_officer, other):
        with pytest.raises(Forbidden):
            look_at_mediator(mediator=one, purpose="制作聘书", by=person)
    with pytest.raises(Refused, match="用途"):
        look_at_mediator(mediator=one, purpose=" ", by=reviewer)
    assert look_at_mediator(mediator=one, purpose="制作聘书", by=reviewer) == "演示调解员"

    event = AuditEvent.objects.get()
    assert (event.action, event.note, event.by) == ("查看调解员姓名", "制作聘书", reviewer)
    assert "演示调解员" not in str(event.object_name) + str(event.before) + str(event.after)


def test_trainings_are_counts(tree, village_clerk, other_clerk):
    what = TrainingEntry(dt.date(2026, 9, 1), "卷宗制作", 4, 30)
    made = record_training(unit=tree.villages[0], entry=what, by=village_clerk)
    base = shown(made)

    with pytest.raises(Refused, match="已经登记过"):
        record_training(unit=tree.villages[0], entry=what, by=village_clerk)
    with pytest.raises(Forbidden):
        record_training(unit=tree.villages[0], entry=what, by=other_clerk)
    with pytest.raises(Refused, match="不能晚于今天"):
        record_training(
            unit=tree.villages[0],
            entry=TrainingEntry(dt.date(2026, 10, 13), "卷宗", 4, 3),
            by=village_clerk,
        )
    changed = TrainingEntry(dt.date(2026, 9, 1), "卷宗制作", 4, 31)
    change_training(training=made, entry=changed, base=base, by=village_clerk)
    with pytest.raises(Conflict):
        change_training(training=made, entry=what, base=base, by=village_clerk)

    assert Training.objects.get().attendance == 31


def many_committees(tree: Any, number: int) -> None:
    for place in range(number):
        made = make_committee(
            tree.villages[0], name=f"第{place}调解委员会", code=f"调{place}", women=place % 2
        )
        make_mediator(made, is_full_time=True)


def test_the_register_counts_by_township(tree, county_officer):
    many_committees(tree, 3)
    old = dt.date(2022, 1, 1)
    make_committee(
        tree.townships[1],
        kind=CommitteeKind.TOWNSHIP,
        term_starts_on=old,
        term_ends_on=dt.date(2025, 1, 1),
    )
    make_committee(tree.county, kind=CommitteeKind.CENTRE, name="中心", code="中心")
    make_committee(tree.villages[1], dissolved_on=dt.date(2026, 1, 1))

    lines, total = register(county_officer, TODAY)

    found = {line.name: line.figures for line in lines}
    assert found["甲镇"] == [3, 3, 0, 0, 0, 0, 0, 15, 1, 3, 3, 0]
    assert found["乙镇"] == [1, 0, 1, 0, 0, 0, 0, 5, 2, 0, 0, 1]
    assert found["演示县本级"][0] == 1
    assert total.committees == 5


@pytest.mark.parametrize(
    "name", ["committee-list", "committee-register", "committee-training-list"]
)
def test_lists_take_the_same_queries_with_one_and_three(
    tree, county_officer, client_of, django_assert_max_num_queries, name
):
    client = client_of(county_officer)
    address = reverse(f"disputes:{name}")
    client.get(address)
    counts = []
    for more in (1, 2):
        many_committees_at(tree, more)
        with django_assert_max_num_queries(40) as used:
            client.get(address)
        counts.append(len(used))

    assert counts[0] == counts[1]


def many_committees_at(tree: Any, number: int) -> None:
    have = Committee.objects.count()
    for place in range(have, have + number):
        made = make_committee(tree.villages[0], name=f"第{place}调委会", code=f"调{place}")
        make_mediator(made)
        Training.objects.create(
            unit=tree.villages[0], on=TODAY, topic=f"课{place}", hours=2, attendance=3
        )


def test_nobody_reads_a_mediators_name_on_any_page(
    tree, village_clerk, reviewer, county_officer, client_of
):
    made = make_committee(tree.villages[0])
    one = appoint_mediator(committee=made, entry=mediator(), by=village_clerk)
    leader = make_user(Role.LEADER, tree.county)
    addresses = [
        reverse("disputes:committee-list"),
        reverse("disputes:committee-register"),
        reverse("disputes:committee-detail", args=[made.pk]),
        reverse("disputes:committee-edit", args=[made.pk]),
        reverse("disputes:committee-mediator-edit", args=[one.pk]),
        reverse("disputes:committee-mediator-end", args=[one.pk]),
        reverse("disputes:committee-mediator-name", args=[one.pk]),
    ]

    for person in (village_clerk, reviewer, county_officer, leader):
        client = client_of(person)
        for address in addresses:
            page = client.get(address).content.decode()
            assert NAME not in page, (person.role, address)
    detail = reverse("disputes:committee-detail", args=[made.pk])
    assert "欧＊＊＊" in client_of(county_officer).get(detail).content.decode()
    assert "欧" not in client_of(leader).get(detail).content.decode().split("<main")[1]


def test_the_name_is_shown_once_for_a_purpose(tree, village_clerk, county_officer, client_of):
    made = make_committee(tree.villages[0])
    one = appoint_mediator(committee=made, entry=mediator(), by=village_clerk)
    address = reverse("disputes:committee-mediator-name", args=[one.pk])
    client = client_of(village_clerk)

    nothing = client.post(address, {"purpose": ""})
    shown_page = client.post(address, {"purpose": "核对补贴发放"})
    refused = client_of(county_officer).post(address, {"purpose": "看看"})

    assert (nothing.status_code, shown_page.status_code, refused.status_code) == (422, 200, 403)
    assert NAME in shown_page.content.decode()
    assert shown_page["Cache-Control"] == "no-store"
    assert NAME not in nothing.content.decode() + refused.content.decode()
    assert AuditEvent.objects.filter(action="查看调解员姓名").count() == 1


def test_the_workbook_holds_no_name(tree, village_clerk, county_officer, client_of):
    made = make_committee(tree.villages[0])
    appoint_mediator(committee=made, entry=mediator(), by=village_clerk)

    answer = client_of(county_officer).get(reverse("disputes:committee-download"))

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert made.name in cells
    assert not any("欧" in str(cell) for cell in cells)
    assert [row[:4] for row in book["分单位统计"].iter_rows(min_row=4, values_only=True)] == [
        ("甲镇", 1, 1, 0),
        ("乙镇", 0, 0, 0),
        ("合计", 1, 1, 0),
    ]


def test_strangers_find_nothing(tree, village_clerk, other_clerk, client_of):
    made = make_committee(tree.villages[0])
    one = make_mediator(made)
    training = Training.objects.create(
        unit=tree.villages[0], on=TODAY, topic="课", hours=2, attendance=3
    )
    client = client_of(other_clerk)

    for name, pk in (
        ("committee-detail", made.pk),
        ("committee-edit", made.pk),
        ("committee-elect", made.pk),
        ("committee-dissolve", made.pk),
        ("committee-mediator-create", made.pk),
        ("committee-mediator-edit", one.pk),
        ("committee-mediator-end", one.pk),
        ("committee-mediator-name", one.pk),
        ("committee-training-edit", training.pk),
    ):
        for answer in (client.get, client.post) if name != "committee-detail" else (client.get,):
            assert answer(reverse(f"disputes:{name}", args=[pk])).status_code == 404, name
    assert made.name not in client.get(reverse("disputes:committee-list")).content.decode()


def test_pages_found_change_elect_dissolve(tree, township_clerk, client_of):
    client = client_of(township_clerk)
    fields = {
        "unit": tree.villages[0].pk,
        "kind": "village",
        "name": "甲1村调委会",
        "code": "甲一调",
        "members": "5",
        "women": "2",
        "founded_on": "2023-01-01",
        "term_starts_on": "2023-01-01",
    }

    bad = client.post(reverse("disputes:committee-create"), {**fields, "members": ""})
    client.post(reverse("disputes:committee-create"), fields)
    made = Committee.objects.get()
    late = client.get(reverse("disputes:committee-detail", args=[made.pk])).content.decode()
    edit = reverse("disputes:committee-edit", args=[made.pk])
    client.post(edit, {**fields, "members": "7", "version": "1"})
    conflict = client.post(edit, {**fields, "members": "9", "version": "1"})
    elect = {"starts_on": "2026-10-01", "members": "7", "women": "3", "version": "2"}
    client.post(reverse("disputes:committee-elect", args=[made.pk]), elect)
    end = {"on": "2026-10-12", "reason": "合并", "version": "3"}
    client.post(reverse("disputes:committee-dissolve", args=[made.pk]), end)

    made.refresh_from_db()
    assert bad.status_code == 422
    assert "本届已于2026-01-01期满" in late
    assert conflict.status_code == 409
    assert "您填“9”，已保存的是“7”" in conflict.content.decode()
    assert (made.members, made.term_ends_on, made.dissolved_on) == (
        7,
        dt.date(2029, 10, 1),
        TODAY,
    )


def test_pages_appoint_change_and_end(tree, village_clerk, client_of):
    made = make_committee(tree.villages[0])
    client = client_of(village_clerk)
    fields = {"name": NAME, "starts_on": "2026-01-01", "account": village_clerk.pk}

    client.post(reverse("disputes:committee-mediator-create", args=[made.pk]), fields)
    one = Mediator.objects.get()
    edit = reverse("disputes:committee-mediator-edit", args=[one.pk])
    change = {"name": "", "number": "03", "starts_on": "2026-01-01", "version": "1"}
    client.post(edit, change)
    conflict = client.post(edit, {**change, "number": "04"})
    end = {"on": "2026-10-12", "reason": "离任", "version": "2"}
    client.post(reverse("disputes:committee-mediator-end", args=[one.pk]), end)

    one.refresh_from_db()
    assert conflict.status_code == 409
    assert "您填“04”，已保存的是“03”" in conflict.content.decode()
    assert (one.number, one.account, one.ends_on) == ("03", None, TODAY)
    assert one.name.reveal() == NAME


def test_training_pages(tree, village_clerk, client_of):
    client = client_of(village_clerk)
    fields = {
        "unit": tree.villages[0].pk,
        "on": "2026-09-01",
        "topic": "卷宗制作",
        "hours": "4",
        "attendance": "30",
    }

    client.post(reverse("disputes:committee-training-create"), fields)
    twice = client.post(reverse("disputes:committee-training-create"), fields)
    one = Training.objects.get()
    address = reverse("disputes:committee-training-edit", args=[one.pk])
    base = {"base": shown(one)}
    client.post(address, {**fields, **base, "attendance": "31"})
    conflict = client.post(address, {**fields, **base, "attendance": "32"})

    page = client.get(f"{reverse('disputes:committee-training-list')}?year=2026").content.decode()
    assert (twice.status_code, conflict.status_code) == (422, 409)
    assert "31" in page
    assert client.get(f"{reverse('disputes:committee-training-list')}?year=²").status_code == 200


def test_a_name_in_a_purpose_or_a_reason_is_refused(tree, village_clerk):
    made = make_committee(tree.villages[0])
    one = appoint_mediator(committee=made, entry=mediator(), by=village_clerk)

    with pytest.raises(Refused, match="不要在用途和理由里写姓名"):
        look_at_mediator(mediator=one, purpose=f"给{NAME}发聘书", by=village_clerk)
    with pytest.raises(Refused, match="不要在用途和理由里写姓名"):
        end_mediator(mediator=one, on=TODAY, reason=f"{NAME}离任", version=1, by=village_clerk)

    assert NAME not in str(list(AuditEvent.objects.values()))
