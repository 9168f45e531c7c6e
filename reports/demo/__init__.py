"""Made-up records for a demonstration county: seeded, plausible, marked 演示. Real place names,
no real person, no real figure."""
