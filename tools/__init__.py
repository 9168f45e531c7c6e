"""Set-up and release tools; each runs by itself, some before the virtualenv exists."""
