"""领导评分: the month at a glance, and one leading post's column."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from assessments import policies
from assessments.forms.ratings import RatingTable, read_post
from assessments.policies.inspections import check_organise
from assessments.selectors.inspections import period_is_closed
from assessments.selectors.ratings import posts_of, rated_units
from assessments.services.ratings import RatingConflict, save_ratings
from assessments.views.answers import asked_month, county_of, signed_in, tell
from assessments.views.inspection_groups import organised
from pingan import scopes
from pingan.months import Month
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed


def index(request: HttpRequest) -> HttpResponse:
    """Units down, posts across. A unit sees its own once the preview has begun."""
    user, month = signed_in(request), asked_month(request)
    if not scopes.has_records(user):
        raise Http404
    county = county_of(user)
    units = rated_units(user, month)
    may_organise = policies.may(check_organise, county=county, by=user)
    used = {post for unit in units for post in unit.by_post}
    posts = sorted(used | set(posts_of(county.pk, month) if may_organise else []))
    address = reverse("assessments:rating-list")
    context = {
        "month": month,
        "previous": f"{address}?month={month.previous}",
        "next": f"{address}?month={month.next}" if month < Month.of(timezone.localdate()) else "",
        "posts": [(post, _address(month, post)) for post in posts],
        "rows": [(unit.name, unit.cells(posts), unit.mean) for unit in units],
        "new": reverse("assessments:rating-edit", args=[month]),
        "is_closed": period_is_closed(county, month),
        "may_organise": may_organise,
        "is_county": not user.unit.parent_id,
    }
    return render(request, "assessments/rating_list.html", context)


def _address(month: Month, post: str) -> str:
    return f"{reverse('assessments:rating-edit', args=[month])}?{urlencode({'post': post})}"


def edit(request: HttpRequest, month: Month) -> HttpResponse:
    """?post= a leading post; without it a new one is named on the page."""
    user, county = signed_in(request), organised(request)
    data = posted_or_stashed(request)
    post = read_post(data if data is not None else request.GET)
    units = rated_units(user, month)
    table = RatingTable(units, post, data)
    context: dict[str, Any] = {
        "month": month,
        "post": post,
        "is_named": bool(request.GET.get("post")),
        "table": table,
        "is_bound": data is not None,
        "is_closed": period_is_closed(county, month),
    }
    page = "assessments/rating_edit.html"
    if request.method != "POST":
        return render(request, page, context)
    if table.errors:
        return render(request, page, context, status=422)
    try:
        changed = save_ratings(county=county, month=month, post=post, lines=table.lines, by=user)
    except RatingConflict as error:
        messages.error(request, f"{error}您的内容还没有保存，请对照标出的地方。")
        table.over(rated_units(user, month), post)
        return render(request, page, context, status=409)
    except Refused as error:
        tell(request, error)
        return render(request, page, context, status=422)
    messages.success(request, f"{post}的评分已保存，改动{changed}个单位。")
    return redirect(f"{reverse('assessments:rating-list')}?month={month}")
