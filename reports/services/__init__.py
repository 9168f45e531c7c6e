"""Writes of the reports: issuing a bulletin, and its files."""

from reports.services.bulletins import issue_bulletin, next_number
from reports.services.documents import (
    BY_NAME,
    DOCUMENTS,
    Document,
    issue_to_folder,
    preview_figures,
    render_document,
    write_documents,
)
from reports.services.verification import Verdict, verify_code

__all__ = [
    "BY_NAME",
    "DOCUMENTS",
    "Document",
    "Verdict",
    "issue_bulletin",
    "issue_to_folder",
    "next_number",
    "preview_figures",
    "render_document",
    "verify_code",
    "write_documents",
]
