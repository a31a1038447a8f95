"""Which small files the ledger needs the content of, known before the layers are read."""

from __future__ import annotations

import re

MAX_WANTED = 8 << 20
"""No database of interest is larger; a name alone must not fill the memory. In bytes."""

_WANTED = re.compile(
    rb"""
      (?:^|/)var/lib/dpkg/(?:status|status\.d/[^/]+|info/[^/]+\.list|diversions)$
    | (?:^|/)lib/apk/db/installed$
    | ^(?:etc|usr/lib)/os-release$
    | ^etc/(?:passwd|group)$
    | \.dist-info/(?:RECORD|direct_url\.json)$
    | \.egg-info/(?:PKG-INFO|installed-files\.txt)$
    | (?:^|/)pyvenv\.cfg$
    | /(?:site|dist)-packages/(?:[^/]+\.pth|__editable__[^/]*finder\.py|[^/]+\.egg-link)$
    """,
    re.VERBOSE,
)
_SMALL = re.compile(
    rb"""
      /s?bin/[^/]+$
    | (?:^|/)\.python-version$
    | (?:^|/)pyproject\.toml$
    | \.sh$
    """,
    re.VERBOSE,
)
_MAX_SMALL = 64 << 10


def wanted(path: bytes, size: int) -> bool:
    """Does the ledger or the rewrite read this file? ``size`` is in bytes."""
    if size <= _MAX_SMALL and _SMALL.search(path):
        return True
    return size <= MAX_WANTED and _WANTED.search(path) is not None
