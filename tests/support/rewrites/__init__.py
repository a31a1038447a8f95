"""Dockerfiles and projects, right and wrong rewrites of them, and what reads them."""
