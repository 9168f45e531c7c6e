"""整改通知书 as paper: every word of it from the notice and its problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from assessments.enums import LadderKind
from assessments.models import Problem, RectificationNotice
from pingan.enums import OfficeRole
from pingan.models import CountySettings
from pingan.selectors.offices import Office

_TITLES = {
    LadderKind.NOTICE: "限期整改通知书",
    LadderKind.INTERVIEW: "约谈通知书",
    LadderKind.LISTED: "挂牌督办通知书",
}
_SHORT = {LadderKind.NOTICE: "整改", LadderKind.INTERVIEW: "约谈", LadderKind.LISTED: "挂牌"}
_OPENINGS = {
    LadderKind.NOTICE: "经{month}考评结账核对，你单位下列问题至今没有解决，现通知限期整改。",
    LadderKind.INTERVIEW: (
        "经{month}考评结账核对，你单位下列问题经限期整改仍没有解决，现决定进行约谈，并继续限期整改。"
    ),
    LadderKind.LISTED: (
        "经{month}考评结账核对，你单位下列问题经限期整改和约谈仍没有解决，现决定挂牌督办。"
    ),
}


@dataclass(frozen=True, slots=True)
class NoticeProblem:
    """One problem on paper; `mark` and `title` are for the sheet of the reply."""

    mark: str
    title: str
    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """The notice ready to be set: what stands on paper, word for word."""

    issuer_heading: str
    number: str
    title: str
    title_lines: tuple[str, ...]
    addressee: str
    opening: str
    problems: tuple[NoticeProblem, ...]
    demands: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]
    basis: str
    signer: str
    date: str
    unit: str
    post: str
    due: str
    recheck: str
    copy_to: str
    printed_by: str
    printed_on: str
    demo_mark: str


def compose_notice(
    notice: RectificationNotice,
    problems: Sequence[Problem],
    offices: dict[OfficeRole, Office],
    settings: CountySettings,
    today: dt.date,
) -> NoticeContent:
    """A draft bears no number, and says on every page that it is one."""
    kind = LadderKind(notice.kind)
    lead_office = offices[OfficeRole.LEAD_OFFICE].name
    date = day_words(notice.signed_on or today)
    return NoticeContent(
        issuer_heading=f"{lead_office}文件",
        number=number_words(notice, settings, today),
        title=f"{notice.unit.name}{_TITLES[kind]}",
        title_lines=(f"关于{notice.unit.name}有关问题的", _TITLES[kind]),
        addressee=f"{notice.unit.name}：",
        opening=_OPENINGS[kind].format(month=notice.month.label),
        problems=tuple(_problem(number, each) for number, each in enumerate(problems, start=1)),
        demands=tuple(line.strip() for line in notice.demand.splitlines() if line.strip()),
        terms=_terms(notice, kind),
        basis=notice.basis.rstrip("。") + "。",
        signer=lead_office,
        date=date,
        unit=notice.unit.name,
        post=notice.responsible_post,
        due=day_words(notice.due_on),
        recheck=day_words(notice.recheck_on),
        copy_to=f"{offices[OfficeRole.COMMITTEE].name}领导成员。",
        printed_by=lead_office,
        printed_on=f"{date}印发",
        demo_mark=_mark(notice, settings),
    )


def number_words(notice: RectificationNotice, settings: CountySettings, today: dt.date) -> str:
    """彝创安办整改〔2026〕3号; a draft leaves the place empty."""
    prefix = settings.document_prefix + _SHORT[LadderKind(notice.kind)]
    return f"{prefix}〔{notice.year or today.year}〕{notice.number or '　'}号"


def day_words(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _mark(notice: RectificationNotice, settings: CountySettings) -> str:
    words = ["草稿，未签发"] if notice.number is None else []
    words += ["演示数据"] if settings.is_demo else []
    return f"（{'，'.join(words)}）" if words else ""


def _problem(number: int, problem: Problem) -> NoticeProblem:
    found = f"{day_words(problem.found_on)}发现，来源：{problem.get_source_display()}。"
    detail = f"{problem.detail.rstrip('。')}。" if problem.detail else ""
    return NoticeProblem(
        mark=f"问题{number}",
        title=problem.title,
        lead=f"{number}. {problem.title.rstrip('。')}。",
        text=f"{detail}{found}",
    )


def _terms(notice: RectificationNotice, kind: LadderKind) -> tuple[tuple[str, str], ...]:
    terms = [
        ("责任单位", notice.unit.name),
        ("责任岗位", notice.responsible_post),
        ("整改期限", f"{day_words(notice.due_on)}前整改到位并书面报告"),
        ("复查日期", day_words(notice.recheck_on)),
    ]
    if kind == LadderKind.LISTED and notice.frozen_until:
        until = day_words(notice.frozen_until)
        terms.append(("评先评优", f"自签发之日起至{until}前，不得参加评先评优和命名"))
    return tuple(terms)
