"""Writes of the reports: issuing a bulletin, and its files."""

from reports.services.bulletins import issue_bulletin, next_number
from reports.services.documents import (
    DOCUMENTS,
    Document,
    preview_figures,
    render_document,
    write_documents,
)

__all__ = [
    "DOCUMENTS",
    "Document",
    "issue_bulletin",
    "next_number",
    "preview_figures",
    "render_document",
    "write_documents",
]
