"""Events of reading on standard error."""

from __future__ import annotations

from uvdive.cli.telling.console import Console
from uvdive.output.words.reading import ReadingWords


class Narrator:
    """An OnEvent that tells a console what happens while an image is read."""

    words: type[ReadingWords] = ReadingWords

    def __init__(self, console: Console) -> None:
        self._console = console
        self._words = self.words(lambda: console.units, console.clean)
        self._last = ""

    def __call__(self, event: object) -> None:
        """Take one event."""
        self._console.note(repr(self._console.hidden(event)))
        line = self.line(event)
        if line and line != self._last:
            self._console.progress(line)
            self._last = line

    def line(self, event: object) -> str:
        """An event in words; empty where it is not worth any."""
        return self._words.line(event)
