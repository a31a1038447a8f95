"""What is told as JSON, each under a schema of its own."""
