"""What the pages of the schemes need: the list, one version, its line of versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from assessments.clauses import clause_of
from assessments.enums import Colour, Grade, ItemSource, RuleShape, SchemeState
from assessments.explain import points_text
from assessments.models import PeerGroup, Scheme, ScoreItem
from assessments.models.schemes import SchemeQuerySet
from assessments.shapes import OUTSIDE
from assessments.tables import INDICATOR, Labels
from campaigns.enums import IndicatorKind
from campaigns.models import Indicator
from pingan.enums import Level, PeriodState
from pingan.models import CountySettings, Period, Unit, User
from pingan.months import Month

ITEM_FIELDS = ("code", "name", "source", "shape", "points", "parameters", "clause")
NO_SECTION = "考核项"
# Best known first; the others of the tree follow.
LEVELS = (Level.TOWNSHIP, Level.SECTOR, Level.VILLAGE, Level.DEPARTMENT, Level.GROUP)


def item_values(item: ScoreItem) -> dict[str, Any]:
    """An item as an edition's rules keep it."""
    return {name: getattr(item, name) for name in ITEM_FIELDS}


def same_scheme(county_id: int | None, level: int, group: PeerGroup | None) -> SchemeQuerySet:
    """All versions of one scheme: of a level, or of a group by its name, whenever it began."""
    found = Scheme.objects.filter(county_id=county_id, level=level)
    if group is None:
        return found.filter(peer_group=None)
    return found.filter(peer_group__name=group.name)


def adopted_before(draft: Scheme) -> Scheme | None:
    """The version of the same scheme that was adopted last."""
    return (
        same_scheme(draft.county_id, draft.level, draft.peer_group)
        .adopted()
        .exclude(pk=draft.pk)
        .order_by("-valid_from", "-version")
        .first()
    )


def replaced_by(scheme: Scheme) -> Scheme | None:
    """What this scheme replaces: its last version, else the county's for the level, else the
    common one."""
    before = (
        Scheme.objects.adopted()
        .filter(
            Q(county=None) | Q(county_id=scheme.county_id),
            Q(peer_group=None)
            | Q(peer_group__name=scheme.peer_group.name if scheme.peer_group else ""),
            level=scheme.level,
            valid_from__lte=scheme.valid_from,
        )
        .exclude(pk=scheme.pk)
        .select_related("peer_group")
    )
    if scheme.state == SchemeState.ADOPTED:
        before = before.exclude(
            county_id=scheme.county_id, peer_group=scheme.peer_group, version__gt=scheme.version
        )
    return max(before, key=_closeness, default=None)


def _closeness(scheme: Scheme) -> tuple[bool, bool, Month, int]:
    is_own, has_group = scheme.county_id is not None, scheme.peer_group_id is not None
    return is_own, has_group, scheme.valid_from, scheme.version


def month_is_closed(county_id: int, month: Month) -> bool:
    return Period.objects.filter(
        county_id=county_id, month=month, state=PeriodState.CLOSED
    ).exists()


