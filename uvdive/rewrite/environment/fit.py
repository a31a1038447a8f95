"""An environment that was made for another libc or Python than the image has (R3, R8, R45)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Literal

from uvdive.base.errors import ImageError
from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.image.table import FileTable, Kind
from uvdive.ledger.python.interpreters import LIB
from uvdive.ledger.reading.elf import read_elf
from uvdive.ledger.report import VIRTUAL, Environment
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Refused

Libc = Literal["gnu", "musl"]

_SUFFIX = re.compile(rb"\.(?:cpython|pypy|graalpy)[\w-]*-linux-(gnu|musl)\w*\.so$")
_LOADER = re.compile(rb"^ld-(?:(musl)-|linux)[\w.-]*\.so")
_NAMES = {"gnu": "glibc", "musl": "musl"}
_MOST = 64 << 20


def check_native(evidence: Evidence) -> None:
    """Every environment must fit the image that it lies in.

    The names of extension modules tell their libc; where none has such a name, the ELF
    headers do, if the contents are at hand.

    Raises:
        Refused: R45 in a file of several stages, else R8: one that nothing can be
            imported from with the image's Python.
    """
    report = evidence.report
    for env in report.environments if report is not None else ():
        assert report is not None
        if env.kind not in VIRTUAL:
            continue
        problem = _wrong_python(report.files, env) or _wrong_libc(evidence, report.files, env)
        if problem:
            copied = (step for step in evidence.steps if step.keyword in ("COPY", "ADD"))
            line = next((step.line for step in copied if env.path in step.instruction.arguments), None)
            raise Refused(
                "R45" if len(evidence.stages) > 1 else "R8",
                f"{env.path} {problem}. Build it on the image that it runs in, and keep .venv out of the "
                "build context (.dockerignore).",
                line,
            )


def _below(table: FileTable, path: bytes) -> Iterator[tuple[int, bytes]]:
    """The files and links that a container sees below a folder: the node, and its name."""
    top = resolve(table, path).node
    pending = [] if top is None else [top]
    while pending:
        node = pending.pop()
        entry = table.visible(node)
        if entry is not None and table.entry_kind[entry] != Kind.DIRECTORY:
            yield node, table.names[node]
        pending.extend(table.children(node))


def _wrong_python(table: FileTable, env: Environment) -> str:
    """Do all packages lie in the folder of another version than that of the environment's Python?"""
    runs = LIB.match((env.interpreter_path or "").rpartition("/")[2].encode())
    lib = table.find(raw(f"{env.path}/lib"))
    if runs is None or lib is None:
        return ""
    folders = [node for node in table.children(lib) if table.leads_to_live(node)]
    made_for = {match[1] for node in folders if (match := LIB.match(table.names[node]))}
    if not made_for or runs[1] in made_for:
        return ""
    return (
        f"was made for Python {min(made_for).decode()}, but its python leads to {env.interpreter_path}: "
        "it finds none of its packages"
    )


def _wrong_libc(evidence: Evidence, table: FileTable, env: Environment) -> str:
    """A wheel may bring files for several systems, so that one which fits is enough."""
    there = _of_image(table, env)
    found = dict(_extensions(evidence, table, env))
    if not there or not found or there & found.keys():
        return ""
    libc, path = next(iter(found.items()))
    has = " and ".join(_NAMES[each] for each in sorted(there))
    shown = path.decode("utf-8", "backslashreplace")
    return f"was built for {_NAMES[libc]}, and this image has {has}: {shown} cannot be loaded"


def _of_image(table: FileTable, env: Environment) -> frozenset[Libc]:
    """The libc of the environment's Python by its own modules, else those that the image has loaders of."""
    home, inside, _ = (env.interpreter_path or "").rpartition("/bin/")
    lib = table.find(raw(f"{home}/lib")) if inside else None
    for folder in table.children(lib) if lib is not None else ():
        modules = table.find_below(folder, b"lib-dynload") if LIB.match(table.names[folder]) else None
        for node in table.children(modules) if modules is not None else ():
            match = _SUFFIX.search(table.names[node])
            if match and table.visible(node) is not None:
                return frozenset({_libc(match[1])})
    folders = (b"/lib", b"/lib64", b"/usr/lib", b"/usr/lib64")
    found = [resolve(table, folder).node for folder in folders]
    names = [
        table.names[child]
        for top in found
        if top is not None
        for child in table.children(top)
        if table.visible(child) is not None
    ]
    loaders = [match for name in names if (match := _LOADER.match(name))]
    return frozenset(_libc(match[1] or b"gnu") for match in loaders)


def _libc(name: bytes) -> Libc:
    return "musl" if name == b"musl" else "gnu"


def _extensions(evidence: Evidence, table: FileTable, env: Environment) -> Iterator[tuple[Libc, bytes]]:
    """The libc of each extension module: by name, or by the headers where none has such a name."""
    plain: list[int] = []
    named = False
    for node, name in _below(table, raw(f"{env.path}/lib")):
        match = _SUFFIX.search(name)
        if match:
            named = True
            yield _libc(match[1]), table.path(node)
        elif name.endswith(b".so"):
            plain.append(node)
    for node in () if named or evidence.store is None else plain:
        entry = table.visible(node)
        inode = -1 if entry is None else table.entry_inode[entry]
        try:
            data = evidence.store.read(inode, _MOST) if inode >= 0 and evidence.store is not None else b""
        except ImageError:
            continue  # whether it can be loaded is tried when the rewrite is verified
        elf = read_elf(io.BytesIO(data))
        for needed in elf.needed if elf else ():
            if needed == "libc.so.6" or needed.startswith("libc.musl-"):
                yield _libc(b"musl" if "musl" in needed else b"gnu"), table.path(node)
