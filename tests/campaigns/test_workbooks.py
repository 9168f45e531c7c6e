"""The month's workbook there and back."""

import datetime as dt
import io
import time
import zipfile

import openpyxl
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.enums import Activity, EducationKind, ReturnState, SweepAnswer, Team
from campaigns.models import (
    Education,
    GroupRecord,
    ImportRun,
    Meeting,
    MonthlyReturn,
    Patrol,
    Sweep,
    SweepCategory,
)
from campaigns.services.sections import save_section
from pingan.models import AuditEvent, Job
from pingan.services.periods import hold_periods
from tests.campaigns.books import download, edited, errors_of, row_of, upload, uploaded
from tests.campaigns.makers import AUGUST, SEPTEMBER, fill_in, make_return, patrol_rows

pytestmark = pytest.mark.slow


@pytest.fixture
def month(tree):
    """September of the first township and its two villages; the first village is filled in."""
    returns = [make_return(unit) for unit in (tree.townships[0], *tree.villages[:2])]
    fill_in(returns[1])
    return returns


def awkward(monthly_return):
    """Values that a careless round trip would change."""
    what = {"monthly_return": monthly_return, "month": SEPTEMBER}
    Patrol.objects.filter(monthly_return=monthly_return).delete()
    Patrol.objects.create(
        **what,
        on=dt.date(2026, 9, 3),
        team=Team.GUARD,
        day_heads=0,
        night_heads=None,
        findings="=1+1",
        handled='桥头"路灯"\n坏了，0012',
    )
    Education.objects.create(
        **what,
        on=dt.date(2026, 9, 30),
        kind=EducationKind.CLASS,
        topic="2026",
        host_post="+所长",
        audience=0,
    )
    first, second = SweepCategory.objects.filter(county=None).order_by("position")[:2]
    Sweep.objects.filter(monthly_return=monthly_return, category__in=[first, second]).delete()
    Sweep.objects.create(
        **what, category=first, answer=SweepAnswer.COUNTED, found=1234, solved_in_village=34
    )
    Sweep.objects.create(**what, category=second, answer=SweepAnswer.NOT_APPLICABLE)
    GroupRecord.objects.filter(monthly_return=monthly_return).update(appraisal=0)


def everything(*returns):
    """Every saved value of these returns, without the numbers that a database gives."""
    found = {}
    for model in (Patrol, Education, Sweep, Meeting, GroupRecord):
        names = [
            field.attname for field in model._meta.concrete_fields if field.attname not in ("id",)
        ]
        rows = model.objects.filter(monthly_return__in=[each.pk for each in returns])
        found[model.__name__] = sorted(map(repr, rows.values_list(*names)))
    return found


@pytest.mark.parametrize("who", ["village", "township"])
def test_what_is_exported_imports_unchanged(who, month, village_clerk, township_clerk, client_of):
    awkward(month[1])
    client = client_of(village_clerk if who == "village" else township_clerk)
    content = download(client)

    as_made = uploaded(client, content)
    saved_again = uploaded(client, edited(content, lambda book: None))

    for run in (as_made, saved_again):
        assert (run.changes["errors"], run.changes["lines"], run.changes["sections"]) == (
            [],
            [],
            [],
        )


def test_village_gets_its_own_and_township_all_its_villages(
    month, village_clerk, township_clerk, client_of
):
    own = openpyxl.load_workbook(io.BytesIO(download(client_of(village_clerk))))
    all_ = openpyxl.load_workbook(io.BytesIO(download(client_of(township_clerk))))

    def units(book):
        return {row[1].value for row in book["治安巡逻"].iter_rows(min_row=2)}

    assert (units(own), units(all_)) == ({"甲1村"}, {"甲镇", "甲1村", "甲2村"})
    labels = ["说明", "治安巡逻", "法制宣教", "六排查", "综治例会", "小组评议", "_pingan"]
    assert own.sheetnames == all_.sheetnames == labels
    assert all_["_pingan"].sheet_state == "veryHidden"
    sheet = all_["六排查"]
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    assert (sheet["A1"].protection.locked, sheet["E2"].protection.locked) == (True, False)
    assert '"有数,零报告,不适用"' in {
        rule.formula1 for rule in sheet.data_validations.dataValidation
    }
    assert "零报告" in sheet["D1"].comment.text


