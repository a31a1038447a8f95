"""Which folders and files a user needs who is not root, by what a start of the original wrote (R64)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from uvdive.base.paths import is_below
from uvdive.image.table import Kind
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.written import Written

_ROOTS = "/root"
_SYSTEM = ("/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/sbin", "/usr")
_OF_UV = frozenset({"uv.lock"})
"""What `uv run` writes at a start, which the new image does without."""

_BY_ALL = 0o002


@dataclass(frozen=True, slots=True)
class Given:
    """What goes to the user.

    Attributes:
        folders: those that are there.
        made: those that are not.
        files: those that the start changed.
        kept: what was written in folders of the system, which nobody is given.
    """

    folders: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class _Giving:
    """Collects; ``bare`` says that a folder of the base cannot change its owner."""

    def __init__(self, files: Files, without: Iterable[str], *, bare: bool) -> None:
        self.files, self.without, self.bare = files, tuple(without), bare
        self.folders: set[str] = set()
        self.made: set[str] = set()
        self.changed: set[str] = set()
        self.kept: set[str] = set()

    def empty_below(self, top: str) -> None:
        """Nobody saw what is written: folders that are empty are there to be filled."""
        for path in self.files.once(("empty folders below", top), lambda: _empty_below(self.files, top)):
            if not self.passes_over(path):
                self.folder(path)

    def appeared(self, path: str, *, is_folder: bool) -> None:
        """A path was made, or taken away."""
        if self.passes_over(path):
            return
        if is_folder and self.of_base(posixpath.dirname(path)):
            self.made.add(path)
        else:
            self.add(path)

    def changes(self, path: str) -> None:
        """What was there was changed."""
        node = self.files.at(path)
        if node is None or self.passes_over(path):
            return
        if self.files.is_folder(node):
            self.folder(path)
        elif self.files.kind(node) == Kind.FILE:
            self.file(path, node)

    def add(self, path: str) -> None:
        """Something was made there, or taken away."""
        folder = posixpath.dirname(path)
        node = self.files.at(folder)
        if node is not None and self.files.is_folder(node) and folder != "/":
            self.folder(folder, path)
        else:
            self.kept.add(path)

    def folder(self, folder: str, why: str = "") -> None:
        """It must be the user's; ``why`` is what was written there."""
        node = self.files.at(folder)
        if node is None or not self.files.is_folder(node):
            self.made.add(folder)
        elif self.files.mode(node)[0] & _BY_ALL:
            return
        elif self._is_systems(folder, node):
            self.kept.add(why or folder)
        else:
            self.folders.add(folder)

    def file(self, path: str, node: int) -> None:
        """Its content was changed."""
        if self.files.mode(node)[0] & _BY_ALL:
            return
        if self._is_systems(path, node):
            self.kept.add(path)
        else:
            self.changed.add(path)

    def _is_systems(self, path: str, node: int) -> bool:
        below = path == "/" or any(is_below(path, each) for each in _SYSTEM)
        return self.files.in_base(node) and (below or self.bare)

    def of_base(self, folder: str) -> bool:
        """Is a folder there, and the base's?"""
        node = self.files.at(folder)
        return folder == "/" or (node is not None and self.files.in_base(node))

    def passes_over(self, path: str) -> bool:
        """Does the new image not write it, or elsewhere?"""
        return posixpath.basename(path) in _OF_UV or any(is_below(path, each) for each in self.without)

    def given(self) -> Given:
        return Given(*(tuple(sorted(each)) for each in (self.folders, self.made, self.changed, self.kept)))


def _empty_below(files: Files, top: str) -> tuple[str, ...]:
    node = files.at(top) if top != "/" else None
    found = files.walk(node) if node is not None else ()
    return tuple(
        files.path(each)
        for each in found
        if files.is_folder(each) and each != node and not files.children(each)
    )


def what_to_give(
    files: Files, written: Written | None, volumes: Iterable[str], workdir: str, without: Iterable[str],
    *, bare: bool,
) -> Given:  # fmt: skip
    """What a user who is not root must own to write what root wrote.

    Args:
        files: the image's files.
        written: what a start wrote; None where none was observed: then the folders that are empty
            below the work directory count, as they are there to be filled.
        volumes: the paths that the image declares, which count as written.
        workdir: the work directory.
        without: folders in which nothing counts: environments.
        bare: the final base can run nothing.
    """
    giving = _Giving(files, (*without, _ROOTS), bare=bare)
    for volume in volumes:
        giving.folder(posixpath.normpath(volume))
    if written is None:
        giving.empty_below(workdir)
    else:
        for path in written.added:
            giving.appeared(path, is_folder=path in written.folders)
        for path in written.changed:
            giving.changes(path)
    return giving.given()
