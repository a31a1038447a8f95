"""What to do about a check, in the app's words: its keys in place of the command line's options."""

from __future__ import annotations

import re

_VARIABLE = r"--start-env \S+=…"
_CHOICE = r"--choose \S+=\S+"
_SAID = (
    (rf"give it with {_VARIABLE}(?: {_VARIABLE})*", "e gives it"),
    (r"--start-env names another, --start-network reaches it", "e names another, or gives it the network"),
    (r"Give the program what it needs with [^.]*--start-network", "e gives the program what it needs"),
    (
        r"give its program what it needs with [^.]*--start-network, and compare",
        "e gives its program what it needs; compare",
    ),
    (r"--start-network lets the original reach its index", "e lets the original reach its index"),
    (r"\(--start-network lets it ask\)", "(e lets it ask)"),
    (r"--report-problem FILE", "E"),
    (r"; --repair does so, builds and checks once more", "; p does so, builds and checks once more"),
    (
        rf"{_CHOICE}(?: {_CHOICE})*",
        lambda found: found[0].removeprefix("--choose ").replace(" --choose ", ", "),
    ),
)
"""What the checks say of options, and what stands for it in the app."""


def in_app(text: str) -> str:
    """A sentence of a check with the keys that do what its options do."""
    for pattern, words in _SAID:
        text = re.sub(pattern, words, text)
    return text
