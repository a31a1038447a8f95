"""The paths that differ as a tree of folders with signs and sums: no widget and no Textual in here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from uvdive.tui.desk.changes import Change


@dataclass(slots=True)
class Folder:
    """A folder or file of the tree. ``change`` is its own, None where only what is below it differs.

    ``weight`` (in bytes) and ``count`` are those of all changes at and below it.
    """

    path: bytes
    name: bytes
    change: Change | None = None
    weight: int = 0
    count: int = 0
    below: dict[bytes, Folder] = field(default_factory=dict)

    @property
    def sign(self) -> str:
        """Its own sign, or that of all below it where they share one, else ``~``."""
        if self.change is not None:
            return self.change.sign
        signs = {other.sign for other in self.below.values()}
        return signs.pop() if len(signs) == 1 else "~"


def tree_of(changes: Iterable[Change]) -> Folder:
    """The tree of the changes that are paths."""
    root = Folder(b"/", b"/")
    for change in changes:
        if change.kind != "path" or not isinstance(change.name, bytes):
            continue
        here, path = root, b""
        root.weight += change.bytes
        root.count += 1
        for name in filter(None, change.name.split(b"/")):
            path += b"/" + name
            here = here.below.setdefault(name, Folder(path, name))
            here.weight += change.bytes
            here.count += 1
        here.change = change
    _join(root)
    return root


def _join(root: Folder) -> None:
    """Make one of folders that hold nothing but one folder: ``usr/local/lib``."""
    todo = [root]
    while todo:
        here = todo.pop()
        for key in here.below:
            here.below[key] = joined = _joined(here.below[key])
            todo.append(joined)


def _joined(folder: Folder) -> Folder:
    names = [folder.name]
    while folder.change is None and len(folder.below) == 1:
        (folder,) = folder.below.values()
        names.append(folder.name)
    return replace(folder, name=b"/".join(names))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree."""

    folder: Folder
    depth: int
    open: bool


def rows_of(root: Folder, opened: set[bytes]) -> Iterator[Row]:
    """The lines with these folders open, the largest change first."""
    todo = [Row(root, 0, open=True)]
    while todo:
        row = todo.pop()
        yield row
        if row.open:
            below = sorted(row.folder.below.values(), key=lambda one: (-abs(one.weight), one.name))
            todo += [
                Row(one, row.depth + 1, bool(one.below) and one.path in opened) for one in reversed(below)
            ]
