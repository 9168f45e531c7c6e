"""Ledgers of cases in: every error names its cell, nothing is taken in by halves."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from disputes.enums import DisputeState, Move, PartyKind, RecordKind
from disputes.excel.ledgers import SHEET
from disputes.models import Agreement, Dispute, DisputeImport, ImportedCase, Party
from disputes.services.escalations import escalate_due
from disputes.services.imports import apply_ledger, undo_ledger
from disputes.services.records import add_record
from pingan.enums import Role
from pingan.models import AuditEvent
from pingan.refusals import Refused
from tests.disputes.ledger_pages import (
    NAMES,
    ROW,
    browser,
    errors,
    everything_stored,
    export,
    filled,
    page,
    saved,
    send,
    shows_no_name,
    taken_in,
)
from tests.disputes.makers import make_committee, make_dispute, make_mediator, move
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


# In: what a workbook may say.


def test_template_offers_the_own_units_and_the_lists_of_the_county(tree, client, township_clerk):
    book = openpyxl.load_workbook(
        io.BytesIO(page(browser(township_clerk), "ledger-template").content)
    )

    heads = [cell.value for cell in book[SHEET][1]]
    choices = {
        head: [cell.value for cell in column if cell.value]
        for head, column in zip(heads, book["选项"].iter_cols(), strict=False)
    }
    own = {tree.townships[0].name, *(village.name for village in tree.villages[:2])}
    assert own <= set(choices["登记单位"])
    assert tree.villages[2].name not in choices["登记单位"]
    assert "邻里" in choices["纠纷类别"]
    assert "达成协议" in choices["状态"]
    rules = book[SHEET].data_validations.dataValidation
    assert {rule.type for rule in rules} == {"list", "date", "whole", "decimal"}


def test_a_ledger_goes_round(tree, desk, client):
    committee = make_committee(tree.villages[0])
    make_mediator(committee, "07")
    agreed = ROW | {
        "事由": "宅基地边界争执",
        "申请人": "演示甲、演示建筑公司（单位）",
        "调解委员会": committee.name,
        "调解员编号": "07",
        "受理日期": dt.date(2026, 9, 4),
        "状态": "达成协议",
        "协议（终结）日期": dt.date(2026, 9, 20),
        "协议形式": "书面协议",
        "涉及金额（元）": 1200.5,
        "简要情况": "测试丁占了演示甲的地",
    }

    shown = send(client, filled(client, agreed, ROW))

    run = DisputeImport.objects.get()
    assert (run.error_count, run.new_count) == (0, 2)
    assert "申请人2名、被申请人1名" in shown.content.decode()
    assert shows_no_name(shown)
    assert not Dispute.objects.exists()
    assert not any(name in everything_stored() for name in NAMES)

    client.post(reverse("disputes:ledger-run-apply", args=[run.pk]))

    first, second = Dispute.objects.order_by("pk")
    assert (first.state, first.settled_on, first.accepted_on, first.handler) == (
        DisputeState.AGREED,
        dt.date(2026, 9, 20),
        dt.date(2026, 9, 4),
        desk,
    )
    assert (first.amount, first.code) == (120050, "（2026）演人调字第1号")
    assert first.mediator is not None
    assert first.facts.reveal() == "测试丁占了演示甲的地"
    assert Agreement.objects.get().agreed_on == dt.date(2026, 9, 20)
    assert [(party.name.reveal(), party.kind) for party in first.parties.all()] == [
        ("演示甲", PartyKind.PERSON),
        ("演示建筑公司", PartyKind.ORGANISATION),
        ("测试丁", PartyKind.PERSON),
    ]
    assert (second.state, second.people) == (DisputeState.REGISTERED, 2)
    run.refresh_from_db()
    assert not run.proposal
    assert not any(name in everything_stored() for name in NAMES)
    assert AuditEvent.objects.filter(action="登记纠纷").count() == 2
    assert AuditEvent.objects.get(action="导入纠纷台账").after["cases"] == 2


def test_an_ending_without_agreement_is_taken_in_with_its_reason(client):
    ending = {"协议（终结）日期": dt.date(2026, 9, 9), "理由": "双方分歧过大"}

    taken_in(
        client,
        ROW | ending | {"状态": "调解不成"},
        ROW | ending | {"状态": "引导其他途径", "事由": "第二件"},
        ROW | ending | {"状态": "已撤回", "事由": "第三件"},
        ROW | {"状态": "调解中", "事由": "第四件"},
        ROW | {"状态": "已受理", "事由": "第五件"},
    )

    assert list(Dispute.objects.order_by("pk").values_list("state", flat=True)) == [
        DisputeState.FAILED,
        DisputeState.GUIDED,
        DisputeState.WITHDRAWN,
        DisputeState.WORKING,
        DisputeState.ACCEPTED,
    ]


def test_an_old_open_case_has_its_days_from_the_import_on(tree, client):
    taken_in(client, ROW, ROW | {"事由": "第二件", "状态": "已受理"})

    escalate_due()

    assert {(row.holder, row.level_since, row.level_due_on) for row in Dispute.objects.all()} == {
        (tree.villages[0], dt.date(2026, 10, 12), dt.date(2026, 10, 19))
    }
    assert {row.registered_on for row in Dispute.objects.all()} == {dt.date(2026, 9, 3)}


@pytest.mark.parametrize(
    ("change", "cell", "sentence"),
    [
        ({"纠纷类别": "演示甲"}, "E2", "纠纷类别：不在可选的范围里"),
        ({"登记单位": "别处的村"}, "B2", "登记单位：不在可选的范围里"),
        ({"被申请人": None}, "M2", "被申请人：没有填，至少要有一名"),
        ({"被申请人": "测试丙"}, "L2", "同一名当事人写了两次"),
        ({"被申请人": 13800000000}, "M2", "请填姓名（名称），不填数字"),
        ({"登记日期": dt.date(2026, 10, 13)}, "C2", "登记日期：日期不能晚于今天"),
        ({"登记日期": "九月三日"}, "C2", "不是日期"),
        ({"登记日期": None}, "C2", "没有填"),
        ({"发生日期": dt.date(2026, 9, 4)}, "I2", "发生日期不能晚于登记日期"),
        ({"事由": "测试丙与邻居争执"}, "D2", "写了当事人的姓名"),
        ({"发生地点": "测试 丁家门口"}, "H2", "写了当事人的姓名"),
        ({"事由": None}, "D2", "事由：没有填"),
        ({"涉及人数": 1}, "J2", "不能少于2人"),
        ({"涉及人数": "演示乙"}, "J2", "请填整数"),
        ({"涉及金额（元）": "1.234"}, "K2", "请填金额"),
        ({"调解员编号": "07"}, "Q2", "请选调解委员会"),
        ({"受理日期": dt.date(2026, 9, 5)}, "T2", "状态请选“已受理”"),
        ({"状态": "达成协议", "协议形式": "口头协议"}, "U2", "请填协议日期"),
        (
            {"状态": "达成协议", "协议形式": "口头协议", "协议（终结）日期": dt.date(2026, 9, 2)},
            "U2",
            "协议日期不能早于登记日期",
        ),
        (
            {"状态": "达成协议", "协议形式": "口头协议", "协议（终结）日期": dt.date(2026, 10, 20)},
            "U2",
            "日期不能晚于今天",
        ),
        (
            {"状态": "达成协议", "协议（终结）日期": dt.date(2026, 9, 9)},
            "V2",
            "请选口头协议或书面协议",
        ),
        ({"状态": "调解不成", "协议（终结）日期": dt.date(2026, 9, 9)}, "W2", "请写明理由"),
        ({"案号": "（2026）演示甲字第1号"}, "A2", "系统里没有这个案号"),
    ],
)
def test_every_error_names_its_cell_and_repeats_nothing(client, change, cell, sentence):
    found = errors(client, ROW | change, ROW | {"事由": "好的一行"})

    assert [where for where, _sentence in found] == [cell]
    assert sentence in found[0][1]
    run = DisputeImport.objects.get()
    assert not run.proposal
    client.post(reverse("disputes:ledger-run-apply", args=[run.pk]))
    assert not Dispute.objects.exists()
    assert not any(name in everything_stored() for name in NAMES)


def test_a_double_is_refused_in_the_file_and_against_what_is_registered(tree, desk, client):
    make_dispute(tree.villages[0], desk)
    known = ROW | {
        "登记日期": dt.date(2026, 9, 1),
        "事由": "宅基地边界争执",
        "发生地点": "三组晒坝",
    }

    found = errors(client, ROW, ROW, known)

    assert [cell for cell, _sentence in found] == ["D3", "D4"]
    assert "与第2行的登记日期、地点和事由都相同" in found[0][1]
    assert "系统里已经有" in found[1][1]


def test_an_unchanged_ledger_comes_back_as_no_change(tree, desk, client):
    make_dispute(tree.villages[0], desk, amount=120050, happened_on=dt.date(2026, 8, 30))
    other = make_dispute(tree.villages[0], desk, title="第二件")
    move(other, Move.ACCEPT, desk, dt.date(2026, 9, 2))

    answer = send(client, page(client, "ledger-download").content)

    run = DisputeImport.objects.get()
    assert (run.error_count, run.new_count, run.same_count) == (0, 0, 2)
    assert "没有变化" in answer.content.decode()
    client.post(reverse("disputes:ledger-run-apply", args=[run.pk]))
    assert Dispute.objects.count() == 2


def test_a_changed_line_of_a_registered_case_is_named_and_not_taken(tree, desk, client):
    make_dispute(tree.villages[0], desk)
    book = openpyxl.load_workbook(io.BytesIO(page(client, "ledger-download").content))
    book[SHEET].cell(5, 4, "改过的事由")

    send(client, saved(book))

    run = DisputeImport.objects.get()
    assert [cell for cell, _sentence in run.errors] == ["D5"]
    assert "请在纠纷页面修改" in run.errors[0][1]


def test_a_stranger_learns_nothing_of_a_number(tree, desk, client):
    other = make_user(Role.VILLAGE_CLERK, tree.villages[2], "other")
    theirs = make_dispute(tree.villages[2], other)

    found = errors(client, ROW | {"案号": theirs.code})

    assert found == [("A2", "案号：系统里没有这个案号。新登记的纠纷请把案号留空。")]


# In: all or nothing, once, by who brought it; and back again.


def test_a_waiting_ledger_is_its_bearers_alone(tree, desk, client, township_clerk):
    send(client, filled(client, ROW))
    run = DisputeImport.objects.get()
    stranger = browser(township_clerk)

    assert page(stranger, "ledger-run", run.pk).status_code == 404
    for name in ("ledger-run-apply", "ledger-run-undo"):
        assert stranger.post(reverse(f"disputes:{name}", args=[run.pk])).status_code == 404
    with pytest.raises(Refused):
        apply_ledger(run=run, by=township_clerk)
    assert not Dispute.objects.exists()


def test_a_ledger_is_taken_in_once(client):
    run = taken_in(client, ROW)

    answer = client.post(reverse("disputes:ledger-run-apply", args=[run.pk]), follow=True)

    assert "已经导入过了" in answer.content.decode()
    assert Dispute.objects.count() == 1


def test_one_row_that_fails_takes_all_back(tree, desk, client):
    send(client, filled(client, ROW, ROW | {"事由": "第二件"}))
    run = DisputeImport.objects.get()
    make_dispute(
        tree.villages[0],
        desk,
        title="第二件",
        place="二组老井旁",
        registered_on=dt.date(2026, 9, 3),
    )

    answer = client.post(reverse("disputes:ledger-run-apply", args=[run.pk]), follow=True)

    assert "第3行的纠纷在上传以后已经有人登记" in answer.content.decode()
    assert Dispute.objects.count() == 1
    run.refresh_from_db()
    assert run.applied_at is None


def test_a_refusal_in_the_middle_takes_all_back(tree, township_clerk):
    clerk = browser(township_clerk)
    rows = [ROW | {"登记单位": village.name, "状态": "调解中"} for village in tree.villages[:2]]
    send(clerk, filled(clerk, *rows))
    run = DisputeImport.objects.get()
    gone = tree.villages[1]
    gone.path = tree.villages[3].path + "00000001"
    gone.save()

    answer = clerk.post(reverse("disputes:ledger-run-apply", args=[run.pk]), follow=True)

    assert "第3行：您不能替" in answer.content.decode()
    assert "整份台账都没有写入" in answer.content.decode()
    assert not Dispute.objects.exists()
    assert not AuditEvent.objects.filter(action="登记纠纷").exists()


def test_undo_removes_what_nobody_touched_and_gives_no_number_twice(tree, desk, client):
    run = taken_in(
        client, ROW, ROW | {"事由": "第二件"}, ROW | {"事由": "第三件"}, ROW | {"事由": "第四件"}
    )
    second, third = Dispute.objects.filter(title__in=["第二件", "第三件"]).order_by("pk")
    move(second, Move.ACCEPT, desk, dt.date(2026, 9, 5))
    move(third, Move.ACCEPT, desk, dt.date(2026, 9, 5))
    ImportedCase.objects.filter(dispute=third).update(dispute_version=2)  # only the record speaks
    add_record(
        dispute=third, kind=RecordKind.SITTING, on=dt.date(2026, 9, 6), text="谈了一次", by=desk
    )

    answer = client.post(reverse("disputes:ledger-run-undo", args=[run.pk]), follow=True)

    assert "删除2件，案号不再使用" in answer.content.decode()
    assert f"保留在系统里：{second.code}、{third.code}" in answer.content.decode()
    assert set(Dispute.objects.all()) == {second, third}
    assert Party.objects.count() == 4
    assert AuditEvent.objects.filter(action="撤销导入的纠纷").count() == 2
    assert make_dispute(tree.villages[0], desk).number == 5
    again = client.post(reverse("disputes:ledger-run-undo", args=[run.pk]), follow=True)
    assert "已经撤销过了" in again.content.decode()


def test_the_same_ledger_may_come_again_after_an_undo(tree, desk, client):
    run = taken_in(
        client,
        ROW | {"状态": "达成协议", "协议形式": "口头协议", "协议（终结）日期": dt.date(2026, 9, 9)},
    )
    client.post(reverse("disputes:ledger-run-undo", args=[run.pk]))
    assert not Dispute.objects.exists()

    taken_in(client, ROW)

    assert Dispute.objects.get().number == 2


def test_undo_has_its_days(desk, client, time_machine):
    run = taken_in(client, ROW)
    time_machine.move_to(dt.datetime(2026, 10, 19, 3, tzinfo=dt.UTC), tick=False)

    with pytest.raises(Refused, match="超过7天"):
        undo_ledger(run=run, by=desk)

    assert "不能整批撤销" in page(browser(desk), "ledger-run", run.pk).content.decode()
    assert Dispute.objects.count() == 1


def test_a_proposal_that_nobody_takes_in_goes_away(
    tree, desk, client, township_clerk, time_machine
):
    send(client, filled(client, ROW))
    time_machine.move_to(timezone.now() + dt.timedelta(days=3), tick=False)
    other = browser(township_clerk)

    send(other, filled(other, ROW | {"登记单位": tree.townships[0].name}))

    assert list(DisputeImport.objects.values_list("by", flat=True)) == [township_clerk.pk]


# In: hostile files.


def test_formulas_other_files_and_empty_ones_are_refused(client):
    formula = filled(client, ROW | {"事由": "=1+1"})
    book = openpyxl.Workbook()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "spreadsheetml.sheet.main+xml")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 90_000_000)

    for content, sentence in (
        (formula, "是公式"),
        (saved(book), "没有找到“纠纷台账”表"),
        (b"no workbook", "不是 Excel 工作簿"),
        (bomb.getvalue(), "上传"),
        (filled(client), "还没有填"),
        (b"x" * (2 * 1024 * 1024 + 1), "超过2 MB"),
        (b"", "请先选择"),
    ):
        answer = send(client, content)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert not DisputeImport.objects.exists()


def test_the_file_with_names_does_not_come_back_unopened(tree, desk, client):
    make_dispute(tree.villages[0], desk)

    answer = send(client, export(client).content)

    assert "去掉密码" in answer.content.decode()
    assert json.dumps(list(NAMES)) not in answer.content.decode()
