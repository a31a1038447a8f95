"""A shop that says hello."""
