"""The pages of notices: drafted, signed, answered with a file, rechecked, printed."""

import io
from collections.abc import Callable, Iterator

import pdfplumber
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assessments.enums import LadderKind, NoticeState
from assessments.models import Problem, RectificationNotice
from assessments.services.closing import close_month
from assessments.services.notice_drafts import draft_notices
from pingan.enums import Role
from pingan.models import User
from pingan.months import Month
from tests.assessments.regulating import NOW, draft, make_problem, replied, signed
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
SEPTEMBER = Month(2026, 9)


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def pdf_text(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return "".join("".join((page.extract_text() or "").split()) for page in pdf.pages)


@pytest.mark.slow
def test_main_path_in_pages(
    tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    make_problem(tree.townships[0])
    close_month(counties=[tree.county], month=SEPTEMBER, by=None)
    county, township = client_of(county_officer), client_of(township_clerk)
    inspector = client_of(make_user(Role.INSPECTOR, tree.county))

    assert "2026年9月" in county.get("/notices/").content.decode()
    assert county.post("/notices/draft").status_code == 302
    assert county.post("/notices/draft").status_code == 302
    notice = RectificationNotice.objects.get()
    address = f"/notices/{notice.pk}/"
    assert township.get(address).status_code == 404
    page = county.get(address).content.decode()
    assert "河堤护栏松动" in page
    assert "签发并编号" in page

    assert county.post(f"{address}sign", {"sign-version": 1}).status_code == 302
    assert county.post(f"{address}sign", {"sign-version": 1}).status_code == 409
    assert "整改通知〔2026〕1号" in township.get("/notices/").content.decode()

    wrong = {"reply-version": 2, "reply-text": "张某已经加固", "reply-uploads": []}
    answer = township.post(f"{address}reply", wrong)
    assert answer.status_code == 422
    assert "像是人名" in answer.content.decode()
    reply = {
        "reply-version": 2,
        "reply-text": "护栏已加固",
        "reply-uploads": [
            SimpleUploadedFile("报告.pdf", b"%PDF-1.7 a"),
            SimpleUploadedFile("现场.png", b"\x89PNG\r\n\x1a\n0000"),
        ],
    }
    assert township.post(f"{address}reply", reply).status_code == 302
    text = inspector.get(address).content.decode()
    assert "报告.pdf" in text
    assert "现场.png" in text

    recheck = {
        "recheck-version": 3,
        "recheck-on": "2026-10-09",
        "recheck-result": "passed",
        "recheck-findings": "现场牢固",
    }
    assert county.post(f"{address}recheck", recheck).status_code == 403
    assert inspector.post(f"{address}recheck", {**recheck, "recheck-result": ""}).status_code == 422
    assert inspector.post(f"{address}recheck", recheck).status_code == 302
    notice.refresh_from_db()
    assert notice.state == NoticeState.CLOSED
    assert Problem.objects.get().solved_on is not None


@pytest.mark.slow
def test_list_is_narrowed(tree: County, county_officer: User, client_of: ClientOf):
    first = draft(tree.townships[0])
    second = signed(tree.townships[1], county_officer)
    RectificationNotice.objects.filter(pk=second.pk).update(due_on="2026-10-08")
    client = client_of(county_officer)

    def found(**query: str) -> list[int]:
        return [row.notice.pk for row in client.get("/notices/", query).context["rows"]]

    assert found() == [second.pk, first.pk]
    assert found(state="draft") == [first.pk]
    assert found(state="overdue") == [second.pk]
    assert found(kind="listed") == []
    assert found(text="乙镇") == [second.pk]
    assert found(state="?") == [second.pk, first.pk]


@pytest.mark.slow
def test_list_costs_the_same_for_one_and_for_three(
    tree: County,
    county_officer: User,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    client = client_of(county_officer)
    draft(tree.townships[0])
    client.get("/notices/")
    with django_assert_num_queries(9) as one:
        client.get("/notices/")

    make_problem(tree.townships[1])
    make_problem(tree.villages[0])
    draft_notices(county=tree.county, month=SEPTEMBER)
    with django_assert_num_queries(len(one)):
        client.get("/notices/")


@pytest.mark.slow
def test_wording_conflict_shows_both_and_loses_nothing(
    tree: County, county_officer: User, client_of: ClientOf
):
    notice = draft(tree.townships[0])
    RectificationNotice.objects.update(responsible_post="镇长", version=2)
    typed = {
        "version": 1,
        "demand": "我的要求",
        "responsible_post": "综治专干",
        "due_on": "2026-10-30",
        "recheck_on": "2026-11-06",
        "basis": "依据",
    }

    page = client_of(county_officer).post(f"/notices/{notice.pk}/edit", typed)

    assert page.status_code == 409
    text = page.content.decode()
    assert "您填“综治专干”，已保存的是“镇长”" in text
    assert "我的要求" in text


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(LadderKind))
def test_paper_says_what_the_notice_says(
    tree: County, county_officer: User, client_of: ClientOf, kind: LadderKind
):
    notice = draft(tree.townships[0])
    RectificationNotice.objects.update(kind=kind, frozen_until="2027-04-09")
    client = client_of(county_officer)

    unsigned = pdf_text(client.get(f"/notices/{notice.pk}/notice.pdf").content)
    assert "草稿，未签发" in unsigned
    RectificationNotice.objects.update(
        state=NoticeState.SIGNED, year=2026, number=7, signed_on="2026-10-09"
    )
    response = client.get(f"/notices/{notice.pk}/notice.pdf")

    text = pdf_text(response.content)
    assert response["Content-Disposition"].startswith("attachment")
    for words in (
        "〔2026〕7号",
        "河堤护栏松动",
        "责任单位：甲镇",
        "责任岗位：综治专干",
        "整改期限：2026年10月26日前",
        "复查日期：2026年11月2日",
        "整改情况报告",
        "演示数据",
    ):
        assert words in text
    assert "未签发" not in text
    assert ("不得参加评先评优" in text) == (kind == LadderKind.LISTED)


def test_strangers_find_nothing(
    tree: County,
    county_officer: User,
    township_clerk: User,
    other_clerk: User,
    client_of: ClientOf,
):
    notice = replied(tree.townships[0], county_officer, township_clerk)
    stranger = client_of(other_clerk)

    assert stranger.get("/notices/").context["rows"] == []
    for verb in ("sign", "withdraw", "reply", "recheck"):
        assert stranger.post(f"/notices/{notice.pk}/{verb}").status_code == 404
    for page in ("", "edit", "notice.pdf"):
        assert stranger.get(f"/notices/{notice.pk}/{page}").status_code == 404
    assert stranger.post("/notices/draft").status_code == 403
