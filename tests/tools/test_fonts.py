"""The fonts' set-up: what it finds it links, what it cannot have it says, and it never fails."""

import importlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

# By name: the type checker knows the tools as scripts, not as a package.
fonts = importlib.import_module("tools.fonts")

FILES = ["LXGWWenKai-Light.ttf", "LXGWWenKai-Regular.ttf"]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A font folder, an npm folder and a folder of programs of the test's own."""
    for name in ("fonts", "npm", "bin"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(fonts, "BASE", tmp_path)
    monkeypatch.setattr(fonts, "FONT_DIR", tmp_path / "fonts")
    monkeypatch.setattr(fonts, "NPM_DIR", tmp_path / "npm")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def wenkai(folder: Path):
    """The first Debian package, looked for where the test says instead of in /usr."""
    return fonts.DebianFonts(
        "fonts-lxgw-wenkai", str(folder / "usr").lstrip("/"), tuple(FILES), "没有。"
    )


def install_programs(place: Path, archive: bytes) -> None:
    """An apt-get that leaves a package behind and counts its calls, a dpkg-deb that opens it."""
    (place / "package.deb").write_bytes(archive)
    programs = {
        "apt-get": f"echo x >> {place}/calls; /bin/cp {place}/package.deb ./some.deb",
        "dpkg-deb": '/bin/cat "$2"',
    }
    for name, line in programs.items():
        program = place / "bin" / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)


def tar_of(names: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in names.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def test_npm_font_is_linked_once(place):
    font = fonts.NpmFont("A.ttf", "pack/A.ttf")
    assert not fonts.provide_npm_font(font)
    (place / "npm" / "pack").mkdir()
    (place / "npm" / "pack" / "A.ttf").write_bytes(b"font")

    assert fonts.provide_npm_font(font)
    assert fonts.provide_npm_font(font)

    assert (place / "fonts" / "A.ttf").read_bytes() == b"font"


def test_county_font_of_the_same_name_is_left_alone(place):
    (place / "fonts" / "A.ttf").write_bytes(b"county")

    assert fonts.provide_npm_font(fonts.NpmFont("A.ttf", "pack/A.ttf"))

    assert (place / "fonts" / "A.ttf").read_bytes() == b"county"


def test_installed_package_needs_no_download(place):
    (place / "usr").mkdir()
    for name in FILES:
        (place / "usr" / name).write_bytes(name.encode())

    assert fonts.provide_debian_fonts(wenkai(place), retry=False)

    assert sorted(path.name for path in (place / "fonts").iterdir()) == FILES


def test_only_the_wanted_files_are_taken_out_of_the_package(place):
    package = wenkai(place)
    names = {f"./{package.folder}/{name}": name.encode() for name in FILES}
    install_programs(place, tar_of({"./other/LXGWWenKai-Light.ttf": b"no", **names}))

    assert fonts.provide_debian_fonts(package, retry=False)

    assert {path.name: path.read_bytes() for path in (place / "fonts").iterdir()} == {
        name: name.encode() for name in FILES
    }


@pytest.mark.parametrize("archive", [b"no archive", tar_of({"./other/file": b""})])
def test_unusable_package_leaves_nothing_and_is_not_tried_again(place, archive):
    install_programs(place, archive)

    assert not fonts.provide_debian_fonts(wenkai(place), retry=False)
    calls = (place / "calls").read_text()
    assert not fonts.provide_debian_fonts(wenkai(place), retry=False)

    assert (place / "calls").read_text() == calls
    left = [path.name for path in (place / "fonts").iterdir()]
    assert left == [".fonts-lxgw-wenkai.unavailable"]
    assert not fonts.provide_debian_fonts(wenkai(place), retry=True)
    assert (place / "calls").read_text() != calls


def test_machine_without_debian_still_succeeds_and_says_what_stands_in(tmp_path):
    copy = tmp_path / "tools"
    copy.mkdir()
    (copy / "fonts.py").write_text(Path(str(fonts.__file__)).read_text(encoding="utf-8"))
    program = (copy / "fonts.py").read_text().replace('Path("/")', 'Path("/nowhere")')
    (copy / "fonts.py").write_text(program)

    done = subprocess.run(
        [sys.executable, str(copy / "fonts.py")],
        env={"PATH": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert "没有取得仿宋字体，公文正文由霞鹜文楷细体代替" in done.stderr
    assert "没有取得霞鹜文楷" in done.stderr
    assert "请先运行 npm ci" in done.stderr
    assert "字体已就绪：0 个文件" in done.stdout