def test_changes_are_shown_then_taken_in_then_undone(month, township_clerk, client_of):
    client = client_of(township_clerk)
    before = everything(*month)

    def work(book):
        patrol, education, sweep = book["治安巡逻"], book["法制宣教"], book["六排查"]
        patrol.cell(row_of(patrol, "202|2026-09-01"), 5, "１２")
        patrol.cell(row_of(patrol, "202|2026-09-01"), 6, 3)
        for column in range(5, 9):  # the first village's day is taken away
            patrol.cell(row_of(patrol, "201|2026-09-02"), column).value = None
        last = education.max_row
        for column, value in enumerate(
            ["甲2村", "9月8日", "广播会", "反诈", "村支书", "1,200"], start=2
        ):
            education.cell(last, column, value)
        sweep.cell(2, 4, "零报告")

    run = uploaded(client, edited(download(client), work))

    assert run.changes["errors"] == []
    assert run.changes["counts"] == {
        "治安巡逻": {"added": 1, "removed": 1},
        "法制宣教": {"added": 1},
        "六排查": {"added": 1},
    }
    page = client.get(reverse("campaigns:workbook-run", args=[run.pk])).content.decode()
    assert "将有 4 行变化" in page
    assert "白天人数 2 → <strong>（空）</strong>" in page
    assert everything(*month) == before

    client.post(reverse("campaigns:workbook-apply", args=[run.pk]))

    second = Patrol.objects.get(monthly_return=month[2])
    assert (second.on, second.day_heads, second.night_heads) == (dt.date(2026, 9, 1), 12, 3)
    assert not Patrol.objects.filter(monthly_return=month[1], on=dt.date(2026, 9, 2)).exists()
    new = Education.objects.get(monthly_return=month[2])
    assert (new.on, new.topic, new.audience) == (dt.date(2026, 9, 8), "反诈", 1200)
    assert Sweep.objects.filter(monthly_return=month[0], answer=SweepAnswer.ZERO).count() == 1
    assert AuditEvent.objects.filter(action="导入月报工作簿").count() == 1
    assert AuditEvent.objects.filter(action="保存治安巡逻").count() == 2

    client.post(reverse("campaigns:workbook-undo", args=[run.pk]))

    run.refresh_from_db()
    assert everything(*month) == before
    assert run.undone_by == township_clerk
    assert AuditEvent.objects.filter(action="撤销导入").count() == 1


def test_undo_brings_back_taken_away_entries_of_a_list(month, township_clerk, client_of):
    client = client_of(township_clerk)
    before = everything(*month)

    def work(book):
        meeting = book["综治例会"]
        row = next(r for r in range(2, 9) if meeting.cell(r, 3).value)
        for column in range(3, 9):
            meeting.cell(row, column).value = None

    run = uploaded(client, edited(download(client), work))
    client.post(reverse("campaigns:workbook-apply", args=[run.pk]))
    assert Meeting.objects.count() == 0

    client.post(reverse("campaigns:workbook-undo", args=[run.pk]))

    assert everything(*month) == before


def test_same_book_goes_on_after_its_import_and_after_its_undo(month, township_clerk, client_of):
    client = client_of(township_clerk)
    content = download(client)

    def filled(heads):
        return edited(content, lambda book: book["治安巡逻"].__setitem__("E2", heads))

    def taken_in(heads):
        run = uploaded(client, filled(heads))
        assert run.changes["errors"] == []
        client.post(reverse("campaigns:workbook-apply", args=[run.pk]))
        return run

    taken_in(5)
    second = taken_in(6)
    assert Patrol.objects.get(monthly_return=month[0]).day_heads == 6
    client.post(reverse("campaigns:workbook-undo", args=[second.pk]))
    assert Patrol.objects.get(monthly_return=month[0]).day_heads == 5
    taken_in(7)
    assert Patrol.objects.get(monthly_return=month[0]).day_heads == 7

    month[0].refresh_from_db()
    save_section(
        monthly_return=month[0],
        activity=Activity.PATROL,
        rows=patrol_rows(1, day_heads=8),
        version=month[0].version,
        by=township_clerk,
    )
    assert [error[1] for error in errors_of(uploaded(client, filled(9)))] == ["B2"]


