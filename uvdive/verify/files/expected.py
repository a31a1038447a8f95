"""Contents that differ from build to build though nothing of the app did."""

from __future__ import annotations

import posixpath
import re
from typing import IO

from uvdive.ledger.reading.elf import same_when_loaded

_LIMIT = 16 << 20
_NOTES = (b"uv_cache.json", b"uv_build.json")
"""What uv writes down of an install, with its times."""

_DRAWN = re.compile(
    rb"/etc/machine-id|/var/lib/dbus/machine-id|/etc/ssh/ssh_host_\w+_key(?:\.pub)?"
    rb"|/etc/ssl/(?:certs/ssl-cert-snakeoil\.pem|private/ssl-cert-snakeoil\.key)"
)
"""What the scripts of Debian's packages draw at random whenever they are installed."""


def may_resize(path: bytes) -> bool:
    """May a file's size differ from build to build? uv's notes hold times, whose digits vary in number."""
    folder, name = posixpath.split(path)
    return folder.endswith(b".dist-info") and name in (*_NOTES, b"RECORD")


def expected(path: bytes, was: IO[bytes], now: IO[bytes]) -> str | None:
    """Why a file's content may differ, in a few words; None where nothing explains it."""
    folder, name = posixpath.split(path)
    if _DRAWN.fullmatch(path):
        return "keys and ids that packages draw anew"
    if b".so" in name and same_when_loaded(was, now):
        return "libraries compiled anew, for debuggers' notes"
    if not folder.endswith(b".dist-info"):
        return None
    if name in _NOTES:
        return "uv's notes of an install"
    if name == b"RECORD" and _recorded(was) == _recorded(now):
        return "lists of installed files, for uv's notes"
    return None


def _recorded(file: IO[bytes]) -> list[bytes]:
    """The lines of a RECORD (PEP 376), without those of uv's notes and of bytecode.

    Libraries' digests are left out: their contents are compared where they lie.
    """
    lines = (line.split(b",") for line in file.read(_LIMIT).splitlines())
    kept = (fields[:1] + fields[2:] if b".so" in fields[0] else fields for fields in lines)
    return sorted(b",".join(fields) for fields in kept if not _varies(fields[0]))


def _varies(path: bytes) -> bool:
    return path.endswith((b".pyc", *_NOTES))
