"""Lists and trees."""
