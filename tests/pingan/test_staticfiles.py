from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django import Settings

from pingan.staticfiles import VENDOR_FILES, VendorFinder


@pytest.fixture
def packages(tmp_path: Path, settings: Settings) -> Path:
    """A node_modules of our own that holds every listed file, and more."""
    folder = tmp_path / "node_modules"
    for place in [*VENDOR_FILES.values(), "bootstrap/dist/css/bootstrap.css"]:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(f"/* {place} */\n/*# sourceMappingURL=gone.map */\n")
    settings.BASE_DIR = tmp_path
    return folder


def test_find_gives_a_listed_file(packages: Path):
    found = VendorFinder().find("vendor/htmx.min.js")

    assert found == str(packages / "htmx.org/dist/htmx.min.js")


def test_find_does_not_know_what_is_not_listed(packages: Path):
    finder = VendorFinder()

    assert finder.find("bootstrap/dist/css/bootstrap.css") == []
    assert finder.find("vendor/../bootstrap/dist/css/bootstrap.css") == []


def test_list_is_the_allow_list(packages: Path):
    assert [name for name, _ in VendorFinder().list(None)] == list(VENDOR_FILES)
    assert [name for name, _ in VendorFinder().list(["vendor/*.js"])] == [
        "vendor/bootstrap.min.css"
    ]


def test_missing_file_stops_the_work_and_says_what_to_do(packages: Path):
    (packages / "htmx.org/dist/htmx.min.js").unlink()

    with pytest.raises(ImproperlyConfigured, match=r"缺少浏览器资源 .*htmx.*make setup"):
        VendorFinder().find("vendor/htmx.min.js")


def test_collected_names_are_hashed_and_maps_are_not_looked_for(
    packages: Path, tmp_path: Path, settings: Settings
):
    own = tmp_path / "own"
    own.mkdir()
    (own / "own.css").write_text("@import url('vendor/bootstrap.min.css');\n")
    settings.STATICFILES_DIRS = [own]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "pingan.staticfiles.ManifestStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)

    written = {path.name for path in settings.STATIC_ROOT.rglob("*") if path.is_file()}
    (hashed,) = settings.STATIC_ROOT.glob("own.*.css")
    assert "staticfiles.json" in written
    assert "bootstrap.css" not in written
    assert 'url("vendor/bootstrap.min.' in hashed.read_text()
    assert "bootstrap.min.css" not in hashed.read_text()
