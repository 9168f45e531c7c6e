"""Attachments: what is taken in, what is refused, and to whom it is handed out."""

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pingan.enums import Role
from pingan.models import AuditEvent, StoredFile, Unit, User
from pingan.refusals import Forbidden, Refused
from pingan.services.files import LARGEST_BYTES, store_file
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PDF = b"%PDF-1.7\n%made for a test\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 32


def store(unit: Unit, by: User, name: str, content: bytes) -> StoredFile:
    return store_file(upload=SimpleUploadedFile(name, content), unit=unit, by=by)


def word() -> bytes:
    document = docx.Document()
    document.add_paragraph("整改情况")
    document.save(stream := io.BytesIO())
    return stream.getvalue()


def sheet() -> bytes:
    book = openpyxl.Workbook()
    book.save(stream := io.BytesIO())
    return stream.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("报告.pdf", PDF, "application/pdf"),
        ("现场.PNG", PNG, "image/png"),
        ("现场.jpeg", JPEG, "image/jpeg"),
    ],
)
def test_known_kinds_are_stored_unchanged(
    tree: County, township_clerk: User, name: str, content: bytes, media_type: str
):
    stored = store(tree.townships[0], township_clerk, name, content)

    stored.refresh_from_db()
    assert (bytes(stored.content), stored.media_type) == (content, media_type)
    assert (stored.size, stored.unit, stored.stored_by) == (
        len(content),
        tree.townships[0],
        township_clerk,
    )
    assert len(stored.sha256) == 64
    event = AuditEvent.objects.get(action="上传附件")
    assert event.after["sha256"] == stored.sha256


@pytest.mark.slow
def test_office_files_are_stored(tree: County, township_clerk: User):
    assert store(tree.townships[0], township_clerk, "报告.docx", word()).name == "报告.docx"
    assert store(tree.townships[0], township_clerk, "清单.xlsx", sheet()).name == "清单.xlsx"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "空文件"),
        ("大.pdf", PDF + b"0" * LARGEST_BYTES, "超过 5 MB"),
        ("木马.exe", b"MZ\x90\x00", "不能上传"),
        ("假的.pdf", b"<html><script>alert(1)</script></html>", "不能上传"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不能上传"),
        ("其实是图.pdf", PNG, "扩展名改成 .png"),
        ("压缩.zip", b"PK\x03\x04" + b"0" * 64, "不能上传"),
        ("坏.docx", b"PK\x03\x04" + b"0" * 64, "已损坏"),
        ("坏.xlsx", b"PK\x03\x04" + b"0" * 64, "已损坏"),
        ("没有扩展名", PDF, "扩展名改成 .pdf"),
    ],
)
def test_anything_else_is_refused(
    tree: County, township_clerk: User, name: str, content: bytes, sentence: str
):
    with pytest.raises(Refused, match=sentence):
        store(tree.townships[0], township_clerk, name, content)

    assert not StoredFile.objects.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "part", "data", "sentence"),
    [
        ("宏.docx", "word/vbaProject.bin", b"x", "有宏"),
        ("弹.docx", "word/media/a.bmp", b"\0" * 90_000_000, "展开后过大"),
        ("实体.docx", "word/x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "DOCTYPE"),
        ("宏.xlsx", "xl/vbaProject.bin", b"x", "有宏"),
        ("弹.xlsx", "xl/media/a.bmp", b"\0" * 90_000_000, "展开后过大"),
    ],
)
def test_hostile_office_files_are_refused(
    tree: County, township_clerk: User, name: str, part: str, data: bytes, sentence: str
):
    whole = word() if name.endswith("docx") else sheet()

    with pytest.raises(Refused, match=sentence):
        store(tree.townships[0], township_clerk, name, with_part(whole, part, data))


def test_workbook_called_document_is_refused(tree: County, township_clerk: User):
    with pytest.raises(Refused, match=r"不是 \.docx"):
        store(tree.townships[0], township_clerk, "其实是表.docx", sheet())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/密码.pdf", "密码.pdf"),
        (r"C:\Users\甲\整改 报告.pdf", "整改_报告.pdf"),
        ("报告\u202efdp.pdf", "报告fdp.pdf"),
        ("\x00\n.pdf", "附件.pdf"),
        ("长" * 300 + ".pdf", "长" * 80 + ".pdf"),
    ],
)
def test_names_are_cleaned(tree: County, township_clerk: User, given: str, kept: str):
    upload = SimpleUploadedFile("x.pdf", PDF)
    vars(upload)["_name"] = given  # a hostile client is not as tidy as the test's own uploader

    assert store_file(upload=upload, unit=tree.townships[0], by=township_clerk).name == kept


def test_only_own_units_records_get_attachments(
    tree: County, township_clerk: User, other_clerk: User
):
    with pytest.raises(Forbidden):
        store(tree.townships[0], other_clerk, "报告.pdf", PDF)
    with pytest.raises(Forbidden):
        store(tree.county, township_clerk, "报告.pdf", PDF)
    with pytest.raises(Forbidden):
        store(tree.townships[0], make_user(Role.AUDITOR, tree.county), "报告.pdf", PDF)


def test_download_is_an_attachment_that_no_browser_runs(
    tree: County, township_clerk: User, county_officer: User, client_of: ClientOf
):
    stored = store(tree.townships[0], township_clerk, "整改报告.pdf", PDF)

    response = client_of(county_officer).get(f"/files/{stored.pk}")

    assert (response.status_code, response.content) == (200, PDF)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_strangers_find_no_file(
    tree: County, township_clerk: User, other_clerk: User, county_officer: User, client_of: ClientOf
):
    own = store(tree.townships[0], township_clerk, "报告.pdf", PDF)
    countys = store(tree.county, county_officer, "报告.pdf", PDF)
    auditor = make_user(Role.AUDITOR, tree.county)

    assert client_of(other_clerk).get(f"/files/{own.pk}").status_code == 404
    assert client_of(auditor).get(f"/files/{own.pk}").status_code == 404
    assert client_of(township_clerk).get(f"/files/{countys.pk}").status_code == 404
    assert Client().get(f"/files/{own.pk}").status_code == 302
