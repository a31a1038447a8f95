"""Which small files the ledger needs the content of, known before the layers are read."""

from __future__ import annotations

import re

MAX_WANTED = 8 << 20
"""No database of interest but rpm's is larger; a name alone must not fill the memory. In bytes."""

MAX_RPM = 64 << 20
"""A full Fedora has some 1000 packages and 40 MB of them. In bytes."""

_WANTED = re.compile(
    rb"""
      (?:^|/)var/lib/dpkg/(?:status|status\.d/[^/]+|info/[^/]+\.list|diversions)$
    | (?:^|/)lib/apk/db/installed$
    | ^(?:etc|usr/lib)/os-release$
    | ^etc/(?:passwd|group)$
    | \.dist-info/(?:RECORD|direct_url\.json|top_level\.txt)$
    | \.egg-info/(?:PKG-INFO|installed-files\.txt|top_level\.txt)$
    | \.egg/EGG-INFO/top_level\.txt$
    | (?:^|/)conda-meta/[^/]+\.json$
    | (?:^|/)pyvenv\.cfg$
    | (?:^|/)uv\.lock$
    | /(?:site|dist)-packages/(?:[^/]+\.pth|__editable__[^/]*finder\.py|[^/]+\.egg-link)$
    """,
    re.VERBOSE,
)
_RPM = re.compile(rb"/rpm/rpmdb\.sqlite$")
_SMALL = re.compile(
    rb"""
      /s?bin/[^/]+$
    | (?:^|/)\.python-version$
    | /include/(?:python|pypy)[^/]+/patchlevel\.h$
    | (?:^|/)pyproject\.toml$
    | \.sh$
    """,
    re.VERBOSE,
)
_MAX_SMALL = 64 << 10
_ENDS = frozenset(b"tus ons led ase swd oup ORD son txt NFO cfg ock pth ink ite ion oml .sh ist l.h".split())
"""The last three bytes of every name above, but for the three that ``_hopeless`` looks for."""


def _hopeless(path: bytes) -> bool:
    """Told without an expression: nobody wants this. True of nearly every file of an image."""
    return (
        path[-3:] not in _ENDS
        and b"bin/" not in path
        and path[-9:] != b"finder.py"
        and b"status.d/" not in path
    )


def wanted(path: bytes, size: int) -> bool:
    """Does the ledger or the rewrite read this file? ``size`` is in bytes."""
    if _hopeless(path):
        return False
    if size <= _MAX_SMALL and _SMALL.search(path):
        return True
    if size > MAX_WANTED:
        return size <= MAX_RPM and _RPM.search(path) is not None
    return (_WANTED.search(path) or _RPM.search(path)) is not None
