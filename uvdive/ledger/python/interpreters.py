"""Python interpreters of any make, split into programs, standard library, its tests, bytecode, headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uvdive.image.table import NONE
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.marks.components import Key, text
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.regions import Regions
from uvdive.ledger.python.uv_files import add_keeping

LIB = re.compile(rb"^(?:python|pypy)(\d+\.\d+)t?$")
"""The name of a folder that holds a standard library or, below it, site-packages."""

_BIN = re.compile(
    rb"^(?:python|idle|pydoc|(?:2to3|pyvenv)-?|pypy)[\d.]*t?(?:-config|-dbg)?$|^libpypy[\w.-]*\.so"
)
_MANAGED = re.compile(rb"^(?:cpython|pypy|graalpy)-(\d+\.\d+(?:\.\d+)?(?:[a-z]+\d+)?)(\+[a-z]+)?-")
_DEDICATED = re.compile(
    rb"^(?:c?python|pypy|graalpy|cp)[\d.-]|^\d+\.\d+|^(?:python|pypy|[0-9a-z]{32}-python)"
)
_SHARED = frozenset({b"/", b"/usr", b"/usr/local", b"/opt"})
_TESTS = frozenset({b"test", b"tests", b"idle_test"})
MARKS = (b"lib-python", *sorted(_TESTS))
STARTS = (b"python", b"pypy")
"""Names that are looked for in every image, and how others begin."""

_IN_LIB = re.compile(rb"^libpython[23][\w.]*$")
_PATCH = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
_PY_VERSION = re.compile(rb'#\s*define\s+PY_VERSION\s+"(\d[\w.]*)\+?"')
_IN_SHARE = re.compile(rb"^(?:python|pypy)-?\d")

_Home = tuple[int, bytes, str]
"""A standard library's node, its prefix and ``X.Y``."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An installed Python: its prefix, ``X.Y``, and the layer that brought its standard library.

    ``stdlib`` is that library's node, ``component`` the interpreter's programs and
    ``bytecode`` its library's bytecode.
    """

    prefix: bytes
    minor: str
    version: str
    managed: bool
    layer: int
    component: int
    stdlib: int
    library: int
    tests: int
    bytecode: int


def find_interpreters(
    contents: KeptContents, regions: Regions, claims: Sequence[Claims]
) -> tuple[Interpreter, ...]:
    """Every interpreter in any layer, with its regions marked.

    Args:
        contents: the columns, with the headers that hold a version.
        regions: where to mark them.
        claims: what conda and OS packages claim: theirs are the interpreters' versions.
    """
    found = [
        _interpreter(contents, regions, claims, (node, prefix, minor))
        for node, prefix, minor in _stdlibs(regions)
        # What lies in a cache is a copy that nobody runs.
        if regions.owner(node) not in ("uv", "uv-cache", "caches")
    ]
    _mark_tests(regions, {interpreter.stdlib: interpreter for interpreter in found})
    return tuple(found)


def _stdlibs(regions: Regions) -> Iterator[_Home]:
    """Every folder that holds a standard library, its prefix and ``X.Y``."""
    table, names = regions.table, regions.names
    for node in sorted({*names.starting(*STARTS), *names.called(b"lib-python")}):
        name = table.names[node]
        match = LIB.match(name)
        if match is not None and table.find_below(node, b"os.py") is not None:
            lib = table.node_parent[node]
            if lib > 0 and table.names[lib] in (b"lib", b"lib64"):
                yield node, table.path(table.node_parent[lib]), text(match[1])
        elif name == b"lib-python":  # PyPy before 3.8
            for child in table.children(node):
                if table.find_below(child, b"os.py") is not None:
                    yield child, table.path(table.node_parent[node]), text(table.names[child])


def _version(contents: KeptContents, claims: Sequence[Claims], home: _Home, keys: Sequence[Key]) -> str:
    """``X.Y.Z`` where a package or a header says so, else ``X.Y``."""
    table, (stdlib, prefix, minor) = contents.table, home
    os_py = table.find_below(stdlib, b"os.py")
    for entry in () if os_py is None else table.entries_of(os_py):
        for claimed in claims:
            package = claimed.get(table.entry_node[entry], table.entry_layer[entry])
            match = None if package is None else _PATCH.match(keys[package][3])
            if match and match[0].startswith(f"{minor}."):
                return match[0]
    header = prefix.rstrip(b"/") + b"/include/" + table.names[stdlib] + b"/patchlevel.h"
    node = table.find(header)
    for _, data in () if node is None else contents.files(node):
        said = _PY_VERSION.search(data)
        if said and text(said[1]).startswith(f"{minor}."):
            return text(said[1])
    return minor


def _interpreter(
    contents: KeptContents, regions: Regions, claims: Sequence[Claims], home: _Home
) -> Interpreter:
    table, number = regions.table, regions.components.number
    stdlib, prefix, minor = home
    os_py = table.find_below(stdlib, b"os.py")
    entries = [] if os_py is None else table.entries_of(os_py)
    layer = table.entry_layer[entries[0]] if entries else 0
    managed = _MANAGED.match(prefix.rpartition(b"/")[2])
    version = text(managed[1]) if managed else _version(contents, claims, home, regions.components.keys)
    path = text(table.path(stdlib))
    name = "uv-managed" if managed else "system"
    root = table.find(prefix)
    conda = root is not None and table.find_below(root, b"conda-meta") is not None
    whole = managed is not None or (not conda and _is_dedicated(prefix))
    program = number("python", "interpreter", name, version, text(prefix) if whole else path)
    interpreter = Interpreter(
        prefix,
        minor,
        version,
        managed is not None,
        layer,
        program,
        stdlib,
        library=number("python", "standard library", "standard library", version, path),
        tests=number("python", "tests", "tests of the standard library", version, path),
        bytecode=number("python", "bytecode", "bytecode of the standard library", version, path),
    )
    regions.add(stdlib, interpreter.library)
    headers = number("python", "headers", "headers", version, path)
    for child in table.children(stdlib):
        if table.names[child].startswith(b"config-"):
            regions.add(child, headers)
    _mark_programs(regions, prefix, minor, program, headers)
    if whole and root is not None:
        regions.add(root, program)
    if managed and root is not None:
        add_keeping(regions, table.node_parent[root])
    return interpreter


def _is_dedicated(prefix: bytes) -> bool:
    """Does a folder hold an interpreter and nothing else? pyenv's, PyPy's, Nix's, manylinux' do."""
    return prefix not in _SHARED and _DEDICATED.match(prefix.rpartition(b"/")[2]) is not None


def _mark_programs(regions: Regions, prefix: bytes, minor: str, program: int, headers: int) -> None:
    table, root = regions.table, prefix.rstrip(b"/")
    version = minor.encode()
    for folder in (b"/bin", b"/lib", b"/lib64", b"/lib/pkgconfig", b"/share/man/man1", b"/share/doc"):
        node = table.find(root + folder)
        for child in () if node is None else table.children(node):
            name = table.names[child]
            if folder == b"/bin":
                fits = _BIN.match(name) is not None
            elif folder.startswith(b"/share"):
                fits = _IN_SHARE.match(name) is not None or name.startswith(b"python3.")
            elif folder == b"/lib/pkgconfig":
                fits = name.startswith((b"python3", b"python-3"))
            else:
                fits = _IN_LIB.match(name) is not None
            if fits:
                regions.add(child, headers if name.endswith((b".a", b".pc")) else program)
    include = table.find(root + b"/include")
    for child in () if include is None else table.children(include):
        if table.names[child].startswith((b"python" + version, b"pypy" + version)):
            regions.add(child, headers)


def _mark_tests(regions: Regions, stdlibs: dict[int, Interpreter]) -> None:
    """Folders of tests in standard libraries, but not in what is installed beside them."""
    table = regions.table
    names, parents = table.names, table.node_parent
    for node in regions.names.called(*_TESTS) if stdlibs else ():
        above = parents[node]
        while above != NONE and above not in stdlibs:
            if names[above] in (b"site-packages", b"dist-packages"):
                break
            above = parents[above]
        else:
            if above != NONE:
                regions.add(node, stdlibs[above].tests)
