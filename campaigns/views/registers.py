"""登记册: all units in one table, one unit on one page, its entry form, coverage rates."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns import policies
from campaigns.excel import ledger_book
from campaigns.forms.registers import ROWS, EntryRow, RegisterDayForm, row_of
from campaigns.forms.rows import BaseRowSet, row_set, typed_rows
from campaigns.selectors.coverage import Coverage, Share, coverage
from campaigns.selectors.registers import (
    FACILITIES,
    POSTS,
    REGISTER_LEVELS,
    REGISTERS,
    Register,
    entries_on,
    past_entries,
    register_rows,
    register_units,
)
from campaigns.services.registers import RegisterEdit, save_register
from campaigns.views.remembered import month_links, remembered_month, signed_in, tell
from pingan import scopes
from pingan.enums import Level, OfficeRole
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Refused
from pingan.selectors.offices import office_names
from pingan.stash import posted_or_stashed
from pingan.templatetags.pingan import rate

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAST_LENGTH = 50
NEW_ROWS = 1


@require_GET
def register_index(request: HttpRequest) -> HttpResponse:
    """A village's own page; for all others the table of their units."""
    user = signed_in(request)
    if user.unit.level in (Level.VILLAGE, Level.DEPARTMENT) and not user.lent_units.exists():
        return redirect("campaigns:register-unit", user.unit_id)
    return redirect("campaigns:register-list", POSTS.name)


def _register(name: str) -> Register:
    if name not in REGISTERS:
        raise Http404
    return REGISTERS[name]


def _day_of(month: Month) -> dt.date:
    """Today, or the last day of a month that is over."""
    return min(timezone.localdate(), month.last_day)


def _under(user: User, text: str) -> Unit | None:
    """The township whose units are asked for, where it may be seen."""
    if not text.isdecimal():
        return None
    return Unit.objects.visible_to(user).filter(pk=int(text)).first()


@require_GET
def register_list(request: HttpRequest, register: str) -> HttpResponse:
    """One register of all units that the person sees; ?under= a township's villages."""
    chosen, user, month = _register(register), signed_in(request), remembered_month(request)
    under, text = _under(user, request.GET.get("under", "")), request.GET.get("text", "").strip()
    units = register_units(user, _day_of(month), under=under, text=text)
    kept = {"under": under.pk if under else "", "text": text}
    context = {
        "register": chosen,
        "registers": list(REGISTERS.values()),
        "kinds": [label for _kind, label in chosen.kinds],
        "rows": register_rows(chosen, units, _day_of(month)),
        "under": under,
        "text": text,
        "looks_from_above": user.unit.level == Level.COUNTY,
        "download": "?" + urlencode({"month": str(month), **kept}),
        **month_links(month, **kept),
    }
    return render(request, "campaigns/register_list.html", context)


@require_GET
def register_download(request: HttpRequest, register: str) -> HttpResponse:
    """The same table as a workbook."""
    chosen, user, month = _register(register), signed_in(request), remembered_month(request)
    under, text = _under(user, request.GET.get("under", "")), request.GET.get("text", "").strip()
    units = register_units(user, _day_of(month), under=under, text=text)
    rows = register_rows(chosen, units, _day_of(month))
    labels = ("上级单位", "单位", *(label for _kind, label in chosen.kinds))
    return _book(
        f"{chosen.label}登记册",
        month,
        columns=[(label, False) for label in labels],
        rows=[[row.parent_name, row.name, *(cell.text for cell in row.cells)] for row in rows],
        note=chosen.note,
    )


