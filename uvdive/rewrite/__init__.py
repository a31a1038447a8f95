"""From evidence to a plan: which Dockerfile would make a smaller image that still works."""
