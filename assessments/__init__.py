"""Schemes, inspections, scorecards, rankings."""
