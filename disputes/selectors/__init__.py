"""What the pages and sheets of the disputes need."""
