"""What is told as text, for terminals and pipes."""
