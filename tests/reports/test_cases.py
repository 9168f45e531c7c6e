"""The quarter's case bulletin: figures, comparisons, what is missing, numbers, files."""

import dataclasses
import datetime as dt
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import openpyxl
import pdfplumber
import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document

from assessments.models import Edition
from campaigns.enums import IndicatorAnswer, PeriodKind, ReturnState
from campaigns.models import (
    Indicator,
    IndicatorForm,
    IndicatorFormField,
    IndicatorReport,
    IndicatorValue,
)
from campaigns.spans import Span, span_on
from pingan.enums import Level, Role
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.refusals import Forbidden, Refused
from reports.cases import Figure, change_text, frozen, per_ten_thousand, thawed
from reports.models import CaseBulletin
from reports.selectors.cases import CODES, case_figures, quarter_of, quarters_to_issue
from reports.services import issue_bulletin
from reports.services.cases import draft_case_bulletin, issue_case_bulletin, verify_case_code
from tests.factories import County, make_county, make_user
from tests.reports.months import closed

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
QUARTER = quarter_of(2026, 3)
ISSUED = dt.date(2026, 10, 15)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 20, 2, tzinfo=dt.UTC), tick=False):
        yield


def make_form(county: Unit, codes: tuple[str, ...] = CODES, **fields: Any) -> IndicatorForm:
    values: dict[str, Any] = {
        "code": f"表{len(codes)}",
        "name": "案件月报",
        "period": PeriodKind.MONTH,
        "levels": [Level.TOWNSHIP],
        "basis": "文件",
    }
    form = IndicatorForm.objects.create(county=county, **(values | fields))
    for position, code in enumerate(codes):
        indicator = Indicator.objects.get(county=None, code=code)
        IndicatorFormField.objects.create(form=form, indicator=indicator, position=position)
    return form


def report(
    form: IndicatorForm,
    unit: Unit,
    first: dt.date,
    state: ReturnState = ReturnState.ACCEPTED,
    **numbers: int | None,
) -> IndicatorReport:
    span = span_on(PeriodKind(form.period), first)
    made = IndicatorReport.objects.create(
        form=form,
        unit=unit,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        due_on=span.ends_on,
        state=state,
    )
    for code, number in numbers.items():
        IndicatorValue.objects.create(
            report=made,
            indicator=Indicator.objects.get(county=None, code=code),
            answer=IndicatorAnswer.NOT_APPLICABLE if number is None else IndicatorAnswer.COUNTED,
            number=number,
        )
    return made


def quarter(form: IndicatorForm, unit: Unit, year: int, number: int, cases: int) -> None:
    """All three months; all the cases in the first."""
    for at in range(3):
        first = dt.date(year, 3 * number - 2 + at, 1)
        report(form, unit, first, criminal_cases=0 if at else cases, order_cases=1)


@pytest.fixture
def form(tree: County) -> IndicatorForm:
    """Both townships reported the last three quarters and the year before's third."""
    made = make_form(tree.county, ("criminal_cases", "order_cases"))
    one, other = tree.townships
    for year, number, cases in ((2025, 3, 20), (2026, 2, 10), (2026, 3, 15)):
        quarter(made, one, year, number, cases)
    for year, number, cases in ((2025, 3, 0), (2026, 2, 4), (2026, 3, 3)):
        quarter(made, other, year, number, cases)
    return made


def issue(tree: County, by: User | None, span: Span = QUARTER, **fields: Any) -> CaseBulletin:
    return issue_case_bulletin(
        county=tree.county, span=span, by=by, **({"issued_on": ISSUED} | fields)
    )


# Arithmetic


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (42, 57, "下降26.3%"),
        (57, 42, "上升35.7%"),
        (3, 3, "持平"),
        (0, 0, "持平"),
        (4, 0, "由0增4起"),
        (0, 4, "下降100.0%"),
        (1, 3, "下降66.7%"),
    ],
)
def test_change_from_nothing_has_no_percentage(now: int, before: int, text: str):
    assert change_text(now, before) == text


@pytest.mark.parametrize(
    ("number", "people", "text"), [(15, 30_000, "5.00"), (1, 3, "3333.33"), (0, 9, "0.00")]
)
def test_rate_is_rounded_once(number: int, people: int, text: str):
    assert per_ten_thousand(number, people) == text


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure(), "—"),
        (Figure(None, 0, 3), "未报"),
        (Figure(0, 3, 3), "0"),
        (Figure(7, 2, 3), "7＊"),
        (Figure(None, 3, 3), "—"),
    ],
)
def test_unreported_is_not_zero(figure: Figure, text: str):
    assert figure.text == text


