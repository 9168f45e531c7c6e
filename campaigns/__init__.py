"""The monthly returns of the five activities: entered, submitted, sent back, accepted."""
