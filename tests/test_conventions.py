"""Rules of the house that a machine can check. A rule is changed here, or kept."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parents[1]
APPS = ("pingan", "campaigns", "disputes", "assessments", "reports")
CODE = (*APPS, "tests", "tools", "bench")
PURE = {
    *(
        "enums",
        "scoring",
        "ranking",
        "deadlines",
        "tables",
        "charts",
        "explain",
        "scorelines",
        "shapes",
        "intervals",
        "fairness",
        "standings",
    ),
    *(
        "figures",
        "spans",
        "checks",
        "merging",
        "draws",
        "terms",
        "ladder",
        "money",
        "tenures",
        "cases",
        "clauses",
    ),
}
PURE_IN_KERNEL = {"calendars", "money", "months", "trees", "refusals"}
LONGEST_MODULE = 400
LONGEST_TEST_MODULE = 600  # tables of cases take their room
LONGEST_FUNCTION = 60

INLINE_CODE = {
    "script without src": r"<script(?![^>]*\bsrc=)[^>]*>",
    "style element": r"<style\b",
    "style attribute": r"<[^>]*\sstyle\s*=",
    "event attribute": r"<[^>]*\son[a-z]+\s*=",
    "hx-on": r"<[^>]*\shx-on",
    "javascript address": r"javascript:",
}


def modules(*folders: str) -> list[Path]:
    """The Python files below these folders, those that a tool wrote left out."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def templates() -> list[Path]:
    """Every page and part."""
    return sorted((ROOT / "templates").rglob("*.html"))


def name(path: Path) -> str:
    """The path as a reader would type it."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(path: Path) -> set[str]:
    """The dotted names that the module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def layer(path: Path) -> str:
    """The kind of file: views.py and views/accounts.py are both `views`."""
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "common", "helpers", "misc"}

    found = [name(path) for path in modules(*CODE) if path.stem in drawers]
    found += [name(path) for path in modules(*CODE) if path.parent.name in drawers]

    assert found == []


def lengths(*folders: str) -> dict[str, int]:
    """Lines of every module below these folders."""
    return {
        name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*folders)
    }


def test_modules_are_short():
    code = lengths(*APPS, "tools", "bench")
    tests = lengths("tests")

    assert {path: lines for path, lines in code.items() if lines > LONGEST_MODULE} == {}
    assert {path: lines for path, lines in tests.items() if lines > LONGEST_TEST_MODULE} == {}


def test_functions_are_short():
    found = {
        f"{name(path)}:{function.name}": function.end_lineno - function.lineno + 1
        for path in modules(*CODE)
        for function in functions(path)
        if function.end_lineno is not None
    }

    assert {path: lines for path, lines in found.items() if lines > LONGEST_FUNCTION} == {}


def test_nothing_is_left_for_later():
    found = [
        name(path)
        for path in [*modules(*APPS, "tools", "bench"), *templates()]
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_pure_modules_know_neither_django_nor_the_clock():
    pure = [path for path in modules(*APPS) if layer(path) in PURE]
    pure += [path for path in modules("pingan") if layer(path) in PURE_IN_KERNEL]
    # Django's TextChoices is the one thing an enum takes from it.
    found = {
        f"{name(path)}: {used}"
        for path in pure
        for used in imported(path)
        if used.startswith("django") and layer(path) != "enums"
    }
    clocks = {
        name(path)
        for path in pure
        if re.search(r"\b(now|today|utcnow)\(\)", path.read_text(encoding="utf-8"))
    }

    assert (found, clocks) == (set(), set())


def test_nothing_happens_by_signal():
    found = [
        f"{name(path)}: {used}"
        for path in modules(*APPS)
        for used in imported(path)
        if used.startswith(("django.db.models.signals", "django.dispatch"))
    ]

    assert found == []


def test_views_are_functions():
    found = [
        f"{name(path)}: {used}"
        for path in modules(*APPS)
        for used in imported(path)
        if used.startswith("django.views.generic")
    ]

    assert found == []


def test_services_done_by_somebody_take_keywords_only():
    found = [
        f"{name(path)}: {node.name}"
        for path in modules(*APPS)
        if layer(path) == "services"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if "by" in {argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]}
        if node.args.args or node.args.posonlyargs
    ]

    assert found == []


def test_every_page_extends_a_base_or_is_a_part():
    free = {"base.html", "base_print.html"}

    found = [
        name(path)
        for path in templates()
        if path.name not in free
        and not path.name.startswith("_")
        and not re.match(r"\s*(\{#.*?#\}\s*)*\{% extends ", path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_shared_parts_begin_with_an_underscore():
    parts = [path for path in templates() if path.parent.name == "_components"]

    assert [name(path) for path in parts if not path.name.startswith("_")] == []


@pytest.mark.parametrize("kind", INLINE_CODE)
def test_templates_hold_no_inline_code(kind: str):
    # Template tags are taken out first: a comparison in them may look like the end of a tag.
    pages = {
        name(path): re.sub(r"\{[%{#].*?[%}#]\}", "", path.read_text(encoding="utf-8"))
        for path in templates()
    }

    found = [path for path, text in pages.items() if re.search(INLINE_CODE[kind], text, re.I)]

    assert found == []


def test_python_code_writes_no_inline_styles():
    found = [
        name(path)
        for path in modules(*APPS)
        if re.search(r"<[a-z]+[^>\n]*\s(style|on[a-z]+)=", path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_migrations_have_names():
    found = [
        name(path)
        for app in APPS
        for path in (ROOT / app / "migrations").glob("[0-9]*.py")
        if re.search(r"_auto_|_alter_.*_and_more|_and_more$", path.stem)
    ]

    assert found == []


def glossary() -> set[tuple[str, str]]:
    """(English, Chinese) of every line; `User, Role | 账号, 岗位` holds two pairs."""
    text = (ROOT / "pingan" / "GLOSSARY.md").read_text(encoding="utf-8")
    lines = [line.strip("| ").split("|") for line in text.splitlines() if line.startswith("|")]
    return {
        (english.strip(" `"), chinese.strip())
        for code, screen, *_ in lines
        for english, chinese in zip(code.split(","), screen.split(","), strict=False)
    }


def test_glossary_has_every_model_by_its_chinese_name():
    terms = glossary()

    missing = [
        (model.__name__, str(model._meta.verbose_name))
        for model in apps.get_models()
        if model._meta.app_label in APPS
        if (model.__name__, str(model._meta.verbose_name)) not in terms
    ]

    assert missing == []


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(namespace:name, name) of every address of our own apps."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{prefix}{pattern.namespace or ''}:")
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", pattern.name or ""


def test_addresses_are_named_in_english_words_with_hyphens():
    named = dict(addresses(get_resolver()))

    wrong = [full for full, short in named.items() if not re.fullmatch(r"[a-z]+(-[a-z]+)*", short)]

    assert named
    assert wrong == []
