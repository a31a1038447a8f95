"""What stays behind in the build stage although an instruction wrote it: scratch, caches, profiles."""

from __future__ import annotations

import re

from uvdive.distro.places import is_temporary, system_scratch
from uvdive.image.table import Kind
from uvdive.rewrite.evidence.files.image_files import Files

_CACHES = re.compile(r"/(?:\.cache/(?:pip|pypoetry|pre-commit|pdm)|\.npm|\.cargo/registry)(?=/|$)")
_PROFILES = re.compile(r"/(?:root|home/[^/]+)/\.(?:bashrc|profile|bash_profile|zshrc|zshenv)$")
_RECEIPTS = re.compile(r"/(?:\.config/uv|\.local/bin/env(?:\.fish)?)(?=/|$)")
"""What uv's installer leaves in a home."""


def is_scratch(path: str) -> bool:
    """Is it nothing that an app may expect to find: temporary, or a system tool's book?"""
    return is_temporary(path) or bool(system_scratch(path))


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
    workdir = workdir.rstrip("/")
    found = set()
    for node in files.walk(0):
        if not files.touched(node) or files.layer(node) < files.base_layers:
            continue
        path = files.path(node)
        if workdir and path.startswith(f"{workdir}/"):
            continue
        scratch = system_scratch(path)
        match = _CACHES.search(path) or _PROFILES.match(path) or _RECEIPTS.search(path)
        if scratch or match:
            found.add(scratch or path[: match.end()] if match else scratch)
        elif python and files.kind(node) == Kind.SYMLINK and files.link(node).startswith(f"{python}/"):
            found.add(path)
    return frozenset(found)
