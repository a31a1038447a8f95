"""Take a file or a folder out of an image: what a view of its layers shows, onto the disk."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.errors import ImageError, UsageError
from uvdive.base.progress import BytesRead, CancelToken, OnEvent, ignore
from uvdive.image.table import NONE, Kind
from uvdive.ledger.view.tree import Sign, TreeView

if TYPE_CHECKING:
    # The app imports this before its first picture.
    from uvdive.image.store import LayerStore


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was written: where, how many files with how many bytes, and what could not be.

    ``missing`` are files whose content the source does not hold any more, ``left_out``
    devices, pipes and names that this disk cannot have, ``renamed`` those that got another
    name because this disk takes theirs for one that was there already (README and readme).
    """

    path: Path
    files: int
    bytes: int
    missing: int
    left_out: int
    renamed: int = 0


@dataclass(slots=True)
class _Work:
    view: TreeView
    store: LayerStore
    on_event: OnEvent
    cancel: CancelToken | None
    total: int
    files: int = 0
    size: int = 0
    left_out: int = 0
    renamed: int = 0
    ignores_case: bool | None = None
    missing: list[ImageError] = field(default_factory=list)
    written: dict[int, Path] = field(default_factory=dict)
    links: list[tuple[Path, bytes]] = field(default_factory=list)
    folders: list[tuple[Path, int]] = field(default_factory=list)


def extract(
    view: TreeView,
    store: LayerStore,
    node: int,
    target: Path,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Extracted:
    """Write the file or folder at ``node`` to ``target``, whole or not at all, a piece at a time.

    Symbolic links are made last, so that nothing is written through one; set-id bits
    and owners are left out, so that nothing gets rights by being looked at.

    Args:
        view: which state of the image; what it shows as removed is left out below a folder.
        store: the contents.
        node: the path.
        target: where to; must not exist, its folder must.
        on_event: gets BytesRead, with the bytes of all files.
        cancel: stops between two pieces of a file; nothing stays behind.

    Raises:
        UsageError: ``target`` exists, or cannot be written.
        ImageError: none of the contents is there any more.
        CancelledError: ``cancel`` was set.
    """
    if os.path.lexists(target):
        raise UsageError(f"{target} exists already.", "Name something that does not.")
    if not target.parent.is_dir():
        raise UsageError(f"There is no folder {target.parent}.", "Make it first.")
    # What a layer removed has its bytes elsewhere in the view.
    total = view.size[node] or view.removed[node]
    work = _Work(view, store, on_event, cancel, total)
    new = target.with_name(f".uvdive.{secrets.token_hex(4)}.new")
    try:
        _write(work, node, new)
        if work.missing and not work.files:
            raise work.missing[0]
        if not os.path.lexists(new):
            raise UsageError("A device or a pipe cannot be taken out of an image.")
        new.rename(target)
    except OSError as error:
        raise UsageError(f"{target} can't be written: {error.strerror}.", "Name another place.") from error
    finally:
        _remove(new)
    return Extracted(target, work.files, work.size, len(work.missing), work.left_out, work.renamed)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _write(work: _Work, node: int, target: Path) -> None:
    todo = [(node, target)]
    while todo:
        if work.cancel is not None:
            work.cancel.raise_if_cancelled()
        try:
            todo += _one(work, *todo.pop())
        except OSError as error:
            # A disk of a Mac has no names that are not UTF-8.
            if error.errno != errno.EILSEQ:
                raise
            work.left_out += 1
    for path, link in work.links:
        path.symlink_to(os.fsdecode(link))
    for path, mode in reversed(work.folders):
        path.chmod(mode & 0o777 | 0o700)


def _one(work: _Work, node: int, path: Path) -> list[tuple[int, Path]]:
    """Write one path; the ones below it come back."""
    table, entry = work.view.table, work.view.entry[node]
    kind = Kind.DIRECTORY if entry == NONE else Kind(table.entry_kind[entry])
    if kind == Kind.DIRECTORY:
        path.mkdir(mode=0o700)
        work.folders.append((path, 0o755 if entry == NONE else table.entry_mode[entry]))
        return _below(work, node, path)
    if kind == Kind.FILE:
        _file(work, entry, path)
    elif kind == Kind.SYMLINK and table.entry_link[entry] != NONE:
        work.links.append((path, table.links[table.entry_link[entry]]))
    else:
        work.left_out += 1
    return []


def _below(work: _Work, node: int, path: Path) -> list[tuple[int, Path]]:
    table, view = work.view.table, work.view
    if work.ignores_case is None:
        work.ignores_case = ignores_case(path)
    found = []
    taken: set[str] = set()
    for child in table.children(node):
        if not view.shown[child] or view.sign[child] == Sign.REMOVED:
            continue
        if _fits(table.names[child]):
            name = os.fsdecode(table.names[child])
            if work.ignores_case:
                free = _free(name, taken)
                work.renamed += free != name
                name = free
            found.append((child, path / name))
        else:
            work.left_out += 1
    return found


def ignores_case(folder: Path) -> bool:
    """Does the disk take a folder's name in other letters for the same, as those of Macs do by default?"""
    return os.path.lexists(folder.with_name(folder.name.swapcase()))


def _free(name: str, taken: set[str]) -> str:
    """A name that such a disk takes for none of those that are ``taken``; it is noted there."""
    free, number = name, 1
    while (key := unicodedata.normalize("NFC", free).casefold()) in taken:
        free, number = f"{name}~{number}", number + 1
    taken.add(key)
    return free


def _fits(name: bytes) -> bool:
    return name not in (b"", b".", b"..") and b"/" not in name and b"\0" not in name


def _file(work: _Work, entry: int, path: Path) -> None:
    table = work.view.table
    inode = table.entry_inode[entry]
    first = work.written.get(inode)
    if first is not None:
        os.link(first, path)
        work.files += 1
        return
    before = work.size
    try:
        with path.open("xb") as file:
            for piece in work.store.pieces(inode):
                file.write(piece)
                work.size += len(piece)
                work.on_event(BytesRead(work.size, work.total))
                if work.cancel is not None:
                    work.cancel.raise_if_cancelled()
    except ImageError as error:
        path.unlink()
        work.size = before
        work.missing.append(error)
        return
    path.chmod(table.entry_mode[entry] & 0o777 | 0o600)
    work.written[inode] = path
    work.files += 1
