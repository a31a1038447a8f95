"""The packages of a system's Python, where the build installs them into a folder of their own (R10)."""

from __future__ import annotations

from dataclasses import replace

from uvdive.base.paths import is_below
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet


def by_prefix(copies: CopySet, copier: Copier, target: str) -> CopySet:
    """The copies with that folder in the place of the packages' own paths; what they come to stays.

    Args:
        copies: with the packages' paths, as the image has them.
        copier: tells them from others.
        target: where the folder goes.
    """
    gone = {path for path in copies.paths if is_below(path, target) and copier.holds_packages(path)}
    return replace(
        copies,
        paths=[path for path in copies.paths if path not in gone],
        files=copies.files - gone,
        cleared=[],
        folders=[folder for folder in copies.folders if not is_below(folder.path, target)],
        prefix=target,
    )