def test_new_entries_are_not_doubled_when_the_book_comes_again(month, township_clerk, client_of):
    client = client_of(township_clerk)
    content = download(client)

    def filled(topic):
        def work(book):
            sheet = book["法制宣教"]
            for column, value in enumerate(["甲2村", 8, "广播会", topic, "村支书", 12], start=2):
                sheet.cell(sheet.max_row, column, value)

        return edited(content, work)

    first = uploaded(client, filled("反诈"))
    client.post(reverse("campaigns:workbook-apply", args=[first.pk]))
    again = uploaded(client, filled("反诈"))
    changed = uploaded(client, filled("禁毒"))
    client.post(reverse("campaigns:workbook-apply", args=[changed.pk]))

    assert again.changes["lines"] == []
    assert changed.changes["counts"] == {"法制宣教": {"changed": 1}}
    assert Education.objects.get(monthly_return=month[2]).topic == "禁毒"


def test_every_error_is_told_by_sheet_and_cell_and_nothing_is_saved(
    month, township_clerk, client_of
):
    client = client_of(township_clerk)

    def work(book):
        patrol, education, sweep = book["治安巡逻"], book["法制宣教"], book["六排查"]
        patrol["E2"] = "三个人"
        patrol["F3"] = -1
        patrol["D4"] = "联防队"
        patrol["E4"] = 2
        patrol["E5"] = 2  # right, but all or nothing
        sweep["D2"], sweep["E2"], sweep["F2"] = "有数", 2, 3
        last = education.max_row
        education.cell(last, 2, "乙1村")
        education.cell(last, 3, 8)
        education.cell(last - 1, 2, "甲2村")
        education.cell(last - 1, 3, dt.datetime(2026, 8, 8))
        education.cell(last - 1, 4, "广播会")
        education.cell(last - 1, 5, "反诈")
        work.last = last

    run = uploaded(client, edited(download(client), work))

    assert errors_of(run) == [
        ("治安巡逻", "E2", "请填整数，如 3。"),
        ("治安巡逻", "F3", "不能是负数。"),
        (
            "治安巡逻",
            "D4",
            "没有“联防队”，请填：巡防大队、巡防中队、义务巡逻队、十户联防、五户一班、单位值班。",
        ),
        ("法制宣教", f"C{work.last - 1}", "日期应在2026年9月内。"),
        ("法制宣教", f"B{work.last}", "没有“乙1村”这个单位，请在下拉中选。"),
        ("六排查", "E2", "各级化解合计3，多于排查数2。"),
    ]
    assert run.changes["sections"] == []
    page = client.get(reverse("campaigns:workbook-run", args=[run.pk])).content.decode()
    assert "有 6 处错误，什么都没有写入" in page
    client.post(reverse("campaigns:workbook-apply", args=[run.pk]))
    run.refresh_from_db()
    assert (run.is_applied, Patrol.objects.filter(monthly_return=month[0]).count()) == (False, 0)


def test_what_was_saved_since_the_download_is_not_written_over(
    month, township_clerk, village_clerk, client_of
):
    client = client_of(township_clerk)
    content = download(client)
    rows = patrol_rows(1, day_heads=9)
    save_section(
        monthly_return=month[2], activity=Activity.PATROL, rows=rows, version=1, by=township_clerk
    )

    def work(book):
        sheet = book["治安巡逻"]
        sheet.cell(row_of(sheet, "202|2026-09-01"), 5, 1)
        sheet.cell(row_of(sheet, "202|2026-09-02"), 5, 1)

    run = uploaded(client, edited(content, work))

    ((sheet, _cell, sentence),) = errors_of(run)
    assert sheet == "治安巡逻"
    assert sentence == "下载以后，治安巡逻已在系统里改过，与这一行不同。请重新下载再填。"


def test_saved_between_dry_run_and_confirmation_refuses_everything(
    month, township_clerk, client_of
):
    client = client_of(township_clerk)

    def work(book):
        book["治安巡逻"]["E2"] = 5
        book["六排查"]["D2"] = "零报告"

    run = uploaded(client, edited(download(client), work))
    save_section(
        monthly_return=month[0],
        activity=Activity.PATROL,
        rows=patrol_rows(2),
        version=1,
        by=township_clerk,
    )

    answer = client.post(reverse("campaigns:workbook-apply", args=[run.pk]), follow=True)

    assert "治安巡逻已被别人改过。请重新上传核对。" in answer.content.decode()
    assert Sweep.objects.filter(monthly_return=month[0]).count() == 0


