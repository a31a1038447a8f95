"""The one formatter of byte counts: the whole program prints sizes through it."""

from __future__ import annotations

import re
from typing import Any, Literal

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


_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?(|k|m|g|t|ki|mi|gi|ti)b?", re.IGNORECASE | re.ASCII)
_STEPS = ("", "k", "m", "g", "t")


def parse_size(value: Any) -> int:
    """Bytes as people write them: ``"250 MB"``, ``"1.5 GiB"``, ``"0 B"``, or a whole number.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is no size")
    unit = found[2].lower()
    step = 1024 if unit.endswith("i") else 1000
    factor: int = step ** _STEPS.index(unit.removesuffix("i"))
    return round(float(found[1]) * factor)


_PERCENT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?%", re.ASCII)


def parse_percent(value: Any) -> float:
    """A share as people write it: ``"95 %"``, or a number from 0 to 1; 1 is the whole.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    found = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is no share")
    return float(found[1]) / 100
