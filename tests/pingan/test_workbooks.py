"""Hostile workbooks, made here as an attacker would make them."""

import datetime as dt
import io
import re
import time
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from pingan.workbooks import Limits, WorkbookRefused, cell_name, read_book, read_rows

SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows=((1, "a"),), title="单位"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def rebuilt(stream, changes):
    """The same zip with parts replaced or added (bytes), or changed by a function."""
    result = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = changes.pop(name, None)
            data = old.read(name)
            new.writestr(name, change(data) if callable(change) else change or data)
        for name, data in changes.items():
            new.writestr(name, data)
    result.seek(0)
    return result


def refused(stream, sentence, limits=None):
    with pytest.raises(WorkbookRefused, match=sentence):
        read_rows(stream, limits=limits)


@pytest.mark.slow
def test_values_come_as_they_were_typed():
    stream = workbook(
        [
            ("530628001000", 4, 2.5, dt.datetime(2026, 1, 1), True, " 两边空格 ", "=1+1"),
            (),
            (None, "x"),
        ]
    )

    sheet = read_rows(stream)

    assert sheet.name == "单位"
    assert sheet.rows == [
        ["530628001000", 4, 2.5, dt.datetime(2026, 1, 1), True, "两边空格"],
        [None] * 6,
        [None, "x", None, None, None, None],
    ]


@pytest.mark.slow
def test_named_sheet_is_read_and_a_missing_one_named():
    stream = workbook()
    book = openpyxl.load_workbook(stream)
    book.create_sheet("第二张").append(["y"])
    book.save(stream := io.BytesIO())

    assert read_rows(stream, sheet="第二张").rows == [["y"]]
    with pytest.raises(WorkbookRefused, match="没有名为“第三张”的工作表"):
        read_rows(stream, sheet="第三张")


@pytest.mark.slow
def test_dimension_that_lies_cuts_nothing_off():
    lying = rebuilt(
        workbook([(1,), (2,), (3,)]),
        {SHEET: lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', xml)},
    )

    assert read_rows(lying).rows == [[1], [2], [3]]


def test_missing_file_is_refused(tmp_path):
    refused(tmp_path / "没有.xlsx", "打不开文件")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "这不是 Excel 工作簿"),
        ("代码,名称\n".encode(), "这不是 Excel 工作簿"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "旧版 .xls 或加密"),
        (b"PK\x03\x04" + b"\0" * 100, "文件已损坏"),
    ],
)
def test_what_is_no_workbook_is_refused(content, sentence):
    refused(io.BytesIO(content), sentence)


def test_truncated_workbook_is_refused():
    refused(io.BytesIO(workbook().getvalue()[:-200]), "文件已损坏")


def test_zip_that_is_no_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("hello.txt", "hello")
    refused(stream, "这不是 .xlsx 工作簿")


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("xl/vbaProject.bin", "有宏"),
        ("xl/macrosheets/sheet1.xml", "有宏"),
        ("xl/activeX/activeX1.xml", "有宏"),
        ("xl/externalLinks/externalLink1.xml", "外部链接"),
        ("xl/embeddings/oleObject1.bin", "外部链接或嵌入对象"),
        ("xl/connections.xml", "外部链接"),
    ],
)
def test_active_or_linked_parts_are_refused(part, sentence):
    refused(rebuilt(workbook(), {part: b"x"}), sentence)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_doctype_is_refused_in_any_encoding(encoding):
    laughs = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><worksheet>&b;</worksheet>'
    refused(rebuilt(workbook(), {SHEET: laughs.encode(encoding)}), "DOCTYPE")


def test_doctype_behind_much_padding_is_refused():
    padded = b"<!-- " + b"x" * 262_134 + b" --><!DOCTYPE a><worksheet/>"
    refused(rebuilt(workbook(), {SHEET: padded}), "DOCTYPE")


def test_file_too_large_is_refused():
    refused(workbook(), "超过 0 MB", Limits(file_bytes=1000))


@pytest.mark.slow
def test_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = rebuilt(workbook(), {"xl/sharedStrings.xml": b"<sst>" + b" " * 60_000_000})
    started = time.monotonic()

    refused(bomb, "展开后过大")

    assert time.monotonic() - started < 0.5


def test_declared_size_that_lies_is_refused():
    stream = rebuilt(workbook(), {"xl/sharedStrings.xml": b"<sst>" + b"a<b/>" * 1000})
    data = bytearray(stream.getvalue())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            name_at = at + (46 if signature == b"PK\x01\x02" else 30)
            if data[name_at : name_at + 20] == b"xl/sharedStrings.xml":
                data[at + offset : at + offset + 4] = (100).to_bytes(4, "little")

    refused(io.BytesIO(bytes(data)), "文件已损坏")


@pytest.mark.slow
def test_sparse_bomb_is_refused_by_its_cell():
    """4.7 KB that make a careless reader ask for 549 GB."""
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
    )
    refused(rebuilt(workbook(), {SHEET: sheet}), "单元格 XFD1048576 还有内容")


