"""Issuing bulletins, their files, and the check of a printed code."""

import datetime as dt
import threading
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils import timezone

from assessments.models import Edition
from campaigns.models import MonthlyReturn
from pingan.enums import Role
from pingan.models import AuditEvent, User
from pingan.months import Month
from pingan.refusals import Forbidden, Refused
from pingan.services.periods import reopen_period
from pingan.typesetting import RenderError
from reports.models import Bulletin
from reports.services import (
    BY_NAME,
    documents,
    issue_bulletin,
    next_number,
    preview_figures,
    render_document,
    verify_code,
    write_documents,
)
from tests.assessments.records import MONTH
from tests.factories import County, make_county, make_user
from tests.reports.months import close, closed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]
TODAY = dt.date(2026, 10, 9)


def corrected(tree: County, by: User) -> Edition:
    """September's second edition: a return turns out to have been late."""
    reopen_period(county=tree.county, month=MONTH, by=by, reason="更正")
    MonthlyReturn.objects.filter(unit=tree.townships[0], month=MONTH).update(is_on_time=False)
    return close(tree, publish=False)


def test_issue_numbers_publishes_and_leaves_a_trace(tree: County, county_officer: User):
    edition = closed(tree, publish=False)

    bulletin = issue_bulletin(edition=edition, by=county_officer, issued_on=TODAY)

    assert (bulletin.year, bulletin.number, str(bulletin)) == (2026, 1, "〔2026〕1号")
    assert (bulletin.edition, bulletin.issued_by) == (edition, county_officer)
    edition.refresh_from_db()
    assert edition.published_by == county_officer
    event = AuditEvent.objects.get(action="签发通报")
    assert event.by == county_officer
    assert event.after == {
        "year": 2026,
        "number": 1,
        "issued_on": "2026-10-09",
        "month": "2026-09",
        "edition": 1,
        "hash": edition.hash,
    }


def test_issuing_twice_gives_the_same_bulletin(edition: Edition, county_officer: User):
    first = issue_bulletin(edition=edition, by=county_officer, issued_on=TODAY)
    second = issue_bulletin(
        edition=edition, by=county_officer, issued_on=TODAY - dt.timedelta(days=1)
    )

    assert second == first
    assert second.issued_on == TODAY
    assert Bulletin.objects.count() == 1
    assert AuditEvent.objects.filter(action="签发通报").count() == 1


def test_a_correction_has_a_number_of_its_own(tree: County, edition: Edition, county_officer: User):
    first = issue_bulletin(edition=edition, by=county_officer, issued_on=TODAY)
    second = issue_bulletin(
        edition=corrected(tree, county_officer), by=county_officer, issued_on=TODAY
    )

    assert [first.number, second.number] == [1, 2]
    # the first stays as it was, and asking again for it gives it back
    again = issue_bulletin(edition=edition, by=county_officer, issued_on=TODAY)
    assert again == first
    assert preview_figures(edition=second.edition, issued_on=TODAY).changes != ()


def test_numbers_run_by_year_and_county(tree: County, edition: Edition, county_officer: User):
    Bulletin.objects.create(
        county=tree.county,
        edition=closed(tree, Month(2025, 11)),
        year=2025,
        number=8,
        issued_on=dt.date(2025, 12, 10),
    )
    other = make_county("510704", "另一县")
    Bulletin.objects.create(
        county=other.county, edition=closed(other), year=2026, number=5, issued_on=TODAY
    )

    assert next_number(county=tree.county, year=2025) == 9
    assert issue_bulletin(edition=edition, by=None, issued_on=TODAY).number == 1
    assert next_number(county=tree.county, year=2026) == 2


def test_a_replaced_edition_is_not_issued(tree: County, edition: Edition, county_officer: User):
    corrected(tree, county_officer)
    edition.refresh_from_db()

    with pytest.raises(Refused, match="2026年9月第1版已被新的版次代替"):
        issue_bulletin(edition=edition, by=county_officer, issued_on=TODAY)
    assert not Bulletin.objects.exists()


@pytest.mark.parametrize(
    ("issued_on", "sentence"),
    [
        (dt.date(2026, 9, 30), "成文日期应在2026年9月结束之后"),
        (dt.date(2026, 10, 10), "成文日期不能晚于今天"),
    ],
)
def test_the_day_of_a_bulletin_is_after_its_month_and_not_to_come(
    edition: Edition, county_officer: User, issued_on: dt.date, sentence: str
):
    with pytest.raises(Refused, match=sentence):
        issue_bulletin(edition=edition, by=county_officer, issued_on=issued_on)
    assert not Bulletin.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COUNTY_OFFICER])
def test_only_the_county_officer_issues(tree: County, edition: Edition, role: Role):
    with pytest.raises(Forbidden, match="由本县县级经办员签发"):
        issue_bulletin(edition=edition, by=make_user(role, tree.county), issued_on=TODAY)
    assert not Bulletin.objects.exists()