def test_undo_is_refused_when_somebody_saved_since_or_the_month_is_closed(
    month, tree, township_clerk, client_of
):
    client = client_of(township_clerk)

    def work(book):
        book["治安巡逻"]["E2"] = 5

    run = uploaded(client, edited(download(client), work))
    client.post(reverse("campaigns:workbook-apply", args=[run.pk]))
    undo = reverse("campaigns:workbook-undo", args=[run.pk])
    month[0].refresh_from_db()
    save_section(
        monthly_return=month[0],
        activity=Activity.PATROL,
        rows=patrol_rows(2),
        version=month[0].version,
        by=township_clerk,
    )

    late = client.post(undo, follow=True).content.decode()
    close(tree)
    closed = client.post(undo, follow=True).content.decode()

    assert "导入以后又有人改过，不能整批撤销" in late
    assert "2026年9月已经结账" in closed
    assert Patrol.objects.get(monthly_return=month[0]).on == dt.date(2026, 9, 2)


def close(tree):
    """The month as a close leaves it."""
    with transaction.atomic():
        (period,) = hold_periods(counties=[tree.county], month=SEPTEMBER)
        period.state, period.closed_at = "closed", timezone.now()
        period.save()


def test_submitted_return_is_grey_and_its_changes_are_refused(month, township_clerk, client_of):
    client = client_of(township_clerk)
    MonthlyReturn.objects.filter(pk=month[1].pk).update(
        state=ReturnState.SUBMITTED, submitted_at="2026-09-20T02:00:00Z"
    )
    content = download(client)
    book = openpyxl.load_workbook(io.BytesIO(content))
    day = row_of(book["治安巡逻"], "201|2026-09-01")
    row = next(row for row in range(2, 9) if book["综治例会"].cell(row, 3).value)

    def work(book):
        book["治安巡逻"].cell(day, 5, 99)
        book["综治例会"].cell(row, 6, 99)

    run = uploaded(client, edited(content, work))

    assert book["治安巡逻"].cell(day, 5).protection.locked
    assert book["综治例会"].cell(row, 6).protection.locked
    assert errors_of(run) == [
        (
            "治安巡逻",
            f"D{day}",
            "9月1日的巡逻已经随月报在9月20日上报，不能再改；上报以后的日子可以继续填。",
        ),
        ("综治例会", f"B{row}", "这份月报已经上报，正在等待审核。要修改，请先撤回。"),
    ]


def test_day_to_come_is_grey_and_refused(month, township_clerk, client_of):
    client = client_of(township_clerk)
    content = download(client)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["治安巡逻"]
    today, later = row_of(sheet, "202|2026-09-20"), row_of(sheet, "202|2026-09-21")

    run = uploaded(client, edited(content, lambda book: book["治安巡逻"].cell(later, 5, 2)))

    assert not sheet.cell(today, 5).protection.locked
    assert sheet.cell(later, 5).protection.locked
    assert errors_of(run) == [("治安巡逻", f"D{later}", "还没到9月21日，不能提前填巡逻。")]


def test_rows_and_sheets_that_are_gone_change_nothing(month, township_clerk, client_of):
    client = client_of(township_clerk)

    def work(book):
        del book["六排查"]
        book["治安巡逻"].delete_rows(2, 40)

    run = uploaded(client, edited(download(client), work))

    assert (run.changes["errors"], run.changes["lines"]) == ([], [])


