"""Pages of the reports: who sees what, and what each says."""

import datetime as dt
import re
from collections.abc import Callable
from io import BytesIO
from urllib.parse import quote

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Edition
from campaigns.enums import ReturnState
from campaigns.models import MonthlyReturn
from pingan.enums import ADMINISTRATOR_ROLES, Role
from pingan.models import User
from pingan.months import Month
from pingan.services.periods import reopen_period
from reports.models import Bulletin
from reports.services import issue_bulletin
from tests.assessments.records import MONTH, add_inspection, make_return
from tests.factories import County, make_county, make_user
from tests.reports.months import card_of, close, closed, fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]
TODAY = dt.date(2026, 10, 9)
OCTOBER = Month(2026, 10)

ClientOf = Callable[[User], Client]


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def issued(edition: Edition) -> Bulletin:
    return issue_bulletin(edition=edition, by=None, issued_on=TODAY)


PAGES = (
    "/",
    "/matrix/",
    "/matrix/2026-09/",
    "/ranking/",
    "/ranking/2026-09/",
    "/ranking/2026-09/ranking.xlsx",
    "/colours/",
    "/dashboard/",
    "/dashboard/2026-09/",
    "/bulletins/",
    "/bulletins/1/",
    "/bulletins/1/bulletin.pdf",
    "/bulletins/new/1/",
)


@pytest.mark.parametrize("address", PAGES)
def test_nobody_reads_a_report_without_signing_in(client: Client, edition: Edition, address: str):
    answer = client.get(address)

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("pingan:sign-in"))


@pytest.mark.parametrize("role", sorted(ADMINISTRATOR_ROLES))
def test_administrators_read_no_report(
    tree: County, edition: Edition, client_of: ClientOf, role: Role
):
    issued(edition)
    client = client_of(make_user(role, tree.county))
    everything = "".join(
        text_of(client, address)
        for address in ("/matrix/2026-09/", "/ranking/2026-09/", "/colours/", "/dashboard/2026-09/")
    ) + text_of(client, "/bulletins/")

    assert client.get("/").status_code == 302
    assert "甲镇" not in everything
    assert edition.hash[:16] not in everything
    assert "〔2026〕1号" not in everything
    assert client.get(f"/bulletins/{Bulletin.objects.get().pk}/").status_code == 404
    assert client.get("/ranking/2026-09/ranking.xlsx").status_code == 404


def test_another_county_sees_nothing_of_this_one(
    tree: County, edition: Edition, client_of: ClientOf
):
    bulletin = issued(edition)
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "另一县").county)
    client = client_of(stranger)
    pages = ("/", "/matrix/2026-09/", "/ranking/2026-09/", "/colours/", "/dashboard/2026-09/")
    everything = "".join(text_of(client, address) for address in pages)

    assert "演示县" not in everything
    assert edition.hash[:16] not in everything
    for address in (
        f"/bulletins/{bulletin.pk}/",
        f"/bulletins/{bulletin.pk}/ranking.xlsx",
        f"/bulletins/new/{edition.pk}/",
        "/ranking/2026-09/ranking.xlsx",
        f"/matrix/2026-09/?unit={tree.townships[0].pk}",
        f"/colours/?of={tree.townships[0].pk}",
    ):
        assert client.get(address).status_code == 404, address
    answer = client.get("/bulletins/", {"code": edition.hash[:16]})
    assert "不属于本县已公布的任何一版" in answer.content.decode()


def test_before_publication_a_township_is_told_to_wait(
    tree: County, township_clerk: User, client_of: ClientOf
):
    hidden = closed(tree, publish=False)
    client = client_of(township_clerk)

    for address in ("/ranking/2026-09/", "/dashboard/2026-09/", "/colours/", "/ranking/"):
        page = text_of(client, address)
        assert "考评结果还没有公布" in page, address
        assert hidden.hash[:16] not in page
        assert "司法局" not in page
    assert "上次考评" not in text_of(client, "/")
    assert client.get("/ranking/2026-09/ranking.xlsx").status_code == 404