def test_an_officer_of_another_county_does_not_issue(edition: Edition):
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "另一县").county)

    with pytest.raises(Forbidden):
        issue_bulletin(edition=edition, by=stranger, issued_on=TODAY)
    assert not Bulletin.objects.exists()


def test_the_preview_has_the_number_that_will_be_given(edition: Edition, county_officer: User):
    before = preview_figures(edition=edition, issued_on=TODAY)
    bulletin = issue_bulletin(edition=edition, by=county_officer, issued_on=TODAY)
    after = preview_figures(edition=edition, issued_on=dt.date(2026, 12, 31))

    assert before.bulletin_number == bulletin.number == 1
    assert after == before  # the issued day stands, whatever day one asks for


@pytest.mark.slow
def test_documents_are_written_all_together(tree: County, edition: Edition, tmp_path: Path):
    bulletin = issue_bulletin(edition=edition, by=None, issued_on=TODAY)

    sizes = write_documents(bulletin=bulletin, folder=tmp_path / "new")

    written = {path.name: path.stat().st_size for path in (tmp_path / "new").iterdir()}
    assert written == dict(sizes)
    assert set(written) == {"bulletin.pdf", "bulletin.docx", "ranking.xlsx", "board.pdf"}
    heads = {path.name: path.read_bytes()[:4] for path in (tmp_path / "new").iterdir()}
    assert heads == {
        "bulletin.pdf": b"%PDF",
        "board.pdf": b"%PDF",
        "bulletin.docx": b"PK\x03\x04",
        "ranking.xlsx": b"PK\x03\x04",
    }


@pytest.mark.slow
def test_documents_that_cannot_be_set_leave_the_old_ones(
    edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bulletin = issue_bulletin(edition=edition, by=None, issued_on=TODAY)
    (tmp_path / "bulletin.pdf").write_bytes(b"old")

    def fail(_figures: object) -> bytes:
        raise RenderError("现有字体中没有“㐀”这个字，不能排版。")

    broken = documents.Document("board.pdf", "公示栏PDF", "公示栏", "application/pdf", fail)
    monkeypatch.setattr(documents, "DOCUMENTS", (*documents.DOCUMENTS[:3], broken))

    with pytest.raises(Refused, match="㐀"):
        write_documents(bulletin=bulletin, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["bulletin.pdf"]
    assert (tmp_path / "bulletin.pdf").read_bytes() == b"old"


def test_a_folder_that_is_a_file_is_refused(edition: Edition, tmp_path: Path):
    bulletin = issue_bulletin(edition=edition, by=None, issued_on=TODAY)
    (tmp_path / "out").write_text("a file")

    with pytest.raises(Refused, match="文件写不进"):
        write_documents(bulletin=bulletin, folder=tmp_path / "out")


def test_a_document_has_a_chinese_name(edition: Edition):
    name, content = render_document(document=BY_NAME["ranking.xlsx"], edition=edition)

    assert name == "演示县2026年9月考评排名（演示）.xlsx"
    assert content.startswith(b"PK")


def test_a_code_is_verified_against_the_data(tree: County, edition: Edition, county_officer: User):
    bulletin = issue_bulletin(edition=edition, by=county_officer, issued_on=TODAY)
    code = edition.hash[:16]

    good = verify_code(user=county_officer, code=code, bulletin=bulletin)
    wrong = verify_code(user=county_officer, code="0" * 16, bulletin=bulletin)
    edition.scorecards.filter(unit=tree.townships[1]).update(total=9999)
    tampered = verify_code(user=county_officer, code=code)

    assert good.is_good
    assert good.text.startswith("一致：校验码属于2026年9月第1版")
    assert not wrong.is_good
    assert "不属于这份通报" in wrong.text
    assert not tampered.is_good
    assert "数据与当时不同" in tampered.text


def test_a_code_of_an_unpublished_or_foreign_edition_is_unknown(tree: County, township_clerk: User):
    hidden = closed(tree, publish=False)
    other = closed(make_county("510704", "另一县"))

    for edition in (hidden, other):
        verdict = verify_code(user=township_clerk, code=edition.hash[:16])
        assert not verdict.is_good
        assert "本县已公布的任何一版" in verdict.text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_officers_who_issue_at_once_draw_different_numbers():
    county = make_county().county
    editions = [
        Edition.objects.create(
            county=county,
            month=Month(2026, number),
            number=1,
            hash=f"{number:064x}",
            closed_at=timezone.now(),
            unit_count=0,
            rules={},
            totals={},
        )
        for number in range(1, 5)
    ]
    drawn: list[tuple[int, int]] = []

    def issue(edition: Edition) -> None:
        try:
            bulletin = issue_bulletin(edition=edition, by=None, issued_on=TODAY)
            drawn.append((edition.month.number, bulletin.number))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=issue, args=[each]) for each in (*editions, *editions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(drawn) == 8
    # each edition has one number, however often it was asked for, and the numbers have no gap
    assert len(set(drawn)) == 4
    assert sorted(number for _, number in set(drawn)) == [1, 2, 3, 4]
