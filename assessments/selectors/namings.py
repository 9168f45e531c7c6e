"""Namings: kinds and standards of a county, the list, where each naming stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from assessments.enums import NamingGrade, NamingState, RecheckResult
from assessments.models import Naming, NamingAnswer, NamingCriterion, NamingKind, NamingRecheck
from assessments.terms import days_left
from pingan import scopes
from pingan.enums import Role
from pingan.models import Unit, User

SOON_DAYS = 90  # a naming about to end is called so
IN_HAND = (NamingState.DRAFT, NamingState.APPLIED, NamingState.CHECKED)
_WAITING = {
    NamingState.DRAFT: ("填写中", "plain"),
    NamingState.APPLIED: ("待核查", "warn"),
    NamingState.CHECKED: ("待县级决定", "info"),
    NamingState.REFUSED: ("不予命名", "plain"),
    NamingState.WITHDRAWN: ("已撤销", "bad"),
}


@dataclass(frozen=True, slots=True)
class NamingRow:
    """One naming and where it stands today."""

    naming: Naming
    word: str
    tone: str
    left: int  # days until its term ends, 0 where it does not hold

    @property
    def is_valid(self) -> bool:
        return self.left > 0


def naming_row(naming: Naming, today: dt.date) -> NamingRow:
    """The state in words; whether its last recheck failed is read from `with_result`."""
    state = NamingState(naming.state)
    if state != NamingState.NAMED:
        return NamingRow(naming, *_WAITING[state], 0)
    assert naming.valid_from is not None
    assert naming.valid_to is not None
    if naming.valid_from > today:
        return NamingRow(naming, "未起始", "info", 0)
    left = days_left(naming.valid_to, today)
    return NamingRow(naming, *_term(naming, today, left), left)


def _term(naming: Naming, today: dt.date, left: int) -> tuple[str, str]:
    """The word for a naming within its term, the most pressing first."""
    if not left:
        return "已到期", "plain"
    if last_result(naming) == RecheckResult.FAILED:
        return "复核未通过", "bad"
    if naming.recheck_on is not None and naming.recheck_on <= today:
        return "待复核", "warn"
    return ("即将到期", "warn") if left <= SOON_DAYS else ("有效", "good")


def last_result(naming: Naming) -> str | None:
    """What the last recheck found; from `with_result` or from the prefetched rechecks."""
    if hasattr(naming, "last_result"):
        return str(naming.last_result) if naming.last_result else None
    rechecks = list(naming.rechecks.all())
    return rechecks[-1].result if rechecks else None


def with_result(rows: QuerySet[Naming]) -> QuerySet[Naming]:
    """`last_result` of each, in the same query."""
    last = NamingRecheck.objects.filter(naming=OuterRef("pk")).order_by("-on", "-pk")
    return rows.annotate(last_result=Subquery(last.values("result")[:1]))


def kinds_of(county_id: int) -> Sequence[NamingKind]:
    """The county's own kinds, else the common ones; `used` counts their namings."""
    rows = NamingKind.objects.filter(Q(county=county_id) | Q(county=None)).annotate(
        used=Count("namings", filter=Q(namings__unit__county=county_id), distinct=True),
        lines=Count("criteria", filter=Q(criteria__is_active=True), distinct=True),
    )
    found = list(rows.order_by("position", "pk"))
    own = [row for row in found if row.county_id]
    return own or found


def criteria_of(kind: NamingKind) -> QuerySet[NamingCriterion]:
    """The lines of its checklist; `is_used`: some application has answered it."""
    answered = NamingAnswer.objects.filter(criterion=OuterRef("pk"))
    return kind.criteria.annotate(is_used=Exists(answered)).order_by("position")


def kinds_for(unit: Unit, kinds: Iterable[NamingKind]) -> list[NamingKind]:
    """What the unit may apply for."""
    return [kind for kind in kinds if kind.is_active and unit.kind in kind.unit_kinds]


