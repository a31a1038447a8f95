"""What stays behind in the build stage although an instruction wrote it: scratch, caches, profiles."""

from __future__ import annotations

import re
from typing import cast

from uvdive.image.table import Kind
from uvdive.rewrite.evidence.image_files import Files

TEMPORARY = re.compile(r"/(?:tmp|var/tmp|proc|sys|dev)(?:/|$)")

_BOOKS = re.compile(
    r"/var/(?:lib/apt|cache/(?:apt|apk|debconf|dnf|fontconfig|ldconfig|man|yum)"
    r"|log/(?:apt|journal|alternatives\.log|apk\.log|bootstrap\.log|btmp|dpkg\.log|faillog|fontconfig\.log"
    r"|lastlog|wtmp))(?=/|$)"
)
"""Books, logs and caches of the system's own tools; what an app keeps beside them is the app's."""

_CACHES = re.compile(r"/(?:\.cache/(?:pip|pypoetry|pre-commit|pdm)|\.npm|\.cargo/registry)(?=/|$)")
_PROFILES = re.compile(r"/(?:root|home/[^/]+)/\.(?:bashrc|profile|bash_profile|zshrc|zshenv)$")
_RECEIPTS = re.compile(r"/(?:\.config/uv|\.local/bin/env(?:\.fish)?)(?=/|$)")
"""What uv's installer leaves in a home."""


def is_scratch(path: str) -> bool:
    """Is it nothing that an app may expect to find: temporary, or a system tool's book?"""
    return bool(TEMPORARY.match(path) or _BOOKS.match(path))


def is_personal(path: str) -> bool:
    """Is it a download cache, a shell's profile or a receipt of uv's installer?"""
    return bool(_CACHES.search(path) or _PROFILES.match(path) or _RECEIPTS.search(path))


def left_behind(files: Files, workdir: str, python: str | None) -> frozenset[str]:
    """The paths above the base that stay behind, each as short as it can be told exactly.

    Args:
        files: the original.
        workdir: what lies there is copied whole.
        python: the folder of uv's Pythons, where another interpreter takes their place.
    """
    key = ("left behind", workdir, python)
    if key not in files.memo:
        files.memo[key] = frozenset(_found(files, workdir.rstrip("/"), python))
    return cast("frozenset[str]", files.memo[key])


def _found(files: Files, workdir: str, python: str | None) -> set[str]:
    found = set()
    for node in files.walk(0):
        if not files.touched(node) or files.layer(node) < files.base_layers:
            continue
        path = files.path(node)
        if workdir and path.startswith(f"{workdir}/"):
            continue
        match = _BOOKS.match(path) or _CACHES.search(path) or _PROFILES.match(path) or _RECEIPTS.search(path)
        if match:
            found.add(path[: match.end()])
        elif python and files.kind(node) == Kind.SYMLINK and files.link(node).startswith(f"{python}/"):
            found.add(path)
    return found
