"""Put the fonts of the printed documents into var/fonts/, which git ignores.

Two sources: the npm packages of package.json (宋体, 小标宋, 黑体) and, on Debian, two packages
that are downloaded and opened without root (仿宋, 楷体). What is already there is left alone, so a
county may put its licensed fonts beside them. The set-up never fails for want of a font: what
stands in is said in one sentence.

    python tools/fonts.py            # what is missing
    python tools/fonts.py --retry    # try again what could not be had last time
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]
FONT_DIR = BASE / "var" / "fonts"
NPM_DIR = BASE / "node_modules" / "@expo-google-fonts"
SECONDS = 180


@dataclass(frozen=True, slots=True)
class NpmFont:
    """A font file inside one of the npm packages."""

    target: str
    source: str


@dataclass(frozen=True, slots=True)
class DebianFonts:
    """Font files inside one Debian package; `missing` is said when it cannot be had."""

    package: str
    folder: str
    files: tuple[str, ...]
    missing: str


NPM_FONTS = tuple(
    NpmFont(
        f"Noto{family}SC-{style}.ttf",
        f"{folder}/{weight}{style}/Noto{family}SC_{weight}{style}.ttf",
    )
    for family, folder, weight, style in (
        ("Serif", "noto-serif-sc", 400, "Regular"),
        ("Serif", "noto-serif-sc", 700, "Bold"),
        ("Serif", "noto-serif-sc", 900, "Black"),
        ("Sans", "noto-sans-sc", 400, "Regular"),
        ("Sans", "noto-sans-sc", 500, "Medium"),
        ("Sans", "noto-sans-sc", 700, "Bold"),
    )
)
DEBIAN_FONTS = (
    DebianFonts(
        "fonts-lxgw-wenkai",
        "usr/share/fonts/truetype/lxgw-wenkai",
        ("LXGWWenKai-Light.ttf", "LXGWWenKai-Regular.ttf"),
        "没有取得霞鹜文楷，公文中的楷体由思源宋体代替。",
    ),
    DebianFonts(
        "texlive-lang-chinese",
        "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
        ("FandolFang-Regular.otf",),
        "没有取得仿宋字体，公文正文由霞鹜文楷细体代替（也没有时由思源宋体代替）；"
        "可将本单位的仿宋字体文件放入 var/fonts/。",
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(description="准备公文所用的字体。")
    parser.add_argument("--retry", action="store_true", help="重新尝试上次没有取得的字体")
    retry = parser.parse_args().retry
    FONT_DIR.mkdir(parents=True, exist_ok=True)
    for font in NPM_FONTS:
        if not provide_npm_font(font):
            print(f"没有找到字体 {font.target}：请先运行 npm ci。", file=sys.stderr)
    for fonts in DEBIAN_FONTS:
        if not provide_debian_fonts(fonts, retry=retry):
            print(fonts.missing, file=sys.stderr)
    found = sorted(
        path.name for path in FONT_DIR.iterdir() if path.suffix in {".ttf", ".otf", ".ttc"}
    )
    print(f"字体已就绪：{len(found)} 个文件，在 {FONT_DIR.relative_to(BASE)}/。")
    return 0


def provide_npm_font(font: NpmFont) -> bool:
    """Link one file out of node_modules; False where the package is not installed."""
    target, source = FONT_DIR / font.target, NPM_DIR / font.source
    if target.exists():
        return True
    if not source.exists():
        return False
    _link_or_copy(source, target)
    return True


def provide_debian_fonts(fonts: DebianFonts, *, retry: bool) -> bool:
    """Take the files from the installed package, else from a downloaded one; False if neither."""
    missing = [name for name in fonts.files if not (FONT_DIR / name).exists()]
    for name in list(missing):
        installed = Path("/") / fonts.folder / name
        if installed.exists():
            _link_or_copy(installed, FONT_DIR / name)
            missing.remove(name)
    if not missing:
        return True
    # Without this mark an offline machine would wait for the network at every start.
    tried = FONT_DIR / f".{fonts.package}.unavailable"
    if tried.exists() and not retry:
        return False
    try:
        _download_and_extract(fonts, missing)
    except (OSError, subprocess.SubprocessError, tarfile.TarError, LookupError):
        tried.touch()
        return False
    tried.unlink(missing_ok=True)
    return True


def _download_and_extract(fonts: DebianFonts, names: list[str]) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise LookupError("not a Debian system")
    # The package is far bigger than the font: it lives in a folder that goes away.
    with tempfile.TemporaryDirectory(dir=FONT_DIR, prefix=".deb-") as name:
        folder = Path(name)
        package = _download_package(fonts.package, folder)
        _extract(package, fonts.folder, names, folder)
        for file in names:
            (folder / file).replace(FONT_DIR / file)


def _download_package(package: str, folder: Path) -> Path:
    options = ["-q", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20"]
    try:
        _run(["apt-get", *options, "download", package], folder)
    except subprocess.CalledProcessError:
        # No package lists (a fresh image, no root): make our own, thrown away afterwards.
        for part in ("state/lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True)
        options += [
            "-o",
            f"Dir::State={folder / 'state'}",
            "-o",
            f"Dir::Cache={folder / 'cache'}",
        ]
        _run(["apt-get", *options, "update"], folder)
        _run(["apt-get", *options, "download", package], folder)
    return sorted(folder.glob("*.deb"))[0]


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=SECONDS)


def _extract(package: Path, inside: str, names: list[str], folder: Path) -> None:
    wanted = {f"./{inside}/{name}": name for name in names}
    command = ["dpkg-deb", "--fsys-tarfile", str(package)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as archive,
    ):
        for member in archive:
            source = archive.extractfile(member) if member.name in wanted else None
            if source is not None:
                with (folder / wanted.pop(member.name)).open("wb") as target:
                    shutil.copyfileobj(source, target)
            if not wanted:
                process.kill()
                break
    if wanted:
        raise LookupError(f"{package.name} has no {', '.join(wanted)}")


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(main())
