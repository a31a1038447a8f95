"""Contents that differ from build to build though nothing of the app did."""

from __future__ import annotations

import posixpath
import re
from typing import IO

from uvdive.ledger.reading.elf import same_when_loaded

_LIMIT = 16 << 20
"""Bytes up to which such a file is read; of a longer one nobody says that it may differ."""

_NOTES = (b"uv_cache.json", b"uv_build.json")
"""What uv writes down of an install, with its times."""

_DRAWN = re.compile(
    rb"/etc/machine-id|/var/lib/dbus/machine-id|/etc/ssh/ssh_host_\w+_key(?:\.pub)?"
    rb"|/etc/ssl/(?:certs/ssl-cert-snakeoil\.pem|private/ssl-cert-snakeoil\.key)"
)
"""What the scripts of Debian's packages draw at random whenever they are installed."""


PASSWD, GROUP = b"/etc/passwd", b"/etc/group"
READ_ACCOUNTS = (PASSWD, GROUP)
"""Files of accounts whose lines are compared (passwd(5), group(5)): passwords and comments don't count."""

_FIRST_OF_USERS = 1000
"""Groups below it are the system's (login.defs(5), GID_MIN): without members nobody needs their names."""

_EVERYWHERE = 100
"""But for these, which every system of a distribution has (Debian policy, 9.2.2)."""


def may_resize(path: bytes) -> bool:
    """May a file's size differ, so that its content tells?

    uv's notes hold times, whose digits vary in number; files of accounts may hold more;
    and of a file that two distributions bring, either may be there.
    """
    folder, name = posixpath.split(path)
    if path in READ_ACCOUNTS or b"/site-packages/" in path or b"/dist-packages/" in path:
        return True
    return folder.endswith(b".dist-info") and name in (*_NOTES, b"RECORD")


def expected(path: bytes, was: IO[bytes], now: IO[bytes]) -> str | None:
    """Why a file's content may differ, in a few words; None where nothing explains it."""
    folder, name = posixpath.split(path)
    if _DRAWN.fullmatch(path):
        return "keys and ids that packages draw anew"
    if path in READ_ACCOUNTS:
        lines = _users if path == PASSWD else _memberships
        old, new = _whole(was), _whole(now)
        kept = old is not None and new is not None and lines(old) <= lines(new)
        return "accounts with the same users and groups" if kept else None
    if b".so" in name and same_when_loaded(was, now):
        return "libraries compiled anew, for debuggers' notes"
    return _metadata(name, was, now) if folder.endswith(b".dist-info") else None


def _metadata(name: bytes, was: IO[bytes], now: IO[bytes]) -> str | None:
    """The same for a distribution's metadata."""
    if name in _NOTES:
        return "uv's notes of an install"
    if name == b"RECORD":
        old, new = _whole(was), _whole(now)
        if old is not None and new is not None and _recorded(old) == _recorded(new):
            return "lists of installed files, for uv's notes"
    return None


def _whole(file: IO[bytes]) -> bytes | None:
    """A file's content; None for one that is too long."""
    data = file.read(_LIMIT + 1)
    return data if len(data) <= _LIMIT else None


def _fields(data: bytes, least: int) -> list[list[bytes]]:
    lines = (line.split(b":") for line in data.splitlines())
    return [line for line in lines if len(line) >= least]


def _users(data: bytes) -> frozenset[tuple[bytes, ...]]:
    """Name, uid, gid, home and shell of each user."""
    return frozenset((line[0], *line[2:4], *line[5:7]) for line in _fields(data, 7))


def _memberships(data: bytes) -> frozenset[tuple[bytes, bytes, bytes]]:
    """Each group with each member; of groups without any those that a package's script did not make."""
    found: set[tuple[bytes, bytes, bytes]] = set()
    for name, _, gid, members in (line[:4] for line in _fields(data, 4)):
        found.update((name, gid, member) for member in members.split(b",") if member)
        if gid.isdigit() and not _EVERYWHERE <= int(gid) < _FIRST_OF_USERS:
            found.add((name, gid, b""))
    return frozenset(found)


def _recorded(data: bytes) -> list[bytes]:
    """The lines of a RECORD (PEP 376), without those of uv's notes and of bytecode.

    Libraries' digests are left out: their contents are compared where they lie.
    """
    lines = (line.split(b",") for line in data.splitlines())
    kept = (fields[:1] + fields[2:] if b".so" in fields[0] else fields for fields in lines)
    return sorted(b",".join(fields) for fields in kept if not _varies(fields[0]))


def _varies(path: bytes) -> bool:
    return path.endswith((b".pyc", *_NOTES))
