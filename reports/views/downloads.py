"""Files as attachments with Chinese names (RFC 5987)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(name: str, content: bytes, content_type: str) -> HttpResponse:
    """A file the browser saves under `name`."""
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": header or "attachment"}
    )
