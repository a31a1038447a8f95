"""The pages that ``--explain`` prints, one after the other, as one page of the documentation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from writers.text import outside_code, table


@dataclass(frozen=True)
class Entry:
    """One page of ``--explain``: its id, its title (which may be empty) and what stands below it."""

    name: str
    title: str
    body: str

    @property
    def anchor(self) -> str:
        return self.name.lower()

    @property
    def first(self) -> str:
        """The title, or else the first sentence."""
        return self.title or self.body.strip().partition("\n")[0]


def read(folder: Path) -> list[Entry]:
    """The pages of a folder, numbers in their names by their worth."""
    found = []
    for path in sorted(folder.glob("*.md"), key=lambda path: _order(path.stem)):
        heading, _, body = path.read_text().partition("\n")
        found.append(Entry(path.stem, heading.removeprefix("# ").partition(": ")[2], body.strip("\n")))
    return found


def written(kind: str, folder: Path) -> str:
    """A table of all with links, then each with its sections; what names another one is a link to it."""
    entries = read(folder)
    rows = [(f"[`{entry.name}`](#{entry.anchor})", entry.first) for entry in entries]
    sections = [_section(entry, entries) for entry in entries]
    return "\n".join([table((kind, "what it says"), rows), *sections])


def _section(entry: Entry, entries: list[Entry]) -> str:
    title = f"{entry.name}: {entry.title}" if entry.title else f"`{entry.name}`"
    body = re.sub(r"^## ", "### ", entry.body, flags=re.MULTILINE)
    for other in entries:
        # Words such as "python" are also words; what has a hyphen or a number is a name.
        if other is not entry and re.search(r"[-\d]", other.name):
            pattern = re.compile(rf"(?<![\w./-]){re.escape(other.name)}(?![\w-])")
            body = outside_code(body, pattern, f"[{other.name}](#{other.anchor})")
    return f"\n## {title} {{ #{entry.anchor} }}\n\n{body}"


def _order(name: str) -> tuple[str, int]:
    letters = name.rstrip("0123456789")
    return letters, int(name[len(letters) :] or 0)
