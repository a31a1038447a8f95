"""What a screen shows, cell by cell, as text: its words, and each cell's colours in two themes.

An SVG of a screen has 50 to 100 kB and its differences read badly. Here the words stand
as one sees them, and below, row by row, the runs of cells that look the same (``a12``:
twelve cells of look ``a``); what each look is in the dark and the light theme comes last.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterable, Sequence

from rich.cells import get_character_cell_size
from rich.color import Color
from rich.style import Style
from textual.color import Color as Tint
from textual.strip import Strip

from uvdive.tui.frame.theme import contrast

Cell = tuple[str, Style]
"""A character, and its style; a wide character's second cell has an empty one."""
Screen = list[list[Cell]]
_PLAIN = Style()

BLOCKS = frozenset(" ═╳╱·▪■▶▼●○◆") | frozenset(map(chr, range(0x2500, 0x25A0)))
"""What is drawn, not read: it needs no contrast."""
READABLE = 2.5
"""The least contrast of text with what is behind it: WCAG 2's for large text and the parts of a program."""


def cells(strips: Iterable[Strip]) -> Screen:
    """The rows of a screen, cell by cell."""
    rows = []
    for strip in strips:
        row: list[Cell] = []
        for text, style, _ in strip:
            for char in text:
                row.append((char, style or _PLAIN))
                row.extend([("", style or _PLAIN)] * (get_character_cell_size(char) - 1))
        rows.append(row)
    return rows


def words(screen: Screen) -> list[str]:
    """The rows as text, without blanks at their ends."""
    return ["".join(char for char, _ in row).rstrip() for row in screen]


def written(dark: Screen, light: Screen) -> str:
    """The snapshot of a screen in both themes; its words must be the same in both."""
    assert words(dark) == words(light), "a theme changes words"
    names: dict[str, str] = {}
    runs: list[str] = []
    for row, other in zip(dark, light, strict=True):
        looks = [f"{_told(one)} | {_told(two)}" for (_, one), (_, two) in zip(row, other, strict=True)]
        runs.append(
            " ".join(
                f"{names.setdefault(look, _name(len(names)))}{len(list(same))}"
                for look, same in itertools.groupby(looks)
            )
        )
    return (
        "\n".join(
            [*words(dark), "", *_counted(runs), "", *(f"{name:<3}{look}" for look, name in names.items())]
        )
        + "\n"
    )


def _counted(runs: Sequence[str]) -> Iterable[str]:
    """The rows with their numbers; equal ones together."""
    first = 1
    for run, same in itertools.groupby(runs):
        last = first + len(list(same)) - 1
        yield f"{first if first == last else f'{first}-{last}':<7}{run}"
        first = last + 1


def _name(place: int) -> str:
    letters = string.ascii_letters
    return (
        letters[place]
        if place < len(letters)
        else letters[place // len(letters) - 1] + letters[place % len(letters)]
    )


def _told(style: Style) -> str:
    marks = [
        mark
        for mark in ("bold", "dim", "italic", "underline", "reverse", "strike", "blink", "overline")
        if getattr(style, mark)
    ]
    return " ".join([_colour(style.color), "on", _colour(style.bgcolor), *marks])


def _colour(colour: Color | None) -> str:
    return "none" if colour is None else colour.name


def faint(screen: Screen) -> list[str]:
    """The words of a screen that can hardly be read on what is behind them, with their contrast."""
    found = []
    for number, row in enumerate(screen, 1):
        for style, group in itertools.groupby(row, key=lambda cell: cell[1]):
            text = "".join(char for char, _ in group)
            if set(text) <= BLOCKS or style.color is None or style.bgcolor is None:
                continue
            if style.color.is_default or style.bgcolor.is_default:
                continue
            front, back = (Tint.from_rich_color(part) for part in (style.color, style.bgcolor))
            ratio = contrast(front, back)
            if ratio < READABLE:
                found.append(f"row {number}: {text.strip()!r} {front.hex} on {back.hex}: {ratio:.1f}")
    return found
