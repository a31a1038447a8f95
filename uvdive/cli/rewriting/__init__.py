"""``uvdive rewrite``: its options, what it is given, and its two ways, text and app."""
