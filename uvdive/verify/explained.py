"""Which of the files that the new image lacks or changes are explained, and by what (R46)."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.report import OWNERS, ImageReport
from uvdive.rewrite.plan import Allowances

SYSTEM = ("base-os", "os-packages", "python")
"""Owners whose files come with a base image, and change with it."""

TEMPORARY = (b"/tmp/", b"/var/tmp/")
"""What no program may expect to find again."""


def _below(path: bytes, prefix: bytes) -> bool:
    prefix = prefix.rstrip(b"/")
    return path == prefix or path.startswith(prefix + b"/")


def _bytecode(path: bytes) -> bool:
    return b"/__pycache__/" in path or path.endswith((b"/__pycache__", b".pyc"))


class Explanations:
    """Says for a path of the old image why it may be missing or differ in the new one."""

    def __init__(self, before: ImageReport, after: ImageReport, allowed: Allowances) -> None:
        self._before = before
        self._after = after
        self._owners = frozenset(allowed.owners)
        self._paths = tuple(path.encode("utf-8", "surrogateescape") for path in allowed.paths)

    @cached_property
    def base_changed(self) -> bool:
        """Do the images stand on different bases? Where none is known, their first layers tell."""
        base = [layer.diff_id for layer in self._before.layers if layer.base]
        base = base or [layer.diff_id for layer in self._before.layers[:1]]
        return [layer.diff_id for layer in self._after.layers[: len(base)]] != base

    @cached_property
    def _moved(self) -> frozenset[bytes]:
        """The files of environments that name the interpreter, where that is another one now."""
        new = {environment.path: environment for environment in self._after.environments}
        return frozenset(
            f"{old.path}/pyvenv.cfg".encode("utf-8", "surrogateescape")
            for old in self._before.environments
            if old.path in new and new[old.path].interpreter_path != old.interpreter_path
        )

    @cached_property
    def _places(self) -> dict[bytes, str]:
        """The folders and files that the ledger gives to one owner as a whole."""
        return {
            component.path.encode("utf-8", "surrogateescape"): component.owner
            for component in self._before.components
            if component.path and component.kind != "distribution"
        }

    def _place(self, path: bytes) -> str | None:
        while path:
            if path in self._places:
                return self._places[path]
            path = path.rpartition(b"/")[0]
        return None

    @cached_property
    def _names(self) -> Counter[int]:
        """How many names each inode of the old image has in its final state."""
        table = self._before.files
        return Counter(table.entry_inode[entry] for entry in table.live_entries())

    def owner(self, path: bytes, entry: int) -> str | None:
        """Who owns an entry of the old image; None where neither the ledger nor its base tells.

        The ledger owns contents. A hard link that lies in another owner's place (uv's
        cache) belongs there, a symlink to the owner of what it leads to, and a folder
        that a base layer made to the base.
        """
        table = self._before.files
        inode = table.entry_inode[entry]
        if inode != NONE:
            shared = self._place(path) if self._names[inode] > 1 else None
            return shared or OWNERS[self._before.inode_owner[inode]]
        if (place := self._place(path)) is not None:
            return place
        node = table.entry_node[entry]
        if table.entry_kind[entry] == Kind.SYMLINK:
            target = resolve(table, path).node
            found = None if target is None else table.visible(target)
            if found is not None and found != entry:
                return self.owner(table.path(table.entry_node[found]), found)
        first = table.entry_layer[table.entries_of(node)[0]]
        return "base-os" if self._before.layers[first].base else None

    def _announced(self, path: bytes) -> str | None:
        return "announced paths" if any(_below(path, prefix) for prefix in self._paths) else None

    def _anyway(self, path: bytes, owner: str | None) -> str | None:
        if _bytecode(path):
            return "bytecode"
        if path.startswith(TEMPORARY):
            return "temporary files"
        if self.base_changed and owner in SYSTEM:
            return f"{owner} of another base image"
        return None

    def missing(self, path: bytes, entry: int) -> str | None:
        """Why ``path`` may be missing, in a few words; None where nothing explains it."""
        owner = self.owner(path, entry)
        gone = owner if owner in self._owners else None
        return self._anyway(path, owner) or gone or self._announced(path)

    def changed(self, path: bytes, entry: int) -> str | None:
        """Why ``path`` may differ, in a few words; None where nothing explains it."""
        why = self._anyway(path, self.owner(path, entry)) or self._announced(path)
        return why or ("the interpreter moved" if path in self._moved else None)
