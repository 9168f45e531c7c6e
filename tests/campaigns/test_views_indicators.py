import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.enums import ReturnState
from campaigns.models import (
    Indicator,
    IndicatorForm,
    IndicatorReport,
    IndicatorValue,
    Notice,
)
from campaigns.services.indicator_reports import save_answers
from campaigns.services.notices import write_notices
from pingan.enums import Level, Role
from pingan.models import User
from tests.campaigns.indicator_makers import (
    SEPTEMBER,
    accepted,
    answers,
    common,
    fill_in,
    make_form,
    make_report,
    waiting,
)
from tests.factories import County, make_user

NOON = dt.datetime(2026, 9, 20, 2, 0, tzinfo=dt.UTC)
ClientOf = Callable[[User], Client]


def address(name: str, *args: object) -> str:
    return reverse(f"campaigns:{name}", args=args)


def typed(report: IndicatorReport, **texts: str) -> dict[str, str]:
    """A post of the entry page: answers by code, notes as note_<code>, boxes as no_<code>."""
    pks = {each.code: each.pk for each in report.form.indicators.all()}
    data = {"version": str(report.version), "save": "1"}
    for name, text in texts.items():
        letter, code = "a", name
        if name.startswith("note_"):
            letter, code = "n", name.removeprefix("note_")
        elif name.startswith("no_"):
            letter, code = "x", name.removeprefix("no_")
        data[f"{letter}{pks[code]}"] = text
    return data


def saved(report: IndicatorReport) -> dict[str, int | None]:
    rows = IndicatorValue.objects.filter(report=report).select_related("indicator")
    return {row.indicator.code: row.number for row in rows}


def test_list_opens_the_present_period_by_itself(
    tree: County, township_clerk: User, client_of: ClientOf
):
    make_form(tree.county, "fires")

    response = client_of(township_clerk).get(address("indicator-list"))

    report = IndicatorReport.objects.get(unit=tree.townships[0])
    (task,) = response.context["tasks"]
    assert (task.own, task.total, task.handed_in, task.span.label) == (report, 1, 0, "2026年9月")
    assert address("indicator-report", report.pk) in response.content.decode()


def test_home_opens_the_present_period_and_tells_of_it(
    tree: County, township_clerk: User, client_of: ClientOf, clock
):
    make_form(tree.county, "fires", name="火灾月报")
    clock.move_to(dt.datetime(2026, 10, 7, 2, 0, tzinfo=dt.UTC))

    page = client_of(township_clerk).get("/").content.decode()

    report = IndicatorReport.objects.get(unit=tree.townships[0], due_on=dt.date(2026, 10, 8))
    assert "火灾月报" in page
    assert address("indicator-report", report.pk) in page


def test_nobody_is_reminded_of_a_withdrawn_form(
    tree: County, township_clerk: User, client_of: ClientOf
):
    form = make_form(tree.county, "fires", name="火灾月报", withdrawn_on=dt.date(2026, 9, 18))
    make_report(form, tree.townships[0], version=2, due_on=dt.date(2026, 9, 19))

    page = client_of(township_clerk).get("/").content.decode()
    (task,) = client_of(township_clerk).get(address("indicator-list")).context["tasks"]
    write_notices()

    assert "火灾月报" not in page
    assert task.is_overdue is False
    assert not Notice.objects.filter(user=township_clerk, text__contains="火灾月报").exists()


def test_home_tells_the_reviewer_what_waits(
    tree: County, township_clerk: User, county_officer: User, client_of: ClientOf
):
    form = make_form(tree.county, "fires")
    waiting(form, tree.townships[0], township_clerk, fires=1)
    accepted(form, tree.townships[1], SEPTEMBER, fires=1)

    page = client_of(county_officer).get("/").content.decode()

    assert "1份指标报表等您审核" in page
    assert address("indicator-review") in page


