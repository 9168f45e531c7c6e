"""All units of a township in one sheet, an activity at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns import policies
from campaigns.enums import Activity
from campaigns.forms.cells import Line, UnitRows, still_typed
from campaigns.forms.grids import Grid
from campaigns.forms.workbook import BookUnit, book_units
from campaigns.selectors.history import changes_since
from campaigns.selectors.sections import SECTIONS
from campaigns.services.months import ensure_month_open
from campaigns.services.sections import save_section
from campaigns.views.remembered import county_of, remembered_month, signed_in
from pingan.enums import Level
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from pingan.stash import posted_or_stashed

MOST_CHANGES = 3  # of somebody else, told in one sentence
_HINTS = {
    Activity.PATROL: "白天、夜间各一格写完全月：1-20×3 是1日到20日每天3人，12×0 是12日无人，"
    "每天3 是各天都3人，没有写到的日子是未填；几段之间用逗号隔开。",
    Activity.SWEEP: "排查一格：数字是件数，0 是零报告，— 是不适用，空白是未填。"
    "后四格是组、村、镇、县各级化解的件数。只报数，不写人和事。",
    Activity.EDUCATION: "一行一次；日期只写日子也可以，如 5。清空一行就是删除。",
    Activity.MEETING: "一行一次；日期只写日子也可以，如 5。清空一行就是删除。",
    Activity.GROUPS: "一行一个小组。清空一行就是未填。",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not saved, with where it stands."""

    sentence: str
    anchor: str = ""


@dataclass(slots=True)
class Saved:
    """What one save came to."""

    units: int = 0
    problems: list[Problem] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)  # returns of which nothing was saved


@require_GET
def grid_latest(request: HttpRequest) -> HttpResponse:
    """The month looked at last."""
    return redirect("campaigns:grid-month", remembered_month(request), Activity.PATROL)


@require_http_methods(["GET", "POST"])
def grid_month(request: HttpRequest, month: Month, activity: str) -> HttpResponse:
    """Show the sheet; save every row that can be read."""
    if activity not in SECTIONS:
        raise Http404
    user = signed_in(request)
    if user.unit.level != Level.TOWNSHIP or not policies.enters_for(user, user.unit):
        raise PermissionDenied("这张表由乡镇填写。")
    ensure_month_open(county=county_of(user), month=month)
    units = book_units(user, month)
    grid = Grid(Activity(activity), month, units)
    if request.method == "POST":
        return _posted(request, grid, units)
    stashed = posted_or_stashed(request)
    typed = {name: str(text) for name, text in stashed.items()} if stashed else {}
    return _render(request, grid, typed=typed)


def _posted(request: HttpRequest, grid: Grid, units: list[BookUnit]) -> HttpResponse:
    typed = {name: str(text) for name, text in request.POST.items()}
    if "complete" not in typed:  # stands last in the form
        messages.error(request, "表格不完整，没有保存。请刷新页面再填。")
        return _render(request, grid, typed=typed, status=422)
    read = grid.read(typed)
    saved = _save(request, grid, read)
    if not saved.problems and not any(each.errors for each in read):
        told = f"{grid.activity.label}已保存，{saved.units}个单位有改动。"
        messages.success(request, told if saved.units else "没有改动。")
        return redirect("campaigns:grid-month", grid.month, grid.activity)
    kept, errors = still_typed(typed, read, saved.whole)
    if saved.units:
        messages.success(request, f"其余的已经保存，{saved.units}个单位有改动。")
    for unit in units:
        unit.monthly_return.refresh_from_db(fields=["version", "section_versions", "state"])
    fresh = Grid(grid.activity, grid.month, units)
    return _render(request, fresh, typed=kept, errors=errors, saved=saved, status=422)


def _save(request: HttpRequest, grid: Grid, read: list[UnitRows]) -> Saved:
    """Each unit for itself: one that is refused does not hold up the others."""
    result = Saved()
    for each in read:
        if not each.is_changed:
            continue
        monthly_return = each.unit.monthly_return
        try:
            result.units += save_section(
                monthly_return=monthly_return,
                activity=grid.activity,
                rows=each.rows,
                version=each.version,
                by=signed_in(request),
            )
        except Forbidden as error:
            raise PermissionDenied(str(error)) from error
        except Conflict:
            result.whole.append(monthly_return.pk)
            result.problems.append(Problem(_conflict(grid, each), f"unit-{monthly_return.pk}"))
        except Refused as error:
            result.whole.append(monthly_return.pk)
            sentence = f"{each.unit.name}：{error}"
            result.problems.append(Problem(sentence, f"unit-{monthly_return.pk}"))
    return result


def _conflict(grid: Grid, each: UnitRows) -> str:
    """Who changed what meanwhile; saving again keeps what is typed here."""
    changes = changes_since(each.unit.monthly_return, grid.activity, each.version)
    told = "；".join(
        f"{change.row} {change.field} {change.old} → {change.new}（{change.who}）"
        for change in changes[:MOST_CHANGES]
    )
    more = f"等{len(changes)}处" if len(changes) > MOST_CHANGES else ""
    return (
        f"{each.unit.name}：您打开页面以后已被别人改过：{told}{more}。"
        "您填的还在表里没有保存，再点保存就以您填的为准。"
    )


def _render(
    request: HttpRequest,
    grid: Grid,
    *,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    saved: Saved | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = grid.lines(typed)
    problems = [*(saved.problems if saved else []), *_mark(lines, errors or {})]
    context: dict[str, Any] = {
        **_months(grid),
        "activity": grid.activity,
        "tabs": list(SECTIONS),
        "grid": grid,
        "lines": lines,
        "hint": _HINTS[grid.activity],
        "problems": problems,
        "has_labels": grid.activity == Activity.GROUPS,
        "is_open": any(not unit.refusal for unit in grid.content.units),
    }
    return render(request, "campaigns/grid_month.html", context, status=status)


def _mark(lines: list[Line], errors: dict[str, str]) -> list[Problem]:
    """Write each reason beside its cell, and tell it with the cell's name."""
    problems = []
    for line in lines:
        for cell in line.cells:
            if cell.name in errors:
                cell.error = errors[cell.name]
                problems.append(Problem(f"{cell.label}：{cell.error}", f"cell-{cell.name}"))
    return problems


def _months(grid: Grid) -> dict[str, Any]:
    def address(month: Month) -> str:
        return reverse("campaigns:grid-month", args=[month, grid.activity])

    is_last = grid.month >= Month.of(timezone.localdate())
    return {
        "month": grid.month,
        "previous": address(grid.month.previous),
        "next": "" if is_last else address(grid.month.next),
    }