def _book(
    title: str, month: Month, *, columns: list[tuple[str, bool]], rows: list[list[Any]], note: str
) -> HttpResponse:
    notes = [f"{month.label}　{note}", f"{timezone.localtime():%Y-%m-%d %H:%M}下载"]
    content = ledger_book(title=title, columns=columns, rows=rows, notes=notes)
    response = HttpResponse(content, content_type=_XLSX)
    name = quote(f"{title}（{month.label}）.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@require_GET
def register_coverage(request: HttpRequest) -> HttpResponse:
    """Rates of all registers, each with its two counts."""
    month = remembered_month(request)
    context = {
        "coverage": coverage(signed_in(request), _day_of(month)),
        "registers": list(REGISTERS.values()),
        **month_links(month),
    }
    return render(request, "campaigns/register_coverage.html", context)


@require_GET
def coverage_download(request: HttpRequest) -> HttpResponse:
    """The rates as a workbook: numerator and denominator in columns of their own."""
    month = remembered_month(request)
    found = coverage(signed_in(request), _day_of(month))
    columns = [("登记册", False), ("类别", False), ("口径", False)]
    columns += [("分子", True), ("分母", True), ("率", False)]
    note = "每个率由分子和分母算出；只有数量的没有分母"
    return _book("登记册覆盖率", month, columns=columns, rows=_coverage_rows(found), note=note)


def _coverage_rows(found: Coverage) -> list[list[Any]]:
    """A row a figure: what it is about, its two counts, the rate as the page prints it."""
    rows: list[list[Any]] = []
    for table in found.tables:
        for line in table.lines:
            about = [table.label, line.label]
            rows += [_share_row(about, label, share) for label, share in line.by_level]
            rows += [[*about, label, figure, None, None] for label, figure in line.figures]
            rows += [_share_row(about, label, share) for label, share in line.shares]
    for township in found.townships:
        about = ["各乡镇的村覆盖情况", township.name]
        rows += [_share_row(about, label, share) for label, share in township.shares]
    return rows


def _share_row(about: list[Any], label: str, share: Share) -> list[Any]:
    printed = rate(share.numerator, share.denominator)
    return [*about, label, share.numerator, share.denominator, printed]


def _unit(user: User, pk: int) -> Unit:
    seen = Unit.objects.visible_to(user).filter(level__in=REGISTER_LEVELS)
    if not scopes.has_records(user):
        raise Http404
    return get_object_or_404(seen.select_related("parent"), pk=pk)


@require_GET
def register_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything in the registers of one unit, and what stood there before."""
    user, month = signed_in(request), remembered_month(request)
    unit, day = _unit(user, pk), _day_of(month)
    sections = [
        {
            "register": register,
            "entries": _lines(register, entries_on(register, [pk], day).get(pk, [])),
            "past": _lines(register, past_entries(register, unit)[:PAST_LENGTH]),
        }
        for register in REGISTERS.values()
    ]
    context = {
        "unit": unit,
        "sections": sections,
        "may_keep": policies.may_keep_register(unit=unit, by=user),
        **month_links(month),
    }
    return render(request, "campaigns/register_unit.html", context)


def _lines(register: Register, entries: Any) -> list[dict[str, Any]]:
    return [
        {
            "entry": entry,
            "cells": [(column, column.value(entry)) for column in register.columns],
        }
        for entry in entries
    ]


@require_http_methods(["GET", "POST"])
def register_edit(request: HttpRequest, register: str, pk: int) -> HttpResponse:
    """The entry form of one register of one unit, as it stands today."""
    chosen, user = _register(register), signed_in(request)
    unit = _unit(user, pk)
    try:
        policies.check_keep_register(unit=unit, by=user)
    except Refused as error:
        tell(request, error)
    if request.method == "POST":
        return _posted(request, chosen, unit)
    stashed = posted_or_stashed(request)
    day = RegisterDayForm(stashed or None, initial={"on": timezone.localdate()})
    rows = list(typed_rows(ROWS[chosen.name], stashed)) if stashed else _saved(chosen, unit)
    return _render(request, chosen, unit, day, _table(chosen, rows))


def _saved(register: Register, unit: Unit) -> list[dict[str, Any]]:
    """A row for each entry; of facilities one for each kind, of the others a blank one more."""
    today = timezone.localdate()
    rows = [row_of(register, e) for e in entries_on(register, [unit.pk], today).get(unit.pk, [])]
    if register is not FACILITIES:
        return [*rows, *({} for _ in range(NEW_ROWS))]
    by_kind = {row["kind"]: row for row in rows}
    return [by_kind.get(kind, {"kind": kind}) for kind, _label in register.kinds]


def _usual_posts(unit: Unit, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The posts that a level usually has and this unit has not, named but vacant."""
    names = office_names(unit, timezone.localdate())
    office = OfficeRole.LEAD_OFFICE if unit.level == Level.COUNTY else OfficeRole.TOWNSHIP_OFFICE
    held_by = {
        "head": OfficeRole.COMMITTEE,
        "deputy": OfficeRole.COMMITTEE,
        "office_head": office,
        "officer": office,
    }
    kept = [row for row in rows if row.get("office") or row.get("holder_title") or row.get("id")]
    there = {row.get("kind") for row in kept}
    new = [
        {"office": names[role].name, "kind": kind}
        for kind, role in held_by.items()
        if kind not in there
    ]
    return [*kept, *new]


def _table(register: Register, rows: list[dict[str, Any]]) -> BaseRowSet:
    return row_set(ROWS[register.name])(initial=rows, **_options(register))


def _options(register: Register) -> dict[str, Any]:
    if register is FACILITIES:
        return {"labels": [label for _kind, label in register.kinds]}
    return {"is_fixed": False}


def _posted(request: HttpRequest, register: Register, unit: Unit) -> HttpResponse:
    data = request.POST
    day = RegisterDayForm(data)
    if fill := data.get("fill"):
        rows: list[dict[str, Any]] = list(typed_rows(ROWS[register.name], data))
        rows = _usual_posts(unit, rows) if fill == "usual" else [*rows, {}]
        return _render(request, register, unit, day, _table(register, rows))
    table = row_set(ROWS[register.name])(data, **_options(register))
    if not (table.is_valid() and day.is_valid()):
        return _render(request, register, unit, day, table, status=422)
    try:
        changed = save_register(
            register=register,
            unit=unit,
            on=day.cleaned_data["on"],
            is_correction=day.cleaned_data["is_correction"],
            edits=[_edit(form) for form in table.forms],
            by=signed_in(request),
        )
    except Refused as error:
        tell(request, error)
        return _render(request, register, unit, day, table, status=409)
    messages.success(request, f"已保存{changed}处变动。" if changed else "没有改动。")
    address = reverse("campaigns:register-unit", args=[unit.pk])
    return redirect(f"{address}?month={Month.of(timezone.localdate())}")


def _edit(form: Any) -> RegisterEdit:
    assert isinstance(form, EntryRow)
    typed = form.cleaned_data  # of a row nobody touched it is empty
    return RegisterEdit(typed.get("id"), typed.get("version"), form.values())


def _render(
    request: HttpRequest,
    register: Register,
    unit: Unit,
    day: RegisterDayForm,
    table: BaseRowSet,
    status: int = 200,
) -> HttpResponse:
    problems = table.problems() if table.is_bound else []
    if day.is_bound and status != 200:
        problems += [f"变动日期：{error}" for error in day.errors.get("on", [])]
    context = {
        "register": register,
        "unit": unit,
        "day": day,
        "table": table,
        "rows": [(form, table.label(index)) for index, form in enumerate(table.forms)],
        "problems": problems,
        "today": timezone.localdate(),
    }
    return render(request, "campaigns/register_edit.html", context, status=status)
