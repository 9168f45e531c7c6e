"""调解员培训: counts of trainings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from disputes import policies
from disputes.forms.committees import TrainingForm
from disputes.models import DESK_ROLES, Training
from disputes.selectors.committees import training_sum, trainings
from disputes.services import trainings as services
from disputes.views.answers import signed_in, tell
from disputes.views.committees import reader
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_SIZE = 50


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Trainings of a year, with their sums."""
    user = reader(request)
    this_year = timezone.localdate().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this_year
    found = trainings(user, year)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": list(page),
        "sums": training_sum(found),
        "year": year,
        "years": range(this_year, this_year - 4, -1),
        "query": f"&year={year}",
        "may_keep": user.role in DESK_ROLES,
    }
    return render(request, "disputes/training_list.html", context)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    try:
        policies.check_keep_training(unit=user.unit, by=user)
    except Refused as error:
        tell(request, error)
    start = {"unit": user.unit_id, "on": timezone.localdate()}
    form = TrainingForm(posted_or_stashed(request), user=user, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_training(
                unit=form.cleaned_data["unit"], entry=form.entry(), by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "已登记培训。")
            return _list_of(made)
    status = 422 if request.method == "POST" else 200
    return render(request, "disputes/training_edit.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    rows = Training.objects.visible_to(user).select_related("unit")
    training = get_object_or_404(rows, pk=pk)
    try:
        policies.check_keep_training(unit=training.unit, by=user)
    except Refused as error:
        tell(request, error)
    form = TrainingForm(posted_or_stashed(request), user=user, training=training)
    context: dict[str, Any] = {"form": form, "training": training}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = services.change_training(
                training=training, entry=form.entry(), base=form.cleaned_data["base"], by=user
            )
        except Conflict as error:
            messages.error(request, f"{error}您填写的内容还在下面，没有保存；请对照后再存。")
            training.refresh_from_db()
            data = {name: form[name].data for name in form.fields}
            data["base"] = services.shown(training)
            context["form"] = TrainingForm(data, user=user, training=training)
            context["saved"] = [
                (str(form.fields[name].label), form.cleaned_data[name], getattr(training, name))
                for name in services.FIELDS
                if form.cleaned_data[name] != getattr(training, name)
            ]
            status = 409
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "已保存。")
            return _list_of(made)
    return render(request, "disputes/training_edit.html", context, status=status)


def _list_of(training: Training) -> HttpResponse:
    answer = redirect("disputes:committee-training-list")
    answer["Location"] += f"?year={training.on.year}"
    return answer
