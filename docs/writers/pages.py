"""The pages that ``--explain`` prints, one after the other, as one page of the documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from uvdive.rewrite.choices import CHOICES
from writers.text import linked, table

PACKAGE = Path(__file__).parents[2] / "uvdive"

BOOKS: Mapping[str, tuple[str, Path]] = {
    "finding": ("findings.md", PACKAGE / "ledger" / "findings" / "pages"),
    "rule": ("rules.md", PACKAGE / "rewrite" / "rules" / "pages"),
    "choice": ("choices.md", PACKAGE / "rewrite" / "rules" / "choices"),
}
"""For each kind of thing that is explained its page here, and the folder of its pages."""


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
        return self.title or self.body.partition("\n")[0]


def written(kind: str) -> str:
    """A table of all with links, then each with its sections; what names another one is a link to it."""
    page, folder = BOOKS[kind]
    entries = _entries(folder)
    head = [kind, "what it says"]
    rows = [[f"[`{entry.name}`](#{entry.anchor})", entry.first] for entry in entries]
    if kind == "choice":
        head.append("values, the default first")
        for entry, row in zip(entries, rows, strict=True):
            row.append(_values(entry.name))
    return "\n".join([table(head, rows), *(_section(entry, page) for entry in entries)])


def _values(name: str) -> str:
    """A choice's values with their words, the default first."""
    choice = CHOICES[name]
    if choice.is_free:
        return "names, with commas between"
    first = {choice.default: choice.values[choice.default]} | dict(choice.values)
    return "; ".join(f"`{value}`: {words}" for value, words in first.items())


@cache
def _entries(folder: Path) -> tuple[Entry, ...]:
    """The pages of a folder, numbers in their names by their worth (R2 before R10)."""
    found = []
    for path in sorted(folder.glob("*.md"), key=lambda path: _order(path.stem)):
        heading, _, body = path.read_text().partition("\n")
        found.append(Entry(path.stem, heading.partition(": ")[2], body.strip("\n")))
    if not found:
        raise FileNotFoundError(f"there is no page in {folder}")
    return tuple(found)


@cache
def _places() -> dict[str, str]:
    """Where each name is explained: ``rules.md#r34``.

    Only names that are no usual words: what has a hyphen or a number.
    """
    found = {}
    for page, folder in BOOKS.values():
        for entry in _entries(folder):
            if re.search(r"[-\d]", entry.name):
                found[entry.name] = f"{page}#{entry.anchor}"
    return found


def _section(entry: Entry, page: str) -> str:
    name = entry.name if re.fullmatch(r"R\d+", entry.name) else f"`{entry.name}`"
    title = f"{name}: {entry.title}" if entry.title else name
    body = re.sub(r"^## ", "### ", entry.body, flags=re.MULTILINE)
    places = {name: at.removeprefix(page) for name, at in _places().items() if name != entry.name}
    return f"\n## {title} {{ #{entry.anchor} }}\n\n{linked(body, places)}"


def _order(name: str) -> tuple[str, int]:
    letters = name.rstrip("0123456789")
    return letters, int(name[len(letters) :] or 0)
