"""A line for a path, which Tab completes from the disk as a shell does."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from uvdive.tui.frame.text import visible

MOST = 20_000
"""A folder of more entries is not looked through to its end: it would hold up the keys."""
SHOWN = 8
"""So many names are shown where several would do."""


def completed(text: str) -> tuple[str, tuple[str, ...]]:
    """A path as far as the disk leaves no choice, and the names that would go on where there is one.

    A folder gets its slash; ``~`` is the home folder. What does not exist stays as it is.
    """
    folder, _, start = text.rpartition("/")
    try:
        with os.scandir(Path(f"{folder}/" if "/" in text else ".").expanduser()) as entries:
            found = sorted(
                entry.name + ("/" if entry.is_dir() else "")
                for entry in islice(entries, MOST)
                if entry.name.startswith(start) and (start or not entry.name.startswith("."))
            )
    except (OSError, RuntimeError, ValueError):  # no such folder, no home, no path at all
        return text, ()
    if not found:
        return text, ()
    common = os.path.commonprefix(found)  # noqa: RUF071 - letters are meant, not folders
    more = tuple(found) if len(found) > 1 else ()
    return text[: len(text) - len(start)] + common, more


class PathInput(Input):
    """Tab completes; where several names would do it says which, in the line below (``#path-problem``)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "Complete", show=False)]

    def action_complete(self) -> None:
        """Write as much as is certain, and tell what would go on."""
        before = self.value
        self.value, names = completed(before)
        self.cursor_position = len(self.value)
        told = Content("")
        if names and self.value == before:
            more = f"  and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            told = Content.styled("  ".join(map(visible, names[:SHOWN])) + more, "$foreground 66%")
        for line in self.screen.query("#path-problem").results(Static):
            line.update(told)