def test_book_of_another_month_or_unit_or_none_of_ours_is_refused(
    month, tree, township_clerk, other_clerk, client_of
):
    client = client_of(township_clerk)
    make_return(tree.townships[0], AUGUST)
    make_return(tree.townships[1])
    plain = openpyxl.Workbook()
    plain.save(stream := io.BytesIO())

    answers = [
        upload(client, download(client, AUGUST)),
        upload(client, download(client_of(other_clerk))),
        upload(client, stream.getvalue()),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    for answer, sentence in zip(
        answers,
        ("这是2026-08的工作簿", "这是别的单位的工作簿", "这不是从本系统下载的月报工作簿"),
        strict=True,
    ):
        assert sentence in answer.content.decode()
    assert ImportRun.objects.count() == 0


def repacked(content, changes):
    """The same archive with parts replaced or added."""
    source = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(stream := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in changes:
                target.writestr(name, source.read(name))
        for name, data in changes.items():
            target.writestr(name, data)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet2.xml"
HOSTILE = {
    "zip bomb": ({"xl/sharedStrings.xml": b"<sst>" + b" " * 60_000_000}, "展开后过大"),
    "entities": ({SHEET: b'<!DOCTYPE a [<!ENTITY b "ha">]><worksheet>&b;</worksheet>'}, "DOCTYPE"),
    "macro": ({"xl/vbaProject.bin": b"x"}, "有宏"),
    "external link": ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "外部链接"),
    "torn sheet": ({SHEET: b"<worksheet><sheetData><row"}, "工作簿读不出来"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_workbook_is_refused_in_a_sentence(kind, month, township_clerk, client_of):
    client = client_of(township_clerk)
    changes, sentence = HOSTILE[kind]
    started = time.monotonic()

    answer = upload(client, repacked(download(client), changes))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert time.monotonic() - started < 5
    assert ImportRun.objects.count() == 0


def test_formula_wrong_type_and_text_are_refused(month, township_clerk, client_of):
    client = client_of(township_clerk)

    def formula(book):
        book["治安巡逻"]["E2"] = "=SUM(F2:F9)"

    answers = [
        upload(client, edited(download(client), formula)),
        upload(client, b"\xd0\xcf\x11\xe0" + b"\0" * 600, name="九月.xls"),
        upload(client, "单位,日期".encode(), name="九月.csv"),
        client.post(reverse("campaigns:workbook-month", args=[SEPTEMBER])),
    ]

    sentences = ("单元格 E2 是公式", "旧版 .xls", "这不是 Excel 工作簿", "请先选择填好的工作簿")
    for answer, sentence in zip(answers, sentences, strict=True):
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_hundred_thousand_rows_are_refused(
    month, township_clerk, client_of, django_capture_on_commit_callbacks
):
    client = client_of(township_clerk)
    lines = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>x|{row}</t></is></c></row>'
        for row in range(1, 100_001)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>'
    content = repacked(download(client), {SHEET: sheet.encode()})
    started = time.monotonic()

    with django_capture_on_commit_callbacks(execute=True):  # large enough for a job
        upload(client, content)

    job = Job.objects.get()
    assert job.state == "failed"
    assert "工作表“治安巡逻”的单元格 A20001 还有内容，最多读取 20000 行" in job.message
    page = client.get(reverse("pingan:job-detail", args=[job.pk]))
    assert "A20001" in page.content.decode()
    assert time.monotonic() - started < 20


def test_large_workbook_is_read_and_taken_in_by_jobs(
    month, township_clerk, client_of, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("campaigns.views.workbooks.LARGE_FILE", 10)
    monkeypatch.setattr("campaigns.views.workbooks.LARGE_IMPORT", 0)
    client = client_of(township_clerk)
    content = edited(download(client), lambda book: book["治安巡逻"].__setitem__("E2", 5))

    with django_capture_on_commit_callbacks(execute=True):
        upload(client, content)
    run, job = ImportRun.objects.get(), Job.objects.get()
    assert (job.state, job.result["url"]) == (
        "done",
        reverse("campaigns:workbook-run", args=[run.pk]),
    )
    assert run.changes["line_count"] == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("campaigns:workbook-apply", args=[run.pk]))

    run.refresh_from_db()
    assert run.is_applied
    assert Patrol.objects.get(monthly_return=month[0]).day_heads == 5


def test_nobody_sees_or_takes_in_the_import_of_another(
    month, tree, township_clerk, other_clerk, county_officer, reviewer, client_of
):
    client = client_of(township_clerk)
    run = uploaded(
        client, edited(download(client), lambda book: book["治安巡逻"].__setitem__("E2", 5))
    )
    page = reverse("campaigns:workbook-run", args=[run.pk])
    apply = reverse("campaigns:workbook-apply", args=[run.pk])

    stranger = client_of(other_clerk)
    assert (stranger.get(page).status_code, stranger.post(apply).status_code) == (404, 404)
    assert client_of(reviewer).post(apply).status_code == 403
    month_page = reverse("campaigns:workbook-month", args=[SEPTEMBER])
    assert client_of(county_officer).get(month_page).status_code == 403
    assert not ImportRun.objects.get().is_applied


def test_download_and_dry_run_ask_as_often_for_one_unit_as_for_three(
    tree, township_clerk, client_of
):
    client = client_of(township_clerk)
    make_return(tree.villages[0], AUGUST)
    counts = []
    for more in ([], [tree.townships[0], tree.villages[1]]):
        for unit in more:
            make_return(unit, AUGUST)
        with CaptureQueriesContext(connection) as asked:
            uploaded(client, download(client, AUGUST), AUGUST)
        counts.append(len(asked))

    assert counts[1] <= counts[0]
