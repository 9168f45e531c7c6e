"""What a browser needs to go on without a network: the worker, and the page shown in between."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

WORKER = "service-worker.js"


@login_not_required
@require_safe
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Served from the root, so that it may answer for every page; never kept by the browser."""
    with staticfiles_storage.open(WORKER) as file:
        text = file.read()
    headers = {"Cache-Control": "no-cache"}
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers=headers)


@login_not_required
@require_safe
def offline(_request: HttpRequest) -> HttpResponse:
    """Shown instead of a page that cannot be had. Rendered without the request: it names nobody."""
    return HttpResponse(render_to_string("pingan/offline.html"))
