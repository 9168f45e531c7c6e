"""Disputes and their mediation. Nothing here yet: the desk comes with its own issue."""
