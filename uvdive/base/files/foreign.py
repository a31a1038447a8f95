"""The one way to read a file of a stranger: a project's, an archive, a cache entry, a config.

Only regular files are read, and only so much of them: a FIFO never answers, a device never
ends, and a link may lead to any of them, or out of the folder that it lies in.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from uvdive.base.errors import ImageError

TEXT = 4 << 20
"""More than any configuration or script of a project has, in bytes."""

_PIECE = 1 << 20
_OPENED: ContextVar[set[str] | None] = ContextVar("_OPENED", default=None)
_TOO_MUCH = (RecursionError, MemoryError, OverflowError)


def real(path: Path) -> Path:
    """The path without links in it, absolute; a link that leads to itself stays as it is.

    ``Path.resolve`` raises RuntimeError for one, until Python 3.13.
    """
    return Path(os.path.realpath(path))


@contextmanager
def noting_opened() -> Iterator[set[str]]:
    """The paths that ``open_regular`` opens in the block, or tries to, in this thread."""
    found: set[str] = set()
    token = _OPENED.set(found)
    try:
        yield found
    finally:
        _OPENED.reset(token)


def open_regular(path: Path | bytes, flags: int = 0) -> int:
    """A file descriptor of a regular file, to be closed by the caller; opening never waits.

    Args:
        path: the file; links are followed.
        flags: others to open it with (``os.O_NOFOLLOW``).

    Raises:
        OSError: it cannot be opened, or is no regular file (EINVAL).
        ValueError: it is no path.
    """
    if (opened := _OPENED.get()) is not None:
        opened.add(os.fsdecode(path))
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | flags)
    kind = os.fstat(fd).st_mode
    if stat.S_ISREG(kind):
        return fd
    os.close(fd)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fsdecode(path))
    raise OSError(errno.EINVAL, "it is no regular file", os.fsdecode(path))


@contextmanager
def opened(path: Path, *, within: Path | None = None) -> Iterator[int]:
    """An open file descriptor of a regular file, closed at the end; opening never waits.

    Args:
        path: the file; links are followed.
        within: a folder that links may not lead out of; None for none.

    Raises:
        OSError: it cannot be opened, is no regular file (EINVAL) or lies elsewhere (EXDEV).
    """
    fd = open_regular(path)
    try:
        if within is not None and not leads_into(path, within):
            raise OSError(errno.EXDEV, f"it is a link out of {within}", str(path))
        yield fd
    finally:
        os.close(fd)


def leads_into(path: Path, folder: Path) -> bool:
    """Does a path, with its links followed, lie in a folder?"""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def read_file(path: Path, limit: int = TEXT, *, within: Path | None = None) -> bytes:
    """The content of a regular file of at most ``limit`` bytes.

    Raises:
        OSError: as ``opened``, or it is larger (EFBIG).
    """
    with opened(path, within=within) as fd:
        data = _read(fd, limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {limit} bytes", str(path))
    return data


def read_start(path: Path, count: int, *, within: Path | None = None) -> bytes:
    """The first ``count`` bytes of a regular file, fewer where it is shorter; errors as ``opened``."""
    with opened(path, within=within) as fd:
        return _read(fd, count)


def _read(fd: int, count: int) -> bytes:
    # A file as long as it says comes in one piece, and is not copied together.
    pieces, left, most = [], count, max(_PIECE, os.fstat(fd).st_size)
    while left and (piece := os.read(fd, min(left, most))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


@contextmanager
def bounded(what: str) -> Iterator[None]:
    """Tell of what nests or grows beyond all bounds as of a damaged image.

    Args:
        what: what is being read, as the subject of a sentence.

    Raises:
        ImageError: reading it ran out of stack or memory, or met a number that is none.
    """
    try:
        yield
    except _TOO_MUCH as error:
        raise ImageError(
            f"{what} can't be read: it nests too deeply or is too large ({type(error).__name__}).",
            "It is damaged, or made to stop programs that read it.",
        ) from error
