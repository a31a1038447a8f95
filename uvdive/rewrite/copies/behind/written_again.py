"""What a RUN writes again beside packages' files when the final stage repeats it, for the prediction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from uvdive.distro.places import is_book, is_fetched
from uvdive.image.table import NONE
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.whose import os_package
from uvdive.rewrite.evidence.commands.runs import Run

if TYPE_CHECKING:
    from uvdive.rewrite.copies.behind.already_there import Provided


@dataclass(frozen=True, slots=True)
class Written:
    """A kind of files: whose they are, what they say, and which packages alone bring them.

    ``book`` tells what package managers write down, or fetch to look it up; empty for all else.
    ``brought`` is None where no package is known to bring them.
    """

    owner: str
    book: Literal["", "written", "fetched"]
    brought: frozenset[str] | None


def written_again(provided: Provided, run: Run) -> Mapping[Written, int]:
    """The bytes of the files that a RUN's layer holds and the repeated RUN writes again, by their kind."""
    files, system = provided.files, provided.evidence.system
    report, table = files.report, files.table
    listed = system.listed if system is not None else {}
    sums: Counter[Written] = Counter()
    for entry in range(*table.span(run.step.layer)) if run.step.layer is not None else ():
        inode = table.entry_inode[entry]
        if inode == NONE or table.inode_entry[inode] != entry or os_package(report, inode) is not None:
            continue
        node = table.entry_node[entry]
        path = files.path(node)
        if provided.writes_again(run, node, path):
            book: Literal["", "written", "fetched"] = "fetched" if is_fetched(path) else "written"
            owner = OWNERS[report.inode_owner[inode]]
            kind = Written(owner, book if is_book(path) else "", listed.get(_source(path)))
            sums[kind] += table.entry_size[entry]
    return sums


def _source(path: str) -> str:
    """The module that a file of bytecode was made from; other paths as they are."""
    folder, cached, name = path.rpartition("/__pycache__/")
    return f"{folder}/{name.partition('.')[0]}.py" if cached else path
