"""What the report pages and documents need, each in a fixed number of queries."""
