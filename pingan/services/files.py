"""Attachments: judged by what they hold, cleaned of odd names, stored with the record's change."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from pingan import audit, policies
from pingan.models import StoredFile, Unit, User
from pingan.privacy import seal_bytes
from pingan.refusals import Refused
from pingan.workbooks import Limits, check_word, check_workbook

LARGEST_BYTES = 5 * 1024 * 1024
LONGEST_NAME = 80
ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"
HELP = "PDF、JPG、PNG、DOCX 或 XLSX，每个不超过 5 MB。"
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')
_HEAD = 8
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file that is taken in."""

    label: str
    media_type: str
    suffixes: tuple[str, ...]


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
PDF = Kind("PDF", "application/pdf", ("pdf",))
JPEG = Kind("JPG 图片", "image/jpeg", ("jpg", "jpeg"))
PNG = Kind("PNG 图片", "image/png", ("png",))
WORD = Kind("Word 文档", f"{_OPEN_XML}.wordprocessingml.document", ("docx",))
SHEET = Kind("Excel 工作簿", f"{_OPEN_XML}.spreadsheetml.sheet", ("xlsx",))
_BY_HEAD: Mapping[bytes, Kind] = {
    b"%PDF-": PDF,
    b"\xff\xd8\xff": JPEG,
    b"\x89PNG\r\n\x1a\n": PNG,
}


@transaction.atomic
def store_file(*, upload: UploadedFile, unit: Unit, by: User) -> StoredFile:
    """Check and keep one upload as an attachment of the unit's records; Refused says why not."""
    policies.check_store_file(by=by, unit=unit)
    content, kind, stem, suffix = _checked(upload)
    return _keep(StoredFile(unit=unit, name=f"{stem}.{suffix}", content=content), content, kind, by)


def store_sealed_file(*, upload: UploadedFile, name: str, unit: Unit, by: User) -> StoredFile:
    """Check and keep a paper that may name a private person: encrypted, called `name` and its
    ending, never by the name it was given. The caller has asked whether `by` may do it, and runs
    in a transaction."""
    _given, ending = _split(upload.name or "")
    upload.name = f"{name}.{ending}"  # a refusal repeats it
    content, kind, _stem, suffix = _checked(upload)
    sealed = StoredFile(
        unit=unit, name=f"{name}.{suffix}", content=seal_bytes(content), is_sealed=True
    )
    return _keep(sealed, content, kind, by)


def _keep(stored: StoredFile, content: bytes, kind: Kind, by: User) -> StoredFile:
    stored.media_type = kind.media_type
    stored.size = len(content)
    stored.sha256 = hashlib.sha256(content).hexdigest()
    stored.stored_by = by
    stored.save(force_insert=True)
    audit.record(
        action="上传附件",
        obj=stored,
        by=by,
        unit=stored.unit,
        after=audit.snapshot(stored, "name", "size", "sha256"),
    )
    return stored


def _checked(upload: UploadedFile) -> tuple[bytes, Kind, str, str]:
    """What it holds, its kind, and its name in two parts; Refused where it may not come in."""
    stem, suffix = _split(upload.name or "")
    size = upload.size or 0
    if size == 0:
        raise Refused(f"“{stem}”是空文件，请重新选择。")
    if size > LARGEST_BYTES:
        raise Refused(f"“{stem}”有 {size / 1024 / 1024:.1f} MB，超过 5 MB，请压缩后再上传。")
    kind = _kind_of(upload, stem, suffix)
    upload.seek(0)
    return upload.read(), kind, stem, suffix


def _split(name: str) -> tuple[str, str]:
    """The name without folders and characters that deceive or disturb, and its ending."""
    printable = "".join(
        character
        for character in unicodedata.normalize("NFC", name)
        if unicodedata.category(character)[0] != "C" or character == "\t"
    )
    base = re.split(r"[\\/]", printable)[-1]
    stem, _, suffix = base.rpartition(".")
    cleaned = _UNSAFE.sub("_", stem).strip("._ ")[:LONGEST_NAME]
    return cleaned or "附件", suffix.lower()


def _kind_of(upload: UploadedFile, stem: str, suffix: str) -> Kind:
    """What the file is by its content; its ending has to say the same."""
    upload.seek(0)
    head = upload.read(_HEAD)
    kind = next((kind for magic, kind in _BY_HEAD.items() if head.startswith(magic)), None)
    if kind is None and head.startswith(_ZIP):
        kind = {"docx": WORD, "xlsx": SHEET}.get(suffix)
    if kind is None:
        raise Refused(f"“{stem}.{suffix}”不能上传。可以上传的是：{HELP}")
    if suffix not in kind.suffixes:
        raise Refused(
            f"“{stem}.{suffix}”的内容是{kind.label}，请把扩展名改成 .{kind.suffixes[0]} 再上传。"
        )
    limits = Limits(file_bytes=LARGEST_BYTES)
    if kind is WORD:
        check_word(upload, limits)
    elif kind is SHEET:
        check_workbook(upload, limits)
    return kind
