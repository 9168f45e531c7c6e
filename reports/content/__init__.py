"""Documents as data, from the figures of a month: no layout, no database."""

from reports.content.board import BoardContent, compose_board
from reports.content.bulletin import compose_bulletin
from reports.content.document import (
    LENGTH_LIMIT,
    Attachment,
    BulletinContent,
    Cell,
    Column,
    Heading,
    Paragraph,
    Table,
)

__all__ = [
    "LENGTH_LIMIT",
    "Attachment",
    "BoardContent",
    "BulletinContent",
    "Cell",
    "Column",
    "Heading",
    "Paragraph",
    "Table",
    "compose_board",
    "compose_bulletin",
]
