"""A plain, slow model of how layers stack up: a dictionary of all paths."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from made_images import layers as make

NAMES = "abc"
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
operations = st.one_of(
    st.tuples(st.just("file"), paths, st.sampled_from(["", "1", "2", "22"])),
    st.tuples(st.just("folder"), paths, st.just("")),
    st.tuples(st.just("symlink"), paths, st.sampled_from(["a", "/b", "../c"])),
    st.tuples(st.just("link"), paths, paths),
    st.tuples(st.just("whiteout"), paths, st.just("")),
    st.tuples(st.just("opaque"), paths, st.just("")),
)
Operation = tuple[str, str, str]


def as_entry(operation: Operation) -> make.Entry:
    kind, path, value = operation
    makers = {
        "file": lambda: make.file(path, value.encode()),
        "folder": lambda: make.folder(path),
        "symlink": lambda: make.symlink(path, value),
        "link": lambda: make.hard_link(path, value),
        "whiteout": lambda: make.whiteout(path),
        "opaque": lambda: make.opaque(path),
    }
    return makers[kind]()


@dataclass
class Inode:
    layer: int
    place: int
    data: bytes
    names: set[str] = field(default_factory=set)
    death: int | None = None
    cause: str = "NONE"


@dataclass
class Model:
    """A dictionary of all paths; everything is found by looking at every path."""

    shown: dict[str, tuple[str, object]] = field(default_factory=dict)
    inodes: list[Inode] = field(default_factory=list)
    layer: int = 0

    def below(self, path: str) -> list[str]:
        return [other for other in self.shown if other.startswith(path + "/")]

    def end(self, path: str, cause: str) -> None:
        _, value = self.shown.pop(path)
        if isinstance(value, Inode):
            value.names.discard(path)
            if not value.names:
                value.death, value.cause = self.layer, cause

    def remove_below(self, path: str, cause: str) -> None:
        for other in self.below(path):
            self.end(other, cause)

    def is_folder(self, path: str) -> bool:
        return self.shown.get(path, ("",))[0] == "folder" or bool(self.below(path))

    def put(self, path: str, kind: str, value: object) -> None:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            if self.shown.get(parent, ("folder",))[0] != "folder":
                self.end(parent, "SHADOWED")
        if kind != "folder":
            self.remove_below(path, "SHADOWED")
        if isinstance(value, Inode):
            value.names.add(path)
        before = self.shown.get(path)
        if before is not None:
            self.replace(path, before, kind, value)
        self.shown[path] = (kind, value)

    def replace(self, path: str, before: tuple[str, object], kind: str, value: object) -> None:
        if before[0] != kind:
            self.end(path, "SHADOWED")
        elif before[1] is value:
            self.shown.pop(path)
        elif isinstance(before[1], Inode) and isinstance(value, Inode):
            self.end(path, "REWRITTEN" if before[1].data == value.data else "OVERWRITTEN")
        else:
            self.end(path, "NONE")

    def apply(self, operations: list[Operation]) -> None:
        for kind, path, _ in operations:
            if kind == "whiteout" and path in [*self.shown, *self.parents()]:
                self.remove_below(path, "DELETED")
                if path in self.shown:
                    self.end(path, "DELETED")
            elif kind == "opaque":
                self.remove_below(path, "DELETED")
        for place, (kind, path, value) in enumerate(operations):
            if kind == "file":
                self.inodes.append(Inode(self.layer, place, value.encode()))
                self.put(path, "file", self.inodes[-1])
            elif kind == "link":
                self.link(place, path, value)
            elif kind in ("folder", "symlink"):
                self.put(path, kind, value)
        self.layer += 1

    def parents(self) -> set[str]:
        return {path[:at] for path in self.shown for at in range(len(path)) if path[at] == "/"}

    def link(self, place: int, path: str, target: str) -> None:
        # The link's own folders are made before its target is looked at, and what
        # it replaces as a folder is gone by then.
        self.make_room(path)
        kind, value = self.shown.get(target, ("", ""))
        if kind in ("", "folder"):
            self.inodes.append(Inode(self.layer, place, b""))
            self.put(path, "file", self.inodes[-1])
        else:
            self.put(path, kind, value)

    def make_room(self, path: str) -> None:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            parent = "/".join(parts[:depth])
            if self.shown.get(parent, ("folder",))[0] != "folder":
                self.end(parent, "SHADOWED")
        if self.is_folder(path):
            self.remove_below(path, "SHADOWED")
