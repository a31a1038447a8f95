"""A plain bar, as text: no widget and no Textual in here."""

from __future__ import annotations

EIGHTHS = " ▏▎▍▌▋▊▉█"


def scaled(part: int, whole: int, width: int) -> str:
    """A plain bar of eighths of cells: ``part`` of ``whole`` in ``width`` cells."""
    eighths = round(8 * width * part / whole) if whole else 0
    if part and not eighths:
        eighths = 1
    full, rest = divmod(min(eighths, 8 * width), 8)
    return (EIGHTHS[8] * full + (EIGHTHS[rest] if rest else "")).ljust(width)
