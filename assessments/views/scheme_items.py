"""One item of a draft: its page follows the shape, with or without a script."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from assessments.enums import ItemSource, RuleShape
from assessments.forms.scheme_items import ItemForm, shown
from assessments.models import Scheme, ScoreItem
from assessments.selectors.scheme_pages import indicator_labels, survey_minimum
from assessments.services.scheme_items import add_item, change_item, remove_item
from assessments.views.answers import signed_in, tell
from assessments.views.scheme_drafts import find_draft, is_draft, revision_of, to_scheme
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

RELOAD, DRAFT_CLAUSE = "reload", "draft_clause"


def create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new item; ?section= where it belongs."""
    user, scheme = find_draft(request, pk)
    if not is_draft(scheme, user):
        return to_scheme(scheme)
    initial = {
        "source": ItemSource.ROUTINE,
        "shape": RuleShape.RATIO,
        "section": request.GET.get("section", "")[:20],
        "target": 100,
        "minimum": 1,
        "within": 0,
        "change": 0,
        "limit": "points",
        "direction": "up",
        "version": scheme.revision,
    }
    return _page(request, scheme, None, initial)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    visible = Scheme.objects.visible_to(user)
    item = get_object_or_404(ScoreItem.objects.filter(scheme__in=visible), pk=pk)
    _user, scheme = find_draft(request, item.scheme_id)
    if not is_draft(scheme, user):
        return to_scheme(scheme)
    item.scheme = scheme
    return _page(request, scheme, item, shown(item))


def _page(
    request: HttpRequest, scheme: Scheme, item: ScoreItem | None, initial: dict[str, Any]
) -> HttpResponse:
    labels = indicator_labels(scheme.county_id or 0)
    options: dict[str, Any] = {
        "level": scheme.level,
        "labels": labels,
        "sections": list(
            dict.fromkeys(each.section for each in scheme.items.all() if each.section)
        ),
    }
    posted = posted_or_stashed(request)
    context: dict[str, Any] = {"scheme": scheme, "item": item}
    status = 200
    if posted is None:
        form = ItemForm(initial=initial, **options)
    elif RELOAD in posted:
        form = ItemForm(initial={**_typed(posted, scheme), "initial": True}, **options)
    else:
        form = ItemForm(posted, **options)
        status = 422
        if form.is_valid() and DRAFT_CLAUSE in posted:
            clause = form.with_clause(form.text()).clause
            form, status = (
                ItemForm(initial={**_typed(posted, scheme), "clause": clause}, **options),
                200,
            )
        elif form.is_valid():
            answer = _save(request, scheme, item, form, context)
            if answer is not None:
                return answer
            form = context.get("form", form)
            status = 409 if "form" in context else 422
    context["form"] = form
    return render(request, "assessments/scheme_item.html", context, status=status)


def _typed(posted: Any, scheme: Scheme) -> dict[str, Any]:
    """What is typed so far, and what a newly chosen shape usually has."""
    usual = {"target": 100, "minimum": 1, "within": 0, "change": 0}
    if posted.get("shape") == RuleShape.INDEX:
        usual["minimum"] = survey_minimum(scheme.county_id or 0)
    return {**usual, **{name: value for name, value in posted.items() if value != ""}}


def _save(
    request: HttpRequest,
    scheme: Scheme,
    item: ScoreItem | None,
    form: ItemForm,
    context: dict[str, Any],
) -> HttpResponse | None:
    """Saved: the way back. Refused: None; somebody else was first: the form in the context."""
    user, text = signed_in(request), form.text()
    revision = form.cleaned_data["version"] or 0
    try:
        if item is None:
            item = add_item(scheme=scheme, text=text, revision=revision, by=user)
        else:
            change_item(item=item, text=text, revision=revision, by=user)
    except Conflict as error:
        messages.error(request, f"{error}您填的内容还在，没有丢；请核对后再保存一次。")
        scheme.refresh_from_db()
        context["saved"] = _saved_meanwhile(item)
        newer = {**request.POST.dict(), "version": scheme.revision}
        context["form"] = ItemForm(
            newer, level=scheme.level, labels=form.labels, sections=form.sections
        )
        return None
    except Refused as error:
        tell(request, error)
        return None
    messages.success(request, f"已保存考核项“{text.name}”。")
    return to_scheme(scheme, f"item-{item.pk}")


def _saved_meanwhile(item: ScoreItem | None) -> ScoreItem | None:
    return ScoreItem.objects.filter(pk=item.pk).first() if item is not None else None


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    visible = Scheme.objects.visible_to(user)
    item = get_object_or_404(ScoreItem.objects.filter(scheme__in=visible), pk=pk)
    _user, scheme = find_draft(request, item.scheme_id)
    item.scheme = scheme
    try:
        remove_item(item=item, revision=revision_of(request), by=user)
    except Refused as error:
        tell(request, error)
        return (
            redirect("assessments:scheme-change", item.pk)
            if is_draft(scheme, user)
            else to_scheme(scheme)
        )
    messages.success(request, f"已删除考核项“{item.name}”。")
    return to_scheme(scheme)
