"""Writes of the monthly returns: each one transaction under the period's shared lock."""
