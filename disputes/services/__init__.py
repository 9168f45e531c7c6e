"""Writes of the disputes: every one is checked, done and recorded in one transaction."""
