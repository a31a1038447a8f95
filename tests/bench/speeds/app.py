"""The app in a real terminal (a pty of 120 by 36), beside an empty Textual app and dive.

- **first paint**: until the first frame was drawn;
- **answers**: until a key pressed after the first paint was answered (uvdive: `?` opens
  the help; dive: the arrow moves its bar);
- **read**: until the whole image is shown;
- **opens**: from Enter on the folder with the most files until it is drawn;
- **map**: from `T` until the map of the whole image is drawn, which sums it up first;
- **goes in**: from Enter on the map's largest folder until its inside is drawn;
- **key**: from a key to the bytes that draw its answer, median and p95: in that folder
  (lines and pages, up and down), among the parts of the map, and in the list of layers while
  the image is read, where the answer is that the cursor bar moves.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

import inputs
from commands import EMPTY_APP, UVDIVE
from table import milliseconds, table
from terminal import SilentError, Terminal

LINES = ["j"] * 10 + ["k"] * 10
PAGES = ["\x1b[6~"] * 3 + ["\x1b[5~"] * 3
ARROWS = ["\x1b[B"] * 10 + ["\x1b[A"] * 10
HELP = "Where the image's bytes come from"
READ = "by size"
"""Words of the files' title that are there when the image is read and its files are shown."""

MOST_KEYS = 60
"""So many lead to any folder of these images."""

LONG_ENOUGH = 1.0
"""Seconds without a change after which a key was answered, the details too, on a busy machine."""

MOVES = "ljhk" * 5
MAP = "of this view"
"""Words below the map."""

HEAD = (
    "",
    "first paint",
    "answers",
    "read",
    "opens the biggest folder",
    "key there",
    "key while reading",
    "map",
    "goes in",
    "key there",
)


@dataclass
class Seen:
    """What was measured of an app, in seconds, run by run; of keys every one."""

    paint: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    opens: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    map: list[float] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)

    def row(self, title: str) -> list[str]:
        once = map(_once, (self.paint, self.answers, self.read, self.opens))
        keys = milliseconds(self.keys), milliseconds(self.busy)
        return [title, *once, *keys, _once(self.map), _once(self.inside), milliseconds(self.moves)]


def _once(values: list[float]) -> str:
    return f"{1000 * statistics.median(values):.0f} ms" if values else "–"


def painted(terminal: Terminal) -> bool:
    return any(background for row in terminal.screen.rows for _, background in row)


def empty(seen: Seen) -> None:
    """An app without anything in it."""
    with Terminal([sys.executable, "-c", EMPTY_APP]) as terminal:
        seen.paint.append(terminal.until(lambda: painted(terminal)) - terminal.start)


def uvdive(archive: Path, seen: Seen, largest: str) -> None:
    """One run; ``largest`` is the path of the folder with the most files."""
    with Terminal([*UVDIVE, str(archive)]) as terminal:
        seen.paint.append(terminal.until(lambda: painted(terminal)) - terminal.start)
        terminal.press("?")
        seen.answers.append(terminal.until(terminal.shows(HELP)) - terminal.start)
        terminal.press("\x1b")
        terminal.until(lambda: HELP not in terminal.screen.text())
        read = terminal.watch(READ)
        _while_reading(terminal, seen)
        seen.read.append(read() - terminal.start)
        terminal.settle()
        # The last key of those may have gone to another layer, as the image was there already.
        for key in ("2", "G", "3"):
            terminal.press(key)
            terminal.settle()
        _go_to(terminal, largest)
        seen.opens.append(terminal.draws("\r"))
        for key in (*LINES, *PAGES, *LINES):
            terminal.settle(0.05)
            # At an end of the list there is no answer to see.
            with contextlib.suppress(SilentError):
                seen.keys.append(terminal.draws(key))
        _map(terminal, seen)


def _go_to(terminal: Terminal, path: str) -> None:
    """Put the cursor on a folder, closed: which ones are open at first is for the app to say."""
    key = "g"
    for _ in range(MOST_KEYS):
        before = terminal.screen.text()
        terminal.press(key)
        terminal.settle(LONG_ENOUGH)
        text = terminal.screen.text()
        here = next((each for each in _above(path) if f"│ {each} " in text), "")
        is_open = f"▼ {here.rpartition('/')[2]}/" in text
        if here == path:
            if not is_open:
                return
            key = "h"
        elif here and not is_open:
            key = "l"
        else:
            key = "j" if text != before or key == "g" else "g"
    raise SilentError(f"{path} was not found:\n{terminal.screen.text()}")


def _above(path: str) -> list[str]:
    """A path and the folders that it lies in, the longest first."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), 1, -1)]


def _map(terminal: Terminal, seen: Seen) -> None:
    """Open the map, go into its largest part, and go about there."""
    terminal.settle()
    pressed = terminal.press("T")
    seen.map.append(terminal.until(terminal.shows(MAP)) - pressed)
    terminal.settle()
    seen.inside.append(terminal.draws("\r"))
    for key in MOVES:
        terminal.settle(0.05)
        # Where nothing lies in a direction there is no answer to see.
        with contextlib.suppress(SilentError):
            seen.moves.append(terminal.draws(key, 1.0))


def _while_reading(terminal: Terminal, seen: Seen) -> None:
    """Go up and down the list of layers until all is read.

    A key that is under way when the image arrives has no answer to see where that puts
    the bar elsewhere; it is left out.
    """
    key = "j"
    while READ not in terminal.screen.text():
        try:
            seen.busy.append(terminal.bar_moves(key, 1.0))
        except SilentError:
            if READ in terminal.screen.text():
                return
            # No such row yet, or the first or the last one.
        key = "k" if key == "j" else "j"


def dive(archive: Path, seen: Seen) -> None:
    """dive shows nothing until it has read all; its tree is open."""
    with Terminal(["dive", "--source", "docker-archive", str(archive)]) as terminal:
        seen.paint.append(terminal.until(terminal.shows("Layer Contents", "Layers")) - terminal.start)
        terminal.settle()
        seen.read += seen.paint[-1:]
        seen.answers.append(seen.paint[-1] + terminal.draws("\t"))
        for key in ARROWS:
            terminal.settle(0.05)
            seen.keys.append(terminal.draws(key))


def compare(folder: Path, runs: int) -> str:
    """The table of all of them."""
    big, million = inputs.big(folder), inputs.million(folder)
    nothing, ours, largest, theirs = Seen(), Seen(), Seen(), Seen()
    for _ in range(runs):
        empty(nothing)
        uvdive(big, ours, "/app/.venv/lib/python3.13/site-packages")
        uvdive(million, largest, "/data")
        dive(big, theirs)
    rows = [
        nothing.row("an empty Textual app"),
        ours.row("uvdive, 3 GB, 156k files"),
        largest.row("uvdive, a million files"),
        theirs.row("dive, 3 GB, 156k files"),
    ]
    return table(HEAD, rows)
