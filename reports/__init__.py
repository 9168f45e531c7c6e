"""Bulletins, ranking books, boards and dashboards, all drawn from frozen editions."""
