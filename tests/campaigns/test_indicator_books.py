import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.enums import ReturnState
from campaigns.models import ImportRun, IndicatorForm, IndicatorReport, IndicatorValue
from campaigns.services.indicator_reports import save_answers
from pingan.enums import Level
from pingan.models import AuditEvent, User
from tests.campaigns.indicator_makers import (
    SEPTEMBER,
    accepted,
    answers,
    fill_in,
    make_form,
    make_report,
)
from tests.factories import County

ClientOf = Callable[[User], Client]
START = SEPTEMBER.starts_on.isoformat()


@pytest.fixture
def form(tree: County) -> IndicatorForm:
    """火灾月报 of the villages: the first has answered, the second has not."""
    form = make_form(tree.county, "fires", "fire_loss", name="火灾月报", levels=[Level.VILLAGE])
    fill_in(make_report(form, tree.villages[0]), fires=2, fire_loss=None)
    make_report(form, tree.villages[1])
    return form


def download(client: Client, form: IndicatorForm) -> openpyxl.Workbook:
    answer = client.get(reverse("campaigns:indicator-download", args=[form.pk, START]))
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def upload(client: Client, form: IndicatorForm, book: openpyxl.Workbook):
    buffer = io.BytesIO()
    book.save(buffer)
    file = SimpleUploadedFile("火灾月报.xlsx", buffer.getvalue())
    address = reverse("campaigns:indicator-upload", args=[form.pk, START])
    return client.post(address, {"file": file}, follow=True)


def saved() -> set[tuple[str, str, int | None]]:
    rows = IndicatorValue.objects.values_list("report__unit__name", "indicator__code", "number")
    return set(rows)


def confirm(client: Client, page: Any) -> Any:
    """Press 保存 on the grid that the upload has shown."""
    data = {"together": "1", "save": "1"}
    for row in page.context["rows"]:
        data[row.form.add_prefix("version")] = row.form["version"].value()
        data |= {cell.field.html_name: cell.field.value() for cell in row.cells}
    form, start = page.context["sheet"].address
    return client.post(reverse("campaigns:indicator-grid", args=[form, start]), data)


def test_book_holds_the_rows_in_sight(form: IndicatorForm, township_clerk: User, client_of):
    book = download(client_of(township_clerk), form)

    rows = [[cell.value for cell in row][1:] for row in book["填报"].iter_rows()]
    assert rows == [
        ["单位", "火灾起数（起）", "火灾直接损失（元）"],
        ["甲1村", 2, "不适用"],
        ["甲2村", None, None],
    ]
    assert book["填报"].column_dimensions["A"].hidden
    assert book["填报"].protection.sheet
    assert not book["填报"]["C3"].protection.locked


