"""What commands tell on the way: the console, and events in words."""
