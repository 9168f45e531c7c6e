"""What closes and pages of the assessment need, each in a fixed number of queries."""