# Figures


def test_quarter_is_compared_with_the_last_and_with_last_year(tree: County, form: IndicatorForm):
    figures = case_figures(tree.county, QUARTER, ISSUED)

    one, other = figures.lines
    assert [line.name for line in figures.lines] == [unit.name for unit in tree.townships]
    code = "criminal_cases"
    assert [one.figure(code, each).number for each in ("now", "previous", "before")] == [15, 10, 20]
    assert one.change(code, "now", "previous") == "上升50.0%"
    assert one.change(code, "now", "before") == "下降25.0%"
    assert other.change(code, "now", "before") == "由0增3起"
    assert figures.total(code, "now") == Figure(18, 6, 6)
    assert figures.comparison(code, "now", "previous").text == "上升28.6%"
    assert figures.total(code, "year").number == 32
    # Two quarters of this year and one of the last are not compared.
    assert one.change(code, "year", "year_before") == "—"


def test_unit_without_reports_is_missing_and_no_part_of_a_comparison(
    tree: County, form: IndicatorForm
):
    IndicatorReport.objects.filter(unit=tree.townships[1], starts_on__gte=QUARTER.starts_on).update(
        state=ReturnState.SUBMITTED
    )

    figures = case_figures(tree.county, QUARTER, ISSUED)

    other = figures.lines[1]
    assert other.figure("criminal_cases", "now").text == "未报"
    assert figures.missing() == [other]
    total = figures.total("criminal_cases", "now")
    assert (total.text, total.number) == ("15＊", 15)
    compared = figures.comparison("criminal_cases", "now", "before")
    assert (compared.now, compared.before, compared.units, compared.of_units) == (15, 20, 1, 2)
    assert compared.text == "下降25.0%"


def test_two_of_three_months_are_marked_and_not_compared(tree: County, form: IndicatorForm):
    last = IndicatorReport.objects.get(unit=tree.townships[0], starts_on=dt.date(2026, 9, 1))
    last.state = ReturnState.DRAFT
    last.save()

    figures = case_figures(tree.county, QUARTER, ISSUED)

    one = figures.lines[0]
    assert one.figure("criminal_cases", "now").text == "15＊"
    assert one.change("criminal_cases", "now", "before") == "—"
    assert figures.partly() == [one]
    assert figures.missing() == []


def test_villages_add_up_to_their_township_and_departments_stand_alone(tree: County):
    form = make_form(tree.county, ("order_cases",), levels=[Level.VILLAGE, Level.DEPARTMENT])
    for number, unit in enumerate((*tree.villages[:2], tree.departments[0]), start=1):
        report(form, unit, dt.date(2026, 8, 1), order_cases=number)

    figures = case_figures(tree.county, QUARTER, ISSUED)

    assert [
        (line.name, line.figure("order_cases", "now").number, line.is_township)
        for line in figures.lines
    ] == [(tree.townships[0].name, 3, True), (tree.departments[0].name, 3, False)]


def test_rate_needs_people_and_whole_figures(tree: County, form: IndicatorForm):
    Unit.objects.filter(pk=tree.townships[0].pk).update(population=30_000)

    figures = case_figures(tree.county, QUARTER, ISSUED)

    one, other = figures.lines
    assert figures.rate(one, "criminal_cases") == "5.00"
    assert figures.rate(other, "criminal_cases") == "—"
    assert figures.total_rate("criminal_cases") == "5.00"


def test_figures_of_another_county_stay_out(tree: County, form: IndicatorForm):
    elsewhere = make_county("510704", "另县")
    quarter(make_form(elsewhere.county), elsewhere.townships[0], 2026, 3, 99)

    figures = case_figures(tree.county, QUARTER, ISSUED)

    assert figures.total("criminal_cases", "now").number == 18


def test_queries_do_not_grow_with_units(tree: County, form: IndicatorForm):
    with CaptureQueriesContext(connection) as few:
        case_figures(tree.county, QUARTER, ISSUED)
    for unit in (*tree.villages, *tree.departments):
        report(form, unit, dt.date(2026, 8, 1), criminal_cases=1)
    with CaptureQueriesContext(connection) as many:
        case_figures(tree.county, QUARTER, ISSUED)

    assert len(few) == len(many) == 5


def test_what_is_frozen_thaws_to_the_same(tree: County, form: IndicatorForm):
    figures = case_figures(tree.county, QUARTER, ISSUED)

    assert thawed(frozen(figures)) == figures
    assert dataclasses.replace(figures, label="别的") != figures


# Issuing


