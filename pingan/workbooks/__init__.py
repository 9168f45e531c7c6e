"""Reading a workbook that a stranger sent.

The file is judged before anything is unpacked (declared sizes, macros, external links, DOCTYPE),
then parsed in a process of its own with little memory and little time. Codes should be text cells:
numbers of more than fifteen digits are already rounded in the file.
"""

from pingan.workbooks.guard import Limits, WorkbookRefused, check_word, check_workbook
from pingan.workbooks.reading import Cell, SheetRows, cell_name, read_book, read_rows

__all__ = [
    "Cell",
    "Limits",
    "SheetRows",
    "WorkbookRefused",
    "cell_name",
    "check_word",
    "check_workbook",
    "read_book",
    "read_rows",
]
