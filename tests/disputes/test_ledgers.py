"""Ledgers of cases out: no name leaves unasked."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import msoffcrypto
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.enums import Move, PartyRole
from pingan.enums import ADMINISTRATOR_ROLES, Level, Role
from pingan.models import AuditEvent
from tests.disputes.ledger_pages import (
    NAMES,
    PASSWORD,
    browser,
    export,
    opened,
    page,
    send,
    sheet_of,
    shows_no_name,
)
from tests.disputes.makers import PARTIES, make_dispute, move
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 2, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def desk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def client(desk):
    return browser(desk)


# Out: the ledger without names.


def test_ledger_shows_roles_and_counts_and_no_name_in_any_form(tree, desk, client):
    make_dispute(tree.villages[0], desk, facts="演示甲占了演示乙的地", amount=120050)

    screen, paper = page(client, "ledger-list"), page(client, "ledger-print")
    book = page(client, "ledger-download")

    sheet = sheet_of(book.content)
    heads = [cell.value for cell in sheet[4]]
    row = dict(zip(heads, [cell.value for cell in sheet[5]], strict=True))
    assert (row["申请人"], row["被申请人"], row["第三人"]) == (1, 1, 0)
    assert (row["涉及金额（元）"], row["事由"]) == (1200.5, "宅基地边界争执")
    assert row["登记日期"] == dt.datetime(2026, 9, 1)
    assert "宅基地边界争执" in screen.content.decode()
    assert "宅基地边界争执" in paper.content.decode()
    cells = str([[cell.value for cell in line] for line in sheet.iter_rows()])
    assert not any(name in cells for name in NAMES)
    assert shows_no_name(screen)
    assert shows_no_name(paper)


def test_ledger_holds_the_own_tree_alone(tree, desk, client, county_officer):
    mine = make_dispute(tree.villages[0], desk)
    other = make_user(Role.VILLAGE_CLERK, tree.villages[2], "other")
    theirs = make_dispute(tree.villages[2], other, title="别处的争执")

    answer, county = page(client, "ledger-list"), page(browser(county_officer), "ledger-list")

    assert "别处的争执" not in answer.content.decode()
    assert str(mine) in answer.content.decode()
    assert str(theirs) in county.content.decode()
    assert shows_no_name(county)


def test_ledger_is_narrowed_by_period_state_category_and_level(tree, desk, client):
    first = make_dispute(tree.villages[0], desk, title="第一件", registered_on=dt.date(2026, 8, 1))
    make_dispute(tree.villages[0], desk, title="第二件")
    move(first, Move.ACCEPT, desk, dt.date(2026, 8, 2))

    for query in (
        "?last=2026-08-31",
        "?state=accepted",
        f"?state=accepted&category={first.category_id}",
    ):
        text = page(client, "ledger-list", query=query).content.decode()
        assert "第一件" in text
        assert "第二件" not in text
        printed = page(client, "ledger-print", query=query).content.decode()
        assert "共1件" in printed
    assert (
        "没有符合条件"
        in page(client, "ledger-list", query=f"?level={int(Level.TOWNSHIP)}").content.decode()
    )


def test_ledger_needs_the_same_queries_for_one_case_and_three(tree, desk, client):
    make_dispute(tree.villages[0], desk)
    for name in ("ledger-list", "ledger-print", "ledger-download"):
        page(client, name)
    counts = {}
    for name in ("ledger-list", "ledger-print", "ledger-download"):
        with CaptureQueriesContext(
            connection,
        ) as one:
            page(client, name)
        counts[name] = len(one)
    make_dispute(tree.villages[0], desk, title="第二件")
    make_dispute(tree.villages[0], desk, title="第三件")

    for name, expected in counts.items():
        with CaptureQueriesContext(connection) as three:
            page(client, name)
        assert len(three) == expected, name


@pytest.mark.parametrize("role", sorted(ADMINISTRATOR_ROLES))
def test_administrators_see_no_ledger(tree, role):
    user = make_user(role, tree.county, "admin")

    assert page(browser(user), "ledger-list").status_code == 403


def test_a_leader_sees_the_ledger_but_exports_and_imports_nothing(tree, desk):
    make_dispute(tree.villages[0], desk)
    leader = browser(make_user(Role.LEADER, tree.county, "leader"))

    assert page(leader, "ledger-list").status_code == 200
    assert shows_no_name(page(leader, "ledger-list"))
    for name in ("ledger-names", "ledger-import", "ledger-template"):
        assert page(leader, name).status_code == 403
    assert export(leader).status_code == 403
    assert send(leader, b"").status_code == 403


# Out: with names, under a password.


def test_names_leave_encrypted_with_a_watermark_and_a_trail(
    tree, desk, client, tmp_path, monkeypatch
):
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dispute = make_dispute(tree.villages[0], desk)

    answer = export(client)

    assert answer.headers["Cache-Control"] == "no-store"
    assert not zipfile.is_zipfile(io.BytesIO(answer.content))
    assert "演示甲".encode() not in answer.content
    sheet = opened(answer.content)
    above = [sheet.cell(row, 1).value for row in (2, 3, 4)]
    assert above[0] == "用途：移交法院"
    assert desk.display_name in above[1]
    assert "2026-10-12 10:00" in above[1]
    row = {head.value: cell.value for head, cell in zip(sheet[5], sheet[6], strict=True)}
    assert (row["案号"], row["申请人"], row["被申请人"]) == (dispute.code, "演示甲", "演示乙")
    assert not list(tmp_path.iterdir())
    event = AuditEvent.objects.get(action="导出含姓名台账")
    assert event.note == "移交法院"
    assert event.after == {"cases": 1, "sha256": hashlib.sha256(answer.content).hexdigest()}
    look = AuditEvent.objects.get(action="查看当事人姓名")
    assert (look.object_name, look.note) == (dispute.code, "导出含姓名台账：移交法院")
    trail = str(list(AuditEvent.objects.values()))
    assert PASSWORD not in trail
    assert "演示甲" not in trail
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        opened(answer.content, "另外一个密码1234")


def test_nothing_plain_is_written_while_names_are_exported(tree, desk, client, monkeypatch):
    """Every file that is opened for writing would show in what Python's `open` is asked."""
    make_dispute(tree.villages[0], desk)
    written: list[str] = []
    real = Path.open

    def watched(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if set(mode) & set("wax+"):
            written.append(str(path))
        return real(path, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", watched)
    for name in ("mkstemp", "NamedTemporaryFile", "TemporaryFile", "mkdtemp"):
        monkeypatch.setattr(f"tempfile.{name}", lambda *_args, **_kwargs: written.append("temp"))

    answer = export(client)

    assert answer.status_code == 200
    assert written == []


def test_only_own_cases_leave_with_names(tree, desk, client, township_clerk):
    make_dispute(tree.villages[0], desk)
    mine = make_dispute(
        tree.townships[0],
        township_clerk,
        parties=[
            type(PARTIES[0])(role, name)
            for role, name in zip(
                (PartyRole.APPLICANT, PartyRole.RESPONDENT), NAMES[2:], strict=True
            )
        ],
    )

    sheet = opened(export(browser(township_clerk)).content)

    cells = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=6)]
    assert [line[0] for line in cells] == [mine.code]
    assert "演示甲" not in str(cells)
    assert "测试丙" in str(cells)


def test_who_handles_nothing_exports_nothing(tree, desk, township_clerk):
    make_dispute(tree.villages[0], desk)
    stranger = browser(township_clerk)

    answer = export(stranger)

    assert answer.status_code == 422
    assert "没有您经办的纠纷" in answer.content.decode()
    assert shows_no_name(answer)
    assert not AuditEvent.objects.filter(action="导出含姓名台账").exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"purpose": " "}, "这个字段是必填项"),
        ({"purpose": "通知演示甲到场"}, "用途里写了当事人的姓名"),
        ({"password": "short", "password_again": "short"}, "10"),
        ({"password": "a" * 12, "password_again": "a" * 12}, "密码太简单"),
        ({"password_again": "不一样的密码1234"}, "两遍密码不一样"),
    ],
)
def test_an_export_without_purpose_or_password_is_refused(tree, desk, client, fields, sentence):
    make_dispute(tree.villages[0], desk)

    answer = export(client, **fields)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert not AuditEvent.objects.filter(action__in=["导出含姓名台账", "查看当事人姓名"]).exists()
