"""Replace a file of the user's so that its old content has a name at every moment.

The old file itself gets a second name first (a hard link), so no step holds the only copy; it
is exchanged with the new one in one step (renameat2), so whatever else came to its place
meanwhile is seen and put back. What is removed is removed by its content: never a text that
is not known to stand elsewhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import shutil
from pathlib import Path

from uvdive.base.files.foreign import read_file
from uvdive.base.files.wholefile import NO_LINKS, create_file, give_name, keep_owner, sync_folder, write_new

_HERE = -100
"""AT_FDCWD (openat(2))."""

_EXCHANGE = 2
"""RENAME_EXCHANGE (renameat2(2))."""

_UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)
"""What kernels and file systems without the exchange answer."""

_MOST = 64 << 20


class ChangedError(Exception):
    """The file is no longer what it was to be."""


def digest_of(path: Path) -> str | None:
    """The sha256 of a regular file's content, None where there is none; links are followed."""
    try:
        return hashlib.sha256(read_file(path, _MOST)).hexdigest()
    except OSError:
        return None


def replace_aside(path: Path, data: bytes, *, was: str, kept: Path, new: Path) -> None:
    """Replace a file by new content, and leave the old file under another name.

    Args:
        path: the file; it keeps its mode and, where this user may set it, its owner.
        data: the new content.
        was: the sha256 of the content that may be replaced.
        kept: the free name, in the same folder, that the old file gets.
        new: a free name in the same folder for the moment.

    Raises:
        ChangedError: it has other content; nothing has changed.
        FileExistsError: ``kept`` is taken.
        OSError: it can't be written; nothing has changed.
    """
    made = hashlib.sha256(data).hexdigest()
    try:
        write_new(new, data)
        before = path.stat()
        new.chmod(before.st_mode & 0o7777)
        keep_owner(new, before)
        try:
            _second_name(path, kept, was)
            _exchange(path, new, was)
            sync_folder(path.parent)
        except BaseException:
            # As long as the old text stands in its place, the other name is one too many.
            if digest_of(path) == was:
                discard(kept, was)
            raise
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        drop_new(path, new, made=made, was=was, kept=kept)


def create_aside(path: Path, data: bytes, *, new: Path) -> None:
    """Write a file that is not there yet, never over another; ``new`` is a free name for the moment.

    Raises:
        FileExistsError: something has the name.
        OSError: it can't be written, and nothing is left behind.
    """
    try:
        write_new(new, data)
        give_name(new, path)
        sync_folder(path.parent)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        new.unlink(missing_ok=True)  # nothing else ever had this name


def _second_name(path: Path, kept: Path, was: str) -> None:
    try:
        os.link(path, kept, follow_symlinks=False)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        create_file(kept, read_file(path, _MOST))
        shutil.copystat(path, kept)
    if digest_of(kept) != was:
        with contextlib.suppress(OSError):
            if kept.samefile(path):
                kept.unlink()
        raise ChangedError(str(path))


def _exchange(path: Path, new: Path, was: str) -> None:
    if not exchange(path, new):
        new.replace(path)
    elif digest_of(new) != was:
        exchange(path, new)  # somebody else's text: back to its place
        raise ChangedError(str(path))


def exchange(one: Path, other: Path) -> bool:
    """Let two files change places in one step; False where the system can't.

    Raises:
        OSError: they can't be renamed.
    """
    try:
        rename: ctypes._NamedFuncPointer = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(one))


def drop_new(path: Path, new: Path, *, made: str, was: str, kept: Path) -> None:
    """Remove the name of the moment, unless it holds what stands nowhere else."""
    now = digest_of(new)
    # Before the exchange it is ours, whole or in part; behind it, it is the old text.
    if now is not None and (now == made or digest_of(path) == was or now == was == digest_of(kept)):
        new.unlink(missing_ok=True)


def discard(path: Path, was: str) -> bool:
    """Remove a file if it has this content (sha256); has it had it?"""
    if path.is_symlink() or digest_of(path) != was:
        return False
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    return True
