"""Bytecode that is gone: what a build compiled on purpose is missed, what Python wrote by the way is not.

Without it each process that may not write beside its modules compiles them anew
(https://docs.astral.sh/uv/guides/integration/docker/#compiling-bytecode).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from uvdive.image.table import NONE, FileTable, Kind
from uvdive.ledger.report import ImageReport
from uvdive.verify.files.new_base import NewBase

_MOST = 0.9
"""The share of an environment's modules that have bytecode where it was compiled as a whole.

Python's own runs compile what they import; a compiler leaves out what is no Python.
"""
_SITE = re.compile(rb"(.*/(?:site|dist)-packages)/")
_STANDARD = re.compile(rb"(.*/lib(?:64)?/python\d+\.\d+)/")
"""Where a Python has its standard library: whatever runs, a compiler too, leaves bytecode there."""
_COMPILERS = re.compile(r"\b(?:compileall|py_compile)\b")
_ASKED = re.compile(
    r"(?<!no)-compile-bytecode\b|\bUV_COMPILE_BYTECODE=[\"']?(?:1|true|yes|on)\b", re.IGNORECASE
)


def source_of(path: bytes) -> bytes | None:
    """The module that a file is the bytecode of (PEP 3147, or beside it as before that); None for others."""
    if not path.endswith(b".pyc"):
        return None
    folder, _, name = path.rpartition(b"/")
    if not folder.endswith(b"/__pycache__"):
        return path[:-1]
    return folder.removesuffix(b"__pycache__") + name.partition(b".")[0] + b".py"


def _place(path: bytes) -> bytes | None:
    """The folder of distributions or the standard library that a module is in; None for an app's own."""
    found = _SITE.match(path) or _STANDARD.match(path)
    return None if found is None else found[1]


def _live(table: FileTable, path: bytes) -> int | None:
    node = table.find(path)
    return None if node is None else table.visible(node)


def _distribution(report: ImageReport, entry: int) -> tuple[str, str | None] | None:
    """The distribution that brought a module, by name and version."""
    inode = report.files.entry_inode[entry]
    number = NONE if inode == NONE else report.inode_component[inode]
    component = None if number == NONE else report.components[number]
    return (
        None if component is None or component.kind != "distribution" else (component.name, component.version)
    )


class Bytecode:
    """The bytecode of an old image, beside a new one."""

    def __init__(self, before: ImageReport, after: ImageReport, new_base: NewBase) -> None:
        self._before, self._after = before, after
        self._old, self._new = before.files, after.files
        self._new_base = new_base
        self._modules: dict[bytes, frozenset[bytes]] = {}

    def has(self, path: bytes) -> bool:
        """Is it bytecode that Python makes again? A .pyc beside no module is a module itself."""
        if b"/__pycache__/" in path or path.endswith(b"/__pycache__"):
            return True
        source = source_of(path)
        return source is not None and _live(self._old, source) is not None

    def missed(self, path: bytes) -> bool:
        """Does a new image that lacks this bytecode lack what somebody had compiled?"""
        if self._new_base.touched(path):
            return True
        entry = _live(self._old, path)
        if entry is None or self._old.entry_kind[entry] != Kind.DIRECTORY:
            return entry is not None and self._compiled(path, entry)
        node = self._old.find(path)
        assert node is not None
        names = (self._old.names[child] for child in self._old.children(node))
        files = ((each, _live(self._old, each)) for each in (path + b"/" + name for name in names))
        return any(self._compiled(each, live) for each, live in files if live is not None)

    def _compiled(self, path: bytes, entry: int) -> bool:
        source = source_of(path)
        if source is None or not self._same(source) or self._compiled_again(path):
            return False
        place = _place(path)
        if place in self._whole:
            return True
        command = self._before.layers[self._old.entry_layer[entry]].created_by
        if place is None or _SITE.match(path):
            return bool(_COMPILERS.search(command) or (place is not None and _ASKED.search(command)))
        return False

    def _same(self, source: bytes) -> bool:
        """Has the new image the module too? Of another version nobody knows what was compiled."""
        was, now = _live(self._old, source), _live(self._new, source)
        if was is None or now is None or self._old.entry_size[was] != self._new.entry_size[now]:
            return False
        return _distribution(self._before, was) == _distribution(self._after, now)

    def _compiled_again(self, path: bytes) -> bool:
        """Has the new image bytecode of this module by another name, of another Python?"""
        folder, _, name = path.rpartition(b"/")
        if folder not in self._modules:
            self._modules[folder] = self._compiled_in(folder)
        return name.partition(b".")[0] in self._modules[folder]

    def _compiled_in(self, folder: bytes) -> frozenset[bytes]:
        """The names of the modules of which a folder of the new image has bytecode."""
        table, node = self._new, self._new.find(folder)
        children = () if node is None else table.children(node)
        names = (table.names[child] for child in children if table.visible(child) is not None)
        return frozenset(name.partition(b".")[0] for name in names if name.endswith(b".pyc"))

    @cached_property
    def _whole(self) -> frozenset[bytes]:
        """The folders of distributions, and standard libraries, whose modules were compiled as a whole."""
        table = self._old
        live = (table.entry_node[entry] for entry in table.live_entries())
        paths = [table.path(node) for node in live if table.names[node].endswith((b".py", b".pyc"))]
        done = {source_of(path) for path in paths}
        modules, compiled = Counter[bytes](), Counter[bytes]()
        for path in paths:
            place = _place(path)
            if place is not None and path.endswith(b".py"):
                modules[place] += 1
                compiled[place] += path in done
        return frozenset(each for each, count in modules.items() if compiled[each] >= _MOST * count)
