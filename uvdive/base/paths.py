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


def raw(text: str) -> bytes:
    """A path or name of an image as its bytes; what is no UTF-8 in it comes back as it was read."""
    return text.encode("utf-8", "surrogateescape")
