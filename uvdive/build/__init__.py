"""Builds as processes: ``docker buildx build``, its events, its cancellation, its result."""
