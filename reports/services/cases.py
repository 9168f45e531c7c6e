"""Issuing the quarter's case bulletin: figures frozen, a number of the common register."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.spans import Span
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Refused
from reports import policies
from reports.cases import CaseFigures, differences, frozen, hash_of, thawed
from reports.models import CaseBulletin
from reports.selectors.cases import case_figures
from reports.services.bulletins import next_number
from reports.services.verification import PublicVerdict, Verdict

GATHERED = "gathered_on"  # the day says nothing about the figures


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """The bulletin as it would be issued now; `last` is the one it corrects."""

    figures: CaseFigures
    last: CaseBulletin | None
    changes: list[str]

    @property
    def content(self) -> dict[str, Any]:
        return frozen(self.figures)

    @property
    def edition(self) -> int:
        return self.last.edition + 1 if self.last else 1

    @property
    def is_new(self) -> bool:
        """Whether anything differs from what was issued."""
        return self.last is None or _code(self.last.content) != _code(self.content)


def draft_case_bulletin(*, county: Unit, span: Span, gathered_on: dt.date) -> CaseDraft:
    """The figures of today, and what they change. Six queries."""
    last = (
        CaseBulletin.objects.filter(county=county, starts_on=span.starts_on)
        .order_by("-edition")
        .first()
    )
    figures = case_figures(county, span, gathered_on)
    changes = differences(thawed(last.content), figures) if last else []
    return CaseDraft(figures, last, changes)


def issue_case_bulletin(
    *, county: Unit, span: Span, issued_on: dt.date, by: User | None, reason: str = ""
) -> CaseBulletin:
    """Freeze and number it; issued again with nothing changed, it is the same bulletin.

    The county's row is the lock of its register: two officers never draw one number.
    """
    with transaction.atomic():
        county = Unit.objects.select_for_update(no_key=True).get(pk=county.pk)
        policies.check_issue_cases(
            by, county, span=span, issued_on=issued_on, today=timezone.localdate()
        )
        draft = draft_case_bulletin(county=county, span=span, gathered_on=issued_on)
        if draft.last is not None and not draft.is_new:
            return draft.last
        _check_draft(draft, span, issued_on, reason)
        bulletin = CaseBulletin.objects.create(
            county=county,
            starts_on=span.starts_on,
            edition=draft.edition,
            year=issued_on.year,
            number=next_number(county=county, year=issued_on.year),
            content=draft.content,
            hash=_code(draft.content),
            reason=reason.strip(),
            changes=draft.changes,
            issued_on=issued_on,
            issued_by=by,
        )
        audit.record(
            action="签发案情通报",
            obj=bulletin,
            by=by,
            unit=county,
            after=audit.snapshot(
                bulletin, "starts_on", "edition", "year", "number", "issued_on", "hash"
            ),
            note=bulletin.reason,
        )
    return bulletin


def _check_draft(draft: CaseDraft, span: Span, issued_on: dt.date, reason: str) -> None:
    accepted = [draft.figures.total(code, "now").accepted for code in draft.figures.codes]
    if not any(accepted):
        raise Refused(f"{span.label}还没有审核通过的案件报表，不能签发。")
    if draft.last is not None:
        if not reason.strip():
            raise Refused("这一季度的案情通报已经签发过，数字有变动；更正请写明原因。")
        if issued_on < draft.last.issued_on:
            raise Refused("更正通报的成文日期不能早于原通报。")


def _code(content: dict[str, Any]) -> str:
    return hash_of(content, but=[GATHERED])


def verify_case_publicly(code: str) -> PublicVerdict | None:
    """What anybody who holds the paper may know of its code; None: it is no case bulletin's."""
    rows = CaseBulletin.objects.filter(hash__startswith=code).select_related("county")
    bulletin = rows.order_by("-edition").first()
    if bulletin is None:
        return None
    is_same = _code(bulletin.content) == bulletin.hash
    later = CaseBulletin.objects.filter(
        county=bulletin.county_id, starts_on=bulletin.starts_on, edition__gt=bulletin.edition
    )
    return PublicVerdict(
        is_good=is_same,
        text="一致：这份案情通报的数字与签发时相同。"
        if is_same
        else "数字与签发时不同，请向发文机关核实。",
        county_name=bulletin.county.name,
        month_label=str(bulletin.content["label"]),
        number=bulletin.edition,
        issued_on=bulletin.issued_on,
        is_replaced=later.exists(),
    )


def verify_case_code(*, user: User, code: str) -> Verdict:
    """Whether a printed code belongs to a bulletin whose figures still are what was frozen."""
    rows = CaseBulletin.objects.visible_to(user).filter(hash__startswith=code)
    bulletin = rows.order_by("-edition").first()
    if bulletin is None:
        text = f"不一致：校验码 {code} 不属于本县任何一份案情通报，请核对是否抄错。"
        return Verdict(False, text)
    named = f"{bulletin.content['label']}案情通报{bulletin}"
    if _code(bulletin.content) != bulletin.hash:
        text = f"校验码属于{named}，但系统中的数字与当时不同，请联系系统管理员。"
        return Verdict(False, text)
    return Verdict(True, f"一致：校验码属于{named}，已按系统中的数字重新计算，没有变动。")
