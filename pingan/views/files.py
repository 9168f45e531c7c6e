"""Handing out attachments: always as a download, never shown by the browser."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from pingan.middleware import SignedInRequest
from pingan.models import StoredFile


@require_GET
def file_download(request: SignedInRequest, pk: int) -> HttpResponse:
    """A file of the units that this person may see."""
    return handed_out(get_object_or_404(StoredFile.objects.visible_to(request.user), pk=pk))


def handed_out(file: StoredFile) -> HttpResponse:
    """The answer, for a view that has decided who may read the record the file hangs on."""
    response = HttpResponse(file.opened(), content_type=file.media_type)
    disposition = content_disposition_header(as_attachment=True, filename=file.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    # The policy of the pages is not added to an answer that brings its own.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
