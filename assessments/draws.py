"""Drawing lots so that anyone can draw again: plain values in, plain values out.

The seed is sealed first: its SHA-256 is published, the seed itself with the result. Units stand in
the order of SHA-256("seed:public number:code"), written in hexadecimal, the lowest first. The
order of the list they are taken from plays no part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lot:
    """One unit of the list, with the digest that gives it its place."""

    unit_id: int
    code: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the recomputation, and whether it came out as recorded."""

    text: str
    expected: str
    found: str

    @property
    def is_right(self) -> bool:
        return self.expected == self.found


def seal(seed: str) -> str:
    """What is published before the draw: the SHA-256 of the seed as it is written."""
    return hashlib.sha256(seed.encode()).hexdigest()


def digest(seed: str, salt: str, code: str) -> str:
    """A unit's lot."""
    return hashlib.sha256(f"{seed}:{salt}:{code}".encode()).hexdigest()


def lots(seed: str, salt: str, pool: Iterable[tuple[int, str, str]]) -> list[Lot]:
    """Every unit of the list in the order of its lot."""
    drawn = [Lot(unit_id, code, name, digest(seed, salt, code)) for unit_id, code, name in pool]
    return sorted(drawn, key=lambda lot: (lot.digest, lot.code))


def draw(seed: str, salt: str, pool: Iterable[tuple[int, str, str]], wanted: int) -> list[Lot]:
    """The first `wanted` of them."""
    return lots(seed, salt, pool)[:wanted]


def checks(
    *,
    seed: str,
    seal_published: str,
    salt: str,
    pool: Iterable[tuple[int, str, str]],
    wanted: int,
    result: Iterable[tuple[str, str]],
) -> list[Check]:
    """The recorded draw made again; `result` are the codes and digests that were recorded."""
    again = draw(seed, salt, pool, wanted)
    recorded = list(result)
    found = [Check("种子的摘要与封存码相同", seal_published, seal(seed))]
    found.append(Check("抽中的个数", str(len(again)), str(len(recorded))))
    for place, (lot, (code, recorded_digest)) in enumerate(zip(again, recorded, strict=False), 1):
        found.append(
            Check(
                f"第{place}个：{lot.name}",
                f"{lot.code} {lot.digest}",
                f"{code} {recorded_digest}",
            )
        )
    return found


def shell_command(seed: str, salt: str, codes: Iterable[str], wanted: int) -> str:
    """One line that draws again on Linux or macOS."""
    listed = " ".join(codes)
    return (
        f"for c in {listed}; do printf '%s %s\\n' "
        f"\"$(printf '%s' '{seed}:{salt}:'$c | openssl dgst -sha256 -r | cut -c1-64)\" $c; "
        f"done | sort | head -n {wanted}"
    )


def windows_command(seed: str, salt: str, codes: Iterable[str], wanted: int) -> str:
    """The same for the PowerShell of Windows."""
    listed = ", ".join(f"'{code}'" for code in codes)
    return (
        f"$h=[Security.Cryptography.SHA256]::Create(); $k='{seed}:{salt}:'; {listed} | % {{ "
        "(-join ($h.ComputeHash([Text.Encoding]::UTF8.GetBytes($k+$_)) | % { $_.ToString('x2') }))"
        f" + ' ' + $_ }} | sort | select -First {wanted}"
    )
