"""manage.py issue_bulletin."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assessments.models import Edition
from reports.models import Bulletin
from tests.factories import County
from tests.reports.months import closed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("issue_bulletin", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.slow
def test_issue_bulletin_prints_one_json_line_and_twice_changes_nothing(
    edition: Edition, tmp_path: Path
):
    first = run("530628", "2026-09", "--out", tmp_path)
    contents = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    second = run("530628000000", "2026-09", "--out", tmp_path, "--on", "2026-10-08")

    assert first.count("\n") == 1
    answer = json.loads(first)
    assert answer["number"] == "〔2026〕1号"
    assert (answer["edition"], answer["hash"]) == (1, edition.hash)
    assert {Path(each["file"]).name: each["bytes"] for each in answer["files"]} == {
        name: len(content) for name, content in contents.items()
    }
    assert answer["seconds"] >= 0
    again = json.loads(second)
    assert {**again, "seconds": 0} == {**answer, "seconds": 0}
    assert Bulletin.objects.count() == 1
    pdfs = [name for name in contents if name.endswith(".pdf")]
    assert [(tmp_path / name).read_bytes() for name in pdfs] == [contents[name] for name in pdfs]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("530628", "2026-13"), "没有“2026-13”这个月份"),
        (("530628", "September"), "“September”不是月份"),
        (("110101", "2026-09"), "没有载入代码为“110101”的县"),
        (("530628", "2026-08"), "演示县2026年8月还没有结账，请先运行 close_month"),
        (("530628", "2026-09", "--on", "10.10"), "“10.10”不是日期"),
        (("530628", "2026-09", "--on", "2027-01-01"), "成文日期不能晚于今天"),
    ],
)
def test_bad_input_is_a_sentence_and_nothing_is_written(
    edition: Edition, tmp_path: Path, arguments: tuple[str, ...], sentence: str
):
    with pytest.raises(CommandError, match=sentence):
        run(*arguments, "--out", tmp_path / "out")
    assert not Bulletin.objects.exists()
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_gives_no_number_away(
    tree: County, october: None, tmp_path: Path
):
    edition = closed(tree, publish=False)
    (tmp_path / "out").write_text("a file stands where the folder should be")

    with pytest.raises(CommandError, match="文件写不进"):
        run("530628", "2026-09", "--out", tmp_path / "out")
    edition.refresh_from_db()
    assert (Bulletin.objects.count(), edition.published_at) == (0, None)
