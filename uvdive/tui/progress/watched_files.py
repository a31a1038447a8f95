"""Notices that files are no longer what they were when something was worked out from them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from uvdive.base.files.foreign import read_file

_Sign = tuple[int, int, int] | None


def _sign(path: Path) -> _Sign:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino


_MOST = 64 << 20


def _content(path: Path) -> bytes | None:
    try:
        return read_file(path, _MOST)
    except OSError:
        return None


class Watch:
    """Some files as they are now, or as they were read before (``known``)."""

    def __init__(self, paths: Iterable[Path], known: dict[Path, bytes] | None = None) -> None:
        self._contents: dict[Path, bytes | None] = {path: _content(path) for path in paths}
        self._contents |= known or {}
        # What was read before may have changed already: it is looked at once in any case.
        self._signs: dict[Path, _Sign] = {
            path: _sign(path) for path in self._contents if path not in (known or {})
        }

    def changed(self) -> Path | None:
        """The first file with another content than then, or that came or went; None where all are the same.

        A file is only read where its time, size or inode say that it may have changed.
        """
        for path, before in self._contents.items():
            sign = _sign(path)
            if path in self._signs and self._signs[path] == sign:
                continue
            if _content(path) != before:
                return path
            self._signs[path] = sign
        return None
