"""Which paths below a folder COPY can give the owner to, and which it cannot (R29).

A folder that is there before the COPY keeps its own owner, and so does what RUNs wrote;
folders above that BuildKit makes on the way get the COPY's owner.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uvdive.base.paths import is_below, upward
from uvdive.dockerfile.shell.commands import Command
from uvdive.dockerfile.steps import workdir_after
from uvdive.image.table import Kind
from uvdive.rewrite.evidence.commands.command_kinds import paths_of
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.improve.work import COMMON, Copied, Unsafe, Work, is_alpine
from uvdive.uv.images import Reference

_MOST = 8
"""More paths than these are not written out in a command."""
_SET_ID = 0o6000


@dataclass(frozen=True, slots=True)
class Owned:
    """Paths that still need a command: ``alone``, or ``whole`` with all below.

    ``groups`` are the numbers of the groups of all that the COPYs wrote; empty without an image.
    """

    alone: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    groups: frozenset[int] = frozenset()


def owned_by_image(files: Files, run: Run, folder: str, copies: Sequence[Copied]) -> Owned:
    """By the layers of the image.

    Raises:
        Unsafe: the result would not be the same.
    """
    layer, top = run.step.layer, files.at(folder)
    if layer is None or top is None:
        raise Unsafe("the image has no layer of it")
    layers = {copy.step.layer for copy in copies if copy.step.layer is not None}
    outside = _changed_outside(files, layer, folder)
    if outside:
        raise Unsafe(f"it also reaches {outside}")
    for above in list(upward(folder))[1:]:
        node = files.at(above)
        if node is not None and node != 0 and _first_layer(files, node) in layers:
            raise Unsafe(f"COPY makes {above} on its way, which would get the owner too")
    return _Below(files, layer, layers, top).owned()


def _first_layer(files: Files, node: int) -> int:
    return files.table.entry_layer[files.table.entries_of(node)[0]]


def _changed_outside(files: Files, layer: int, folder: str) -> str:
    """A file outside the folder that the RUN gave another owner."""
    table = files.table
    for entry in range(table.entries):
        if table.entry_layer[entry] != layer or table.entry_kind[entry] == Kind.DIRECTORY:
            continue
        node = table.entry_node[entry]
        before = [e for e in table.entries_of(node) if table.entry_layer[e] < layer]
        if before and table.entry_uid[before[-1]] != table.entry_uid[entry]:
            path = files.path(node)
            if not is_below(path, folder) and table.entry_size[before[-1]] == table.entry_size[entry]:
                return path
    return ""


@dataclass(slots=True)
class _Below:
    """One folder as a ``chown -R`` found it."""

    files: Files
    layer: int
    copied: set[int]
    top: int

    def owned(self) -> Owned:
        table = self.files.table
        here = self._entry(self.top)
        if here is None:
            raise Unsafe("the image has no layer of it")
        owner, groups = table.entry_uid[here], set()
        rest: list[int] = []
        for node in self.files.walk(self.top):
            entry = self._entry(node)
            entries = [e for e in table.entries_of(node) if table.entry_layer[e] < self.layer]
            if entry is None and not entries:
                continue  # written later
            if entry is None or (entries and table.entry_uid[entry] != owner):
                raise Unsafe(f"{self.files.path(node)} has another owner in the end")
            if entries and self._is_copied(entries):
                if table.entry_kind[entry] == Kind.FILE and table.entry_mode[entries[-1]] & _SET_ID:
                    raise Unsafe(f"{self.files.path(node)} runs as its owner")
                groups.add(table.entry_gid[entry])
            elif table.entry_uid[entry] == owner:
                rest.append(node)
        return self._written(rest, frozenset(groups))

    def _entry(self, node: int) -> int | None:
        """What the RUN's layer has of a node, deleted later or not."""
        table = self.files.table
        found = (e for e in table.entries_of(node) if table.entry_layer[e] == self.layer)
        return next(found, None)

    def _is_copied(self, entries: Sequence[int]) -> bool:
        """Did a COPY write it: a folder that it found there keeps its owner."""
        table = self.files.table
        is_folder = table.entry_kind[entries[-1]] == Kind.DIRECTORY
        return table.entry_layer[entries[0 if is_folder else -1]] in self.copied

    def _written(self, rest: list[int], groups: frozenset[int]) -> Owned:
        every, alone, whole = set(rest), list[str](), list[str]()
        done: set[int] = set()
        for node in rest:  # folders come before what they hold
            if node in done:
                continue
            inside = [each for each in self.files.walk(node) if each != node]
            if inside and every.issuperset(inside):
                whole.append(self.files.path(node))
                done.update(inside)
            else:
                alone.append(self.files.path(node))
        if len(alone) + len(whole) > _MOST:
            raise Unsafe(f"{len(alone) + len(whole)} paths below it did not come by COPY")
        return Owned(tuple(sorted(alone)), tuple(sorted(whole)), groups)


