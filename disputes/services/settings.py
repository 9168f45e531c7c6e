"""What a county sets: its lists, its terms of days, its rates. Nothing used is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import Case, Value, When

from disputes import policies
from disputes.enums import AgreementForm, TermKind
from disputes.models import Dispute, DisputeSettings, DisputeTerm, SubsidyRate
from disputes.selectors.terms import settings_of
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused

DAYS = ("settle_days", "level_days", "follow_days", "keep_years")
CHANGED = "您打开这一页之后，别人已经改过。"


def shown_days(row: DisputeSettings) -> str:
    """What a form had before it; another text: somebody saved meanwhile."""
    return "-".join(str(getattr(row, name)) for name in DAYS)


def shown_rate(rate: SubsidyRate) -> str:
    return f"{rate.amount}｜{rate.document}"


@transaction.atomic
def save_days(*, county: Unit, days: Mapping[str, int], base: str, by: User) -> DisputeSettings:
    """Terms of days and years of keeping; they hold for what begins from now on."""
    policies.check_keep_settings(county=county, by=by)
    _hold(county)
    row = settings_of(county.pk)
    if shown_days(row) != base:
        raise Conflict(CHANGED)
    before = audit.snapshot(row, *DAYS)
    for name in DAYS:
        setattr(row, name, days[name])
    row.save()
    audit.record(
        action="修改纠纷期限",
        obj=row,
        by=by,
        unit=county,
        before=before,
        after=audit.snapshot(row, *DAYS),
    )
    return row


@transaction.atomic
def add_term(*, county: Unit, kind: TermKind, name: str, by: User) -> DisputeTerm:
    """A new entry at the end of the county's own list."""
    policies.check_keep_settings(county=county, by=by)
    rows = _own_list(county, kind, by)
    name = _free_name(rows, name)
    last = max((row.position for row in rows), default=0)
    codes = {row.code for row in rows}
    number = next(each for each in range(1, len(codes) + 2) if f"own-{each}" not in codes)
    row = DisputeTerm.objects.create(
        county=county, kind=kind, code=f"own-{number}", name=name, position=last + 1
    )
    _tell("增加纠纷字典", row, by, {}, {"name": name})
    return row


@transaction.atomic
def rename_term(
    *, county: Unit, kind: TermKind, code: str, name: str, was: str, by: User
) -> DisputeTerm:
    """Another name for the same thing; cases that bear it show the new one."""
    policies.check_keep_settings(county=county, by=by)
    rows = _own_list(county, kind, by)
    row = _entry(rows, code)
    if row.name != was:
        raise Conflict(f"{CHANGED}这一项现在叫“{row.name}”。")
    before = {"name": row.name}
    row.name = _free_name([each for each in rows if each.pk != row.pk], name)
    row.save(update_fields=["name"])
    _tell("修改纠纷字典", row, by, before, {"name": row.name})
    return row


@transaction.atomic
def retire_term(
    *, county: Unit, kind: TermKind, code: str, is_active: bool, by: User
) -> DisputeTerm:
    """Take an entry out of the forms, or back; cases keep it."""
    policies.check_keep_settings(county=county, by=by)
    rows = _own_list(county, kind, by)
    row = _entry(rows, code)
    if row.is_active == is_active:
        return row
    if not is_active and sum(each.is_active for each in rows) == 1:
        raise Refused(f"{kind.label}至少要留一项在用。")
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    action = "启用纠纷字典" if is_active else "停用纠纷字典"
    _tell(action, row, by, {"is_active": not is_active}, {"is_active": is_active})
    return row


@transaction.atomic
def shift_term(*, county: Unit, kind: TermKind, code: str, by_places: int, by: User) -> None:
    """Move an entry up or down by one place."""
    policies.check_keep_settings(county=county, by=by)
    rows = _own_list(county, kind, by)
    row = _entry(rows, code)
    at = rows.index(row)
    to = at + (1 if by_places > 0 else -1)
    if not 0 <= to < len(rows):
        return
    rows.insert(to, rows.pop(at))
    for position, each in enumerate(rows, start=1):
        each.position = position
    DisputeTerm.objects.bulk_update(rows, ["position"])
    _tell("调整纠纷字典顺序", row, by, {"place": at + 1}, {"place": to + 1})