@pytest.mark.slow
def test_rows_and_columns_beyond_the_limit_are_refused_not_cut():
    limits = Limits(rows=3, columns=2)

    assert len(read_rows(workbook([(1, 2)] * 3), limits=limits).rows) == 3
    refused(workbook([(1, 2)] * 4), "单元格 A4 还有内容，最多读取 3 行 2 列", limits)
    refused(workbook([(1, 2, 3)]), "单元格 C1 还有内容", limits)


@pytest.mark.slow
def test_empty_formatted_rows_do_not_count():
    book = openpyxl.Workbook()
    book.active.append(["x"])
    book.active["A900"].font = openpyxl.styles.Font(bold=True)
    book.save(stream := io.BytesIO())

    assert read_rows(stream, limits=Limits(rows=10)).rows == [["x"]]


@pytest.mark.slow
def test_child_short_of_memory_ends_in_a_sentence():
    rows = [[f"{row}-{column}" * 20 for column in range(40)] for row in range(400)]
    refused(workbook(rows), "工作簿读不出来", Limits(memory=32 * 1024 * 1024))
    assert len(read_rows(workbook(rows)).rows) == 400


@pytest.mark.slow
def test_child_out_of_time_ends_in_a_sentence():
    refused(workbook(), "读取超时", Limits(seconds=0.05))


@pytest.mark.slow
def test_sheet_that_is_not_xml_ends_in_a_sentence():
    refused(rebuilt(workbook(), {SHEET: b"<worksheet><sheetData><row"}), "工作簿读不出来")


def test_sentences_hold_no_path():
    """A refusal is shown to the user: nothing of the machine may be in it."""
    with pytest.raises(WorkbookRefused) as caught:
        read_rows(io.BytesIO(b"PK\x03\x04broken"))

    assert "/" not in str(caught.value)
    assert str(Path.cwd()) not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "column", "name"),
    [(1, 1, "A1"), (7, 2, "B7"), (3, 27, "AA3"), (1048576, 16384, "XFD1048576")],
)
def test_cell_name(row, column, name):
    assert cell_name(row, column) == name


@pytest.mark.slow
def test_long_text_shared_by_many_cells_is_refused_in_bounded_memory():
    """Under a megabyte unpacked, over a gigabyte when every cell is written out."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    row = "<row>" + '<c t="s"><v>0</v></c>' * 40 + "</row>"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{row * 1000}</sheetData></worksheet>'
    strings = f'<sst xmlns="{main}"><si><t>{"字" * 10_000}</t></si></sst>'
    book = xlsxwriter.Workbook(stream := io.BytesIO())
    book.add_worksheet().write(0, 0, "a")
    book.close()
    parts = {SHEET: sheet.encode(), "xl/sharedStrings.xml": strings.encode()}
    bomb = rebuilt(stream, parts)  # what it adds up to: 2.4 GB
    tracemalloc.start()

    for read in (read_book, read_rows):
        with pytest.raises(WorkbookRefused, match="文字过多"):
            read(bomb)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * 1024 * 1024


def book_of(**sheets: list[list[object]]) -> io.BytesIO:
    """A workbook with these sheets; text that looks like a formula is one."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(stream := io.BytesIO())
    stream.seek(0)
    return stream


@pytest.mark.slow
def test_book_gives_every_sheet_hidden_ones_too():
    book = openpyxl.load_workbook(book_of(一=[["a", 1], [None, "b"]], 二=[], 三=[[2.5]]))
    book["三"].sheet_state = "veryHidden"
    book.save(stream := io.BytesIO())

    found = read_book(stream)

    assert {name: sheet.rows for name, sheet in found.items()} == {
        "一": [["a", 1], [None, "b"]],
        "二": [],
        "三": [[2.5]],
    }


@pytest.mark.slow
def test_formula_is_refused_by_its_cell_and_text_like_one_is_read():
    book = openpyxl.Workbook()
    book.active["B2"] = "=1+1"
    book.active["B2"].data_type = "s"
    book.save(text := io.BytesIO())

    assert next(iter(read_book(text).values())).rows == [[None, None], [None, "=1+1"]]
    with pytest.raises(WorkbookRefused) as caught:
        read_book(book_of(巡逻=[["日期"], [1, "=SUM(A1:A9)"]]))
    assert str(caught.value).startswith("工作表“巡逻”的单元格 B2 是公式")


@pytest.mark.slow
def test_hundred_thousand_rows_are_refused_in_bounded_time_and_memory():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("巡逻")
    for number in range(100_000):
        sheet.append(["530628100201", "甲1村", number])
    book.save(stream := io.BytesIO())
    started = time.monotonic()

    with pytest.raises(WorkbookRefused) as caught:
        read_book(stream)

    assert "单元格 A20001 还有内容" in str(caught.value)
    assert time.monotonic() - started < 20
