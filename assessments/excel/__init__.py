"""Sheets of the assessment, one module a subject. Plain values in, a workbook out."""