def test_reminders_open_what_is_due(tree: County, township_clerk: User, clock):
    make_form(tree.county, "fires", name="火灾月报", due_days=3)
    clock.move_to(dt.datetime(2026, 10, 7, 2, 0, tzinfo=dt.UTC))

    write_notices()

    texts = list(Notice.objects.filter(user=township_clerk).values_list("text", flat=True))
    assert [text for text in texts if "火灾月报" in text] == [
        "甲镇火灾月报（2026年9月）明天截止：10月8日（周四）。"
    ]


def test_list_counts_only_what_the_person_sees(
    tree: County, township_clerk: User, county_officer: User, client_of: ClientOf
):
    form = make_form(tree.county, "fires", levels=[Level.VILLAGE])
    accepted(form, tree.villages[0], SEPTEMBER, fires=1)
    waiting(form, tree.villages[2], county_officer, fires=1)

    (own,) = client_of(township_clerk).get(address("indicator-list")).context["tasks"]
    (all_of_them,) = client_of(county_officer).get(address("indicator-list")).context["tasks"]

    assert (own.total, own.handed_in, own.accepted) == (2, 1, 1)
    assert (all_of_them.total, all_of_them.handed_in, all_of_them.accepted) == (4, 2, 1)


@pytest.mark.parametrize("name", ["indicator-list", "indicator-review"])
def test_pages_take_the_same_queries_for_one_and_three(
    tree: County,
    township_clerk: User,
    county_officer: User,
    client_of: ClientOf,
    name: str,
):
    levels = [Level.TOWNSHIP, Level.DEPARTMENT]
    form = make_form(tree.county, "fires", "fire_loss", levels=levels)
    client, counts = client_of(county_officer), []
    client.get(address("indicator-list"))  # opens the drafts
    for unit in (*tree.townships, *tree.departments):
        report = fill_in(form.reports.get(unit=unit), fires=1, fire_loss=9)
        form.reports.filter(pk=report.pk).update(
            state=ReturnState.SUBMITTED, submitted_at=NOON, submitted_by=township_clerk
        )
        with CaptureQueriesContext(connection) as found:
            client.get(address(name))
        counts.append(len(found))

    assert len(set(counts)) == 1, counts


def test_clerk_saves_and_reads_beside_last_month(
    tree: County, township_clerk: User, client_of: ClientOf
):
    form = make_form(tree.county)
    accepted(form, tree.townships[0], SEPTEMBER.previous, criminal_cases=57)
    report = make_report(form, tree.townships[0])
    client = client_of(township_clerk)

    data = typed(report, criminal_cases="４２", order_cases="1,199", no_criminal_solved="on")
    response = client.post(address("indicator-report", report.pk), data, follow=True)

    assert saved(report) == {"criminal_cases": 42, "order_cases": 1199, "criminal_solved": None}
    rows = {row.cell.indicator.code: row for row in response.context["rows"]}
    assert rows["criminal_cases"].cell.before == 57
    assert "已保存" in response.content.decode()


def test_findings_are_told_while_typing_and_nothing_is_saved(
    tree: County, township_clerk: User, client_of: ClientOf
):
    form = make_form(tree.county)
    accepted(form, tree.townships[0], SEPTEMBER.previous, criminal_cases=2)
    report = make_report(form, tree.townships[0])
    data = typed(report, criminal_cases="8", criminal_solved="9", order_cases="三")

    answer = client_of(township_clerk).post(address("indicator-check", report.pk), data)

    part = answer.content.decode()
    assert "刑事案件上期是2，本期是8，相差较大，请说明原因。" in part
    assert "刑事案件破案率会超过100%" in part
    assert "112.5%" in part
    assert saved(report) == {}


def test_checks_are_for_who_fills_in(
    tree: County, township_clerk: User, leader: User, other_clerk: User, client_of: ClientOf
):
    report = make_report(make_form(tree.county), tree.townships[0])
    data = typed(report, criminal_cases="1", criminal_solved="2")

    seen = client_of(leader).post(address("indicator-check", report.pk), data)
    foreign = client_of(other_clerk).post(address("indicator-check", report.pk), data)

    assert (seen.status_code, seen.content, foreign.status_code) == (204, b"", 404)


