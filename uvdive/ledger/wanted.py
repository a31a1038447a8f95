"""Which small files the ledger needs the content of, known before the layers are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

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
    | \.dist-info/(?:RECORD|METADATA|direct_url\.json|top_level\.txt)$
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
_LIBRARY = re.compile(
    rb"(?:^|/)(?:lib(?:64|exec)?/(?:python|pypy)|(?:site|dist)-packages|archive-v\d+|node_modules)"
    rb"|^(?:usr/(?:lib|share)|var/(?:lib|cache))/"
)
"""Folders whose Python code is no app's own: of environments, uv's cache, distributions."""

_MAX_SMALL = 64 << 10
_NAMES = frozenset(
    b"status diversions installed os-release passwd group RECORD METADATA direct_url.json top_level.txt"
    b" PKG-INFO uv.lock installed-files.txt pyvenv.cfg rpmdb.sqlite .python-version patchlevel.h"
    b" pyproject.toml".split()
)
_ENDS = (b".list", b".pth", b".egg-link", b"finder.py", b".sh")
_FOLDERS = (b"bin", b"status.d", b"conda-meta")
"""What the names above are, how they end, and where any name may be one: told without an expression."""


_TAILS = frozenset(end[-3:] for end in (*_ENDS, b".py"))


def _may_name(name: bytes) -> bool:
    """Can a file of that name be wanted, in some folder?"""
    return name in _NAMES or name.endswith(_ENDS)


def _is_common(name: bytes) -> bool:
    """Is it a name that many files have, which are wanted in a few folders only?"""
    return name[-3:] == b".py" and name[-9:] != b"finder.py"


class _Wanted:
    """What the ledger and the rewrite read, as a Sieve: most files are told without an expression."""

    def __call__(self, path: bytes, size: int) -> bool:
        folder, _, name = path.rpartition(b"/")
        if not (_may_name(name) or _is_common(name) or self.may_folder(folder)):
            return False
        if name[-3:] == b".py":
            if size <= _MAX_SMALL and not _in_library(folder):
                return True
            if name[-9:] != b"finder.py":
                return False
        if size <= _MAX_SMALL and _SMALL.search(path):
            return True
        if size > MAX_WANTED:
            return size <= MAX_RPM and _RPM.search(path) is not None
        return (_WANTED.search(path) or _RPM.search(path)) is not None

    def sift(self, names: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
        near = [name for name in names if name[-3:] in _TAILS or name in _NAMES]
        return [*filter(_may_name, near)], [*filter(_is_common, near)]

    def opens(self, folder: bytes) -> bool:
        return not _in_library(folder)

    def may_folder(self, folder: bytes) -> bool:
        return folder.endswith(_FOLDERS)


@lru_cache(maxsize=64)
def _in_library(folder: bytes) -> bool:
    return _LIBRARY.search(folder) is not None


wanted = _Wanted()
"""Does the ledger or the rewrite read the file with this path and size in bytes?"""
