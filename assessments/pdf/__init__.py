"""Printed files of the assessment, one module a subject; the layouts are in assessments/typst/."""
