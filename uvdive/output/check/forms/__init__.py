"""The forms in which the result of a check is told."""
