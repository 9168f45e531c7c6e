"""Sets one document: a request as JSON on stdin, the PDF on stdout. Runs in a process of its own.

After a compilation typst cannot be used in a forked child, and a hostile text could make it slow or
large; here it is bounded and gone afterwards. An error is JSON on stderr with exit code 2.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

import typst

FAILED = 2
BEYOND = 99_999  # a page that no document has: the refusal tells how many there are
_ONLY = re.compile(r"only has (\d+) page")


class LayoutError(Exception):
    """typst finished with a warning."""


def main() -> int:
    request = json.load(sys.stdin)
    _limit(request["cpu_seconds"], request["memory_bytes"])
    if "probe" in request:
        sys.stdout.write(str(_pages(Path(request["root"]), request["probe"])))
        return 0
    # Fonts of the system stay out: the same edition gives the same file on every machine.
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[request["font_dir"]],
    )
    families = {family.casefold(): family for family in fonts.families()}
    if "template" not in request:
        json.dump(sorted(families.values()), sys.stdout)
        return 0
    chains = {
        role: [families[name.casefold()] for name in chain if name.casefold() in families]
        for role, chain in request["chains"].items()
    }
    try:
        sys.stdout.buffer.write(_compile(request, fonts, chains))
    except (typst.TypstError, LayoutError) as error:
        json.dump({"message": getattr(error, "message", str(error))}, sys.stderr)
        return FAILED
    return 0


def _compile(request: dict[str, Any], fonts: typst.Fonts, chains: dict[str, list[str]]) -> bytes:
    compiler = typst.Compiler(
        root=request["root"],
        font_paths=fonts,
        sys_inputs={
            "data": json.dumps(request["data"], ensure_ascii=False),
            "fonts": json.dumps(chains, ensure_ascii=False),
        },
    )
    document, warnings = compiler.compile_with_warnings(
        request["template"],
        pdf_standards=[request["standard"]],
        timestamp=dt.datetime.fromisoformat(request["timestamp"]),
    )
    for warning in warnings:
        # Anything else would be a document whose page numbers or colophon may be wrong.
        raise LayoutError(str(warning))
    assert isinstance(document, bytes)
    return document


def _pages(root: Path, name: str) -> int:
    """How many pages of a file can be set: 1 of a picture, 0 of what cannot be read."""
    if not name.endswith(".pdf"):
        return 1 if _is_set(root, f'#image("{name}", width: 10cm)') else 0
    try:
        _set_page(root, f'#image("{name}", page: {BEYOND})')
    except typst.TypstError as error:
        found = _ONLY.search(" ".join(error.hints))
        last = int(found[1]) if found else 0
    else:
        last = 0
    every = f'#for n in range({last}) {{ image("{name}", page: n + 1, width: 10cm) }}'
    return last if last and _is_set(root, every) else 0


def _is_set(root: Path, source: str) -> bool:
    try:
        _set_page(root, source)
    except (typst.TypstError, LayoutError):
        return False
    return True


def _set_page(root: Path, source: str) -> None:
    main = root / "probe.typ"
    main.write_text(source)
    compiler = typst.Compiler(root=str(root), font_paths=[], ignore_system_fonts=True)
    _document, warnings = compiler.compile_with_warnings(str(main))
    for warning in warnings:
        raise LayoutError(str(warning))


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    limits = ((resource.RLIMIT_CPU, cpu_seconds), (resource.RLIMIT_AS, memory_bytes))
    for limit, most in limits:
        try:
            resource.setrlimit(limit, (most, most))
        except (OSError, ValueError):
            pass  # macOS has no limit of the address space; the caller's time-out holds there too


if __name__ == "__main__":
    sys.exit(main())
