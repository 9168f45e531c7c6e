"""What the pages and sheets of the monthly returns need, each in a fixed number of queries."""
