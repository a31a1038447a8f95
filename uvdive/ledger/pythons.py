"""Python interpreters and environments: where they are, and which distribution claims which file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from uvdive.image.table import FileTable
from uvdive.ledger.claims import Claims
from uvdive.ledger.components import ComponentTable, text
from uvdive.ledger.contents import Contents
from uvdive.ledger.regions import Regions

_LIB = re.compile(rb"^(?:python|pypy)(\d+\.\d+)t?$")
_BIN = re.compile(rb"^(?:python|idle|pydoc|2to3|pypy)[\d.]*t?(?:-config|-dbg)?$")
_MANAGED = re.compile(rb"^(?:cpython|pypy|graalpy)-(\d+\.\d+(?:\.\d+)?(?:[a-z]+\d+)?)(\+[a-z]+)?-")
_DIST = re.compile(rb"^(.+?)-([^-]+)\.(?:dist|egg)-info$")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An installed Python: its prefix, ``X.Y``, and the layer that brought its standard library."""

    prefix: bytes
    minor: str
    version: str
    managed: bool
    layer: int
    component: int


@dataclass(frozen=True, slots=True)
class Installed:
    """A distribution in a ``site-packages``: its component, and its dist-info's node."""

    name: str
    version: str
    info: int
    component: int


def _stdlibs(table: FileTable) -> Iterator[tuple[int, bytes, str]]:
    """Every folder that holds a standard library, its prefix and ``X.Y``."""
    for node, name in enumerate(table.names):
        match = _LIB.match(name)
        if match is None or table.find_below(node, b"os.py") is None:
            continue
        lib = table.node_parent[node]
        if lib > 0 and table.names[lib] in (b"lib", b"lib64"):
            yield node, table.path(table.node_parent[lib]), text(match[1])


def find_interpreters(regions: Regions) -> tuple[Interpreter, ...]:
    """Every interpreter in any layer, with its regions marked."""
    table = regions.table
    found = []
    for node, prefix, minor in _stdlibs(table):
        if regions.inside(node) is not None:
            continue  # a copy inside uv's cache
        os_py = table.find_below(node, b"os.py")
        assert os_py is not None
        layer = table.entry_layer[table.entries_of(os_py)[0]]
        managed = _MANAGED.match(prefix.rpartition(b"/")[2])
        version = text(managed[1]) if managed else minor
        component = regions.components.number(
            "python", "interpreter", "uv-managed" if managed else "system", version, text(prefix)
        )
        found.append(Interpreter(prefix, minor, version, managed is not None, layer, component))
        if managed:
            regions.add(table.find(prefix), component)
        else:
            _system_regions(regions, prefix, minor, node, component)
    return tuple(found)


def _system_regions(regions: Regions, prefix: bytes, minor: str, stdlib: int, component: int) -> None:
    table = regions.table
    regions.add(stdlib, component)
    include = table.find(prefix + b"/include")
    for folder in (
        table.find(prefix + b"/bin"),
        table.find(prefix + b"/lib"),
        table.find(prefix + b"/lib/pkgconfig"),
        table.find(prefix + b"/share/man/man1"),
        include,
    ):
        for child in () if folder is None else table.children(folder):
            name = table.names[child]
            if (
                (_BIN.match(name) and (folder != include or name.startswith(b"python" + minor.encode())))
                or name.startswith((b"libpython3", b"python3.", b"python-3."))
                or (name == b"python3" and folder != include)
            ):
                regions.add(child, component)


def find_venvs(regions: Regions) -> tuple[int, ...]:
    """The root node of every virtual environment of any layer, with its region marked.

    Those in uv's cache or of uv's tools belong to uv.
    """
    table, components = regions.table, regions.components
    found = []
    for node, name in enumerate(table.names):
        if name != b"pyvenv.cfg":
            continue
        root = table.node_parent[node]
        if root <= 0 or regions.inside(root) is not None:
            continue
        path = text(table.path(root))
        tools = table.node_parent[root]
        if tools > 0 and table.path(tools).endswith(b"/uv/tools"):
            regions.add(root, components.number("uv", "tool", text(table.names[root]), path=path))
            continue
        regions.add(root, components.number("venv", "environment", "environment", path=path))
        found.append(root)
    return tuple(found)


def site_packages(table: FileTable, prefix: int) -> Iterator[int]:
    """The ``site-packages`` (Debian: ``dist-packages``) folders below an environment's prefix."""
    for lib_name in (b"lib", b"lib64"):
        lib = table.find_below(prefix, lib_name)
        for child in () if lib is None else table.children(lib):
            if _LIB.match(table.names[child]) or table.names[child] == b"python3":
                for name in (b"site-packages", b"dist-packages"):
                    site = table.find_below(child, name)
                    if site is not None:
                        yield site


def claim_distributions(
    contents: Contents,
    claims: Claims,
    components: ComponentTable,
    site: int,
    environment: bytes,
    interpreter: Interpreter | None,
) -> list[Installed]:
    """Let every distribution in a ``site-packages`` claim the files of its RECORD.

    A distribution that came in the same layer as a system interpreter (pip) is part
    of that interpreter; uv as a package belongs to uv.
    """
    table = contents.table
    found = []
    for info in table.children(site):
        match = _DIST.match(table.names[info])
        if match is None or not table.children(info):
            continue
        name, version = text(match[1]).replace("_", "-").lower(), text(match[2])
        record = table.find_below(info, b"RECORD")
        first = min(
            table.entry_layer[table.entries_of(child)[0]]
            for child in table.children(info)
            if table.entries_of(child)
        )
        if interpreter is not None and first == interpreter.layer:
            component = interpreter.component
        else:
            owner = "uv" if name == "uv" else "venv"
            component = components.number(owner, "distribution", name, version, text(environment))
        for child in table.children(info):
            claims.add(child, component, 0, first)
        if record is not None:
            for entry, data in contents.files(record):
                span = table.entry_layer[entry], table.entry_death[entry]
                for node in record_nodes(table, site, data):
                    claims.add(node, component, *span)
        found.append(Installed(name, version, info, component))
    return found


def record_paths(data: bytes) -> Iterator[bytes]:
    """The paths of a RECORD (PEP 376: CSV; the path is quoted where it needs to be)."""
    import csv
    import io

    lines = io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")
    try:
        for row in csv.reader(lines):
            if row and row[0]:
                yield row[0].encode("utf-8", "surrogateescape")
    except csv.Error:
        return  # a damaged rest claims nothing; its files stay with the environment


def record_nodes(table: FileTable, site: int, data: bytes) -> Iterator[int]:
    """The nodes of the files that a RECORD names, and of the bytecode made from them."""
    base = table.path(site)
    bytecode: dict[int, dict[bytes, list[int]]] = {}
    for path in record_paths(data):
        full = path if path.startswith(b"/") else base + b"/" + path
        node = table.find(_normal(full))
        if node is None:
            continue
        yield node
        if path.endswith(b".py"):
            folder = table.node_parent[node]
            if folder not in bytecode:
                bytecode[folder] = _bytecode(table, folder)
            yield from bytecode[folder].get(table.names[node][:-3], ())


def _bytecode(table: FileTable, folder: int) -> dict[bytes, list[int]]:
    """The nodes in the folder's ``__pycache__`` by the module they were made from (PEP 3147)."""
    cache = table.find_below(folder, b"__pycache__")
    found: dict[bytes, list[int]] = {}
    for child in () if cache is None else table.children(cache):
        found.setdefault(table.names[child].partition(b".")[0], []).append(child)
    return found


def _normal(path: bytes) -> bytes:
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/" + b"/".join(parts)
