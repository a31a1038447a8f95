"""A unified diff as text."""

from __future__ import annotations

import difflib


def unified_diff(before: str, after: str, path: str) -> str:
    """The difference of two texts, in a form that ``patch`` takes; empty where nothing differs."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), path, f"{path} (rewritten)"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