@pytest.mark.slow
def test_number_is_of_the_common_register(tree: County, form: IndicatorForm, county_officer: User):
    ranking = issue_bulletin(edition=closed(tree), by=county_officer, issued_on=ISSUED)

    cases = issue(tree, county_officer)
    next_quarter = issue(tree, county_officer, quarter_of(2026, 2))

    assert (ranking.number, cases.number, next_quarter.number) == (1, 2, 3)
    event = AuditEvent.objects.filter(action="签发案情通报").order_by("pk").first()
    assert event is not None
    assert event.after["number"] == 2


def test_issued_again_with_nothing_changed_is_the_same(
    tree: County, form: IndicatorForm, county_officer: User
):
    first = issue(tree, county_officer)

    assert issue(tree, county_officer, issued_on=dt.date(2026, 10, 18)) == first
    assert CaseBulletin.objects.count() == 1


def test_correction_is_a_new_bulletin_with_its_reason_and_changes(
    tree: County, form: IndicatorForm, county_officer: User
):
    first = issue(tree, county_officer)
    late = IndicatorValue.objects.get(
        report__unit=tree.townships[0],
        report__starts_on=dt.date(2026, 7, 1),
        indicator__code="criminal_cases",
    )
    late.number = 16
    late.save()

    with pytest.raises(Refused, match="更正请写明原因"):
        issue(tree, county_officer)
    second = issue(tree, county_officer, reason="漏报一起")

    name = tree.townships[0].name
    assert (second.edition, second.number, second.reason) == (2, 2, "漏报一起")
    assert second.changes == [
        f"{name}本季度刑事案件由“15”更正为“16”",
        f"{name}本年累计刑事案件由“25”更正为“26”",
    ]
    first.refresh_from_db()
    assert thawed(first.content).total("criminal_cases", "now").number == 18
    assert draft_case_bulletin(county=tree.county, span=QUARTER, gathered_on=ISSUED).is_new is False


@pytest.mark.parametrize(
    ("span", "issued_on", "sentence"),
    [
        (quarter_of(2026, 4), ISSUED, "还没有结束"),
        (QUARTER, dt.date(2026, 9, 30), "结束之后"),
        (QUARTER, dt.date(2026, 10, 21), "不能晚于今天"),
        (quarter_of(2024, 1), ISSUED, "还没有审核通过"),
    ],
)
def test_issue_is_refused_with_the_reason(
    tree: County,
    form: IndicatorForm,
    county_officer: User,
    span: Span,
    issued_on: dt.date,
    sentence: str,
):
    with pytest.raises(Refused, match=sentence):
        issue(tree, county_officer, span, issued_on=issued_on)


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR, Role.AUDITOR])
def test_others_do_not_issue(tree: County, form: IndicatorForm, role: Role):
    with pytest.raises(Forbidden):
        issue(tree, make_user(role, tree.county))


def test_code_is_verified_against_what_is_stored(
    tree: County, form: IndicatorForm, county_officer: User
):
    bulletin = issue(tree, county_officer)
    code = bulletin.hash[:16]

    assert verify_case_code(user=county_officer, code=code).is_good
    assert not verify_case_code(user=county_officer, code="0" * 16).is_good
    bulletin.content["lines"][0]["figures"]["criminal_cases"]["now"][0] = 1
    bulletin.save()
    assert "与当时不同" in verify_case_code(user=county_officer, code=code).text


def test_anybody_verifies_the_code_of_the_paper(
    tree: County, form: IndicatorForm, county_officer: User
):
    bulletin = issue(tree, county_officer)

    page = Client().get("/public/verify/", {"code": bulletin.hash[:16]}).content.decode()

    assert "这份案情通报的数字与签发时相同" in page
    assert "2026年第三季度" in page
    assert "已有更正版" not in page


def test_database_keeps_numbers_apart(tree: County, form: IndicatorForm, county_officer: User):
    bulletin = issue(tree, county_officer)
    bulletin.pk, bulletin.edition, bulletin.reason = None, 2, "更正"

    with pytest.raises(IntegrityError), transaction.atomic():
        bulletin.save(force_insert=True)


