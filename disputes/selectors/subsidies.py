"""以案定补: which cases may be claimed for and what is missing, the claims, their sums.

Every answer takes a fixed number of queries, whatever the cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet, Sum

from disputes.enums import (
    AgreementForm,
    ClaimState,
    ConfirmationState,
    DisputeState,
    RecordKind,
)
from disputes.models import (
    Agreement,
    Dispute,
    FollowVisit,
    MediationRecord,
    Mediator,
    Party,
    Performance,
    SubsidyClaim,
    SubsidyRate,
)
from disputes.selectors.committees import mediator_label
from disputes.selectors.files import SITTINGS, agreement_missing
from disputes.statute import FileFacts, file_items
from pingan import scopes
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.months import Month

CLAIM_TONES = {
    ClaimState.CLAIMED: "warn",
    ClaimState.APPROVED: "info",
    ClaimState.PAID: "good",
    ClaimState.REFUSED: "bad",
}


@dataclass(frozen=True, slots=True)
class Prospect:
    """A closed case: what its subsidy would be, or the sentence why there is none."""

    dispute: Dispute
    amount: int
    obstacle: str
    claim: SubsidyClaim | None

    @property
    def is_open(self) -> bool:
        """Can be claimed for now; one that was refused can be claimed for again."""
        return not self.obstacle


def closed_cases(user: User, month: Month) -> QuerySet[Dispute]:
    """Cases of the own tree, and those the own unit holds, closed in that month."""
    found = Dispute.objects.visible_to(user).filter(
        state=DisputeState.CLOSED,
        closed_on__gte=month.first_day,
        closed_on__lt=month.next.first_day,
    )
    return with_names(found).order_by("unit__path", "closed_on", "pk")


def with_names(cases: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """What a line of a case shows; the agreement and the claim come along."""
    return cases.select_related(
        *("unit__parent", "mediator__committee__unit", "scale", "agreement", "claim")
    ).defer("facts")


def prospects(cases: Sequence[Dispute]) -> list[Prospect]:
    """What each of these cases (fetched `with_names`) would bring. Five queries."""
    keys = [case.pk for case in cases]
    kinds: dict[int, Counter[str]] = {}
    records = MediationRecord.objects.filter(dispute__in=keys).order_by()
    for pk, kind, count in records.values_list("dispute", "kind").annotate(Count("pk")):
        kinds.setdefault(pk, Counter())[kind] = count
    facts = _Facts(
        kinds=kinds,
        parties=_counts(Party.objects.filter(dispute__in=keys), "dispute"),
        performances=_counts(
            Performance.objects.filter(agreement__dispute__in=keys), "agreement__dispute"
        ),
        visits=_counts(FollowVisit.objects.filter(dispute__in=keys), "dispute"),
        rates={
            (rate.county_id, rate.form, rate.scale_id): rate.amount
            for rate in SubsidyRate.objects.filter(county__in={case.county_id for case in cases})
        },
    )
    return [_prospect(case, facts) for case in cases]


@dataclass(frozen=True, slots=True)
class _Facts:
    """Counts of the cases in hand, by case."""

    kinds: dict[int, Counter[str]]
    parties: dict[int, int]
    performances: dict[int, int]
    visits: dict[int, int]
    rates: dict[tuple[int, str, int | None], int]


def _counts(rows: QuerySet[Any], key: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(key).annotate(Count("pk")))


def _prospect(case: Dispute, facts: _Facts) -> Prospect:
    claim: SubsidyClaim | None = getattr(case, "claim", None)
    agreement: Agreement | None = getattr(case, "agreement", None)
    amount = _rate(case, agreement, facts)
    return Prospect(case, amount or 0, _obstacle(case, claim, agreement, amount, facts), claim)


def _obstacle(
    case: Dispute,
    claim: SubsidyClaim | None,
    agreement: Agreement | None,
    amount: int | None,
    facts: _Facts,
) -> str:
    """Why this case is not claimed for; the first of what is in the way."""
    if case.state != DisputeState.CLOSED:
        return "结案归档以后才能申报补贴。"
    if claim is not None and claim.state != ClaimState.REFUSED:
        return f"这件纠纷已经申报过补贴（{claim.get_state_display()}）。"
    return _not_ready(case, agreement, amount, facts)


def _not_ready(
    case: Dispute, agreement: Agreement | None, amount: int | None, facts: _Facts
) -> str:
    """What a closed case still lacks."""
    # One that was mediated again and failed has an agreement that no longer counts.
    if agreement is None or case.settled_level is None:
        return "没有达成协议的纠纷不补贴。"
    if case.mediator is None:
        return "这件纠纷没有填写调解员，不能申报补贴。"
    missing = _missing(case, agreement, facts)
    if missing:
        return f"卷宗还缺：{'、'.join(missing)}。补齐后再申报补贴。"
    if amount is None:
        return f"县里还没有规定{agreement.get_form_display()}的补贴标准。"
    return ""


def _missing(case: Dispute, agreement: Agreement, facts: _Facts) -> list[str]:
    """The required items of the file that are not there."""
    kinds = facts.kinds.get(case.pk, Counter())
    parties = facts.parties.get(case.pk, 0)
    found = FileFacts(
        state=DisputeState(case.state),
        is_accepted=case.accepted_on is not None,
        has_rights_notice=kinds[RecordKind.RIGHTS] > 0,
        sittings=sum(kinds[kind] for kind in SITTINGS),
        evidence=kinds[RecordKind.EVIDENCE],
        has_agreement=True,
        agreement_missing=len(agreement_missing(agreement, parties)),
        performances=facts.performances.get(case.pk, 0),
        visits=facts.visits.get(case.pk, 0),
        is_confirmed=agreement.confirmation == ConfirmationState.CONFIRMED,
        is_worked_on=True,
    )
    items = file_items(found, is_agreed=True)
    return [item.name for item in items if item.is_required and not item.is_there]


def _rate(case: Dispute, agreement: Agreement | None, facts: _Facts) -> int | None:
    """The rate of the form and the scale; an own rate of the scale goes before the general one."""
    if agreement is None:
        return None
    form = AgreementForm(agreement.form).value
    own = facts.rates.get((case.county_id, form, case.scale_id)) if case.scale_id else None
    return own if own is not None else facts.rates.get((case.county_id, form, None))


@dataclass(frozen=True, slots=True)
class ClaimFilters:
    """What narrows the claims; empty: not at all."""

    first: Month | None = None
    last: Month | None = None
    state: str = ""
    unit: Unit | None = None


def claims(user: User, chosen: ClaimFilters) -> QuerySet[SubsidyClaim]:
    """Claims that this person may see, the newest month first."""
    found = SubsidyClaim.objects.visible_to(user).select_related(
        "dispute__unit__parent", "mediator__committee__unit", "claimed_by", "decided_by"
    )
    if chosen.first:
        found = found.filter(month__gte=chosen.first)
    if chosen.last:
        found = found.filter(month__lte=chosen.last)
    if chosen.state:
        found = found.filter(state=chosen.state)
    if chosen.unit:
        found = found.filter(scopes.within(chosen.unit.path, "mediator__committee__unit__path"))
    return found.order_by("-month", "mediator__committee__unit__path", "mediator__number", "pk")


@dataclass(slots=True)
class ClaimSum:
    """Counts and money of one line."""

    label: str
    counts: Counter[str] = field(default_factory=Counter)
    money: Counter[str] = field(default_factory=Counter)

    def add(self, state: str, count: int, amount: int) -> None:
        self.counts[state] += count
        self.money[state] += amount

    @property
    def claimed(self) -> int:
        """All that was asked for, whatever became of it."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts[ClaimState.CLAIMED]

    @property
    def approved(self) -> int:
        return self.counts[ClaimState.APPROVED]

    @property
    def approved_money(self) -> int:
        return self.money[ClaimState.APPROVED]

    @property
    def paid(self) -> int:
        return self.counts[ClaimState.PAID]

    @property
    def paid_money(self) -> int:
        return self.money[ClaimState.PAID]

    @property
    def refused(self) -> int:
        return self.counts[ClaimState.REFUSED]