def test_without_an_edition_the_county_is_sent_to_close(
    tree: County, county_officer: User, client_of: ClientOf
):
    page = text_of(client_of(county_officer), "/ranking/2026-09/")

    assert "还没有结账" in page
    assert f'href="{reverse("assessments:month-list")}"' in page


def test_latest_goes_to_the_newest_month(
    edition: Edition, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)

    assert client.get("/ranking/")["Location"] == "/ranking/2026-09/"
    assert client.get("/dashboard/")["Location"] == "/dashboard/2026-09/"
    assert client.get("/matrix/")["Location"] == "/matrix/2026-10/"


def rows_of(page: str) -> list[str]:
    """The cells' text of every row of the first table's body."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.sub(r"<[^>]+>", " ", row) for row in body.split("</tr>")[:-1]]
    return [" ".join(row.split()) for row in rows]


def test_ranking_shows_every_township_to_every_township(
    tree: County, edition: Edition, township_clerk: User, client_of: ClientOf
):
    page = text_of(client_of(township_clerk), "/ranking/2026-09/")

    cards = [card_of(edition, unit) for unit in tree.townships]
    first, second = rows_of(page)
    assert first.startswith(f"1 甲镇 甲镇的 村(社区) 2 › {cards[0].total / 100:.2f} 优秀 平安 新")
    assert second.startswith("2 乙镇")
    # own card is a link, the other's is not
    assert reverse("assessments:scorecard-detail", args=[cards[0].pk]) in page
    assert reverse("assessments:scorecard-detail", args=[cards[1].pk]) not in page
    assert edition.hash[:16] in page
    assert "第1版" in page


def test_ranking_sorts_and_goes_down(
    tree: County, edition: Edition, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)

    falling = text_of(client, "/ranking/2026-09/?sort=total")
    villages = text_of(client, f"/ranking/2026-09/?parent={tree.townships[0].pk}&level=3")
    groups = text_of(client, f"/ranking/2026-09/?parent={tree.villages[0].pk}")

    assert [row.split()[1] for row in rows_of(falling)] == ["乙镇", "甲镇"]
    assert 'aria-sort="ascending"' in falling
    assert [row.split()[1] for row in rows_of(villages)] == ["并列", "并列"]
    assert "甲1村" in villages
    assert [row.split()[0] for row in rows_of(groups)] == ["1", "1"]
    assert "甲1村" in groups


@pytest.mark.parametrize(
    "query", ["parent=999999", "parent=abc", "parent=-1", "level=99", "parent=²"]
)
def test_a_ranking_that_does_not_exist_is_404(
    edition: Edition, county_officer: User, client_of: ClientOf, query: str
):
    assert client_of(county_officer).get(f"/ranking/2026-09/?{query}").status_code == 404


@pytest.mark.parametrize("address", ["/ranking/2026-13/", "/matrix/1999-01/", "/dashboard/x/"])
def test_a_month_that_is_none_is_404(county_officer: User, client_of: ClientOf, address: str):
    assert client_of(county_officer).get(address).status_code == 404


def test_ranking_workbook_downloads_under_a_chinese_name(
    tree: County, edition: Edition, township_clerk: User, client_of: ClientOf
):
    answer = client_of(township_clerk).get("/ranking/2026-09/ranking.xlsx")

    name = quote("演示县2026年9月考评排名（演示）.xlsx")
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    names = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {"甲镇", "乙镇"} <= names


def test_colour_matrix_says_the_colour_in_a_word(
    tree: County, edition: Edition, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)

    page = text_of(client, "/colours/")
    below = text_of(client, f"/colours/?of={tree.townships[1].pk}")

    # eleven months without a result, September in blue, no red month
    assert rows_of(page)[0] == "甲镇 甲镇的 下级 › " + "– " * 8 + "蓝 " + "– " * 3 + "0"
    assert [row.split()[0] for row in rows_of(below)] == ["乙1村", "乙2村"]
    assert client.get("/colours/?year=1800").status_code == 404
    assert client.get("/colours/?of=nobody").status_code == 404


def test_dashboard_shows_rates_with_their_counts(
    edition: Edition, township_clerk: User, client_of: ClientOf
):
    page = text_of(client_of(township_clerk), "/dashboard/2026-09/")

    assert "8 / 8 份" in page
    assert "180 / 240 天次" in page
    assert "75.00%" in page
    assert page.count("<svg") >= 3
    assert "<desc" in page
    assert "style=" not in page.split("<main")[1]


def test_matrix_of_another_township_is_404(
    tree: County, edition: Edition, township_clerk: User, client_of: ClientOf
):
    client = client_of(township_clerk)

    page = text_of(client, "/matrix/2026-09/")

    assert [row.split()[0] for row in rows_of(page)] == ["甲1村", "甲2村"]
    assert "乙" not in page.split("<main")[1]
    assert client.get(f"/matrix/2026-09/?unit={tree.townships[1].pk}").status_code == 404
    assert client.get("/matrix/2026-09/?unit=x").status_code == 404


def test_matrix_says_why_a_deadline_moved(
    tree: County, edition: Edition, county_officer: User, client_of: ClientOf
):
    # 25 September 2026 is Mid-autumn: the villages' day moves behind the holiday
    page = text_of(client_of(county_officer), "/matrix/2026-09/")

    assert "中秋节" in page
    assert "顺延至" in page


# --- home -----------------------------------------------------------------------------------


def test_home_of_a_village_opens_the_month_and_shows_one_card(tree: County, client_of: ClientOf):
    client = client_of(make_user(Role.VILLAGE_CLERK, tree.villages[0]))

    page = text_of(client, "/")

    own = MonthlyReturn.objects.get(unit=tree.villages[0], month=OCTOBER)
    assert "本月月报" in page
    assert reverse("campaigns:return-submit", args=[own.pk]) in page
    for activity in ("patrol", "education", "sweep", "meeting", "groups"):
        assert reverse("campaigns:return-activity", args=[own.pk, activity]) in page
    assert "10月26日（周一）截止" in page  # the 25th is a Sunday
    assert "顺延到节假日后的第一个工作日" in page


def test_home_says_what_was_sent_back_and_what_is_left_of_earlier_months(
    tree: County, client_of: ClientOf
):
    make_return(tree.villages[0], OCTOBER, state=ReturnState.RETURNED)
    make_return(tree.villages[0], Month(2026, 7), state=ReturnState.DRAFT)
    client = client_of(make_user(Role.VILLAGE_CLERK, tree.villages[0]))

    page = text_of(client, "/")

    assert "退回原因：</strong>请补填" in page
    assert "改好了，重新上报" in page
    assert "2026年7月" in page
    assert "本单位月报没有上报" in page


def test_home_of_a_township_lists_its_own_villages_only(
    tree: County, edition: Edition, township_clerk: User, client_of: ClientOf
):
    make_return(tree.villages[0], OCTOBER, state=ReturnState.SUBMITTED)
    make_return(tree.villages[2], OCTOBER, state=ReturnState.SUBMITTED)

    page = text_of(client_of(township_clerk), "/").split("<main")[1]

    assert "甲1村" in page
    assert "甲2村" in page
    assert "乙" not in page
    assert re.search(r"等您审核的月报.*?>\s*1 <small>份", page, re.S)
    assert "上次考评" in page
    assert reverse("assessments:scorecard-detail", args=[card_of(edition, tree.townships[0]).pk])


def test_home_of_the_county_walks_through_last_month(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    fill(tree)
    add_inspection(tree.sectors[0])

    before = text_of(client, "/")
    edition = close(tree, publish=False)
    closed_page = text_of(client, "/")
    bulletin = issued(edition)
    after = text_of(client, "/")

    assert "未结账" in before
    assert "签发通报（先结账）" in before
    assert "已结账" in closed_page
    assert reverse("reports:bulletin-preview", args=[edition.pk]) in closed_page
    assert reverse("reports:bulletin-detail", args=[bulletin.pk]) in after
    assert "已签发" in after


def test_home_of_an_inspector_lists_what_is_lent_to_him(tree: County, client_of: ClientOf):
    for unit in (*tree.townships, *tree.departments):
        make_return(unit)
    add_inspection(tree.townships[1])
    inspector = make_user(Role.INSPECTOR, tree.departments[0])
    inspector.lent_units.set([tree.townships[1], tree.departments[1]])

    page = text_of(client_of(inspector), "/").split("<main")[1]

    september = page.split("2026年10月")[0]
    assert "1/2" in september
    assert "乙镇" in september
    assert "司法局" in september
    assert "甲镇" not in page
    assert "公安局" not in page


def test_home_of_a_leader_is_the_newest_published_month(
    tree: County, edition: Edition, client_of: ClientOf
):
    leader = make_user(Role.LEADER, tree.county)
    empty = text_of(client_of(make_user(Role.LEADER, make_county("510704", "另一县").county)), "/")
    bulletin = issued(edition)

    page = text_of(client_of(leader), "/")

    assert "考评结果还没有公布" in empty
    assert "2026年9月考评一页看" in page
    for name in ("bulletin.pdf", "bulletin.docx", "ranking.xlsx", "board.pdf"):
        assert reverse("reports:bulletin-download", args=[bulletin.pk, name]) in page
    assert "甲镇" in page


@pytest.mark.parametrize("role", [Role.TOWNSHIP_CLERK, Role.COUNTY_OFFICER, Role.LEADER])
def test_home_takes_the_same_queries_for_a_larger_county(client_of: ClientOf, role: Role):
    counts = []
    for code, name, size in (("530628", "演示县", 1), ("510704", "另一县", 4)):
        tree = make_county(code, name, townships=size, villages=size)
        closed(tree)
        for unit in (*tree.townships, *tree.villages):
            make_return(unit, OCTOBER, state=ReturnState.SUBMITTED)
        unit = tree.townships[0] if role == Role.TOWNSHIP_CLERK else tree.county
        client = client_of(make_user(role, unit))
        client.get("/")  # opens the month
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 48


@pytest.mark.parametrize(
    "address", ["/matrix/2026-09/", "/ranking/2026-09/", "/colours/", "/dashboard/2026-09/"]
)
def test_pages_take_the_same_queries_for_a_larger_county(client_of: ClientOf, address: str):
    counts = []
    for code, name, size in (("530628", "演示县", 1), ("510704", "另一县", 3)):
        tree = make_county(code, name, townships=size, villages=size)
        closed(tree)
        client = client_of(make_user(Role.COUNTY_OFFICER, tree.county))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 20


# --- bulletins ------------------------------------------------------------------------------


def test_officer_previews_and_issues(tree: County, county_officer: User, client_of: ClientOf):
    edition = closed(tree, publish=False)
    client = client_of(county_officer)

    listed = text_of(client, "/bulletins/")
    preview = text_of(client, f"/bulletins/new/{edition.pk}/?issued_on=2026-10-08")
    answer = client.post(f"/bulletins/new/{edition.pk}/issue", {"issued_on": "2026-10-08"})
    bulletin = Bulletin.objects.get()
    page = text_of(client, answer["Location"])

    assert reverse("reports:bulletin-preview", args=[edition.pk]) in listed
    assert "〔2026〕1号" in preview
    assert "2026年10月8日" in preview
    assert answer["Location"] == f"/bulletins/{bulletin.pk}/"
    assert (bulletin.number, bulletin.issued_by) == (1, county_officer)
    assert "已签发" in page
    assert "关于2026年9月“月月创平安”活动" in page
    edition.refresh_from_db()
    assert edition.published_at is not None


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "请填写成文日期"),
        ("10.10", "请把成文日期写成"),
        ("2026-09-30", "成文日期应在2026年9月结束之后"),
        ("2026-10-10", "成文日期不能晚于今天"),
    ],
)
def test_a_wrong_day_issues_nothing(
    edition: Edition, county_officer: User, client_of: ClientOf, day: str, sentence: str
):
    answer = client_of(county_officer).post(
        f"/bulletins/new/{edition.pk}/issue", {"issued_on": day}
    )

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Bulletin.objects.exists()


@pytest.mark.parametrize("role", [Role.TOWNSHIP_CLERK, Role.LEADER, Role.INSPECTOR])
def test_nobody_else_issues(tree: County, edition: Edition, client_of: ClientOf, role: Role):
    unit = tree.townships[0] if role == Role.TOWNSHIP_CLERK else tree.county
    client = client_of(make_user(role, unit))

    assert client.get(f"/bulletins/new/{edition.pk}/").status_code == 403
    answer = client.post(f"/bulletins/new/{edition.pk}/issue", {"issued_on": "2026-10-09"})
    assert answer.status_code == 403
    assert not Bulletin.objects.exists()
    assert "/bulletins/new/" not in text_of(client, "/bulletins/")


def test_issuing_needs_a_post(edition: Edition, county_officer: User, client_of: ClientOf):
    assert client_of(county_officer).get(f"/bulletins/new/{edition.pk}/issue").status_code == 405


def test_register_is_read_by_the_whole_county(
    tree: County, edition: Edition, county_officer: User, township_clerk: User, client_of: ClientOf
):
    issued(edition)
    reopen_period(county=tree.county, month=MONTH, by=county_officer, reason="更正")
    MonthlyReturn.objects.filter(unit=tree.townships[0], month=MONTH).update(is_on_time=False)
    issued(close(tree, publish=False))

    page = text_of(client_of(township_clerk), "/bulletins/")

    assert [row.split()[0] for row in rows_of(page)] == ["〔2026〕2号", "〔2026〕1号"]
    assert "更正" in rows_of(page)[0]
    assert "已被更正" in rows_of(page)[1]
    assert "正文仿宋" in page


@pytest.mark.parametrize(
    ("name", "head", "content_type"),
    [
        pytest.param("bulletin.pdf", b"%PDF", "application/pdf", marks=pytest.mark.slow),
        ("ranking.xlsx", b"PK", "spreadsheetml.sheet"),
        ("bulletin.docx", b"PK", "wordprocessingml.document"),
        pytest.param("board.pdf", b"%PDF", "application/pdf", marks=pytest.mark.slow),
    ],
)
def test_files_download(
    edition: Edition,
    township_clerk: User,
    client_of: ClientOf,
    name: str,
    head: bytes,
    content_type: str,
):
    bulletin = issued(edition)

    answer = client_of(township_clerk).get(f"/bulletins/{bulletin.pk}/{name}")

    assert answer.status_code == 200
    assert answer.content.startswith(head)
    assert answer["Content-Type"].endswith(content_type)
    suffix = name.rpartition(".")[2]
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["Content-Disposition"].endswith(f".{suffix}")


def test_a_file_that_does_not_exist_is_404(
    edition: Edition, township_clerk: User, client_of: ClientOf
):
    bulletin = issued(edition)
    client = client_of(township_clerk)

    assert client.get(f"/bulletins/{bulletin.pk}/other.pdf").status_code == 404
    assert client.get(f"/bulletins/{bulletin.pk + 1}/bulletin.pdf").status_code == 404


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("own", "一致：校验码属于2026年9月第1版"),
        ("spaced", "一致：校验码属于2026年9月第1版"),
        ("0123456789abcdef", "不属于这份通报"),
        ("0123", "校验码是16位数字和字母"),
        ("", "请填写通报末页的校验码"),
        ("<script>alert(1)</script>", "校验码是16位数字和字母"),
    ],
)
def test_verify_box(
    edition: Edition, township_clerk: User, client_of: ClientOf, code: str, sentence: str
):
    bulletin = issued(edition)
    own = edition.hash[:16].upper()
    codes = {"own": own, "spaced": f" {own[:8]} {own[8:]} "}

    answer = client_of(township_clerk).get(
        f"/bulletins/{bulletin.pk}/", {"code": codes.get(code, code)}
    )

    page = answer.content.decode()
    assert sentence in page
    assert "<script>alert" not in page