def test_unreadable_answer_is_shown_again(tree: County, township_clerk: User, client_of: ClientOf):
    report = make_report(make_form(tree.county), tree.townships[0])

    response = client_of(township_clerk).post(
        address("indicator-report", report.pk), typed(report, criminal_cases="三起")
    )

    assert response.status_code == 422
    page = response.content.decode()
    assert "三起" in page
    assert "请填整数" in page
    assert saved(report) == {}


def test_clerk_hands_in_and_the_county_accepts(
    tree: County, township_clerk: User, county_officer: User, client_of: ClientOf
):
    report = make_report(make_form(tree.county, "fires"), tree.townships[0])
    data = {**typed(report, fires="2"), "submit": "1"}

    client_of(township_clerk).post(address("indicator-report", report.pk), data)
    report.refresh_from_db()
    assert report.state == ReturnState.SUBMITTED
    client_of(county_officer).post(
        address("indicator-review"), {"chosen": [f"{report.pk}:{report.version}"]}
    )

    report.refresh_from_db()
    assert (report.state, report.reviewed_by) == (ReturnState.ACCEPTED, county_officer)


def test_unfit_report_is_kept_as_a_draft(tree: County, township_clerk: User, client_of: ClientOf):
    report = make_report(make_form(tree.county), tree.townships[0])
    data = {**typed(report, criminal_cases="1", criminal_solved="2"), "submit": "1"}

    response = client_of(township_clerk).post(
        address("indicator-report", report.pk), data, follow=True
    )

    assert saved(report) == {"criminal_cases": 1, "criminal_solved": 2}
    report.refresh_from_db()
    assert report.state == ReturnState.DRAFT
    page = response.content.decode()
    assert "治安案件还没有填。" in page
    assert "会超过100%" in page


def test_conflict_shows_mine_beside_what_is_saved(
    tree: County, township_clerk: User, reviewer: User, client_of: ClientOf
):
    form = make_form(tree.county, "fires")
    report = make_report(form, tree.townships[0])
    data = typed(report, fires="7")
    save_answers(report=report, answers=answers(form, fires=3), version=1, by=reviewer)

    response = client_of(township_clerk).post(address("indicator-report", report.pk), data)

    assert response.status_code == 409
    page = response.content.decode()
    assert 'value="7"' in page
    assert "已存：3" in page
    assert response.context["version"] == 2
    assert saved(report) == {"fires": 3}


def test_stranger_finds_nothing(tree: County, other_clerk: User, client_of: ClientOf):
    form = make_form(tree.county, "fires")
    report = waiting(form, tree.townships[0], other_clerk, fires=5)
    start = SEPTEMBER.starts_on.isoformat()
    client = client_of(other_clerk)

    for found in (
        address("indicator-report", report.pk),
        address("indicator-withdraw", report.pk),
        address("indicator-table", form.pk, start),
        address("indicator-grid", form.pk, start),
    ):
        assert client.get(found).status_code == 404


def test_administrator_sees_no_figures(tree: County, client_of: ClientOf):
    report = accepted(make_form(tree.county, "fires"), tree.townships[0], SEPTEMBER, fires=5)
    client = client_of(make_user(Role.ACCOUNT_ADMIN, tree.county))

    assert client.get(address("indicator-report", report.pk)).status_code == 404
    assert list(client.get(address("indicator-list")).context["tasks"]) == []


def test_leader_reads_but_has_no_field(tree: County, leader: User, client_of: ClientOf):
    report = accepted(make_form(tree.county, "fires"), tree.townships[0], SEPTEMBER, fires=5)
    client = client_of(leader)

    page = client.get(address("indicator-report", report.pk)).content.decode()
    refused = client.post(address("indicator-report", report.pk), typed(report, fires="6"))

    assert f'name="a{common("fires")[0].pk}"' not in page
    assert refused.status_code == 403
    assert saved(report) == {"fires": 5}


