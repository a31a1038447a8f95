"""The one formatter of byte counts: the whole program prints sizes through it."""

from __future__ import annotations

from typing import Literal

Units = Literal["si", "binary"]


def size(count: int | None, units: Units = "si") -> str:
    """Write a number of bytes for people: ``12.3 MB``, or ``11.7 MiB`` with binary units.

    ``None`` is a size that is not known and gives ``unknown``.
    """
    if count is None:
        return "unknown"
    from humanize import naturalsize

    text = naturalsize(count, binary=units == "binary", format="%.1f")
    return text.replace(" Bytes", " B").replace(" Byte", " B")


def delta(count: int, units: Units = "si") -> str:
    """Write a difference in bytes with its sign: ``+1.0 kB``, ``-61.3 MB``, ``0 B``."""
    return f"+{size(count, units)}" if count > 0 else size(count, units)


def percent(part: int, whole: int) -> str:
    """Write a share of a whole with one decimal: ``33.9 %``; of nothing it is ``0.0 %``."""
    return f"{100 * part / whole if whole else 0:.1f} %"
