"""What may be told about an office file without parsing it."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from pingan.refusals import Refused

MEGABYTE = 1024 * 1024
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx with a password
_ZIP = b"PK"
_MAIN_TYPE = b"spreadsheetml.sheet.main+xml"
_WORD_TYPE = b"wordprocessingml.document.main+xml"
_MACRO_PARTS = ("vbaproject", "/macrosheets/", "/activex/", "/dialogsheets/")
_LINK_PARTS = ("/externallinks/", "/embeddings/", "/connections.xml", "/querytables/")
_CHUNK = 256 * 1024


class WorkbookRefused(Refused):
    """The workbook is not read; the sentence says what to do about it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """More than a county's largest sheet needs, less than would hurt the machine."""

    file_bytes: int = 10 * MEGABYTE
    unpacked_bytes: int = 80 * MEGABYTE
    ratio: int = 150
    parts: int = 500
    rows: int = 20_000
    columns: int = 100
    characters: int = 32 * MEGABYTE  # of everything that is read, as JSON
    seconds: float = 30
    memory: int = 512 * MEGABYTE


def check_workbook(file: IO[bytes], limits: Limits) -> None:
    """Raise WorkbookRefused unless the file is a plain, harmless .xlsx; leaves it at its start."""
    size = file.seek(0, 2)
    file.seek(0)
    if size > limits.file_bytes:
        raise WorkbookRefused(
            f"文件有 {size / MEGABYTE:.1f} MB，超过 {limits.file_bytes // MEGABYTE} MB，"
            "请删去多余的工作表和图片后再上传。"
        )
    head = file.read(4)
    file.seek(0)
    if head == _OLD_EXCEL:
        raise WorkbookRefused("这是旧版 .xls 或加密的文件，请去掉密码，另存为 .xlsx 后再上传。")
    if not head.startswith(_ZIP):
        raise WorkbookRefused("这不是 Excel 工作簿，请上传 .xlsx 文件。")
    try:
        with zipfile.ZipFile(file) as archive:
            _check_parts(archive, limits)
            _check_content(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise WorkbookRefused("文件已损坏，打不开，请重新保存后再上传。") from error
    finally:
        file.seek(0)


def check_word(file: IO[bytes], limits: Limits) -> None:
    """Raise Refused unless the file is a plain, harmless .docx; leaves it at its start."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _check_word_parts(archive, limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise Refused("文件已损坏，打不开，请重新保存后再上传。") from error
    finally:
        file.seek(0)


def _check_word_parts(archive: zipfile.ZipFile, limits: Limits) -> None:
    names = archive.namelist()
    types = "[Content_Types].xml"
    if _is_oversized(archive, limits):
        raise Refused("文档展开后过大或内部结构不正常，请另存为 PDF 后再上传。")
    if _has_part(names, _MACRO_PARTS):
        raise Refused("文档里有宏，请另存为不带宏的 .docx 或 PDF 后再上传。")
    if types not in names or _WORD_TYPE not in archive.read(types):
        raise Refused("这不是 .docx 文档，请另存为 .docx 或 PDF 后再上传。")
    if _has_any_doctype(archive):
        raise Refused("文档里有不该有的内容（DOCTYPE），请另存为 PDF 后再上传。")


def _is_oversized(archive: zipfile.ZipFile, limits: Limits) -> bool:
    """Too many parts, the same part twice, or more content than so few bytes can honestly hold."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    return (
        len(parts) > limits.parts
        or len({part.filename for part in parts}) != len(parts)
        or unpacked > limits.unpacked_bytes
        or (unpacked > MEGABYTE and unpacked > limits.ratio * packed)
    )


def _has_part(names: Sequence[str], wanted: Sequence[str]) -> bool:
    paths = ["/" + name.lower().replace("\\", "/") for name in names]
    return any(part in path for path in paths for part in wanted)


def _has_any_doctype(archive: zipfile.ZipFile) -> bool:
    return any(
        _has_doctype(archive, name)
        for name in archive.namelist()
        if name.lower().endswith((".xml", ".rels", ".vml"))
    )


def _check_parts(archive: zipfile.ZipFile, limits: Limits) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    names = [part.filename for part in parts]
    if len(parts) > limits.parts or len(set(names)) != len(names):
        raise WorkbookRefused("工作簿的内部结构不正常，请新建一个工作簿，只把数值粘贴进去。")
    if unpacked > limits.unpacked_bytes or (
        unpacked > MEGABYTE and unpacked > limits.ratio * packed
    ):
        raise WorkbookRefused("工作簿展开后过大，请删去空白行列和多余的工作表后再上传。")
    if _has_part(names, _MACRO_PARTS):
        raise WorkbookRefused("工作簿里有宏，请另存为不带宏的 .xlsx 后再上传。")
    if _has_part(names, _LINK_PARTS):
        raise WorkbookRefused("工作簿里有外部链接或嵌入对象，请“断开链接”并只保留数值后再上传。")


def _check_content(archive: zipfile.ZipFile) -> None:
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names or _MAIN_TYPE not in archive.read("[Content_Types].xml"):
        raise WorkbookRefused("这不是 .xlsx 工作簿，请另存为 .xlsx 后再上传。")
    if _has_any_doctype(archive):
        raise WorkbookRefused("工作簿里有不该有的内容（DOCTYPE），请新建工作簿，只粘贴数值。")


def _has_doctype(archive: zipfile.ZipFile, name: str) -> bool:
    """Seen through UTF-16 as well; reading also proves that the declared size is the true one."""
    tail = b""
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            text = tail + chunk.replace(b"\0", b"").upper()
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                return True
            tail = text[-16:]
    return False
