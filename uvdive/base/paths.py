"""Absolute paths of an image, as text."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator


def upward(folder: str) -> Iterator[str]:
    """The folder and those above it, the nearest first, the root last."""
    yield folder
    while folder not in ("/", ""):
        folder = posixpath.dirname(folder)
        yield folder


def is_below(path: str, folder: str) -> bool:
    """Is a path the folder itself, or in it?"""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")
