"""How firm the ranking of an edition is, in figures and in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Q

from assessments.enums import Grade, VisitKind
from assessments.fairness import (
    Deciding,
    Firmness,
    Inspector,
    Move,
    Sheet,
    Spread,
    Visit,
    deciding,
    firmness,
    inspectors,
    item_swings,
    survey_draws,
    weight_draws,
)
from assessments.models import Edition, Inspection, Scorecard
from assessments.scoring import Item, Line, read_item
from pingan.enums import Level
from reports.charts import Whisker, WhiskerChart, whisker_chart
from reports.selectors.figures import level_rules
from reports.selectors.rankings import Peers
from reports.tables import NOT_APPLICABLE, percent_text, points_text

KINDS = {VisitKind.OPEN: "inspection", VisitKind.SECRET: "undercover"}
NOBODY = "未注明检查组"


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit: its place, and the places that it takes when things change."""

    name: str
    place: int
    total: str
    grade: Grade
    weights: Spread
    survey: Spread | None
    tier: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item: how much it decides, and what a tenth more or less of it moves."""

    name: str
    maximum: str
    found: Deciding
    swing: Move
    is_partial: bool  # it applies to some of the units alone

    @property
    def range_text(self) -> str:
        low, high = points_text(self.found.lowest), points_text(self.found.highest)
        if not self.found.units:
            return "都不适用"
        return f"{low}–{high}" if low != high else low

    @property
    def deviation_text(self) -> str:
        return points_text(round(self.found.deviation))

    @property
    def share_text(self) -> str:
        return f"{round(100 * self.found.share)}%".replace("-", "−")

    @property
    def correlation_text(self) -> str:
        value = self.found.correlation
        return NOT_APPLICABLE if value is None else f"{value:.2f}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class InspectorLine:
    """One group of inspectors."""

    found: Inspector
    without: str
    levelled: str

    @property
    def rate_text(self) -> str:
        return percent_text(self.found.given, self.found.possible)


@dataclass(frozen=True, slots=True)
class FairnessPage:
    """Everything of the page; empty of figures where fewer than two units are compared."""

    peers: Peers
    units: tuple[UnitLine, ...]
    items: tuple[ItemLine, ...]
    inspectors: tuple[InspectorLine, ...]
    county_rate: str
    sentences: tuple[str, ...]
    weight_chart: WhiskerChart | None
    survey_chart: WhiskerChart | None


def fairness_page(edition: Edition, peers: Peers) -> FairnessPage:
    """The analysis of one ranking. Two queries; the rest is arithmetic on frozen cards."""
    rows = list(
        Scorecard.objects.filter(
            edition=edition, parent=peers.parent_id, level=peers.level, peer_group=peers.group
        )
        .order_by("rank", "position")
        .values("unit_id", "unit_name", "rank", "total", "grade", "lines", "facts")
    )
    if len(rows) < 2:
        return FairnessPage(peers, (), (), (), "", (), None, None)
    sheets = [
        Sheet(row["unit_id"], tuple(Line(*line) for line in row["lines"]), row["facts"])
        for row in rows
    ]
    rules = level_rules(edition.rules, peers.level, peers.group)
    items = {item["code"]: read_item(item) for item in rules.get("items", [])}
    codes = [code for code, item in items.items() if item.maximum]
    by_weight = firmness(sheets, weight_draws(sheets, codes, edition.hash))
    asked = survey_draws(sheets, items, edition.hash)
    by_survey = firmness(sheets, asked) if asked else None
    visits = _visits(edition, peers, [row["unit_id"] for row in rows])
    looked = inspectors(sheets, items, visits)
    swings = item_swings(sheets, codes)
    found = [
        ItemLine(
            items[each.code].name,
            points_text(items[each.code].points),
            each,
            swings[each.code],
            0 < each.units < len(sheets),
        )
        for each in deciding(sheets, codes)
    ]
    names = {row["unit_id"]: row["unit_name"] for row in rows}
    units = tuple(_unit(row, by_weight, by_survey) for row in rows)
    return FairnessPage(
        peers=peers,
        units=units,
        items=tuple(found),
        inspectors=tuple(_inspector(each, names) for each in looked),
        county_rate=percent_text(
            sum(visit.given for visit in visits), sum(visit.possible for visit in visits)
        ),
        sentences=(
            *_of_weights(by_weight, swings, items, names),
            *_of_survey(by_survey),
            *_of_inspectors(looked, names),
            *_of_items(found),
        ),
        weight_chart=_chart(units, lambda unit: unit.weights),
        survey_chart=_chart(units, lambda unit: unit.survey) if by_survey else None,
    )


def _visits(edition: Edition, peers: Peers, units: Sequence[int]) -> list[Visit]:
    """The inspections of these units; those of a 口 are those of its departments too."""
    own = Q(unit__in=units)
    if peers.level == Level.SECTOR:
        own |= Q(unit__parent__in=units)
    rows = Inspection.objects.filter(own, month=edition.month).order_by(
        "group__name", "group", "pk"
    )
    known = set(units)
    return [
        Visit(
            unit if unit in known else parent,
            group or recorder or NOBODY,
            KINDS[VisitKind(kind)],
            given,
            possible,
        )
        for unit, parent, kind, group, recorder, given, possible in rows.values_list(
            "unit_id",
            "unit__parent_id",
            "kind",
            F("group__name"),
            F("recorded_by__display_name"),
            "points_given",
            "points_possible",
        )
    ]


def _unit(row: Mapping[str, object], by_weight: Firmness, by_survey: Firmness | None) -> UnitLine:
    unit = int(str(row["unit_id"]))
    return UnitLine(
        name=str(row["unit_name"]),
        place=int(str(row["rank"])),
        total=points_text(int(str(row["total"]))),
        grade=Grade(str(row["grade"])),
        weights=by_weight.spreads[unit],
        survey=by_survey.spreads[unit] if by_survey else None,
        tier=(by_survey or by_weight).tiers[unit],
    )


def _inspector(found: Inspector, names: Mapping[int, str]) -> InspectorLine:
    return InspectorLine(found, _move_text(found.without, names), _move_text(found.levelled, names))


def _move_text(move: Move, names: Mapping[int, str]) -> str:
    """ "4个单位换名次，最多的是甲镇：第5名→第8名"."""
    if move.unit is None:
        return "名次都不变"
    most = f"{names[move.unit]}：第{move.before}名→第{move.after}名"
    return f"{move.moved}个单位换名次，最多的是{most}"


def _kept(share: float) -> str:
    if share >= 1:
        return "始终不变"
    return f"在{max(1, min(99, round(100 * share)))}%的情形下不变" if share > 0 else "没有一次不变"


def _first(top: int) -> str:
    return "第1名" if top == 1 else f"前{top}名"


def _of_weights(
    found: Firmness,
    swings: Mapping[str, Move],
    items: Mapping[str, Item],
    names: Mapping[int, str],
) -> list[str]:
    """What the weights do: all of them by chance, and each alone."""
    text = f"分值：各项分值随机增减一成以内，{_first(found.top)}{_kept(found.top_kept)}"
    unit, widest = max(found.spreads.items(), key=lambda each: each[1].worst - each[1].best)
    if widest.worst == widest.best:
        return [f"{text}，所有单位的名次都不变。"]
    text += f"；变动最大的是{names[unit]}，在第{widest.best}名到第{widest.worst}名之间。"
    code, swing = max(swings.items(), key=lambda each: each[1].moved)
    if not swing.moved:
        return [text, "单独把任何一项的分值增减一成，名次都不变。"]
    return [
        text,
        f"单独把“{items[code].name}”的分值增减一成，影响最大：{_move_text(swing, names)}。",
    ]


def _of_survey(found: Firmness | None) -> list[str]:
    """What the chance of the slips does, and who is tied by it."""
    if found is None:
        return ["测评：本次考评没有按测评票计分的项目，不受抽样偶然性影响。"]
    text = f"测评：同样的票数换一批人再测，{_first(found.top)}{_kept(found.top_kept)}"
    by_tier: dict[int, list[int]] = {}
    for unit, tier in found.tiers.items():
        by_tier.setdefault(tier, []).append(found.spreads[unit].place)
    tied = [
        f"第{min(own)}–{max(own)}名" if min(own) < max(own) else f"并列第{min(own)}名"
        for own in by_tier.values()
        if len(own) > 1
    ]
    if not tied:
        return [f"{text}；相邻的单位都分得出高低。"]
    return [f"{text}。{'、'.join(tied)}各在一档，同档之内分不出高低，名次先后可能只是碰巧。"]


def _of_inspectors(found: Sequence[Inspector], names: Mapping[int, str]) -> list[str]:
    """Whose visits weigh most, and whose scale is off the others'."""
    if not found:
        return ["检查：本月没有检查记录。"]
    most = max(found, key=lambda each: each.levelled.moved)
    out = max(found, key=lambda each: each.without.moved)
    sentences = []
    if most.levelled.moved:
        sentences.append(
            f"检查：把{most.name}打的分调到全县平均的宽严，{_move_text(most.levelled, names)}。"
        )
    else:
        sentences.append("检查：把任何一组打的分调到全县平均的宽严，名次都不变。")
    if out.without.moved:
        sentences.append(f"不算{out.name}的检查，{_move_text(out.without, names)}。")
    return sentences


