"""The papers of a case in the order of the catalogue, and the whole file made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from disputes.content.blocks import (
    Block,
    Field,
    Form,
    Heading,
    Paper,
    Signs,
    Words,
    day_words,
)
from disputes.content.ending import (
    RESULTS,
    compose_agreement,
    compose_closing,
    compose_confirmation,
    compose_notice,
    compose_oral,
    compose_performance,
    compose_visit,
)
from disputes.content.facts import CaseFacts
from disputes.content.opening import (
    SITTING_TITLES,
    compose_acceptance,
    compose_application,
    compose_evidence,
    compose_handover,
    compose_record,
    compose_rights,
    paper,
)
from disputes.enums import MOVES, AgreementForm, ConfirmationState, Move, PartyRole, RecordKind


@dataclass(frozen=True, slots=True)
class Attached:
    """A file behind a paper. Without pages of its own: a slip that names it."""

    name: str
    path: str
    pages: int
    is_pdf: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One line of the catalogue: a paper and what follows it."""

    paper: Paper
    attached: tuple[Attached, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """卷宗: cover, catalogue, papers, notes, back."""

    title: str
    number: str
    issuer: str
    cover: tuple[tuple[str, str], ...]
    sheets: tuple[Sheet, ...]
    notes: Paper
    demo_mark: str


def papers_of(case: CaseFacts) -> dict[str, Paper]:
    """Every paper that can be printed now, by its key."""
    found = {"application": compose_application(case)}
    if case.accepted_on:
        found["acceptance"] = compose_acceptance(case)
    notices = [record for record in case.records if record.kind == RecordKind.RIGHTS]
    found["rights"] = compose_rights(case, notices[-1] if notices else None)
    for record in case.records:
        if record.kind in SITTING_TITLES:
            found[f"record-{record.pk}"] = compose_record(case, record)
    evidence = [record for record in case.records if record.kind == RecordKind.EVIDENCE]
    if evidence:
        found["evidence"] = compose_evidence(case, evidence)
    found |= _agreement_papers(case)
    if case.end and case.end.move != Move.AGREE:
        found["notice"] = compose_notice(case, case.end)
    for handover in case.handovers:
        found[f"handover-{handover.pk}"] = compose_handover(case, handover)
    if case.closed_on or case.state in MOVES[Move.CLOSE][0]:
        found["closing"] = compose_closing(case)
    return found


def _agreement_papers(case: CaseFacts) -> dict[str, Paper]:
    agreement = case.agreement
    if agreement is None:
        return {}
    compose = compose_oral if agreement.form == AgreementForm.ORAL else compose_agreement
    found = {"agreement": compose(case, agreement)}
    found |= {
        f"performance-{done.pk}": compose_performance(case, done) for done in case.performances
    }
    found |= {f"visit-{visit.pk}": compose_visit(case, visit) for visit in case.visits}
    if agreement.effective_on and agreement.is_current:
        found["confirmation"] = compose_confirmation(case, agreement)
    return found


def later_papers(case: CaseFacts) -> list[tuple[str, str]]:
    """Papers that cannot be printed yet, and what they wait for."""
    found = []
    if not case.accepted_on:
        found.append((f"{case.prefix}调解受理登记表", "受理以后可以打印"))
    if case.agreement is None:
        found.append(("调解协议书、履行凭证、回访记录", "录入调解协议以后可以打印"))
    elif not case.agreement.effective_on:
        found.append(("司法确认申请书", "登记协议生效日期以后可以打印"))
    return found


def compose_file(case: CaseFacts, files: Mapping[int, Attached]) -> CaseFile:
    """The whole file; `files` are the attachments by their keys."""
    sheets = tuple(
        Sheet(each, tuple(files[pk] for pk in each.attached if pk in files))
        for key, each in papers_of(case).items()
        if _is_filed(case, key)
    )
    end = case.end
    parties = "；".join(f"{role.label}：{case.names(role)}" for role in PartyRole if case.of(role))
    keep = f"结案后{case.keep_years}年"
    if case.erase_on:
        keep += f"（到{day_words(case.erase_on)}）"
    cover = (
        ("案由", case.title),
        ("纠纷类别", case.category),
        ("当事人", parties),
        ("承办单位", case.holder),
        ("调解员", case.mediator or "未指定"),
        ("受理日期", day_words(case.accepted_on) if case.accepted_on else "未受理"),
        ("结案日期", day_words(case.closed_on) if case.closed_on else "未结案"),
        ("调解结果", RESULTS.get(end.move, "") if end else "调解中"),
        ("立卷人", case.handler),
        ("保管期限", keep),
    )
    return CaseFile(
        title=f"{case.prefix}调解卷宗",
        number=case.code,
        issuer=case.body,
        cover=cover,
        sheets=sheets,
        notes=_notes(case, sheets),
        demo_mark=case.demo_mark,
    )


def _is_filed(case: CaseFacts, key: str) -> bool:
    """A blank form is printed, not filed."""
    agreement = case.agreement
    return {
        "application": case.is_applied_for or not case.accepted_on,
        "rights": any(record.kind == RecordKind.RIGHTS for record in case.records),
        "confirmation": bool(agreement and agreement.confirmation != ConfirmationState.NONE),
        "closing": case.closed_on is not None,
    }.get(key, True)


def _notes(case: CaseFacts, sheets: tuple[Sheet, ...]) -> Paper:
    """卷宗情况说明: what is there, what is missing."""
    missing = [item.name for item in case.items if item.is_required and not item.is_there]
    slips = [each.name for sheet in sheets for each in sheet.attached if not each.pages]
    state = f"卷内缺少：{'、'.join(missing)}。" if missing else "必须具备的材料齐全。"
    lines: list[Block] = [Words(f"本卷共有文书{len(sheets)}份。{state}")]
    if slips:
        lines.append(Words(f"下列附件不能排入本卷，以插页代替，原件另存：{'、'.join(slips)}。"))
    if case.closed_on is None:
        lines.append(Words("本案尚未结案，本卷为办理中的卷宗，结案后重新立卷。"))
    if case.erase_on:
        lines.append(
            Words(
                f"保管期满（{day_words(case.erase_on)}）后，系统内的当事人姓名和文书内容自动销毁。"
            )
        )
    rows = tuple(
        (
            Field("材料", item.name),
            Field(
                "必须" if item.is_required else "按需",
                "有" if item.is_there else "缺" if item.is_required else "无",
            ),
        )
        for item in case.items
    )
    blocks: list[Block] = [
        *lines,
        Heading("材料核对"),
        Form(rows),
        Signs((("立卷人签名", False), ("检查人签名", False))),
        Words(f"立卷日期：{day_words(case.today)}", is_indented=False),
    ]
    return paper(case, "notes", "卷宗情况说明", blocks)