def test_county_sends_back_with_a_reason(
    tree: County, township_clerk: User, county_officer: User, client_of: ClientOf
):
    report = waiting(make_form(tree.county, "fires"), tree.townships[0], township_clerk, fires=5)

    client_of(county_officer).post(
        address("indicator-send-back", report.pk), {"version": "1", "reason": "与消防数不符"}
    )

    page = client_of(township_clerk).get(address("indicator-report", report.pk)).content.decode()
    assert "与消防数不符" in page
    assert f'name="a{common("fires")[0].pk}"' in page


def test_township_may_not_review_itself(
    tree: County, township_clerk: User, reviewer: User, client_of: ClientOf
):
    report = waiting(make_form(tree.county, "fires"), tree.townships[0], township_clerk, fires=5)

    response = client_of(reviewer).get(address("indicator-accept", report.pk))

    assert response.status_code == 403


def test_review_shows_the_leap_and_the_word_on_it(
    tree: County, township_clerk: User, county_officer: User, client_of: ClientOf
):
    form = make_form(tree.county, "fires")
    accepted(form, tree.townships[0], SEPTEMBER.previous, fires=1)
    waiting(form, tree.townships[0], township_clerk, fires=9)
    IndicatorValue.objects.filter(number=9).update(note="连日干旱")

    page = client_of(county_officer).get(address("indicator-review")).content.decode()

    assert "火灾起数上期是1，本期是9，相差较大" in page
    assert "说明：连日干旱" in page


def test_grid_keeps_the_good_cells_and_tells_of_the_faulty(
    tree: County, township_clerk: User, client_of: ClientOf
):
    form = make_form(tree.county, "fires", "fire_loss", levels=[Level.VILLAGE])
    first, second = (make_report(form, village) for village in tree.villages[:2])
    fires, loss = (each.pk for each in common("fires", "fire_loss"))
    data = {
        f"r{first.pk}-version": "1",
        f"r{first.pk}-a{fires}": "2",
        f"r{first.pk}-a{loss}": "两万",
        f"r{second.pk}-version": "1",
        f"r{second.pk}-a{fires}": "不适用",
        f"r{second.pk}-a{loss}": "12,000",
    }

    response = client_of(township_clerk).post(
        address("indicator-grid", form.pk, SEPTEMBER.starts_on.isoformat()), data
    )

    assert response.status_code == 422
    assert saved(first) == {"fires": 2}
    assert saved(second) == {"fires": None, "fire_loss": 12000}
    page = response.content.decode()
    assert "火灾直接损失：请填整数" in page
    assert "两万" in page


