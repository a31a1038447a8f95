"""The owners' colours in the app's themes, strong enough to be read, and its own theme variables.

Colour never stands alone: each owner has a pattern too (``output.owner_looks``), so that
the bars read with ``NO_COLOR`` as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.color import Color, ColorParseError

from uvdive.ledger.owners import OWNERS
from uvdive.output.words.owners import LOOKS

__all__ = ["LOOKS", "MIXED", "contrast", "glyph", "legible", "variables"]


MIXED = "*"
"""Marks a directory whose files have several owners."""


TEXT, DRAWN = 4.5, 3.0
"""The least contrast with what lies behind of text and of what is drawn (WCAG 2.2, 1.4.3 and 1.4.11)."""

_BEHIND = ("background", "surface", "panel")
_STEPS = 50


def variables(*, tints: bool) -> dict[str, str]:
    """The theme variables ``$owner-…``, ``$tint-…`` and ``$sign-…``; a theme may set its own.

    Without ``tints`` there is none behind a pattern: in grey, or where the terminal has 16 colours,
    it would be the pattern's own colour and hide it.
    """
    found = {f"owner-{owner}": LOOKS[owner].colour for owner in OWNERS}
    found |= {f"tint-{owner}": f"{LOOKS[owner].colour}80" if tints else "transparent" for owner in OWNERS}
    found |= {
        "sign-added": "#009E73",
        "sign-changed": "#E69F00",
        "sign-removed": "#D55E00",
    }
    return found


def legible(found: Mapping[str, str]) -> dict[str, str]:
    """A theme's variables, with its text's and the owners' colours strong enough on its backgrounds.

    Okabe and Ito chose for white paper and print; a light theme's grey swallows their
    yellow, and some themes' own accents too. Each colour keeps its hue.
    """
    behind = [colour for name in _BEHIND if (colour := _opaque(found.get(name, "")))]
    if not behind:
        return dict(found)
    strong = dict(found)
    for name, value in found.items():
        if name.startswith(("text-", "sign-")) or name == "footer-key-foreground":
            least = TEXT
        elif name.startswith("owner-"):
            least = DRAWN
        else:
            continue
        colour = _opaque(value)
        if colour is not None:
            strong[name] = _strengthened(colour, behind, least).hex
    return strong


def _opaque(value: str) -> Color | None:
    """A colour whose shade is known; None for ``auto``, the terminal's own and see-through ones."""
    try:
        colour = Color.parse(value)
    except ColorParseError:
        return None
    return colour if colour.ansi is None and colour.a == 1 else None


def _strengthened(colour: Color, behind: Sequence[Color], least: float) -> Color:
    """The colour, darker or lighter by as much as it takes to stand out from all that may lie behind."""
    away = Color(0, 0, 0) if behind[0].brightness > 0.5 else Color(255, 255, 255)
    for step in range(_STEPS):
        found = colour.blend(away, step / _STEPS)
        if all(contrast(found, other) >= least for other in behind):
            return found
    return away


def contrast(one: Color, other: Color) -> float:
    """WCAG's contrast ratio, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def glyph(owner: str) -> tuple[str, str]:
    """The owner's one-cell mark with its style."""
    return LOOKS[owner].glyph, f"$owner-{owner}"
