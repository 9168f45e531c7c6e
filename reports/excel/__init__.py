"""Workbooks from plain values: the ranking book of a month, and single tables."""

from reports.excel.rankings import ACTIVITY_ROWS, clean, ranking_xlsx
from reports.excel.sheets import SheetColumn, SheetKind, table_xlsx

__all__ = ["ACTIVITY_ROWS", "SheetColumn", "SheetKind", "clean", "ranking_xlsx", "table_xlsx"]
