"""Typesetting with typst: a template and its data in, a PDF out.

Who prints something keeps the templates in a folder of its own; the page of an official document
is `gongwen.typ`, here. The work is done in a process of
its own (`worker.py`), bounded in time and memory.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("worker.py")
PAGE = Path(__file__).with_name("gongwen.typ")
FONT_DIR = BASE / "var" / "fonts"
SECONDS = 60
MEMORY_BYTES = 4 * 2**30  # address space; the fonts alone are mapped with 115 MB
BEIJING = dt.timezone(dt.timedelta(hours=8))
OFFICE_HOUR = dt.time(9)  # the file's date stays the day of issue in UTC as well
ARCHIVE, WITH_PDF = "a-2a", "1.7"  # pages of other PDF files cannot be taken into PDF/A

# First the licensed fonts a county may own, under both their names, then what the set-up brings.
_COUNTY: Mapping[str, tuple[str, ...]] = {
    "fang": (
        "仿宋_GB2312",
        "FangSong_GB2312",
        "仿宋",
        "FangSong",
        "方正仿宋_GBK",
        "FZFangSong-Z02",
    ),
    "kai": ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "方正楷体_GBK", "FZKai-Z03"),
    "hei": ("黑体", "SimHei", "方正黑体_GBK", "FZHei-B01"),
    "song": ("宋体", "SimSun", "方正书宋_GBK", "FZShuSong-Z01"),
    "xiaobiao": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05"),
}
_OURS: Mapping[str, tuple[str, ...]] = {
    "fang": ("FandolFang R", "LXGW WenKai"),
    "kai": ("LXGW WenKai",),
    "hei": ("Noto Sans SC",),
    "song": ("Noto Serif SC",),
    "xiaobiao": ("Noto Serif SC",),
}
# For a character that the type itself lacks, and where a font could not be had at all.
_RARE = ("Noto Serif SC", "Noto Sans SC", "LXGW WenKai")
FONT_CHAINS = {role: (*_COUNTY[role], *_OURS[role], *_RARE) for role in _OURS}
ROLE_NAMES = {
    "fang": "仿宋",
    "kai": "楷体",
    "hei": "黑体",
    "song": "宋体",
    "xiaobiao": "小标宋",
}
_LONG_ASCII = re.compile(r"[!-~]{13,}")
_NO_GLYPH = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")

# What a process that may have no more memory dies of; which one depends on who asked for it.
OUT_OF_MEMORY_WORDS = ("memory allocation", "MemoryError", "Cannot allocate memory", "spawn")
OUT_OF_MEMORY_SIGNALS = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGKILL, -signal.SIGBUS)


class RenderError(Exception):
    """The document could not be set; the message is a sentence for the user."""


def typeset(
    template: Path,
    data: Mapping[str, Any],
    *,
    issued_on: dt.date,
    copied: Collection[str] = (),
    files: Mapping[str, bytes] | None = None,
    standard: str = ARCHIVE,
    font_dir: Path = FONT_DIR,
) -> bytes:
    """Set one template as PDF/A. The same data and fonts give the same bytes.

    `copied` names the entries that are copied out of the file: they are set as they are.
    `files` are read by the template as /files/<name>; a PDF among them asks for `WITH_PDF`.
    """
    moment = dt.datetime.combine(issued_on, OFFICE_HOUR, BEIJING)
    with _placed(template, files or {}) as (root, place):
        return _run(
            {
                "root": str(root),
                "template": str(place),
                "font_dir": str(font_dir),
                "chains": FONT_CHAINS,
                "data": _breakable(data, frozenset(copied)),
                "timestamp": moment.isoformat(),
                "standard": standard,
            }
        )


def count_pages(name: str, content: bytes) -> int:
    """Pages that a picture (one) or a PDF takes; 0 where it cannot be set."""
    with tempfile.TemporaryDirectory(prefix="pingan-") as folder:
        (Path(folder) / name).write_bytes(content)
        try:
            return int(_run({"root": folder, "probe": name}))
        except RenderError:
            return 0


@contextmanager
def _placed(template: Path, files: Mapping[str, bytes]) -> Iterator[tuple[Path, Path]]:
    """The folder that a template may read, and the template in it; files lie there for a while."""
    root = _root(template)
    if not files:
        yield root, template
        return
    with tempfile.TemporaryDirectory(prefix="pingan-") as folder:
        place = Path(folder)
        # Copies: typst reads nothing that a link of the folder points at.
        for layout in {*template.parent.glob("*.typ"), *PAGE.parent.glob("*.typ")}:
            copy = place / layout.relative_to(BASE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(layout, copy)
        (place / "files").mkdir()
        for name, content in files.items():
            (place / "files" / name).write_bytes(content)
        yield place, place / template.relative_to(BASE)


def _root(template: Path) -> Path:
    """Our own templates may import /pingan/typesetting/gongwen.typ; others only their folder."""
    return BASE if template.is_relative_to(BASE) else template.parent


def fonts_in_use(font_dir: Path = FONT_DIR) -> dict[str, str]:
    """The font family that prints each kind of type: {"仿宋": "FandolFang R", …}."""
    if not font_dir.is_dir():
        return dict.fromkeys(ROLE_NAMES.values(), "")
    names = tuple(sorted(path.name for path in font_dir.iterdir()))
    families = {family.casefold(): family for family in _families(font_dir, names)}
    return {
        ROLE_NAMES[role]: next(
            (families[name.casefold()] for name in chain if name.casefold() in families), ""
        )
        for role, chain in FONT_CHAINS.items()
    }


@lru_cache(maxsize=4)
def _families(font_dir: Path, names: tuple[str, ...]) -> list[str]:
    """Families of a folder; its file names are part of the key, so a new font is seen."""
    found: list[str] = json.loads(_run({"font_dir": str(font_dir)}))
    return found


def _run(request: dict[str, Any]) -> bytes:
    request |= {"cpu_seconds": SECONDS, "memory_bytes": MEMORY_BYTES}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(WORKER)],
            input=json.dumps(request, ensure_ascii=False, default=str).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RenderError(f"排版超过{SECONDS}秒仍未完成，已停止。请检查内容是否过长。") from error
    if done.returncode != 0:
        raise RenderError(_sentence(done.stderr.decode(errors="replace"), done.returncode))
    return done.stdout


def _sentence(stderr: str, returncode: int) -> str:
    missing = _NO_GLYPH.search(_message(stderr))
    if missing is not None:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), missing[1])
        codes = "、".join(f"U+{ord(character):04X}" for character in text)
        return (
            f"现有字体中没有“{text}”（{codes}）这个字，不能排版。"
            "请更换用字，或把含有该字的字体文件放入 var/fonts/。"
        )
    if returncode in OUT_OF_MEMORY_SIGNALS or any(word in stderr for word in OUT_OF_MEMORY_WORDS):
        return "排版所需的内存过大，已停止。请检查内容是否过长。"
    if "unknown font" in stderr or "font fallback list" in stderr:
        return "没有找到排版所用的字体，请先运行 python tools/fonts.py。"
    return f"排版没有成功：{_message(stderr).strip()[-300:] or '排版程序异常退出'}。"


def _message(stderr: str) -> str:
    try:
        return str(json.loads(stderr)["message"])
    except (ValueError, KeyError, TypeError):
        return stderr


def _breakable(value: Any, copied: frozenset[str]) -> Any:
    """Long runs of ASCII may break anywhere; without that they would leave their cell."""
    match value:
        case str():
            return _LONG_ASCII.sub(lambda run: "\u200b".join(run[0]), value)
        case Mapping():
            return {
                key: item if key in copied else _breakable(item, copied)
                for key, item in value.items()
            }
        case list() | tuple():
            return [_breakable(item, copied) for item in value]
    return value
