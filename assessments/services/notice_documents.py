"""The paper of a notice, set on demand."""

from __future__ import annotations

from django.utils import timezone

from assessments.content.notices import compose_notice
from assessments.models import RectificationNotice
from assessments.pdf.notices import notice_pdf
from pingan.refusals import Refused
from pingan.selectors.calendars import county_settings
from pingan.selectors.offices import office_names
from pingan.typesetting import RenderError


def render_notice(notice: RectificationNotice) -> tuple[str, bytes]:
    """Name and content of the PDF; Refused with a sentence where it cannot be set."""
    today = timezone.localdate()
    issued_on = notice.signed_on or today
    content = compose_notice(
        notice,
        list(notice.problems.all()),
        office_names(notice.county, issued_on),
        county_settings(notice.county),
        today,
    )
    try:
        return f"{content.title}.pdf", notice_pdf(content, issued_on=issued_on)
    except RenderError as error:
        raise Refused(str(error)) from error
