"""The paths that the new image lacks, as a tree: what explains a folder, and how a loss is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from uvdive.base.units import size
from uvdive.verify.checks import Want
from uvdive.verify.pairs import printable


@dataclass(slots=True)
class Lost:
    """One path that the new image lacks; ``why`` is None as long as nothing explains it."""

    path: bytes
    folder: bool
    bytes: int
    content: bool
    why: str | None
    below: list[Lost] = field(default_factory=list)

    def everything(self) -> Iterator[Lost]:
        """This path and all below it."""
        waiting = [self]
        while waiting:
            lost = waiting.pop()
            yield lost
            waiting += lost.below


def parent(path: bytes) -> bytes:
    """The folder of a path."""
    return path.rpartition(b"/")[0]


def settle(lost: dict[bytes, Lost]) -> None:
    """Explain folders by what they held, and what owns no content by the folder it lay in.

    A folder is explained where everything of any content in it is; an empty folder
    or a dangling link is explained where the folder around it went away explained.
    """
    for item in reversed(lost.values()):
        if item.folder and item.why is None:
            content = [below for below in item.below if below.content]
            if content and all(below.why for below in content):
                item.why = content[0].why
            item.content = bool(content)
    for item in lost.values():
        around = lost.get(parent(item.path))
        if item.why is None and not item.content and around is not None:
            item.why = around.why


def lines(lost: dict[bytes, Lost]) -> Iterator[str]:
    """A line for each unexplained path; a folder that is lost as a whole is one line."""
    told: set[bytes] = set()
    for item in lost.values():
        if parent(item.path) in told:
            told.add(item.path)
        elif item.why is None and item.folder and not any(below.why for below in item.everything()):
            told.add(item.path)
            files = [below for below in item.everything() if not below.folder]
            total = size(sum(below.bytes for below in files))
            yield f"missing: {printable(item.path)}/ ({len(files)} files, {total})"
        elif item.why is None and not (item.folder and item.content):
            yield f"missing: {printable(item.path)} ({size(item.bytes)})"


def wants(lost: dict[bytes, Lost]) -> Iterator[Want]:
    """The unexplained paths, a folder that is lost as a whole for all that is in it."""
    whole: set[bytes] = set()
    for item in lost.values():
        if parent(item.path) in whole:
            whole.add(item.path)
        elif item.why is None and not (item.folder and any(below.why for below in item.everything())):
            whole.add(item.path)
            yield Want("path", item.path.decode("utf-8", "surrogateescape"))
