"""The files of a bulletin, rendered on demand from its frozen edition."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from assessments.models import Edition
from pingan.models import User
from pingan.refusals import Refused
from pingan.typesetting import RenderError
from reports.content import compose_bulletin
from reports.excel import ranking_xlsx
from reports.models import Bulletin
from reports.pdf import board_pdf, bulletin_pdf
from reports.selectors.figures import month_figures
from reports.services.bulletins import issue_bulletin, next_number
from reports.tables import MonthFigures
from reports.word import bulletin_docx


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of file: its name in a folder, its name for a person, how it is written."""

    file_name: str
    short: str  # on its button
    label: str
    content_type: str
    write: Callable[[MonthFigures], bytes]

    def title(self, figures: MonthFigures) -> str:
        """彝良县2026年9月通报.pdf: what the downloaded file is called."""
        suffix = self.file_name.rpartition(".")[2]
        demo = "（演示）" if figures.is_demo else ""
        return f"{figures.county_name}{figures.month.label}{self.label}{demo}.{suffix}"


def _bulletin_pdf(figures: MonthFigures) -> bytes:
    return bulletin_pdf(compose_bulletin(figures), issued_on=figures.issued_on)


def _bulletin_docx(figures: MonthFigures) -> bytes:
    return bulletin_docx(compose_bulletin(figures), issued_on=figures.issued_on)


DOCUMENTS: tuple[Document, ...] = (
    Document("bulletin.pdf", "通报PDF", "考评通报", "application/pdf", _bulletin_pdf),
    Document(
        "bulletin.docx",
        "通报DOCX",
        "考评通报",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _bulletin_docx,
    ),
    Document(
        "ranking.xlsx",
        "排名Excel",
        "考评排名",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ranking_xlsx,
    ),
    Document("board.pdf", "公示栏PDF", "公示栏", "application/pdf", board_pdf),
)
BY_NAME = {document.file_name: document for document in DOCUMENTS}


def preview_figures(
    *, edition: Edition, issued_on: dt.date, with_villages: bool = True
) -> MonthFigures:
    """The figures as they will be issued: the bulletin's own number and day, else the next ones."""
    bulletin = Bulletin.objects.filter(edition=edition).first()
    if bulletin is not None:
        number, issued_on = bulletin.number, bulletin.issued_on
    else:
        number = next_number(county=edition.county, year=issued_on.year)
    return month_figures(
        edition, issued_on=issued_on, bulletin_number=number, with_villages=with_villages
    )


def render_document(*, document: Document, edition: Edition) -> tuple[str, bytes]:
    """Name and content of one file; Refused with a sentence where it cannot be set."""
    figures = preview_figures(edition=edition, issued_on=timezone.localdate())
    try:
        return document.title(figures), document.write(figures)
    except RenderError as error:
        raise Refused(str(error)) from error


def issue_to_folder(
    *, edition: Edition, by: User | None, issued_on: dt.date, folder: Path
) -> tuple[Bulletin, list[tuple[str, int]]]:
    """Issue and write the files; where they cannot be written no number is given away."""
    with transaction.atomic():
        bulletin = issue_bulletin(edition=edition, by=by, issued_on=issued_on)
        return bulletin, write_documents(bulletin=bulletin, folder=folder)


def write_documents(*, bulletin: Bulletin, folder: Path) -> list[tuple[str, int]]:
    """Every document into `folder`: all of them, or none. Returns names and sizes.

    They are written beside their places first and renamed once all are there.
    """
    edition = Edition.objects.select_related("county").get(pk=bulletin.edition_id)
    figures = preview_figures(edition=edition, issued_on=bulletin.issued_on)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".issue-") as place:
            sizes = []
            for document in DOCUMENTS:
                content = document.write(figures)
                (Path(place) / document.file_name).write_bytes(content)
                sizes.append((document.file_name, len(content)))
            for name, _ in sizes:
                (Path(place) / name).replace(folder / name)
    except RenderError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(f"文件写不进 {folder}：{error.strerror or error}。") from error
    return sizes
