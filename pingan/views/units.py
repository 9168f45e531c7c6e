"""The tree as it stood on any day, and the dated changes of the county officer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from pingan import policies, scopes, stash
from pingan.enums import Level, UnitKind
from pingan.forms import units as forms
from pingan.loaders.unit_sheet import HEADERS
from pingan.middleware import SignedInRequest
from pingan.models import Unit, User
from pingan.refusals import Refused
from pingan.selectors.units import (
    ancestors_on,
    children_on,
    events_of,
    first_units,
    found_units,
    guidance_of,
    unit_on,
    versions_of,
)
from pingan.services import units as services
from pingan.services.unit_import import ImportRefused, import_units
from pingan.workbooks import read_rows

PAGE_SIZE = 100
ERRORS_SHOWN = 200


@require_GET
def unit_list(request: SignedInRequest) -> HttpResponse:
    form, day, text = _asked(request)
    found = found_units(request.user, day, text) if text else first_units(request.user, day)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "form": form,
        "day": day,
        "is_today": day == timezone.localdate(),
        "page": page,
        "query": f"&{urlencode(asked)}" if asked else "",
        "text": text,
        "may_import": policies.may(policies.check_change_units, request.user, request.user.unit),
    }
    return render(request, "pingan/unit_list.html", context)


@require_GET
def unit_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    unit = _unit(request, pk)
    form, day, _text = _asked(request)
    version = unit_on(unit, day)
    context = {
        "unit": unit,
        "day": day,
        "is_today": day == timezone.localdate(),
        "version": version,
        "ancestors": ancestors_on(version, request.user) if version else [],
        "children": children_on(unit, day),
        "versions": versions_of(unit),
        "events": events_of(unit),
        "guidance": guidance_of(unit, day),
        "changes": _changes_for(request.user, unit),
        "has_records": scopes.has_records(request.user),
        "form": form,
    }
    return render(request, "pingan/unit_detail.html", context)


@require_http_methods(["GET", "POST"])
def unit_change(request: SignedInRequest, pk: int, what: str) -> HttpResponse:
    unit = _unit(request, pk)
    policies.check_change_units(request.user, unit)
    change = CHANGES.get(what)
    if change is None or unit.level not in change.levels:
        raise Http404
    form = change.form(stash.posted_or_stashed(request), unit=unit)
    if request.method == "POST" and form.is_valid():
        try:
            result = change.apply(unit, request.user, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{change.title}已登记：{result.name}。")
            return redirect("pingan:unit-detail", pk=result.pk)
    context = {"unit": unit, "form": form, "change": change}
    return render(request, "pingan/unit_change.html", context)


@require_http_methods(["GET", "POST"])
def unit_import(request: SignedInRequest) -> HttpResponse:
    policies.check_change_units(request.user, request.user.unit)
    form = forms.UnitImportForm(request.POST or None, request.FILES or None)
    sentences: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            sheet = read_rows(form.cleaned_data["file"].file)
            result = import_units(sheet=sheet, by=request.user)
        except ImportRefused as refusal:
            sentences = refusal.sentences
        except Refused as refusal:
            sentences = [str(refusal)]
        else:
            messages.success(request, f"已导入 {result.units} 个单位。")
            return redirect("pingan:unit-list")
    context = {
        "form": form,
        "headers": HEADERS,
        "kinds": [kind.label for kind in UnitKind if kind is not UnitKind.COUNTY],
        "sentences": sentences[:ERRORS_SHOWN],
        "rest": max(0, len(sentences) - ERRORS_SHOWN),
        "total": len(sentences),
    }
    return render(request, "pingan/unit_import.html", context)


def _unit(request: SignedInRequest, pk: int) -> Unit:
    seen = Unit.objects.visible_to(request.user).select_related("parent", "successor")
    return get_object_or_404(seen, pk=pk)


def _asked(request: SignedInRequest) -> tuple[forms.UnitFilterForm, dt.date, str]:
    """The filter form, the day to show (today unless asked) and the text to find."""
    form = forms.UnitFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    return form, chosen.get("day") or timezone.localdate(), chosen.get("q", "").strip()


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of change: its words, its form, at which levels, and the service that makes it."""

    name: str
    title: str
    form: Callable[..., django_forms.Form | django_forms.ModelForm[Unit]]
    levels: frozenset[Level]
    apply: Callable[[Unit, User, dict[str, Any]], Unit]


_ALL = frozenset(Level)
_MOVABLE = _ALL - {Level.COUNTY}
_PARENTS = frozenset({Level.TOWNSHIP, Level.VILLAGE})


def _add(unit: Unit, by: User, data: dict[str, Any]) -> Unit:
    on, note = data.pop("on"), data.pop("note")
    new = services.NewUnit(**(data | {"kind": UnitKind(data["kind"])}))
    return services.create_unit(parent=unit, data=new, on=on, by=by, note=note)


def _rename(unit: Unit, by: User, data: dict[str, Any]) -> Unit:
    return services.rename_unit(unit=unit, by=by, **(data | {"kind": UnitKind(data["kind"])}))


def _split(unit: Unit, by: User, data: dict[str, Any]) -> Unit:
    new = services.NewUnit(data["code"], data["name"], UnitKind(data["kind"]))
    part = services.Part(new, [services.MovedUnit(child) for child in data["children"]])
    made = services.split_unit(
        unit=unit, parts=[part], on=data["on"], by=by, keep=True, note=data["note"]
    )
    return made[0]


def _move(unit: Unit, by: User, data: dict[str, Any]) -> Unit:
    return services.move_unit(unit=unit, by=by, **data)


def _merge(unit: Unit, by: User, data: dict[str, Any]) -> Unit:
    return services.merge_unit(unit=unit, by=by, **data)


def _close(unit: Unit, by: User, data: dict[str, Any]) -> Unit:
    return services.close_unit(unit=unit, by=by, **data)


def _correct(unit: Unit, by: User, data: dict[str, Any]) -> Unit:
    return services.correct_unit(unit=unit, by=by, **data)


CHANGES: dict[str, Change] = {
    change.name: change
    for change in (
        Change("correct", "信息更正", forms.UnitCorrectForm, _ALL, _correct),
        Change("add", "设立下级单位", forms.UnitAddForm, _ALL - {Level.GROUP}, _add),
        Change("rename", "更名", forms.UnitRenameForm, _ALL, _rename),
        Change("move", "划转", forms.UnitMoveForm, _MOVABLE, _move),
        Change("merge", "合并", forms.UnitMergeForm, _MOVABLE, _merge),
        Change("split", "分设", forms.UnitSplitForm, _PARENTS, _split),
        Change("close", "撤销", forms.UnitCloseForm, _MOVABLE, _close),
    )
}


def _changes_for(user: User, unit: Unit) -> list[Change]:
    """The changes that this person may make of this unit."""
    if not unit.is_living or not policies.may(policies.check_change_units, user, unit):
        return []
    return [change for change in CHANGES.values() if unit.level in change.levels]
