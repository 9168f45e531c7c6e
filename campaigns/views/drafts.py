"""Half-filled entry forms: kept quietly while typing, given back, thrown away, sent later."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from campaigns.enums import Activity
from campaigns.models import MonthlyReturn
from campaigns.selectors.drafts import draft_of
from campaigns.services.drafts import discard_draft, keep_draft
from campaigns.views.remembered import signed_in
from campaigns.views.returns import visible_return
from pingan.refusals import Refused

SAVED_COOKIE = "pingan_saved"  # read by drafts.js: copies in the browser that may go
MOST_SAVED = 20
COOKIE_SECONDS = 7 * 24 * 3600
_SECRETS = ("csrfmiddlewaretoken",)
_ANSWERS = ("save", "stay", "fill", "keep-all")


def form_kept(
    request: HttpRequest, monthly_return: MonthlyReturn, activity: Activity
) -> QueryDict | None:
    """The draft that the person asks to have back, as it was typed."""
    if request.GET.get("draft") != "restore":
        return None
    draft = draft_of(signed_in(request), monthly_return, activity)
    if draft is None:
        return None
    at = timezone.localtime(draft.saved_at)
    messages.info(
        request, f"已恢复{at.month}月{at.day}日{at:%H:%M}的草稿，还没有保存；核对后请点“保存”。"
    )
    return QueryDict(draft.data["form"])


def mark_saved(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Tell the browser which of its own copies has been saved; the form names it."""
    name = request.POST.get("draft_id", "")
    if not name.isalnum() or len(name) > MOST_SAVED:
        return response
    earlier = request.COOKIES.get(SAVED_COOKIE, "").split(".")
    names = [each for each in earlier if each.isalnum() and each != name]
    value = ".".join([*names, name][-MOST_SAVED:])
    response.set_cookie(
        SAVED_COOKIE, value, max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure()
    )
    return response


@require_POST
def return_draft(request: HttpRequest, pk: int, activity: str) -> HttpResponse:
    """Keep what is typed (from the script), or throw it away (from the button, too)."""
    if activity not in Activity.values:
        raise Http404
    monthly_return = visible_return(request, pk)
    user, what = signed_in(request), Activity(activity)
    if "discard" in request.POST:
        discard_draft(monthly_return=monthly_return, activity=what, by=user)
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"state": "discarded"})
        messages.info(request, "草稿已放弃。")
        return redirect("campaigns:return-activity", pk, activity)
    if request.POST.get("writer") != str(user.pk):
        return _answer("other", "这份草稿是另一个人填的，没有暂存。", 409)
    try:
        saved_at = keep_posted(request, monthly_return, what)
    except Refused as error:
        return _answer("refused", str(error), 409)
    return JsonResponse({"state": "kept", "at": saved_at})


def _answer(state: str, sentence: str, status: int = 200) -> JsonResponse:
    return JsonResponse({"state": state, "sentence": sentence}, status=status)


def keep_posted(request: HttpRequest, monthly_return: MonthlyReturn, activity: Activity) -> str:
    """Keep the posted form as his draft; the moment it was kept."""
    data = request.POST.copy()
    for name in (*_SECRETS, *_ANSWERS):
        data.pop(name, None)
    text = data.get("version", "")
    if not text.isdecimal():
        raise Refused("表格不完整，没有暂存。")
    draft = keep_draft(
        monthly_return=monthly_return,
        activity=activity,
        version=int(text),
        form=data.urlencode(),
        by=signed_in(request),
    )
    return timezone.localtime(draft.saved_at).isoformat(timespec="seconds")
