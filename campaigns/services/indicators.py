"""The county keeps its indicators, puts them into forms, issues the forms and withdraws them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.enums import IndicatorKind, PeriodKind
from campaigns.models import Indicator, IndicatorForm, IndicatorFormField, IndicatorReport
from campaigns.selectors.indicators import (
    asked_elsewhere,
    catalogue,
    form_fields,
)
from campaigns.services.indicator_reports import open_reports
from campaigns.spans import span_on
from pingan import audit
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.refusals import Refused

_INDICATOR_FIELDS = (
    "name",
    "topic",
    "measure",
    "direction",
    "minimum",
    "maximum",
    "is_stock",
    "note",
    "is_active",
)
_FORM_FIELDS = ("code", "name", "period", "levels", "due_days", "minutes", "basis")


class AskedElsewhere(Refused):
    """The form repeats what is asked already; `sentences` name each field and where."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("".join(sentences))
        self.sentences = list(sentences)


@transaction.atomic
def add_indicator(
    *,
    county: Unit,
    code: str,
    kind: IndicatorKind,
    values: Mapping[str, Any],
    by: User,
    numerator: Indicator | None = None,
    denominator: Indicator | None = None,
) -> Indicator:
    """A new indicator of the county's own."""
    policies.check_keep_indicators(county=county, by=by)
    if Indicator.objects.filter(county=county, code=code).exists():
        raise Refused(f"代码“{code}”已经有指标使用，请换一个。")
    if kind == IndicatorKind.RATIO and numerator == denominator:
        raise Refused("比率的分子和分母不能是同一个指标。")
    _check_name(county, values["name"])
    made = Indicator.objects.create(
        county=county,
        code=code,
        kind=kind,
        numerator=numerator,
        denominator=denominator,
        **{name: values[name] for name in _INDICATOR_FIELDS if name in values},
    )
    audit.record(
        action="新增指标",
        obj=made,
        by=by,
        unit=county,
        after=audit.snapshot(made, "code", "kind", *_INDICATOR_FIELDS),
    )
    return made


@transaction.atomic
def change_indicator(*, indicator: Indicator, values: Mapping[str, Any], by: User) -> None:
    """Words, limits and use of an indicator of the county's own; what it counts stays."""
    county = indicator.county
    if county is None:
        raise Refused("各县通用的指标不能改；需要不同口径时，请另建本县指标。")
    policies.check_keep_indicators(county=county, by=by)
    _check_name(county, values["name"], apart_from=indicator)
    before = audit.snapshot(indicator, *_INDICATOR_FIELDS)
    for name in _INDICATOR_FIELDS:
        setattr(indicator, name, values.get(name, getattr(indicator, name)))
    indicator.save()
    after = audit.snapshot(indicator, *_INDICATOR_FIELDS)
    audit.record(action="修改指标", obj=indicator, by=by, unit=county, before=before, after=after)


def _check_name(county: Unit, name: str, apart_from: Indicator | None = None) -> None:
    """Two indicators of one name would be the same question asked twice."""
    known = catalogue(county.pk, active_only=True)
    if any(each.name == name and each != apart_from for each in known):
        raise Refused(f"目录里已经有“{name}”，请直接使用，不要重复设立。")


@transaction.atomic
def save_form(
    *,
    county: Unit,
    form: IndicatorForm | None,
    values: Mapping[str, Any],
    indicators: Iterable[Indicator],
    by: User,
) -> IndicatorForm:
    """A form that is being drawn up. Once issued it stays as it is."""
    policies.check_keep_indicators(county=county, by=by)
    if form is not None and form.issued_on is not None:
        raise Refused("这张表已经下发，不能再改；要改，请停用后另设新表。")
    same_code = IndicatorForm.objects.filter(county=county, code=values["code"])
    if same_code.exclude(pk=form.pk if form else 0).exists():
        raise Refused(f"表号“{values['code']}”已经有表使用，请换一个。")
    made = form or IndicatorForm(county=county)
    before = audit.snapshot(made, *_FORM_FIELDS) if form else {}
    for name in _FORM_FIELDS:
        setattr(made, name, values[name])
    made.save()
    chosen = list(indicators)
    IndicatorFormField.objects.filter(form=made).delete()
    IndicatorFormField.objects.bulk_create(
        IndicatorFormField(form=made, indicator=each, position=position)
        for position, each in enumerate(chosen, start=1)
    )
    audit.record(
        action="拟定指标表",
        obj=made,
        by=by,
        unit=county,
        before=before,
        after={
            **audit.snapshot(made, *_FORM_FIELDS),
            "indicators": [each.code for each in chosen],
        },
    )
    return made


@transaction.atomic
def issue_form(*, form: IndicatorForm, by: User) -> int:
    """Ask it from today on; the number of reports that were opened.

    Refused when one of its fields is asked elsewhere: two officers who issue at once wait for
    each other, so that neither overlooks the other's form.
    """
    county = form.county
    policies.check_keep_indicators(county=county, by=by)
    forms = IndicatorForm.objects.select_for_update().filter(county=county).order_by("pk")
    locked = next(each for each in forms if each.pk == form.pk)
    if locked.issued_on is not None:
        raise Refused("这张表已经下发过了。")
    today = timezone.localdate()
    _check_whole(locked)
    if sentences := asked_elsewhere(locked, today):
        raise AskedElsewhere(sentences)
    locked.issued_on = today
    locked.save(update_fields=["issued_on"])
    audit.record(
        action="下发指标表",
        obj=locked,
        by=by,
        unit=county,
        before={"issued_on": None},
        after={"issued_on": today, "basis": locked.basis},
    )
    form.refresh_from_db()
    return open_reports(form=locked, span=span_on(PeriodKind(locked.period), today))


def _check_whole(form: IndicatorForm) -> None:
    """What a form must have before anybody is asked to fill it in."""
    fields = form_fields(form)
    if not form.basis.strip():
        raise Refused("没有依据文件的表不能下发，请写明文件名称和文号。")
    if not form.levels:
        raise Refused("请选择由哪一级填报。")
    if {Level.TOWNSHIP, Level.VILLAGE} <= set(form.levels):
        raise Refused("同一张表不能既要乡镇又要村(社区)填报：乡镇的数由各村汇总得出。")
    if not fields.counts:
        raise Refused("表里还没有要填的计数指标。")
    here = {each.pk for each in fields.counts}
    for ratio in fields.ratios:
        if not {ratio.numerator_id, ratio.denominator_id} <= here:
            raise Refused(
                f"“{ratio.name}”由“{ratio.numerator}”和“{ratio.denominator}”算出，"
                "请把这两个计数也列入本表。"
            )


@transaction.atomic
def withdraw_form(*, form: IndicatorForm, by: User) -> None:
    """Ask it no more. Drafts that nobody has begun go; what was answered stays."""
    policies.check_keep_indicators(county=form.county, by=by)
    locked = IndicatorForm.objects.select_for_update().get(pk=form.pk)
    if locked.issued_on is None or locked.withdrawn_on is not None:
        raise Refused("只有在用的表可以停用。")
    locked.withdrawn_on = timezone.localdate()
    locked.save(update_fields=["withdrawn_on"])
    untouched = IndicatorReport.objects.filter(form=locked, version=1, first_submitted_at=None)
    dropped = untouched.delete()[0]
    audit.record(
        action="停用指标表",
        obj=locked,
        by=by,
        unit=locked.county,
        before={"withdrawn_on": None},
        after={"withdrawn_on": locked.withdrawn_on, "dropped": dropped},
    )
    form.refresh_from_db()
