"""What stands on the papers of a case: plain facts in, blocks out. Knows no database."""
