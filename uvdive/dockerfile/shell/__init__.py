"""Shell texts, for reading only."""
