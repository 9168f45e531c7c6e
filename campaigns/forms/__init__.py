"""Shape and type of what is typed into the monthly returns."""
