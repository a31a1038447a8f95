"""What the app asks of the desk about contents: versions, bytes, files to write. No Textual in here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.errors import ImageError
from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.image.table import ALIVE, NONE, Cause, Kind
from uvdive.session.disk.exporting import ExportKind, export
from uvdive.session.disk.extracting import Extracted, extract
from uvdive.tui.desk.file_lines import view_of

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport
    from uvdive.output.html.tables import Rewrite
    from uvdive.session.desk import Held
    from uvdive.tui.desk.places import Span

NOT_HELD = ImageError(
    "A saved report holds no contents of files.", "Open the image itself, or an archive of it, to read files."
)
MOST_COMPARED = 8 << 20
"""Files of more bytes are not compared line by line."""


@dataclass(frozen=True, slots=True)
class Version:
    """One content of a path: the layer that wrote it, and until when it could be seen."""

    entry: int
    layer: int
    inode: int
    size: int
    death: int
    cause: Cause

    @property
    def state(self) -> str:
        """What became of it, in a few words."""
        if self.death == ALIVE:
            return "in the image"
        word = "deleted" if self.cause in (Cause.DELETED, Cause.SHADOWED) else "replaced"
        return f"{word} in {self.death}"


@dataclass(frozen=True, slots=True)
class Opening:
    """A file to show: its path, its versions oldest first, and the place of the one that was chosen."""

    path: bytes
    versions: tuple[Version, ...]
    first: int


def opening(held: Held, span: Span, node: int) -> Opening:
    """A regular file of a view, to be opened."""
    found = versions(held.report, node)
    entry = view_of(held, span).entry[node]
    first = next((place for place, one in enumerate(found) if one.entry == entry), 0)
    return Opening(held.report.files.path(node), found, first)


def versions(report: ImageReport, node: int) -> tuple[Version, ...]:
    """Every version of a regular file, oldest first."""
    table = report.files
    return tuple(
        Version(
            entry,
            table.entry_layer[entry],
            table.entry_inode[entry],
            table.entry_size[entry],
            table.entry_death[entry],
            Cause(table.entry_cause[entry]),
        )
        for entry in table.entries_of(node)
        if table.entry_kind[entry] == Kind.FILE and table.entry_inode[entry] != NONE
    )


def read_start(held: Held, inode: int, most: int) -> bytes:
    """The first bytes of a file.

    Raises:
        ImageError: it cannot be read.
    """
    if held.store is None:
        raise NOT_HELD
    return held.store.read(inode, most)


@dataclass(frozen=True, slots=True)
class Two:
    """Two contents: are they equal, and what they are, where neither is too long."""

    equal: bool
    old: bytes | None
    new: bytes | None


def read_two(held: Held, old: int, new: int) -> Two:
    """The contents of two inodes; of long ones only whether they are equal.

    Raises:
        ImageError: one of them cannot be read.
    """
    if held.store is None:
        raise NOT_HELD
    table, store = held.report.files, held.store
    sizes = table.inode_size(old), table.inode_size(new)
    if max(sizes) <= MOST_COMPARED:
        one, other = store.read(old), store.read(new)
        return Two(one == other, one, other)
    equal = sizes[0] == sizes[1] and all(
        one == other for one, other in zip(store.pieces(old), store.pieces(new), strict=True)
    )
    return Two(equal, None, None)


def extract_node(
    held: Held, span: Span, node: int, target: Path, *, on_event: OnEvent, cancel: CancelToken
) -> Extracted:
    """Write a file or folder of a view; all as ``extract`` says."""
    if held.store is None:
        raise NOT_HELD
    return extract(view_of(held, span), held.store, node, target, on_event=on_event, cancel=cancel)


def export_report(
    held: Held,
    kind: ExportKind,
    path: Path,
    rewrite: Rewrite | None,
    *,
    on_event: OnEvent,
    cancel: CancelToken,
) -> Path:
    """Write the report; all as ``export`` says."""
    on_event(Note(f"Making {kind}"))
    cancel.raise_if_cancelled()
    return export(held.report, kind, path, rewrite)
