"""One's own reminders, and whether they are mailed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaigns.models import Notice
from campaigns.views.remembered import signed_in
from pingan.services.accounts import choose_mail

MOST_NOTICES = 100


@require_http_methods(["GET", "POST"])
def notice_list(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if request.method == "POST":
        wanted = request.POST.get("wants_mail") == "1"
        choose_mail(by=user, wants_mail=wanted)
        messages.success(request, "以后提醒也发到邮箱。" if wanted else "不再发邮件提醒。")
        return redirect("campaigns:notice-list")
    context = {
        "notices": Notice.objects.filter(user=user)[:MOST_NOTICES],
        "is_mail_set": bool(settings.EMAIL_HOST),
    }
    return render(request, "campaigns/notice_list.html", context)
