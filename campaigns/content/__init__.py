"""What is printed on paper, as plain values: the writer sets them, it decides nothing."""
