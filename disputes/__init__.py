"""Disputes and their mediation: one desk from registration to case file."""
