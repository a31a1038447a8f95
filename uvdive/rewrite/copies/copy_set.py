"""What the final stage copies, as a value: paths, folders to make first, links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from uvdive.dockerfile.steps import Step
from uvdive.rewrite.evidence.files.image_files import Files

WorkdirPlace = Literal["before", "as-user", "after"]
"""Where WORKDIR stands: before the copies, there too but behind USER, which it then belongs to, or behind."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory that must exist beforehand, because COPY would make it root's with mode 0755.

    Owner and group are numbers, or names where no image is at hand.
    """

    path: str
    mode: int
    uid: int | str
    gid: int | str


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, as it is written. ``parent`` is the folder to make first, or None."""

    path: str
    target: str
    uid: int
    gid: int
    parent: str | None


@dataclass(frozen=True, slots=True)
class OwnCopy:
    """An instruction of the author's that the last stage repeats: a COPY, or a RUN that gives modes to files.

    ``owner`` is what `--chown` has to give to its files, as a later RUN did; empty where none did.
    ``without`` are the numbers of its sources, from 0, that only bring what stays behind.
    """

    step: Step
    owner: str = ""
    without: frozenset[int] = frozenset()


@dataclass(slots=True)
class CopySet:
    """What the runner copies: ``paths`` are whole (folders with all they hold).

    ``nodes`` are their nodes, for the prediction. ``files`` are those of the paths that
    are regular files. ``folders`` are made first, parents before children. ``cleared``
    are paths in copied folders that the base has already: the build stage removes them
    before (R10). ``links`` are made anew, for COPY follows them. ``libraries`` says that
    the loader's cache must be made anew. ``own`` are instructions of the author's behind
    the paths, and ``late`` paths behind those: what RUNs made in their folders.
    ``prefix`` is where the folder goes that the packages of a system's Python were installed into
    (R10), empty where there is none. ``placed`` are folders that go to another path, each with that (R41).
    ``bytecode`` are folders that RUNs left beside the source,
    and that stay behind. ``chown`` is the owner that the COPY of a path names; the others keep
    those of the build stage. ``workdir`` is where WORKDIR stands. ``accounts`` are files of users that go
    over as they are, to a base that can make none.
    """

    paths: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    cleared: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    libraries: bool = False
    own: list[OwnCopy] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    prefix: str = ""
    placed: list[tuple[str, str]] = field(default_factory=list)
    bytecode: list[str] = field(default_factory=list)
    chown: dict[str, str] = field(default_factory=dict)
    workdir: WorkdirPlace = "before"
    accounts: list[str] = field(default_factory=list)


def add_folders(files: Files, path: str, more: CopySet) -> None:
    """The folders on the way and the path itself, as far as COPY would give them to root with mode 0755."""
    known = {folder.path for folder in more.folders}
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        folder = "/" + "/".join(parts[:depth])
        node = files.at(folder)
        if node is None or files.in_base(node) or not files.is_folder(node) or folder in known:
            continue
        mode, uid, gid = files.mode(node)
        if (mode, uid, gid) != (0o755, 0, 0):
            more.folders.append(Folder(folder, mode, uid, gid))
