"""A table that was filled in without a network and is sent by the script when there is one."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from campaigns.enums import Activity
from campaigns.views import activities
from campaigns.views.drafts import keep_posted
from campaigns.views.remembered import signed_in
from campaigns.views.returns import visible_return
from pingan.refusals import Refused

FOUND, CONFLICT = 302, 409


@require_POST
def return_sync(request: HttpRequest, pk: int, activity: str) -> HttpResponse:
    """Save it as the page itself would. What cannot be saved is kept as a draft, to be looked at.

    Sending twice changes nothing: the table is whole, and what is saved already is no change.
    """
    if activity not in Activity.values:
        raise Http404
    if request.POST.get("writer") != str(signed_in(request).pk):
        return JsonResponse({"state": "other", "sentence": "是另一个人填的，请本人登录后上报。"})
    answer = activities.activity(request, pk, activity)
    said = "".join(str(message) for message in get_messages(request))
    if answer.status_code == FOUND:
        return JsonResponse({"state": "saved", "sentence": said})
    try:
        keep_posted(request, visible_return(request, pk), Activity(activity))
    except Refused as error:
        return JsonResponse({"state": "refused", "sentence": str(error)})
    if answer.status_code == CONFLICT:
        return JsonResponse({"state": "conflict", "sentence": "别人也改过这张表，请核对后保存。"})
    return JsonResponse({"state": "check", "sentence": said or "有的地方填得不对，请改正。"})
