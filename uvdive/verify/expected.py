"""Contents that differ from build to build though nothing of the app did."""

from __future__ import annotations

import posixpath
from typing import IO

_LIMIT = 16 << 20
_NOTES = (b"uv_cache.json", b"uv_build.json")
"""What uv writes down of an install, with its times."""


def expected(path: bytes, was: IO[bytes], now: IO[bytes]) -> str | None:
    """Why a file's content may differ at equal size, in a few words; None where nothing explains it."""
    folder, name = posixpath.split(path)
    if not folder.endswith(b".dist-info"):
        return None
    if name in _NOTES:
        return "uv's notes of an install"
    if name == b"RECORD" and _recorded(was) == _recorded(now):
        return "lists of installed files, for uv's notes"
    return None


def _recorded(file: IO[bytes]) -> list[bytes]:
    """The lines of a RECORD (PEP 376), without those of uv's notes and of bytecode."""
    lines = file.read(_LIMIT).splitlines()
    return sorted(line for line in lines if not _varies(line.partition(b",")[0]))


def _varies(path: bytes) -> bool:
    return path.endswith((b".pyc", *_NOTES))