def owned_by_text(work: Work, run: Run, part: int, folder: str, copies: Sequence[Copied]) -> Owned:
    """By the instructions.

    Raises:
        Unsafe: only an image tells.
    """
    if is_alpine(work.evidence):
        raise Unsafe("Alpine's chown follows links, and only the image tells where they lead")
    first = min(copy.step.line for copy in copies)
    made = [*_workdirs(work, run), *_made(work, run, part, folder)]
    there = [path for line, path in made if line < first]
    for above in list(upward(folder))[1:]:
        if above not in ("/", *COMMON) and not any(is_below(path, above) for path in there):
            raise Unsafe(f"COPY makes {above} on its way, which would get the owner too")
    known_base = Reference.read(work.evidence.base).family in ("python", "system", "uv", "uv-python")
    is_there = any(is_below(path, folder) for path in there) or folder in COMMON or not known_base
    alone = {folder} if is_there else set()
    for _, path in made:
        alone.update(each for each in upward(path) if each != folder and is_below(each, folder))
    return Owned(tuple(sorted(alone)))


def _workdirs(work: Work, run: Run) -> Iterator[tuple[int, str]]:
    """The folders that WORKDIR made before the RUN, with their lines."""
    for step in work.evidence.steps:
        if step.keyword == "WORKDIR" and step.line < run.step.line:
            yield step.line, workdir_after(step, work.evidence.dockerfile.escape)


def _made(work: Work, run: Run, part: int, folder: str) -> Iterator[tuple[int, str]]:
    """The folders that RUNs made before this part, with their lines.

    Raises:
        Unsafe: one of them may have written more below the folder.
    """
    for other in (each for each in work.runs if each.step.line <= run.step.line):
        for each, kind in other.parts if other is not run else other.parts[:part]:
            found = _writes(other, each.commands, kind, folder)
            if found is None:
                raise Unsafe(f"only the image tells what line {other.step.line} writes")
            yield from ((other.step.line, path) for path in found)
        if other.script is None:
            raise Unsafe(f"only the image tells what line {other.step.line} writes")


def _writes(run: Run, commands: Sequence[Command], kind: str, folder: str) -> list[str] | None:
    """The folders that a part makes; None where it may write others' files below the folder."""
    if kind not in ("files", "other", "uv"):
        return []
    found: list[str] = []
    for command in commands:
        if command.program == "mkdir":
            names = list(_folders(run, command))
            if any(name is None for name in names):
                return None
            found += [name for name in names if name is not None]
        elif kind != "files" or not _only_outside(command, folder):
            return None
    return found


def _folders(run: Run, command: Command) -> Iterator[str | None]:
    for word in command.words[1:]:
        if word.text.startswith("-"):
            if word.text not in ("-p", "--parents", "-v", "-pv"):
                yield None
        elif word.literal and word.text.startswith("/"):
            yield posixpath.normpath(word.text)
        elif word.literal and not any(c.program == "cd" for part, _ in run.parts for c in part.commands):
            yield posixpath.normpath(posixpath.join(run.step.workdir, word.text))
        else:
            yield None


def _only_outside(command: Command, folder: str) -> bool:
    words = [word for word in command.words[1:] if not word.text.startswith("-")]
    operands = words[1:] if command.program in ("chown", "chmod", "chgrp") else words
    plain = all(word.literal and word.text.startswith("/") for word in operands)
    paths = list(paths_of(command))
    return plain and not any(is_below(path, folder) or is_below(folder, path) for path in paths)
