"""The catalogue of indicators, the forms made of them, and what is already asked elsewhere."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from campaigns.enums import Activity, IndicatorKind
from campaigns.figures import Fraction, Limit
from campaigns.models import Indicator, IndicatorForm, IndicatorFormField
from campaigns.selectors.sections import categories_of
from pingan.enums import Level

# Units that may be asked, and how the page calls them.
ASKED_LEVELS = {Level.TOWNSHIP: "乡镇", Level.VILLAGE: "村(社区)", Level.DEPARTMENT: "部门(单位)"}

# Counts that the monthly return already yields: code, names under which one may ask again, where.
MONTHLY_COUNTS: tuple[tuple[str, tuple[str, ...], Activity], ...] = (
    ("patrol_days", ("巡逻天数", "治安巡逻天数"), Activity.PATROL),
    ("patrol_nights", ("夜巡天数", "夜间巡逻天数"), Activity.PATROL),
    ("patrol_heads", ("巡逻人次", "治安巡逻人次", "巡逻人数"), Activity.PATROL),
    ("educations", ("法制宣教次数", "法制宣传次数", "法制宣教"), Activity.EDUCATION),
    ("education_audience", ("受众人数", "受教育人数", "宣教受众人数"), Activity.EDUCATION),
    ("meetings", ("例会次数", "综治例会次数", "综治例会"), Activity.MEETING),
    ("meeting_attendance", ("到会人数", "例会到会人数"), Activity.MEETING),
    ("survey_slips", ("测评有效票数", "有效票数"), Activity.SURVEY),
    ("survey_satisfied", ("测评满意票数", "满意票数", "满意"), Activity.SURVEY),
    ("survey_safe", ("有安全感票数", "有安全感"), Activity.SURVEY),
    ("survey_order_good", ("治安状况好票数", "治安状况好"), Activity.SURVEY),
    ("group_briefs", ("碰头会次数",), Activity.GROUPS),
)
_SWEEP_WORDS = ("", "数", "排查数", "化解数", "未化解数")


@dataclass(frozen=True, slots=True)
class FormFields:
    """What a form holds, in its order: counts are typed, ratios are computed from them."""

    counts: tuple[Indicator, ...]
    ratios: tuple[Indicator, ...]

    @property
    def limits(self) -> list[Limit]:
        return [Limit(each.code, each.name, each.minimum, each.maximum) for each in self.counts]

    @property
    def fractions(self) -> list[Fraction]:
        """Ratios both of whose counts stand in this form."""
        here = {each.pk for each in self.counts}
        return [
            Fraction(ratio.name, ratio.numerator.code, ratio.denominator.code)
            for ratio in self.ratios
            if ratio.numerator
            and ratio.denominator
            and {ratio.numerator.pk, ratio.denominator.pk} <= here
        ]


def catalogue(county_id: int, *, active_only: bool = False) -> list[Indicator]:
    """The county's indicators: its own stands before the common one of that code."""
    found = Indicator.objects.filter(Q(county=None) | Q(county_id=county_id))
    found = found.select_related("numerator", "denominator").order_by("pk")
    own = {indicator.code for indicator in found if indicator.county_id}
    chosen = [
        indicator
        for indicator in found
        if (indicator.county_id or indicator.code not in own)
        and (indicator.is_active or not active_only)
    ]
    topics = list(dict.fromkeys(indicator.topic for indicator in chosen))
    return sorted(chosen, key=lambda indicator: topics.index(indicator.topic))


def form_fields(form: IndicatorForm) -> FormFields:
    """The indicators of one form; one query."""
    rows = (
        IndicatorFormField.objects.filter(form=form)
        .select_related("indicator__numerator", "indicator__denominator")
        .order_by("position", "pk")
    )
    found = [row.indicator for row in rows]
    return FormFields(
        tuple(each for each in found if each.kind == IndicatorKind.COUNT),
        tuple(each for each in found if each.kind == IndicatorKind.RATIO),
    )


def forms_of(county_id: int) -> QuerySet[IndicatorForm]:
    return IndicatorForm.objects.filter(county_id=county_id).prefetch_related("indicators")


def live_forms(county_id: int, on: dt.date) -> QuerySet[IndicatorForm]:
    """Forms that are issued and not withdrawn on that day."""
    return forms_of(county_id).filter(
        Q(withdrawn_on=None) | Q(withdrawn_on__gt=on), issued_on__lte=on
    )


def levels_overlap(one: Iterable[int], other: Iterable[int]) -> bool:
    """Whether two forms reach the same people. A township's number is the sum of its villages'."""
    line = {Level.TOWNSHIP, Level.VILLAGE}
    first, second = set(one), set(other)
    return bool(first & second) or bool(first & line and second & line)


def asked_elsewhere(form: IndicatorForm, on: dt.date) -> list[str]:
    """Why the form may not be issued: every field that is asked already, as a sentence."""
    counts = form_fields(form).counts
    others = [
        other
        for other in live_forms(form.county_id, on).exclude(pk=form.pk)
        if levels_overlap(form.levels, other.levels)
    ]
    return [
        f"“{indicator.name}”已在{where}中填报，不得重复要求。"
        for indicator in counts
        if (where := _where_asked(indicator, others, form.county_id))
    ]


def _where_asked(indicator: Indicator, others: Sequence[IndicatorForm], county_id: int) -> str:
    name = plain_name(indicator.name)
    for other in others:
        asked = other.indicators.all()
        if any(each.code == indicator.code or plain_name(each.name) == name for each in asked):
            return f"《{other.name}》（{other.code}）"
    for code, names, activity in monthly_counts(county_id):
        if code == indicator.code or name in map(plain_name, names):
            return f"月报“{activity.label}”"
    return ""


def monthly_counts(county_id: int) -> Iterator[tuple[str, tuple[str, ...], Activity]]:
    """Every count that the monthly return yields, the county's sweep categories included."""
    yield from MONTHLY_COUNTS
    for category in categories_of(county_id):
        names = tuple(category.name + word for word in _SWEEP_WORDS)
        yield f"sweep_{category.code}", names, Activity.SWEEP


def plain_name(name: str) -> str:
    """The name without blanks and marks: （刑事 案件） is 刑事案件."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name))