@dataclass(frozen=True, slots=True)
class ClaimSums:
    """The claims summed up four ways, and in all."""

    total: ClaimSum
    by_month: list[ClaimSum]
    by_mediator: list[ClaimSum]
    by_committee: list[ClaimSum]
    by_township: list[ClaimSum]


_Place = tuple[int, int, str]  # level, position and code of a unit: the order of every list


def claim_sums(found: QuerySet[SubsidyClaim], *, shows_masked: bool) -> ClaimSums:
    """Sums by mediator and month, committee and township. Two queries."""
    rows = (
        found.order_by()
        .values_list("mediator", "month", "state")
        .annotate(Count("pk"), Sum("amount"))
    )
    grouped = list(rows)
    people = _mediators(found)
    total = ClaimSum("合计")
    months: dict[Hashable, ClaimSum] = {}
    mediators: dict[Hashable, ClaimSum] = {}
    committees: dict[tuple[_Place, str, int], ClaimSum] = {}
    townships: dict[_Place, ClaimSum] = {}
    order = {pk: place for place, pk in enumerate(people)}
    for pk, month, state, count, amount in sorted(grouped, key=lambda row: (row[1], order[row[0]])):
        mediator = people[pk]
        committee = mediator.committee
        township = township_of(committee.unit)
        place = (township.level, township.position, township.code)
        name = mediator_label(mediator, shows_masked=shows_masked)
        lines = (
            total,
            months.setdefault(month, ClaimSum(month.label)),
            mediators.setdefault((month, pk), ClaimSum(f"{month.label}　{committee.name}　{name}")),
            committees.setdefault(
                (place, committee.unit.path, committee.pk), ClaimSum(committee.name)
            ),
            townships.setdefault(place, ClaimSum(township.name)),
        )
        for line in lines:
            line.add(state, count, amount)
    return ClaimSums(
        total,
        list(months.values()),
        list(mediators.values()),
        [committees[key] for key in sorted(committees)],
        [townships[key] for key in sorted(townships)],
    )


def _mediators(found: QuerySet[SubsidyClaim]) -> dict[int, Mediator]:
    """The mediators of these claims in the order of their committees."""
    rows = Mediator.objects.filter(pk__in=found.order_by().values("mediator")).select_related(
        "committee__unit__parent"
    )
    return {row.pk: row for row in rows.order_by("committee__unit__path", "committee", "number")}


def township_of(unit: Unit) -> Unit:
    """The township of a village's committee; else the unit itself."""
    if unit.level == Level.VILLAGE and unit.parent is not None:
        return unit.parent
    return unit


@dataclass(frozen=True, slots=True)
class SignLine:
    """One mediator of the list to sign."""

    mediator: Mediator
    count: int
    amount: int


def sign_lines(found: QuerySet[SubsidyClaim]) -> list[SignLine]:
    """Cases and money of each mediator, in the order of the committees. Two queries."""
    rows = found.order_by().values_list("mediator").annotate(Count("pk"), Sum("amount"))
    money = {pk: (count, amount) for pk, count, amount in rows}
    return [SignLine(mediator, *money[pk]) for pk, mediator in _mediators(found).items()]
