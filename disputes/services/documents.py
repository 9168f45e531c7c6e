"""Printing the papers of a case: for who handles it, with a purpose, one row of the trail each."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from disputes import policies
from disputes.content.blocks import Paper, Stage
from disputes.content.casefile import Attached, compose_file, later_papers, papers_of
from disputes.content.facts import CaseFacts
from disputes.models import Dispute
from disputes.pdf import casefile_pdf, paper_pdf
from disputes.services.names import note_look
from disputes.services.paper_facts import facts_of
from disputes.word import paper_docx
from pingan.models import StoredFile, User
from pingan.privacy import seal_bytes
from pingan.refusals import Refused
from pingan.typesetting import RenderError, count_pages

PDF = "application/pdf"
TYPES = {
    "pdf": PDF,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SUFFIXES = {PDF: "pdf", "image/jpeg": "jpg", "image/png": "png"}
MOST_PAGES = 100  # of one attached file; a longer one is named on a slip
MOST_BYTES = 40 * 1024 * 1024  # of all attachments; the rest is named on slips
KEPT = dt.timedelta(hours=1)  # a whole file waits so long for who ordered it
# A colleague may read how a job ended: the reason, which may quote a name, is not told there.
NOT_SET = "卷宗没有排成。请逐份打印文书，排不出的那一份会说明原因；附件过大的，请压缩后重新上传。"
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper of the list; nothing of it names a person."""

    key: str
    title: str
    on: dt.date | None
    stage: Stage


@dataclass(frozen=True, slots=True)
class PaperList:
    """What can be printed now, what later, and what the agreement lacks."""

    lines: list[PaperLine]
    later: list[tuple[str, str]]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A file for one answer; its name holds the number and the kind, never a person's name."""

    name: str
    media_type: str
    content: bytes


def list_papers(*, dispute: Dispute, by: User) -> PaperList:
    """The papers of a case, for who handles it; nothing sealed is opened for it."""
    check_print(dispute=dispute, by=by)
    case = facts_of(dispute, is_plain=False)
    lines = [
        PaperLine(key, paper.title, paper.on, paper.stage) for key, paper in papers_of(case).items()
    ]
    agreement = case.agreement
    missing = agreement.missing if agreement and agreement.is_current else ()
    return PaperList(lines, later_papers(case), missing)


def print_paper(
    *, dispute: Dispute, key: str, suffix: str, is_final: bool, purpose: str, by: User
) -> Printed:
    """One paper as PDF or DOCX. `is_final`: Refused where it is not, instead of a draft."""
    check_print(dispute=dispute, by=by)
    outline = papers_of(facts_of(dispute, is_plain=False)).get(key)
    if outline is None or suffix not in TYPES:
        raise Refused("这份文书现在不能打印，请刷新页面后再选。")
    if is_final and outline.stage != Stage.FINAL:
        raise Refused(_not_final(dispute, outline))
    kind = f"{outline.stage}" if outline.stage else "正式"
    note_look(dispute=dispute, purpose=f"打印{outline.title}（{kind}）：{purpose.strip()}"
              if purpose.strip() else "", by=by)  # fmt: skip
    case = facts_of(dispute, is_plain=True)
    paper = papers_of(case)[key]
    try:
        write = paper_pdf if suffix == "pdf" else paper_docx
        content = write(paper, issued_on=case.today)
    except RenderError as error:
        raise Refused(str(error)) from error
    return Printed(_file_name(case, paper.title, suffix, paper.stage), TYPES[suffix], content)


def note_file_order(*, dispute: Dispute, purpose: str, by: User) -> None:
    """Put down that the whole file is printed; it is made by `make_file` in the background."""
    check_print(dispute=dispute, by=by)
    note_look(
        dispute=dispute, purpose=f"打印卷宗：{purpose.strip()}" if purpose.strip() else "", by=by
    )


