"""Several names in one sentence."""

from __future__ import annotations

from collections.abc import Sequence


def all_of(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; empty for none."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def first_of(names: Sequence[str], most: int, between: str = ", ") -> str:
    """The first of some names, and how many there are beside them: ``a, b and 3 more``."""
    rest = len(names) - most
    return between.join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