def test_grid_hands_in_what_is_whole(tree: County, township_clerk: User, client_of: ClientOf):
    form = make_form(tree.county, "fires", levels=[Level.VILLAGE])
    first, second = (make_report(form, village) for village in tree.villages[:2])
    (fires,) = common("fires")
    data = {
        f"r{first.pk}-version": "1",
        f"r{first.pk}-a{fires.pk}": "2",
        f"r{second.pk}-version": "1",
        "submit": "1",
    }

    response = client_of(township_clerk).post(
        address("indicator-grid", form.pk, SEPTEMBER.starts_on.isoformat()), data
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (ReturnState.SUBMITTED, ReturnState.DRAFT)
    assert "还没有填，没有上报。" in response.content.decode()


def test_grid_row_changed_by_another_is_not_overwritten(
    tree: County, township_clerk: User, client_of: ClientOf
):
    form = make_form(tree.county, "fires", levels=[Level.VILLAGE])
    report = fill_in(make_report(form, tree.villages[0], version=2), fires=3)
    (fires,) = common("fires")
    data = {f"r{report.pk}-version": "1", f"r{report.pk}-a{fires.pk}": "8"}

    response = client_of(township_clerk).post(
        address("indicator-grid", form.pk, SEPTEMBER.starts_on.isoformat()), data
    )

    assert response.status_code == 422
    assert saved(report) == {"fires": 3}
    assert "已存：3" in response.content.decode()


def test_table_sums_counts_and_divides_the_sums(
    tree: County, township_clerk: User, client_of: ClientOf
):
    form = make_form(tree.county, levels=[Level.VILLAGE])
    accepted(form, tree.villages[0], SEPTEMBER, criminal_cases=3, criminal_solved=3, order_cases=1)
    accepted(
        form, tree.villages[1], SEPTEMBER, criminal_cases=5, criminal_solved=1, order_cases=None
    )
    accepted(form, tree.villages[2], SEPTEMBER, criminal_cases=90)

    response = client_of(township_clerk).get(
        address("indicator-table", form.pk, SEPTEMBER.starts_on.isoformat())
    )

    assert response.context["sums"] == ["8", "4", "1", "50.0%"]


@pytest.mark.parametrize("start", ["2026-09-02", "2026-13-01", "x"])
def test_table_of_no_period_is_not_found(
    tree: County, county_officer: User, client_of: ClientOf, start: str
):
    form = make_form(tree.county, "fires")
    make_report(form, tree.townships[0])

    found = client_of(county_officer).get(address("indicator-table", form.pk, start))

    assert found.status_code == 404


def ask(*codes: str, **fields: object) -> dict[str, object]:
    return {
        "code": "平综1表",
        "name": "案件旬报",
        "basis": "演示发〔2026〕3号",
        "period": "ten_days",
        "levels": [str(int(Level.TOWNSHIP))],
        "due_days": "2",
        "minutes": "8",
        "indicators": [str(each.pk) for each in common(*codes)],
        **fields,
    }


def test_county_draws_up_and_issues_a_form(tree: County, county_officer: User, client_of: ClientOf):
    client = client_of(county_officer)

    client.post(address("indicator-form-add"), ask("criminal_cases", "thefts"))
    form = IndicatorForm.objects.get()
    client.post(address("indicator-form-issue", form.pk))

    form.refresh_from_db()
    assert form.issued_on is not None
    assert (form.levels, form.minutes) == ([Level.TOWNSHIP], 8)
    assert IndicatorReport.objects.filter(form=form).count() == 2


def test_refused_form_says_where_each_field_is_asked(
    tree: County, county_officer: User, client_of: ClientOf
):
    make_form(tree.county, "criminal_cases", code="平1")
    form = make_form(tree.county, "criminal_cases", "survey_slips", issued=False, code="平2")
    client = client_of(county_officer)

    page = client.post(address("indicator-form-issue", form.pk), follow=True).content.decode()

    assert "“刑事案件”已在《案件月报》（平1）中填报，不得重复要求。" in page
    assert "“测评有效票数”已在月报“治安测评”中填报，不得重复要求。" in page
    form.refresh_from_db()
    assert form.issued_on is None


def test_own_indicator_is_added_from_the_page(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    part, whole = common("homicides", "criminal_cases")
    data = {
        "code": "homicide_share",
        "kind": "ratio",
        "name": "命案占比",
        "topic": "刑事和治安案件",
        "measure": "%",
        "direction": "fall",
        "minimum": "0",
        "is_active": "on",
    }

    refused = client.post(address("indicator-add"), data)
    client.post(address("indicator-add"), {**data, "numerator": part.pk, "denominator": whole.pk})

    assert refused.status_code == 422
    assert "请选择分子和分母" in refused.content.decode()
    made = Indicator.objects.get(county=tree.county)
    assert (made.numerator, made.denominator, made.is_active) == (part, whole, True)


@pytest.mark.parametrize("name", ["indicator-add", "indicator-forms", "indicator-form-add"])
def test_keeping_is_the_county_officers(
    tree: County, township_clerk: User, leader: User, client_of: ClientOf, name: str
):
    for person in (township_clerk, leader):
        assert client_of(person).get(address(name)).status_code == 403


def test_catalogue_says_where_each_indicator_is_asked(
    tree: County, township_clerk: User, client_of: ClientOf
):
    make_form(tree.county, "fires", name="火灾月报")

    response = client_of(township_clerk).get(address("indicator-catalogue"))

    asked = {
        row["indicator"].code: row["asked"]
        for topic in response.context["topics"]
        for row in topic["rows"]
        if row["asked"]
    }
    assert asked == {"fires": ["火灾月报"]}
    assert address("indicator-add") not in response.content.decode()