def make_file(*, dispute: Dispute, by: User, tell: Tell) -> StoredFile:
    """The whole file, sealed, for an hour. The look was put down when it was ordered."""
    check_print(dispute=dispute, by=by)
    delete_old_files()
    case = facts_of(dispute, is_plain=True)
    wanted = [pk for paper in papers_of(case).values() for pk in paper.attached]
    steps = len(wanted) + 2
    attached: dict[int, Attached] = {}
    contents: dict[str, bytes] = {}
    for done, pk in enumerate(wanted):
        tell(done, steps, "正在核对附件")
        stored = StoredFile.objects.get(pk=pk)
        attached[pk] = _attach(stored, contents)
    tell(steps - 1, steps, "正在排版")
    try:
        content = casefile_pdf(compose_file(case, attached), contents, issued_on=case.today)
    except RenderError as error:
        raise Refused(NOT_SET) from error
    tell(steps, steps, "卷宗已经生成，一小时内可以下载。")
    return StoredFile.objects.create(
        unit=dispute.unit,
        name=_kept_name(dispute),
        media_type=PDF,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=seal_bytes(content),
        is_sealed=True,
        stored_by=by,
    )


def made_file(*, dispute: Dispute, pk: int, by: User) -> Printed | None:
    """The whole file that this person ordered, while it is kept and while he handles the case."""
    check_print(dispute=dispute, by=by)
    stored = StoredFile.objects.filter(
        pk=pk,
        name=_kept_name(dispute),
        is_sealed=True,
        stored_by=by,
        stored_at__gt=timezone.now() - KEPT,
    ).first()
    if stored is None:
        return None
    return Printed(f"{dispute.code}卷宗.pdf", PDF, stored.opened())


@transaction.atomic
def delete_old_files() -> int:
    """Whole files that nobody may fetch any more; how many."""
    old = StoredFile.objects.filter(
        name__startswith=KEPT_NAME, is_sealed=True, stored_at__lte=timezone.now() - KEPT
    )
    return old.delete()[0]


KEPT_NAME = "整卷打印件-"


def _kept_name(dispute: Dispute) -> str:
    return f"{KEPT_NAME}{dispute.pk}.pdf"


def check_print(*, dispute: Dispute, by: User) -> None:
    """Papers are for who handles the case, as long as there is something to print."""
    policies.check_handle(dispute=dispute, by=by)
    if dispute.erased_at is not None:
        raise Refused("这件纠纷的姓名和卷宗内容保存期满，已经销毁，不能再打印文书。")


def _not_final(dispute: Dispute, paper: Paper) -> str:
    case = facts_of(dispute, is_plain=False)
    if paper.stage == Stage.OLD:
        return "这件纠纷已经重新调解，原协议不能再作为正式稿打印。"
    if paper.item == "agreement" and case.agreement:
        return f"{paper.title}还缺：{'、'.join(case.agreement.missing)}。填齐后才能打印正式稿。"
    return f"{paper.title}还是草稿，结案后才能打印正式稿。"


def _attach(stored: StoredFile, contents: dict[str, bytes]) -> Attached:
    """A file behind its paper; what cannot be set is named on a slip."""
    suffix = SUFFIXES.get(stored.media_type, "")
    name, content = f"{stored.pk}.{suffix}", stored.opened()
    room = MOST_BYTES - sum(map(len, contents.values()))
    pages = count_pages(name, content) if suffix and len(content) <= room else 0
    if not 0 < pages <= MOST_PAGES:
        return Attached(stored.name, "", 0, suffix == "pdf")
    contents[name] = content
    return Attached(stored.name, f"/files/{name}", pages, suffix == "pdf")


def _file_name(case: CaseFacts, title: str, suffix: str, stage: Stage) -> str:
    mark = f"（{stage}）" if stage else ""
    demo = "（演示）" if case.demo_mark else ""
    return f"{case.code}{title}{mark}{demo}.{suffix}"
