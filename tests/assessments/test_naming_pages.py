"""命名 on its pages: applying, checking, deciding, lists and workbooks."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assessments.enums import NamingState
from assessments.models import (
    Naming,
    NamingAnswer,
    NamingKind,
)
from pingan.enums import Role
from pingan.models import StoredFile, User
from tests.assessments.naming_makers import (
    DOCUMENT,
    checked,
    fill,
    kind_of,
    named,
    start,
)
from tests.factories import County, make_user

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


def answers_form(naming: Naming, **changes: object) -> dict[str, object]:
    rows = {}
    for answer in naming.answers.all():
        rows[f"met-{answer.pk}"] = "yes"
        rows[f"evidence-{answer.pk}"] = "台账"
    return {"grade": "qualified", "statement": "", "version": naming.version, **rows, **changes}


def test_application_goes_through_the_pages(
    tree: County, reviewer: User, county_officer: User, client_of: ClientOf
):
    clerk = client_of(make_user(Role.VILLAGE_CLERK, tree.villages[0]))
    clerk.post("/namings/new", {"unit": tree.villages[0].pk, "kind": kind_of().pk})
    naming = Naming.objects.get()
    answer = naming.answers.all()[0]
    picture = SimpleUploadedFile("宣传栏.png", PNG)

    clerk.post(
        f"/namings/{naming.pk}/edit",
        answers_form(naming, apply="1", **{f"file-{answer.pk}": picture}),
    )
    naming.refresh_from_db()
    assert naming.state == NamingState.APPLIED
    answer.refresh_from_db()
    assert answer.file is not None
    lines = {f"met-{a.pk}": "yes" for a in naming.answers.all()}
    client_of(reviewer).post(
        f"/namings/{naming.pk}/check",
        {**lines, "on": "2026-10-08", "note": "实地看过", "version": naming.version},
    )
    naming.refresh_from_db()
    assert naming.state == NamingState.CHECKED
    done = client_of(county_officer).post(
        "/namings/decide",
        {
            "document": "演创安办〔2026〕12号",
            "decision": "达标",
            "on": "2026-10-08",
            f"take-{naming.pk}": "on",
            f"grade-{naming.pk}": "demonstration",
            f"version-{naming.pk}": naming.version,
        },
    )

    assert done.status_code == 302
    page = clerk.get(f"/namings/{naming.pk}/").content.decode()
    assert "有效" in page
    assert "宣传栏.png" in page
    printed = clerk.get("/namings/print").content.decode()
    assert "甲1村" in printed
    assert "示范" in printed


def test_saved_without_handing_in(tree: County, township_clerk: User, client_of: ClientOf):
    naming = start(tree.villages[0], township_clerk)
    first = naming.answers.all()[0]
    client = client_of(township_clerk)

    client.post(
        f"/namings/{naming.pk}/edit", {"grade": "qualified", "version": 1, f"met-{first.pk}": "no"}
    )
    told = client.post(
        f"/namings/{naming.pk}/edit",
        {"grade": "qualified", "version": 2, f"met-{first.pk}": "no", "apply": "1"},
        follow=True,
    )

    first.refresh_from_db()
    assert first.is_met is False
    assert "没有自评" in told.content.decode()
    assert "已填的内容已经保存" in told.content.decode()


def test_bad_file_and_names_are_told(tree: County, township_clerk: User, client_of: ClientOf):
    naming = start(tree.villages[0], township_clerk)
    answer = naming.answers.all()[0]
    client = client_of(township_clerk)
    script = SimpleUploadedFile("坏.exe", b"MZ00")

    bad = client.post(
        f"/namings/{naming.pk}/edit", answers_form(naming, **{f"file-{answer.pk}": script})
    )
    named = client.post(
        f"/namings/{naming.pk}/edit", answers_form(naming, statement="张三与李四和好")
    )

    assert (bad.status_code, named.status_code) == (422, 422)
    assert "像是人名" in named.content.decode()
    assert not StoredFile.objects.exists()
    assert set(NamingAnswer.objects.values_list("is_met", flat=True)) == {None}


def test_second_browser_is_told_and_loses_nothing(
    tree: County, township_clerk: User, client_of: ClientOf
):
    naming = start(tree.villages[0], township_clerk)
    form = answers_form(naming, statement="我写的")
    fill(naming, township_clerk)

    answer = client_of(township_clerk).post(f"/namings/{naming.pk}/edit", form)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我写的" in page
    assert "已保存的是“做法”" in page
    assert 'name="version" value="2"' in page


def test_strangers_find_nothing(
    tree: County,
    township_clerk: User,
    reviewer: User,
    other_clerk: User,
    county_officer: User,
    client_of: ClientOf,
):
    naming = named(tree, township_clerk, reviewer, county_officer)
    auditor = make_user(Role.AUDITOR, tree.county)

    for user in (other_clerk, auditor):
        client = client_of(user)
        document = f"/namings/decision.pdf?document={DOCUMENT.document}"
        for address in (f"/namings/{naming.pk}/", f"/namings/{naming.pk}/edit", document):
            assert client.get(address).status_code == 404
        assert client.post(f"/namings/{naming.pk}/withdraw", {}).status_code == 404
        assert "甲1村" not in client.get("/namings/").content.decode()
    assert client_of(township_clerk).get("/namings/decide").status_code == 403
    assert client_of(auditor).get("/namings/rates/").status_code == 404


def test_workbooks_hold_what_the_pages_show(
    tree: County, township_clerk: User, reviewer: User, county_officer: User, client_of: ClientOf
):
    named(tree, township_clerk, reviewer, county_officer)
    client = client_of(county_officer)

    listed = openpyxl.load_workbook(
        io.BytesIO(client.get("/namings/list.xlsx?state=valid").content)
    ).worksheets[0]
    rates = openpyxl.load_workbook(
        io.BytesIO(client.get("/namings/rates/rates.xlsx").content)
    ).worksheets[0]

    assert [cell.value for cell in listed[5]][:4] == ["甲镇", "甲1村", "平安村", "合格"]
    found = [[cell.value for cell in row] for row in rates.iter_rows()]
    village = ["平安村", "合计", 4, 1, "25.0%", "100%", "未达到", 0, "0.0%", "40%", "未达到"]
    assert village in found


@pytest.mark.parametrize("address", ["/namings/", "/namings/decide", "/namings/rates/"])
def test_queries_do_not_grow_with_units(
    tree: County,
    township_clerk: User,
    reviewer: User,
    county_officer: User,
    client_of: ClientOf,
    address: str,
    django_assert_max_num_queries,
):
    client = client_of(county_officer)
    client.get(address)
    counts = []
    for code in ("village", "railway", "forest"):
        checked(tree.villages[0], township_clerk, reviewer, code=code)
        with django_assert_max_num_queries(16) as queries:
            client.get(address)
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_standards_are_read_by_all_and_kept_by_the_county(
    tree: County, township_clerk: User, county_officer: User, client_of: ClientOf
):
    kind = kind_of()
    reader, keeper = client_of(township_clerk), client_of(county_officer)

    assert "五项活动" in reader.get(f"/namings/kinds/{kind.pk}/").content.decode()
    assert reader.get(f"/namings/kinds/{kind.pk}/edit").status_code == 403
    keeper.post(f"/namings/kinds/{kind.pk}/lines/new", {"text": "有停车线", "is_active": "on"})

    own = NamingKind.objects.get(county=tree.county, code="village")
    assert "有停车线" in keeper.get(f"/namings/kinds/{own.pk}/").content.decode()
    assert reader.get(f"/namings/kinds/{kind.pk}/").status_code == 404


@pytest.mark.slow
def test_decision_with_its_list_as_pdf(
    tree: County, township_clerk: User, reviewer: User, county_officer: User, client_of: ClientOf
):
    named(tree, township_clerk, reviewer, county_officer)

    answer = client_of(county_officer).get("/namings/decision.pdf", {"document": DOCUMENT.document})

    assert answer.content.startswith(b"%PDF-")