@pytest.mark.slow
def test_bulletins_of_both_kinds_issued_at_once_draw_different_numbers(real_commits: None):
    tree = make_county()
    form = make_form(tree.county, ("criminal_cases", "order_cases"))
    spans = [quarter_of(2026, number) for number in (1, 2, 3)]
    for number in (1, 2, 3):
        quarter(form, tree.townships[0], 2026, number, number)
    editions = [
        Edition.objects.create(
            county=tree.county,
            month=Month(2026, number),
            number=1,
            hash=f"{number:064x}",
            closed_at=timezone.now(),
            unit_count=0,
            rules={},
            totals={},
        )
        for number in (1, 2, 3)
    ]

    def work(what: Span | Edition) -> int:
        try:
            if isinstance(what, Edition):
                return issue_bulletin(edition=what, by=None, issued_on=ISSUED).number
            return issue(tree, None, what).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=6) as pool:
        numbers = list(pool.map(work, [*spans, *editions]))

    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_quarters_that_wait(tree: County, form: IndicatorForm, county_officer: User):
    labels = [span.label for span in quarters_to_issue(tree.county, dt.date(2026, 10, 20))]
    issue(tree, county_officer)
    left = [span.label for span in quarters_to_issue(tree.county, dt.date(2026, 10, 20))]

    assert labels == ["2026年第三季度", "2026年第二季度"]
    assert left == ["2026年第二季度"]


# Pages and files


@pytest.mark.slow
def test_issue_on_the_page_and_read_by_a_township(
    tree: County,
    form: IndicatorForm,
    county_officer: User,
    township_clerk: User,
    client_of: ClientOf,
):
    officer, clerk = client_of(county_officer), client_of(township_clerk)

    assert "/cases/new/2026/q3/" in officer.get("/cases/").content.decode()
    preview = officer.get("/cases/new/2026/q3/").content.decode()
    bad = officer.post("/cases/new/2026/q3/issue", {"issued_on": "明天"})
    answer = officer.post("/cases/new/2026/q3/issue", {"issued_on": "2026-10-15"})

    bulletin = CaseBulletin.objects.get()
    assert "刑事案件" in preview
    assert bad.status_code == 422
    assert answer.headers["Location"] == f"/cases/{bulletin.pk}/"
    assert "〔2026〕1号" in clerk.get("/cases/").content.decode()
    page = clerk.get(f"/cases/{bulletin.pk}/").content.decode()
    assert "本季度18起" in page
    assert "核对并更正" not in page
    for address in ("/cases/new/2026/q3/", "/cases/new/2026/q3/issue"):
        assert clerk.post(address).status_code in (403, 405)
    assert clerk.get("/cases/new/2026/q3/").status_code == 403
    assert officer.get("/cases/new/2026/q5/").status_code == 404


def test_another_county_sees_nothing(
    tree: County, form: IndicatorForm, county_officer: User, client_of: ClientOf
):
    bulletin = issue(tree, county_officer)
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "另县").county)
    client = client_of(stranger)

    assert f"/cases/{bulletin.pk}/" not in client.get("/cases/").content.decode()
    for name in ("", "cases.pdf", "cases.xlsx"):
        assert client.get(f"/cases/{bulletin.pk}/{name}").status_code == 404


@pytest.mark.slow
def test_files_hold_the_frozen_figures(
    tree: County, form: IndicatorForm, county_officer: User, client_of: ClientOf
):
    IndicatorReport.objects.filter(unit=tree.townships[1], starts_on__gte=QUARTER.starts_on).update(
        state=ReturnState.SUBMITTED
    )
    bulletin = issue(tree, county_officer)
    IndicatorValue.objects.update(number=777)  # what comes later changes nothing
    client = client_of(county_officer)

    files = {
        name: client.get(f"/cases/{bulletin.pk}/cases.{name}").content
        for name in ("pdf", "docx", "xlsx")
    }

    with pdfplumber.open(io.BytesIO(files["pdf"])) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert "关于2026年第三季度" in text
    assert "未报的1个" in text.replace("\n", "")
    assert bulletin.hash[:16] in text
    document = Document(io.BytesIO(files["docx"]))
    words = "".join(paragraph.text for paragraph in document.paragraphs)
    assert "本季度15起（已报数）" in words
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    assert book.sheetnames == ["刑事案件", "两抢案件", "盗窃案件", "命案", "治安案件"]
    rows = list(book["刑事案件"].iter_rows(min_row=6, values_only=True))
    assert rows[0][:5] == (tree.townships[0].name, 15, 10, "+50.0%", 20)
    assert rows[1][:2] == (tree.townships[1].name, "未报")
    assert rows[2][:2] == ("合计", "15＊")
    assert "777" not in text + words


def test_list_takes_as_many_queries_for_three_as_for_one(
    tree: County, form: IndicatorForm, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    counts = []
    for spans in ((QUARTER,), (quarter_of(2026, 2), quarter_of(2025, 3))):
        for span in spans:
            issue(tree, county_officer, span)
        client.get("/cases/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/cases/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
