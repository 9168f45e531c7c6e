"""Finishing a DOCX: its properties and its bytes depend on the day of issue, never on now."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from docx.document import Document as DocxDocument


def finished(document: DocxDocument, *, title: str, author: str, issued_on: dt.date) -> bytes:
    """The file with its title and author, and the day of issue on every entry."""
    properties = document.core_properties
    properties.title, properties.author = title, author
    properties.last_modified_by, properties.comments = author, ""
    properties.created = properties.modified = dt.datetime.combine(
        issued_on, dt.time(1), dt.UTC
    ).replace(tzinfo=None)
    properties.revision = 1
    saved, packed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    moment = (issued_on.year, issued_on.month, issued_on.day, 9, 0, 0)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return packed.getvalue()
