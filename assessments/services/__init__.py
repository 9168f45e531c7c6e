"""Writes of the assessment: close, publish, inspections."""
