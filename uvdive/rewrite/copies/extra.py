"""Paths of the original that the user wants in the final image beyond the plan's own finding (R46)."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from uvdive.base.errors import UsageError
from uvdive.base.paths import is_below
from uvdive.rewrite.choices import CHOICES, PATHS
from uvdive.rewrite.copies.copy_set import CopySet, add_folders
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.notes import Notes


def add_paths(files: Files | None, copies: CopySet, notes: Notes) -> CopySet:
    """The copies with the paths of ``--choose extra-paths=/A,/B``, which the original has.

    Raises:
        UsageError: the original has no such path.
    """
    wanted = notes.names(CHOICES[PATHS]) if files is not None else ()
    if files is None or not wanted:
        return copies
    more = replace(copies, paths=[*copies.paths], nodes=[*copies.nodes], folders=[*copies.folders])
    for path in wanted:
        node = files.at(path) if path.startswith("/") and path == posixpath.normpath(path) else None
        if node in (None, 0):
            raise UsageError(f"The original has no path “{path}”.", "Write --choose extra-paths=/A,/B.")
        if any(is_below(path, known) for known in more.paths):
            continue
        add_folders(files, path, more)
        more.paths.append(path)
        more.nodes.append(node)
    return more
