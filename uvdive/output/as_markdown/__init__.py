"""What is told as Markdown."""
