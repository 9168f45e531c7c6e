"""Static files of npm packages by an allow-list, and hashed names without source maps."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Address below STATIC_URL → file below node_modules. A package holds hundreds of files that no
# page asks for (207 MB against 1); what is served is listed.
VENDOR_FILES = {
    "vendor/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "vendor/bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
}


class VendorStorage(FileSystemStorage):
    """The listed files of node_modules under the names they are served by."""

    def __init__(self) -> None:
        super().__init__(location=Path(settings.BASE_DIR) / "node_modules")

    def path(self, name: str) -> str:
        """Where the file lies; a file that is not there stops the work with what to do."""
        found = Path(self.location) / VENDOR_FILES[name]
        if not found.is_file():
            raise ImproperlyConfigured(
                f"缺少浏览器资源 {found}，请运行 make setup（或 npm ci --ignore-scripts）安装。"
            )
        return str(found)


class VendorFinder(BaseFinder):
    """Finds the files of VENDOR_FILES and nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = VendorStorage()

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Nothing to check: a command that serves no pages needs no assets."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file behind this address, in the form that the base class promises."""
        if path not in VENDOR_FILES:
            return []
        found = self.storage.path(path)
        return [found] if find_all else found

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every listed file, for collectstatic."""
        for name in VENDOR_FILES:
            if not matches_patterns(name, list(ignore_patterns or [])):
                yield name, self.storage


def _without_source_maps(patterns: Iterable[tuple[str, Iterable[Any]]]) -> tuple[Any, ...]:
    return tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for glob, rules in patterns
    )


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash of the content; maps are not collected, so they are not looked for."""

    patterns = _without_source_maps(CompressedManifestStaticFilesStorage.patterns)
