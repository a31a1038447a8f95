"""Colours and patterns of the owners, and the program's own theme variables.

The colours are Okabe and Ito's, which people with any colour vision can tell apart
(https://jfly.uni-koeln.de/color/). Colour never stands alone: each owner has a
pattern too, so that the bars read with ``NO_COLOR`` as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.ledger.report import OWNERS


@dataclass(frozen=True, slots=True)
class Look:
    """How an owner looks: the cell that fills its bars, its colour, and its name in words."""

    glyph: str
    colour: str
    words: str


LOOKS = {
    "uv": Look("█", "#D55E00", "uv itself"),
    "venv": Look("▓", "#0072B2", "Python packages"),
    "uv-cache": Look("╳", "#E69F00", "uv's cache"),
    "caches": Look("╱", "#F0E442", "other caches"),
    "python": Look("═", "#56B4E9", "Python"),
    "base-os": Look("░", "#999999", "base system"),
    "os-packages": Look("▒", "#CC79A7", "added OS packages"),
    "app": Look("▚", "#009E73", "your app"),
    "other": Look("·", "#DDDDDD", "anything else"),
}

MIXED = "*"
"""Marks a directory whose files have several owners."""


def variables(*, colour: bool) -> dict[str, str]:
    """The theme variables ``$owner-…``, ``$tint-…`` and ``$sign-…``; a theme may set its own.

    Without ``colour`` there is no tint behind a pattern: in grey it would hide it.
    """
    found = {f"owner-{owner}": LOOKS[owner].colour for owner in OWNERS}
    found |= {f"tint-{owner}": f"{LOOKS[owner].colour}80" if colour else "transparent" for owner in OWNERS}
    found |= {
        "sign-added": "#009E73",
        "sign-changed": "#E69F00",
        "sign-removed": "#D55E00",
    }
    return found


def glyph(owner: str) -> tuple[str, str]:
    """The owner's one-cell mark with its style."""
    return LOOKS[owner].glyph, f"$owner-{owner}"