def indicator_labels(county_id: int) -> dict[str, tuple[str, str]]:
    """Counts of the county's catalogue by the name a rule calls them; its own before the common
    ones. One query."""
    rows = (
        Indicator.objects.filter(
            Q(county=None) | Q(county_id=county_id), kind=IndicatorKind.COUNT, is_active=True
        )
        .order_by(F("county_id").asc(nulls_first=True), "topic", "pk")
        .values_list("code", "name", "measure")
    )
    return {f"{INDICATOR}{code}": (name, measure) for code, name, measure in rows}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the list; `tone` and `word` say how it stands today."""

    scheme: Scheme
    items: int
    months: str
    word: str
    tone: str
    compared_with: int | None  # the version before it


@dataclass(slots=True)
class SchemeLine:
    """All versions of one scheme, the newest first."""

    level: Level
    group: PeerGroup | None
    rows: list[VersionRow] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.level.label} · {self.group.name}" if self.group else self.level.label

    @property
    def has_draft(self) -> bool:
        return any(row.scheme.state == SchemeState.DRAFT for row in self.rows)

    @property
    def newest(self) -> Scheme | None:
        """What a new draft is a copy of."""
        adopted = [row.scheme for row in self.rows if row.scheme.state == SchemeState.ADOPTED]
        return adopted[0] if adopted else None


def scheme_lines(user: User, month: Month, level: int | None = None) -> list[SchemeLine]:
    """Every scheme that concerns the county, by level and group, as it stands in `month`."""
    found = Scheme.objects.visible_to(user).select_related("peer_group")
    if level is not None:
        found = found.filter(level=level)
    schemes = sorted(found.annotate(size=Count("items")), key=_list_order)
    lines: dict[tuple[int, str], SchemeLine] = {}
    for scheme in schemes:
        group = scheme.peer_group
        key = (scheme.level, group.name if group else "")
        lines.setdefault(key, SchemeLine(Level(scheme.level), group))
    for key, line in lines.items():
        line.rows = _version_rows([each for each in schemes if _key(each) == key], month)
    return list(lines.values())


def _key(scheme: Scheme) -> tuple[int, str]:
    return scheme.level, scheme.peer_group.name if scheme.peer_group else ""


def _list_order(scheme: Scheme) -> tuple[Any, ...]:
    order = LEVELS.index(Level(scheme.level)) if scheme.level in LEVELS else len(LEVELS)
    return order, _key(scheme)[1], scheme.county_id is None, -scheme.version


def _version_rows(versions: Sequence[Scheme], month: Month) -> list[VersionRow]:
    own_in_force = any(each.county_id and _holds(each, month) for each in versions)
    rows = []
    for place, scheme in enumerate(versions):
        word, tone = standing(scheme, month, is_overruled=own_in_force and not scheme.county_id)
        before = versions[place + 1].pk if place + 1 < len(versions) else None
        size = getattr(scheme, "size", 0)
        rows.append(VersionRow(scheme, size, months_said(scheme), word, tone, before))
    return rows


def _holds(scheme: Scheme, month: Month) -> bool:
    return (
        scheme.state == SchemeState.ADOPTED
        and scheme.valid_from <= month
        and (scheme.valid_to is None or scheme.valid_to >= month)
    )


def standing(scheme: Scheme, month: Month, *, is_overruled: bool = False) -> tuple[str, str]:
    """How a version stands in that month: a word, and the tone of its pill."""
    if scheme.state == SchemeState.DRAFT:
        return "草案", "warn"
    if scheme.valid_to is not None and scheme.valid_to < scheme.valid_from:
        return "未施行", "plain"
    if scheme.valid_from > month:
        return "待施行", "info"
    if not _holds(scheme, month):
        return "已停用", "plain"
    return ("本县另有办法", "plain") if is_overruled else ("现行", "good")


def whom_said(scheme: Scheme) -> str:
    """Whom it is for: a level, or one group of peers in it."""
    level = Level(scheme.level).label
    return f"{level} · {scheme.peer_group.name}" if scheme.peer_group else level


def months_said(scheme: Scheme) -> str:
    """From when to when it counts."""
    if scheme.county_id is None:
        return "各县通用"
    if scheme.state == SchemeState.DRAFT:
        return f"拟从{scheme.valid_from.label}起"
    if scheme.valid_to is None:
        return f"{scheme.valid_from.label}起"
    if scheme.valid_to < scheme.valid_from:
        return f"原定{scheme.valid_from.label}起"
    return f"{scheme.valid_from.label}至{scheme.valid_to.label}"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item, ready to print."""

    item: ScoreItem
    number: int
    source: str
    shape: str
    points: str
    rule: str

    @property
    def is_outside(self) -> bool:
        return self.item.shape in OUTSIDE


@dataclass(slots=True)
class Section:
    """Items that stand together."""

    name: str
    rows: list[ItemRow] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.name or NO_SECTION

    @property
    def points(self) -> int:
        return sum(row.item.points for row in self.rows if not row.is_outside)

    @property
    def said(self) -> str:
        is_outside = bool(self.rows) and all(row.is_outside for row in self.rows)
        return "在100分之外" if is_outside else f"{points_text(self.points)} 分"


@dataclass(frozen=True, slots=True)
class GradeRow:
    grade: str
    lowest: str
    colour: str
    colour_name: str


def sections_of(scheme: Scheme, labels: Labels) -> list[Section]:
    """The items of a version in their sections; `labels` of the indicators. One query."""
    sections: dict[str, Section] = {}
    items = sorted(scheme.items.all(), key=lambda item: (item.position, item.pk))
    for item in items:
        sections.setdefault(item.section, Section(item.section))
    number = 0
    for section in sections.values():
        for item in items:
            if item.section == section.name:
                number += 1
                section.rows.append(item_row(item, number, labels))
    return list(sections.values())


def item_row(item: ScoreItem, number: int, labels: Labels) -> ItemRow:
    return ItemRow(
        item,
        number,
        ItemSource(item.source).label,
        RuleShape(item.shape).label,
        points_of(item),
        clause_of(item_values(item), labels),
    )


def points_of(item: ScoreItem) -> str:
    """A bonus is told apart from what makes the 100."""
    if item.shape == RuleShape.VETO:
        return "—"
    said = points_text(item.points)
    return f"最多加 {said}" if item.shape == RuleShape.BONUS else said


def total_of(items: Iterable[ScoreItem]) -> int:
    """What has to be 100."""
    return sum(item.points for item in items if item.shape not in OUTSIDE)


def grade_rows(scheme: Scheme) -> list[GradeRow]:
    rows = []
    above = ""
    for name, lowest in scheme.grade_bands:
        grade, said = Grade(name), points_text(int(lowest))
        text = f"不足 {above} 分" if grade == Grade.UNQUALIFIED else f"{said} 分及以上"
        if above and grade != Grade.UNQUALIFIED:
            text = f"{said} 分及以上，不足 {above} 分"
        colour = Colour(str(scheme.colour_rules[grade.value]))
        rows.append(GradeRow(grade.label, text, colour.value, colour.label))
        above = said
    return rows


def groups_in(county: Unit, level: int | None, month: Month) -> QuerySet[PeerGroup]:
    """The groups of peers, of one level or of all, that are there in the month or will be."""
    found = PeerGroup.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=month.first_day), county=county
    )
    return found if level is None else found.filter(level=level)


def survey_minimum(county_id: int) -> int:
    """The fewest slips that make an index, as the county has set it."""
    found = CountySettings.objects.filter(county_id=county_id).values_list("survey_minimum")
    return next((minimum for (minimum,) in found), 1)
