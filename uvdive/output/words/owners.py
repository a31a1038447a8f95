"""How each owner looks wherever something is drawn: a colour, a pattern and words.

The colours are Okabe and Ito's, which people with any colour vision can tell apart
(https://jfly.uni-koeln.de/color/). Colour never stands alone: each owner has a pattern too.
"""

from __future__ import annotations

from dataclasses import dataclass


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
