"""What the original loads until it is ready."""