@transaction.atomic
def add_rate(
    *,
    county: Unit,
    form: AgreementForm,
    scale: DisputeTerm | None,
    amount: int,
    document: str,
    by: User,
) -> SubsidyRate:
    """What one case of a form (and scale) brings, and by which document."""
    policies.check_keep_settings(county=county, by=by)
    _check_rate(amount, document)
    _hold(county)
    try:
        with transaction.atomic():
            row = SubsidyRate.objects.create(
                county=county, form=form, scale=scale, amount=amount, document=document.strip()
            )
    except IntegrityError as error:
        raise Refused("这种形式和规模的标准已经有了，请直接修改那一条。") from error
    audit.record(
        action="增加补贴标准", obj=row, by=by, unit=county, after=audit.snapshot(row, *RATE)
    )
    return row


RATE = ("form", "scale_id", "amount", "document")


@transaction.atomic
def change_rate(
    *, rate: SubsidyRate, amount: int, document: str, base: str, by: User
) -> SubsidyRate:
    """Another amount for claims from now on; what was claimed keeps its amount."""
    row = _locked_rate(rate, base, by)
    _check_rate(amount, document)
    before = audit.snapshot(row, *RATE)
    row.amount, row.document = amount, document.strip()
    row.save()
    audit.record(
        action="修改补贴标准",
        obj=row,
        by=by,
        unit=row.county,
        before=before,
        after=audit.snapshot(row, *RATE),
    )
    return row


@transaction.atomic
def remove_rate(*, rate: SubsidyRate, base: str, by: User) -> None:
    """No further claims by this rate; claims hold their own amounts."""
    row = _locked_rate(rate, base, by)
    audit.record(
        action="删除补贴标准", obj=row, by=by, unit=row.county, before=audit.snapshot(row, *RATE)
    )
    row.delete()


def _locked_rate(rate: SubsidyRate, base: str, by: User) -> SubsidyRate:
    policies.check_keep_settings(county=rate.county, by=by)
    rows = SubsidyRate.objects.select_for_update(of=("self",)).select_related("county")
    row = rows.filter(pk=rate.pk).first()
    if row is None:
        raise Refused("这条标准已经被别人删除。")
    if shown_rate(row) != base:
        raise Conflict(CHANGED)
    return row


def _check_rate(amount: int, document: str) -> None:
    if amount < 1:
        raise Refused("补贴金额要大于0。")
    if not document.strip():
        raise Refused("请写明依据文件。")


def _hold(county: Unit) -> None:
    """One at a time in a county."""
    Unit.objects.select_for_update(of=("self",)).get(pk=county.pk)


def _own_list(county: Unit, kind: TermKind, by: User) -> list[DisputeTerm]:
    """The county's own list in its order; the common one is copied on the first change, and the
    county's cases and rates follow to the copies."""
    _hold(county)
    own = DisputeTerm.objects.filter(kind=kind, county=county).order_by("position", "pk")
    rows = list(own)
    if rows:
        return rows
    common = list(DisputeTerm.objects.filter(kind=kind, county=None).order_by("position"))
    DisputeTerm.objects.bulk_create(
        DisputeTerm(
            county=county,
            kind=kind,
            code=each.code,
            name=each.name,
            position=each.position,
            is_active=each.is_active,
        )
        for each in common
    )
    rows = list(own.all())
    copies = {row.code: row.pk for row in rows}
    _point_to_copies(county, kind, {each.pk: copies[each.code] for each in common})
    audit.record(
        action="另立本县纠纷字典",
        obj=rows[0],
        by=by,
        unit=county,
        after={"entries": len(rows)},
        note=kind.label,
    )
    return rows


def _point_to_copies(county: Unit, kind: TermKind, copies: Mapping[int, int]) -> None:
    """Two statements, whatever the cases."""
    field = f"{kind.value}_id"
    moved = Case(*(When(**{field: old}, then=Value(new)) for old, new in copies.items()))
    Dispute.objects.filter(county=county, **{f"{field}__in": list(copies)}).update(**{field: moved})
    if kind == TermKind.SCALE:
        SubsidyRate.objects.filter(county=county, scale__in=list(copies)).update(scale_id=moved)


def _entry(rows: list[DisputeTerm], code: str) -> DisputeTerm:
    found = next((row for row in rows if row.code == code), None)
    if found is None:
        raise Refused("没有这一项，请刷新页面再试。")
    return found


def _free_name(rows: list[DisputeTerm], name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise Refused("请填写名称。")
    if any(row.name == plain for row in rows):
        raise Refused(f"已经有“{plain}”了。")
    return plain


def _tell(
    action: str,
    row: DisputeTerm,
    by: User,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    audit.record(
        action=action,
        obj=row,
        by=by,
        unit=row.county,
        before=before,
        after=after,
        note=row.get_kind_display(),
    )
