"""Pages of the monthly returns."""
