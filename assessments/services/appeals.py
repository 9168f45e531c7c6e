"""Appeals in the preview: filed on one item, taken back, decided with a reason.

Every write holds the edition's row, as publishing does: an edition is never published beside an
appeal that is just being filed.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from assessments.enums import AppealState
from assessments.explain import points_text
from assessments.models import Appeal, Edition, Scorecard
from assessments.policies.appeals import check_decide, check_file, check_withdraw
from assessments.selectors.appeals import contested
from pingan import audit
from pingan.models import Period, User
from pingan.refusals import Conflict, Refused

LONGEST_REASON = 500
LONGEST_DECISION = 300
_AUDITED = ("state", "item_code", "lost", "restored", "decision")


@transaction.atomic
def file_appeal(*, card: Scorecard, item_code: str, reason: str, by: User) -> Appeal:
    """Contest the points that one item lost; one appeal an item at a time."""
    held = _held_edition(card.edition_id)
    card.edition = held
    item, lost = contested(card, item_code)
    check_file(card=card, lost=lost, now=timezone.now(), by=by)
    reason = _checked(reason, LONGEST_REASON, "请写明申诉理由：哪里算得不对，有什么依据")
    _check_once(card, item_code, lost)
    appeal = Appeal.objects.create(
        scorecard=card,
        unit=card.unit,
        month=card.month,
        item_code=item_code,
        item_name=item.name,
        lost=lost,
        reason=reason,
        filed_at=timezone.now(),
        filed_by=by,
    )
    after = audit.snapshot(appeal, *_AUDITED)
    audit.record(action="提出申诉", obj=appeal, by=by, unit=card.unit, after=after, note=reason)
    return appeal


def _check_once(card: Scorecard, item_code: str, lost: int) -> None:
    """Not twice at once, and not again about points that a decision has settled."""
    asked = Appeal.objects.filter(unit=card.unit_id, month=card.month, item_code=item_code)
    for earlier in asked.exclude(state=AppealState.WITHDRAWN):
        if earlier.state == AppealState.PENDING:
            raise Refused(f"“{earlier.item_name}”已有一件申诉，正在等县里决定。")
        assert earlier.decided_at is not None  # the database holds it together
        if lost <= earlier.lost - earlier.restored or earlier.decided_at > card.edition.closed_at:
            raise Refused(f"“{earlier.item_name}”的申诉已有决定，不能再次申诉。")


@transaction.atomic
def withdraw_appeal(*, appeal: Appeal, by: User) -> Appeal:
    """Take a pending appeal back; another may be filed while the preview runs."""
    held = _held(appeal)
    check_withdraw(appeal=held, by=by)
    return _settle(held, AppealState.WITHDRAWN, action="撤回申诉", by=by)


@transaction.atomic
def uphold_appeal(
    *, appeal: Appeal, restored: int, decision: str, version: int, by: User
) -> Appeal:
    """The unit is right: give points back at the next close; 0 where its record is corrected."""
    held = _to_decide(appeal, version, by)
    if not 0 <= restored <= held.lost:
        raise Refused(f"补回的分数应在0.01到{points_text(held.lost)}分之间，不能超过本项失分。")
    held.restored = restored
    held.decision = _checked(decision, LONGEST_DECISION, "请写明决定的理由")
    return _settle(held, AppealState.UPHELD, action="申诉成立", by=by)


@transaction.atomic
def refuse_appeal(*, appeal: Appeal, decision: str, version: int, by: User) -> Appeal:
    """The points stay off; the unit reads why."""
    held = _to_decide(appeal, version, by)
    held.decision = _checked(decision, LONGEST_DECISION, "请写明决定的理由")
    return _settle(held, AppealState.REFUSED, action="申诉不成立", by=by)


def _to_decide(appeal: Appeal, version: int, by: User) -> Appeal:
    # A close that runs holds the period: a decision waits for it, so that the close either holds
    # the decision or was there before it.
    periods = Period.objects.filter(county=appeal.unit.root_id, month=appeal.month)
    list(periods.select_for_update(of=("self",)).values_list("pk"))
    held = _held(appeal)
    check_decide(appeal=held, by=by)
    if held.version != version:
        raise Conflict("这件申诉刚被别人改过。")
    return held


def _settle(held: Appeal, state: AppealState, *, action: str, by: User) -> Appeal:
    before = {"state": held.state}
    held.state = state
    held.version += 1
    if state != AppealState.WITHDRAWN:
        held.decided_at, held.decided_by = timezone.now(), by
    held.save()
    audit.record(
        action=action,
        obj=held,
        by=by,
        unit=held.unit,
        before=before,
        after=audit.snapshot(held, *_AUDITED),
        note=held.decision,
    )
    return held


def _held_edition(edition_id: int) -> Edition:
    rows = Edition.objects.select_for_update(of=("self",)).select_related("county")
    return rows.get(pk=edition_id)


def _held(appeal: Appeal) -> Appeal:
    current = Edition.objects.current().filter(county=appeal.unit.root_id, month=appeal.month)
    list(current.select_for_update(of=("self",)).values_list("pk"))
    rows = Appeal.objects.select_for_update(of=("self",))
    return rows.select_related("unit", "filed_by", "scorecard__edition__county").get(pk=appeal.pk)


def _checked(text: str, longest: int, sentence: str) -> str:
    text = text.strip()
    if not text or len(text) > longest:
        raise Refused(f"{sentence}，不超过{longest}字。")
    return text
