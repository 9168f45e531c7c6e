"""Sheets of the disputes, one module a subject. Plain values in, a workbook out."""