def units_to_name(user: User, kinds: Iterable[NamingKind]) -> QuerySet[Unit]:
    """For whom this person may apply: units of a kind that some naming is for."""
    wanted = {each for kind in kinds if kind.is_active for each in kind.unit_kinds}
    rows = Unit.objects.visible_to(user).living().filter(kind__in=wanted)
    if user.role == Role.VILLAGE_CLERK:
        rows = rows.filter(pk=user.unit_id)
    return rows.select_related("parent").order_by("path")


@dataclass(frozen=True, slots=True)
class NamingFilter:
    """What narrows the list."""

    state: str = ""
    kind: str = ""
    grade: str = ""
    under: int | None = None
    text: str = ""
    document: str = ""


def namings_found(user: User, chosen: NamingFilter, today: dt.date) -> QuerySet[Naming]:
    """Visible namings, those in hand first."""
    seen = Naming.objects.visible_to(user)
    if chosen.state in ("valid", "recheck"):
        seen = seen.valid(on=today)
    rows = with_result(seen).select_related("unit__parent", "kind")
    if chosen.state == "recheck":
        rows = rows.filter(recheck_on__lte=today)
    elif chosen.state == "expired":
        rows = rows.filter(state=NamingState.NAMED, valid_to__lte=today)
    elif chosen.state and chosen.state != "valid":
        rows = rows.filter(state=chosen.state)
    if chosen.kind:
        rows = rows.filter(kind__code=chosen.kind)
    if chosen.grade:
        rows = rows.filter(grade=chosen.grade)
    if chosen.under:
        paths = Unit.objects.visible_to(user).filter(pk=chosen.under).values_list("path", flat=True)
        path = paths.first()
        rows = rows.filter(scopes.within(path, "unit__path")) if path else rows.none()
    if chosen.document:
        rows = rows.filter(document=chosen.document)
    if chosen.text:
        rows = rows.filter(
            Q(unit__name__icontains=chosen.text)
            | Q(unit__parent__name__icontains=chosen.text)
            | Q(document__icontains=chosen.text)
        )
    return rows.order_by("kind__position", "unit__path", "-pk")


def answers_of(naming: Naming) -> list[NamingAnswer]:
    """The checklist of one application, in its order."""
    rows = naming.answers.select_related("criterion", "file").defer("file__content")
    return list(rows.order_by("criterion__for_demonstration", "criterion__position"))


def best_grade(answers: Iterable[NamingAnswer]) -> NamingGrade | None:
    """What the confirmed lines allow: 示范 needs every line, 合格 every line asked of all."""
    confirmed = [(answer.is_confirmed, answer.criterion.for_demonstration) for answer in answers]
    if not confirmed or not all(met for met, is_more in confirmed if not is_more):
        return None
    is_full = all(met for met, _is_more in confirmed)
    return NamingGrade.DEMONSTRATION if is_full else NamingGrade.QUALIFIED


@dataclass(frozen=True, slots=True)
class Checked:
    """One application that waits for the county's decision."""

    naming: Naming
    best: NamingGrade | None
    met: int
    lines: int


def checked_namings(county: Unit) -> list[Checked]:
    """What was checked, with the grade that its lines allow. Two queries."""
    answers = NamingAnswer.objects.select_related("criterion")
    rows = Naming.objects.filter(unit__path__startswith=county.path, state=NamingState.CHECKED)
    rows = rows.select_related("unit__parent", "kind", "checked_by").prefetch_related(
        Prefetch("answers", queryset=answers)
    )
    found = []
    for naming in rows.order_by("kind__position", "unit__path"):
        lines = list(naming.answers.all())
        met = sum(bool(line.is_confirmed) for line in lines)
        found.append(Checked(naming, best_grade(lines), met, len(lines)))
    return found


def documents_of(user: User) -> list[tuple[str, int]]:
    """Decisions by their document, the latest first, with how many namings each holds."""
    rows = Naming.objects.visible_to(user).filter(valid_from__isnull=False).order_by()
    found = rows.values_list("document", "valid_from").annotate(n=Count("pk"))
    return [(document, n) for document, _on, n in found.order_by("-valid_from", "document")]
