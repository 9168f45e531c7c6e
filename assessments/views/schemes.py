"""考核办法: the list, one version to read and print, versions side by side."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessments.excel.schemes import SheetItem, scheme_book
from assessments.forms.schemes import WeightsForm
from assessments.models import PeerGroup, Scheme
from assessments.policies import may
from assessments.policies import schemes as policies
from assessments.selectors.scheme_compare import compare
from assessments.selectors.scheme_pages import (
    LEVELS,
    ItemRow,
    Section,
    grade_rows,
    groups_in,
    indicator_labels,
    months_said,
    replaced_by,
    scheme_lines,
    sections_of,
    standing,
    total_of,
    whom_said,
)
from assessments.services.schemes import draft_scheme
from assessments.views.answers import county_of, signed_in, tell
from pingan.enums import Level
from pingan.models import User
from pingan.months import Month
from pingan.refusals import Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def this_month() -> Month:
    return Month.of(timezone.localdate())


def find_scheme(user: User, pk: int) -> Scheme:
    """A scheme this person may read; a stranger's is 404."""
    found = Scheme.objects.visible_to(user).select_related("county", "peer_group", "adopted_by")
    return get_object_or_404(found.prefetch_related("items"), pk=pk)


def asked_level(request: HttpRequest) -> Level | None:
    """?level=, of those that have schemes."""
    text = request.GET.get("level", "")
    known = {str(int(level)): level for level in LEVELS}
    return known.get(text)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every scheme with its versions: everybody may read what he is scored by."""
    user, level = signed_in(request), asked_level(request)
    county = county_of(user)
    may_make = may(policies.check_make_schemes, county=county, by=user)
    living = groups_in(county, level, this_month()).filter(valid_to=None)
    groups = list(living) if may_make else []
    lines = scheme_lines(user, this_month(), level)
    own = {(line.level, line.group.name) for line in lines if line.group}
    context = {
        "lines": [
            (line, [g for g in groups if g.level == line.level and (line.level, g.name) not in own])
            for line in lines
        ],
        "levels": LEVELS,
        "level": level,
        "may_make": may_make,
    }
    return render(request, "assessments/scheme_list.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version as the county would print it; its officer changes a draft here."""
    user = signed_in(request)
    scheme = find_scheme(user, pk)
    return render(request, "assessments/scheme_detail.html", scheme_page(scheme, user))


def scheme_page(
    scheme: Scheme, user: User, weights: WeightsForm | None = None
) -> dict[str, object]:
    """What the page of a version shows; `weights` as typed, where they were refused."""
    may_edit = may(policies.check_edit_scheme, scheme=scheme, by=user)
    sections = sections_of(scheme, indicator_labels(user.unit.root_id))
    items = [row.item for section in sections for row in section.rows]
    form = weights or WeightsForm(items=items, initial={"version": scheme.revision})
    return {
        "scheme": scheme,
        "sections": [(section, _weighed(section, form)) for section in sections],
        "weights": form,
        "grades": grade_rows(scheme),
        "open_limit": int(scheme.colour_rules.get("open_limit", 0)),
        "months": months_said(scheme),
        "standing": standing(scheme, this_month()),
        "total": total_of(items),
        "may_edit": may_edit,
        "may_make": may(policies.check_make_schemes, county=county_of(user), by=user),
        "other": replaced_by(scheme),
    }


def _weighed(section: Section, form: WeightsForm) -> list[tuple[ItemRow, BoundField | None]]:
    """Each item with the field of its points; a veto has none."""
    names = (f"points-{row.item.pk}" for row in section.rows)
    return [
        (row, form[name] if name in form.fields else None)
        for row, name in zip(section.rows, names, strict=True)
    ]


@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The version on paper."""
    user = signed_in(request)
    scheme = find_scheme(user, pk)
    context = {
        **scheme_page(scheme, user),
        "back": reverse("assessments:scheme-detail", args=[scheme.pk]),
        "now": timezone.localtime(),
    }
    return render(request, "assessments/scheme_print.html", context)


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The version as a workbook."""
    user = signed_in(request)
    scheme = find_scheme(user, pk)
    sections = sections_of(scheme, indicator_labels(user.unit.root_id))
    word, _tone = standing(scheme, this_month())
    content = scheme_book(
        title=f"{scheme.name}（第{scheme.version}版）",
        notes=[
            f"适用：{whom_said(scheme)}　{months_said(scheme)}　{word}",
            f"依据：{scheme.basis or '—'}",
            f"{timezone.localtime():%Y-%m-%d %H:%M}下载",
        ],
        items=[_sheet_item(section, row) for section in sections for row in section.rows],
        grades=[(row.grade, row.lowest, row.colour_name) for row in grade_rows(scheme)],
    )
    response = HttpResponse(content, content_type=XLSX)
    name = quote(f"{scheme.name}（第{scheme.version}版）.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _sheet_item(section: Section, row: ItemRow) -> SheetItem:
    return SheetItem(
        number=row.number,
        section=section.title,
        name=row.item.name,
        points=None if row.is_outside else row.item.points / 100,
        points_text=row.points,
        source=row.source,
        shape=row.shape,
        clause=row.item.clause,
    )


@require_GET
def side_by_side(request: HttpRequest, pk: int) -> HttpResponse:
    """This version beside another of the level; ?with= which."""
    user = signed_in(request)
    scheme = find_scheme(user, pk)
    same_level = Scheme.objects.visible_to(user).filter(level=scheme.level).exclude(pk=scheme.pk)
    others = list(same_level.select_related("peer_group").order_by("-valid_from", "-version"))
    asked = request.GET.get("with", "")
    usual = replaced_by(scheme)
    chosen = next((each for each in others if str(each.pk) == asked), None)
    if chosen is None and usual is not None:
        chosen = next((each for each in others if each.pk == usual.pk), None)
    context = {
        "scheme": scheme,
        "others": [(each, months_said(each)) for each in others],
        "chosen": chosen,
        "comparison": compare(chosen, scheme, indicator_labels(user.unit.root_id))
        if chosen
        else None,
        "is_all": request.GET.get("all") == "1",
    }
    return render(request, "assessments/scheme_compare.html", context)


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft from this version."""
    user = signed_in(request)
    source = find_scheme(user, pk)
    asked = request.POST.get("peer_group", "")
    group: PeerGroup | None = source.peer_group if source.county_id else None
    if asked.isdecimal():
        county = county_of(user)
        groups = groups_in(county, source.level, this_month())
        group = get_object_or_404(groups, pk=int(asked))
    try:
        draft = draft_scheme(source=source, peer_group=group, today=timezone.localdate(), by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:scheme-list")
    messages.success(
        request,
        f"已复制成《{draft.name}》第{draft.version}版草案，改好后再采用；现行办法不受影响。",
    )
    return redirect("assessments:scheme-detail", draft.pk)
