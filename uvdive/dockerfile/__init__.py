"""Dockerfiles: lossless syntax, instructions, stages, shell words."""