def _of_items(found: Sequence[ItemLine]) -> list[str]:
    """Which items decide, and which are idle."""
    sentences = []
    heavy = sorted(found, key=lambda line: -line.found.share)[:3]
    if heavy and heavy[0].found.share > 0:
        parts = "、".join(
            f"{line.name}（{line.share_text}）" for line in heavy if line.found.share > 0
        )
        sentences.append(f"考核项：拉开总分差距的主要是{parts}。")
    idle = [line.name for line in found if line.found.is_idle]
    if idle:
        sentences.append(f"各单位得分都一样、不起作用的有{len(idle)}项：{'、'.join(idle)}。")
    return sentences


def _chart(
    units: Sequence[UnitLine], spread_of: Callable[[UnitLine], Spread | None]
) -> WhiskerChart | None:
    """The middle 95 % of the places of every unit, the first place at the left."""
    last = max(unit.place for unit in units)
    last = max(last, *(s.high for unit in units if (s := spread_of(unit))))
    step = 1 if last <= 10 else 5
    between = [n for n in range(step, last, step) if 1 < n <= last - (step + 1) // 2]
    ticks = [(n, str(n)) for n in (1, *between, max(last, 2))]
    rows = [
        Whisker(
            unit.name,
            unit.place,
            spread.low,
            spread.high,
            "",
            f"{unit.name}第{unit.place}名，95%的情形在第{spread.low}到第{spread.high}名",
            unit.tier,
        )
        for unit in units
        if (spread := spread_of(unit))
    ]
    return whisker_chart(rows, ticks)
