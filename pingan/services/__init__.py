"""Writes: check, change, record, in one transaction."""
