"""A layer as an overlay2 engine keeps it, and the files in its folder; no symlink is followed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.files.foreign import open_regular, real
from uvdive.image.tar.header import clean


class StorageError(Exception):
    """The engine's storage is not what was expected: read the image another way."""


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """Where one layer lies: its tar-split file, and the folder with its files."""

    diff_id: str
    split: Path
    folder: Path


def open_below(folder: Path, name: bytes, plain: set[bytes] | None = None) -> int:
    """A file descriptor of the file at a tar's path below a folder, to be closed by the caller.

    No symlink is followed: what an image holds must not lead out of its folder. Who opens
    many hands the same ``plain`` in again, and a ``folder`` that is ``real``: it learns which
    folders are behind no link.

    Raises:
        StorageError: it is no file there.
    """
    top = real(folder) if plain is None else folder
    return opened_below(os.fsencode(top) + b"/" + clean(name), set() if plain is None else plain)


def opened_below(path: bytes, plain: set[bytes]) -> int:
    """A file descriptor of the file at a whole path, which has no ``..`` in it.

    ``plain`` learns which folders are no links.

    Raises:
        StorageError: as ``open_below``.
    """
    try:
        folder, new = path.rpartition(b"/")[0], list[bytes]()
        while folder and folder not in plain:
            if stat.S_ISLNK(os.lstat(folder).st_mode):
                raise StorageError(f"{path!r} lies behind a link")
            new.append(folder)
            folder = folder.rpartition(b"/")[0]
        plain.update(new)
        return open_regular(path, os.O_NOFOLLOW)
    except OSError as error:
        raise StorageError(f"{path!r}: {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise StorageError(f"{path!r} is no path") from error


def read_below(folder: Path, name: bytes, size: int, at: int = 0) -> bytes:
    """``size`` bytes, from byte ``at`` on, of the file that ``open_below`` opens.

    Raises:
        StorageError: it is no file there, or is shorter.
    """
    return part_of(open_below(folder, name), name, size, at)


def part_of(fd: int, name: bytes, size: int, at: int) -> bytes:
    """Part of an open file, which is closed then."""
    try:
        data = os.pread(fd, size, at)
    finally:
        os.close(fd)
    if len(data) != size:
        raise StorageError(f"{name!r} is shorter than its layer says")
    return data
