"""Files that are written whole or not at all, also on a full disk."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What file systems without hard links answer (link(2))."""


def replace_file(path: Path, data: bytes) -> None:
    """Write a file: a reader sees the old content or the new one.

    A file that is there keeps its mode and, where this user may set it, its owner.

    Raises:
        OSError: it can't be written; it names ``path``, and all is as it was.
    """
    with _beside(path, data) as new:
        if path.exists():
            before = path.stat()
            new.chmod(before.st_mode & 0o7777)
            keep_owner(new, before)
        new.replace(path)


def create_file(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, never over another.

    Raises:
        FileExistsError: something has the name.
        OSError: it can't be written; it names ``path``, and nothing is left behind.
    """
    with _beside(path, data) as new:
        give_name(new, path)


def give_name(new: Path, path: Path) -> None:
    """Let what is written have a name that nothing else has; ``new`` may keep its own beside it.

    Raises:
        FileExistsError: something has the name.
        OSError: it can't be given.
    """
    try:
        # Unlike a rename, a link fails where something is.
        path.hardlink_to(new)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        path.open("xb").close()
        new.replace(path)


def keep_owner(path: Path, before: os.stat_result) -> None:
    """Give a file the owner and group that another had, where this user may."""
    with contextlib.suppress(PermissionError):
        os.chown(path, before.st_uid, before.st_gid)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, with its content on the disk.

    Raises:
        OSError: it can't be written, or is there; part of it may be.
    """
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk: what comes later is not there before them after a power cut."""
    with contextlib.suppress(OSError):  # not every file system can
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


@contextlib.contextmanager
def _beside(path: Path, data: bytes) -> Iterator[Path]:
    """A new file in the same folder that holds ``data`` on the disk; gone with the block."""
    new = path.with_name(f".uvdive.{os.urandom(8).hex()}.new")
    try:
        write_new(new, data)
        yield new
        sync_folder(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            new.unlink()