def test_what_is_exported_imports_unchanged(
    form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    client, before = client_of(township_clerk), saved()

    page = upload(client, form, download(client, form))

    assert page.status_code == 200
    assert page.context["changed"] == 0
    confirm(client, page)
    assert saved() == before
    assert set(IndicatorReport.objects.values_list("version", flat=True)) == {1}


def test_filled_book_is_looked_at_then_saved(
    form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    client = client_of(township_clerk)
    book, before = download(client, form), saved()
    book["填报"]["C2"], book["填报"]["C3"], book["填报"]["D3"] = 5, "１,２００", "不适用"

    page = upload(client, form, book)
    looked_at = saved()
    confirm(client, page)

    assert (page.context["changed"], looked_at) == (3, before)
    assert "已存：2" in page.content.decode()
    assert saved() == {
        ("甲1村", "fires", 5),
        ("甲1村", "fire_loss", None),
        ("甲2村", "fires", 1200),
        ("甲2村", "fire_loss", None),
    }


def undo(client: Client, form: IndicatorForm) -> str:
    address = reverse("campaigns:indicator-import-undo", args=[form.pk, START])
    return client.post(address, follow=True).content.decode()


def test_import_is_taken_back_as_one_step(
    form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    client = client_of(township_clerk)
    book, before = download(client, form), saved()
    book["填报"]["C2"], book["填报"]["C3"] = 5, 6
    confirm(client, upload(client, form, book))
    changed = saved()

    page = undo(client, form)

    assert changed != before
    assert saved() == before
    assert "2个单位恢复原状" in page
    assert "没有可以撤销的导入" in undo(client, form)
    assert set(AuditEvent.objects.filter(object_type="导入").values_list("action", flat=True)) == {
        "导入指标工作簿",
        "撤销指标导入",
    }


def test_import_that_was_changed_since_is_not_taken_back(
    tree: County,
    form: IndicatorForm,
    township_clerk: User,
    village_clerk: User,
    client_of: ClientOf,
):
    client = client_of(township_clerk)
    book = download(client, form)
    book["填报"]["C2"], book["填报"]["C3"] = 5, 6
    confirm(client, upload(client, form, book))
    report = IndicatorReport.objects.get(unit=tree.villages[0])
    wanted = answers(form, fires=8)
    save_answers(report=report, answers=wanted, version=report.version, by=village_clerk)
    before = saved()

    page = undo(client, form)

    assert "甲1村在导入以后又有改动，不能整批撤销。" in page
    assert saved() == before


def test_imports_of_indicators_are_no_imports_of_returns(
    form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    client = client_of(township_clerk)
    book = download(client, form)
    book["填报"]["C3"] = 6
    confirm(client, upload(client, form, book))
    run = ImportRun.objects.get()

    page = client.get(reverse("campaigns:workbook-month", args=["2026-09"]))

    assert page.context["runs"] == []
    assert client.get(reverse("campaigns:workbook-run", args=[run.pk])).status_code == 404


def test_row_taken_out_of_the_book_stays_as_it_is(
    form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    client = client_of(township_clerk)
    book = download(client, form)
    book["填报"].delete_rows(2)
    book["填报"]["C2"] = 6

    page = upload(client, form, book)
    confirm(client, page)

    assert page.context["changed"] == 1
    assert saved() == {
        ("甲1村", "fires", 2),
        ("甲1村", "fire_loss", None),
        ("甲2村", "fires", 6),
    }


def test_every_error_is_told_by_its_cell_and_nothing_taken(
    form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    client = client_of(township_clerk)
    book, before = download(client, form), saved()
    book["填报"]["C2"], book["填报"]["D3"] = "三起", 1.5

    page = upload(client, form, book)

    assert page.status_code == 422
    assert [error[:24] for error in page.context["errors"]] == [
        "“填报”C2（甲1村 火灾起数）：“三起”不对，"[:24],
        "“填报”D3（甲2村 火灾直接损失）：“1.5”"[:24],
    ]
    assert saved() == before


def test_row_that_is_handed_in_is_not_changed(
    tree: County, form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    client = client_of(township_clerk)
    book = download(client, form)
    book["填报"]["C2"] = 9
    IndicatorReport.objects.filter(unit=tree.villages[0]).update(
        state=ReturnState.SUBMITTED, submitted_at="2026-09-20T10:00:00+08:00"
    )

    page = upload(client, form, book)

    assert page.context["errors"] == ["“填报”C2（甲1村 火灾起数）：这个单位待审核，不能再改。"]


def test_conflict_at_the_confirm_writes_nothing(
    tree: County,
    form: IndicatorForm,
    township_clerk: User,
    village_clerk: User,
    client_of: ClientOf,
):
    client = client_of(township_clerk)
    book = download(client, form)
    book["填报"]["C2"], book["填报"]["C3"] = 5, 6
    page = upload(client, form, book)
    report = IndicatorReport.objects.get(unit=tree.villages[0])
    save_answers(report=report, answers=answers(form, fires=3), version=1, by=village_clerk)

    refused = confirm(client, page)

    assert refused.status_code == 422
    assert saved() == {("甲1村", "fires", 3)}
    assert "一个也没有写入" in refused.content.decode()


@pytest.mark.parametrize("how", ["header", "meta", "row", "sheet"])
def test_tampered_book_is_refused(
    form: IndicatorForm, township_clerk: User, client_of: ClientOf, how: str
):
    client, before = client_of(township_clerk), saved()
    book = download(client, form)
    sheet = book["填报"]
    if how == "header":
        sheet["C1"] = "火灾"
    elif how == "meta":
        book["_pingan"]["B2"] = "indicators 999 2026-09-01"
    elif how == "row":
        sheet.append([sheet["A2"].value, "甲1村", 7, 7])
    else:
        sheet.title = "别的"

    page = upload(client, form, book)

    text = page.content.decode()
    assert any(word in text for word in ("表头被改动过", "这不是《火灾月报》", "第4行重复了"))
    assert saved() == before


def test_formula_and_strange_file_are_refused(
    form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    client, before = client_of(township_clerk), saved()
    book = download(client, form)
    book["填报"]["C2"] = "=1+1"
    address = reverse("campaigns:indicator-upload", args=[form.pk, START])

    with_formula = upload(client, form, book)
    text_file = client.post(address, {"file": SimpleUploadedFile("a.xlsx", b"hello")}, follow=True)

    assert "公式" in with_formula.content.decode()
    assert "不是 Excel 工作簿" in text_file.content.decode()
    assert saved() == before


def test_foreign_row_is_no_row_of_mine(
    tree: County, form: IndicatorForm, township_clerk: User, client_of: ClientOf
):
    foreign = accepted(form, tree.villages[2], SEPTEMBER, fires=4, fire_loss=4)
    client = client_of(township_clerk)
    book = download(client, form)
    book["填报"].append([str(foreign.pk), "乙1村", 9, 9])

    page = upload(client, form, book)

    assert page.context["errors"] == ["“填报”第4行不是本表的单位，请不要增加或复制行。"]
    assert "乙1村" not in [row[1].value for row in download(client, form)["填报"].iter_rows()]
