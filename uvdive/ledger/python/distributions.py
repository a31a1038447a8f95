"""The distributions of one ``site-packages``, and which files are theirs.

A RECORD (PEP 376, PEP 627) names the files; ``installed-files.txt`` does so for old
``.egg-info`` folders. Where it is missing, or names less than there is, the modules
that a distribution brings (``top_level.txt``, RECORD, its name) are regions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uvdive.base.names import normal_name
from uvdive.base.paths import raw
from uvdive.image.table import ALIVE, FileTable
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.paths import normal
from uvdive.ledger.marks.regions import Regions
from uvdive.ledger.python.site import Site

_DIST = re.compile(rb"^(.+?)-([^-]+)\.dist-info$")
_EGG = re.compile(rb"^(.+?)(?:-([^-]+))?(?:-py\d[\w.]*)?(?:-[\w.-]+)?\.egg(?:-info)?$")
_LONGEST = 255
"""The longest name of a file (NAME_MAX): beyond it the expressions would take quadratic time and more."""

_MODULE = re.compile(rb"^([A-Za-z_]\w*)(?:\.(?:py|pth)|\..*\.so|\.so|\.abi3\.so)?$")
_NO_MODULES = (b"__pycache__", b"bin", b"share", b"etc")

BUNDLED = frozenset({"pip", "setuptools", "wheel", "ensurepip"})
"""What comes with an interpreter, where the same layer brought both."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A distribution: its component, and its dist-info's or egg-info's node."""

    name: str
    version: str
    info: int
    component: int


def claim_site(
    contents: KeptContents, regions: Regions, claims: Claims, os_claims: Claims, site: Site
) -> list[Installed]:
    """Let every distribution in a site claim its files.

    A distribution whose metadata an OS or conda package claims is that package's; what
    is ``BUNDLED`` and came in the same layer as the interpreter is part of that; uv as
    a package belongs to uv.
    """
    table = contents.table
    found = []
    tops: dict[bytes, set[int]] = {}
    for info in table.children(site.node):
        named = name_and_version(table.names[info])
        if named is None:
            continue
        name, version = named
        sample, layer = _first_entry(table, info)
        if sample is None:
            continue
        theirs = claims.get(sample, layer)
        if theirs is None:
            theirs = os_claims.get(sample, layer)
        component = theirs if theirs is not None else _component(regions, site, name, version, layer)
        found.append(Installed(name, version, info, component))
        if theirs is not None:
            continue
        claims.add_all(table.children(info) or (info,), component, 0, ALIVE)
        recorded = _claim_recorded(contents, claims, site, info, component)
        for top in _tops(contents, info, name, recorded):
            tops.setdefault(top, set()).add(component)
    _mark_modules(regions, site.node, tops)
    return found


def name_and_version(file: bytes) -> tuple[str, str] | None:
    """Name and version by the name of a metadata folder or file; None for any other file."""
    if len(file) > _LONGEST:
        return None
    match = _DIST.match(file)
    if match is None and file.endswith((b".egg-info", b".egg")):
        match = _EGG.match(file)
    if match is None:
        return None
    return normal_name(text(match[1])), text(match[2] or b"")


def _first_entry(table: FileTable, info: int) -> tuple[int | None, int]:
    """A file of the metadata and the first layer that has any."""
    best: tuple[int | None, int] = (None, ALIVE)
    stack = [info]
    while stack:
        node = stack.pop()
        children = table.children(node)
        entries = table.entries_of(node)
        if children:
            stack.extend(children)
        elif entries and table.entry_layer[entries[0]] < best[1]:
            best = node, table.entry_layer[entries[0]]
    return best


def _component(regions: Regions, site: Site, name: str, version: str, layer: int) -> int:
    number, interpreter = regions.components.number, site.interpreter
    if interpreter is not None and interpreter.layer == layer and name in BUNDLED:
        return number("python", "bundled", name, version, f"{text(regions.table.path(site.node))}/{name}")
    owner = "uv" if name == "uv" else "venv"
    return number(owner, "distribution", name, version, text(site.environment))


def _claim_recorded(
    contents: KeptContents, claims: Claims, site: Site, info: int, component: int
) -> set[bytes]:
    """Claim what a distribution's metadata names; the top names of its paths below the site."""
    tops: set[bytes] = set()
    for nodes, birth, death in recorded(contents, site, info, tops):
        claims.add_all(nodes, component, birth, death)
    return tops


def recorded(
    contents: KeptContents, site: Site, info: int, tops: set[bytes]
) -> Iterator[tuple[Iterator[int], int, int]]:
    """The nodes that each RECORD or ``installed-files.txt`` names, and from which layer to which.

    Args:
        contents: the columns with the metadata's contents.
        site: the folder that the distribution is in.
        info: the node of its metadata.
        tops: gets the top names of the paths below the site.
    """
    table = contents.table
    record = table.find_below(info, b"RECORD")
    old = table.find_below(info, b"installed-files.txt")
    sources = [(record, table.path(site.node), record_paths)] if record is not None else []
    if old is not None:
        sources.append((old, table.path(info), _lines))
    for node, base, parse in sources:
        for entry, data in contents.files(node):
            nodes = _nodes(table, site, base, parse(data), tops)
            yield nodes, table.entry_layer[entry], table.entry_death[entry]


def _lines(data: bytes) -> Iterator[bytes]:
    return (line.strip() for line in data.split(b"\n") if line.strip())


def record_paths(data: bytes) -> Iterator[bytes]:
    """The paths of a RECORD (PEP 376: CSV; the path is quoted where it needs to be)."""
    import csv

    if b'"' not in data and b"\r" not in data and b"\0" not in data:
        lines = data.split(b"\n")
        if max(map(len, lines)) < csv.field_size_limit():
            return filter(None, (line.partition(b",")[0] for line in lines))
    return _quoted_paths(data)


def _quoted_paths(data: bytes) -> Iterator[bytes]:
    import csv
    import io

    lines = io.StringIO(data.replace(b"\0", b"").decode("utf-8", "surrogateescape"), newline="")
    try:
        for row in csv.reader(lines):
            if row and row[0]:
                yield raw(row[0])
    except csv.Error:
        return  # a damaged rest claims nothing; its files stay with their module's folder


def _nodes(
    table: FileTable, site: Site, base: bytes, paths: Iterator[bytes], tops: set[bytes]
) -> Iterator[int]:
    """The nodes of the files that a RECORD names, and of the bytecode made from them.

    A RECORD may reach out of its folder (``../../../bin/flask``), but not out of its
    environment.
    """
    bytecode: dict[int, dict[bytes, list[int]]] = {}
    folders: dict[bytes, int | None] = {}
    folder_nodes, parents = table.runs(), table.node_parent
    nowhere: Mapping[bytes, int] = {}
    last, below = None, nowhere
    for path in paths:
        above, slash, name = path.rpartition(b"/")
        above += slash
        if above != last:
            if above not in folders:
                whole = above if above.startswith(b"/") else base + b"/" + above
                folders[above] = _folder(table, site, whole, tops)
            folder = folders[above]
            last, below = above, nowhere if folder is None else table.below(folder)
        node = below.get(name)
        if node is None and path.startswith(b"../"):
            # pip install --target puts scripts elsewhere than its RECORD says.
            scripts = table.find_below(site.node, b"bin")
            node = None if scripts is None else table.find_below(scripts, name)
        if node is None or node in folder_nodes:
            continue
        parent = parents[node]
        if parent == site.node:
            tops.add(name)
        yield node
        if name[-3:] == b".py":
            if parent not in bytecode:
                bytecode[parent] = _bytecode(table, parent)
            yield from bytecode[parent].get(name[:-3], ())


def _folder(table: FileTable, site: Site, path: bytes, tops: set[bytes]) -> int | None:
    """The node of a folder of the environment; None for one outside. Its top in the site joins ``tops``."""
    full = normal(path) + b"/"
    if not full.startswith(site.prefix.rstrip(b"/") + b"/"):
        return None
    node = table.find(full)
    below = table.path(site.node) + b"/"
    if node is not None and full.startswith(below) and full != below:
        tops.add(full[len(below) :].partition(b"/")[0])
    return node


def _bytecode(table: FileTable, folder: int) -> dict[bytes, list[int]]:
    """The nodes in the folder's ``__pycache__`` by the module they were made from (PEP 3147)."""
    cache = table.find_below(folder, b"__pycache__")
    found: dict[bytes, list[int]] = {}
    for child in () if cache is None else table.children(cache):
        found.setdefault(table.names[child].partition(b".")[0], []).append(child)
    return found


def _tops(contents: KeptContents, info: int, name: str, recorded: set[bytes]) -> Iterator[bytes]:
    """The top-level modules and packages that a distribution brings; its name where nothing tells."""
    table = contents.table
    found = {top for top in recorded if _MODULE.match(top) and top not in _NO_MODULES}
    listed = table.find_below(info, b"top_level.txt")
    for _, data in () if listed is None else contents.files(listed):
        found.update(line.strip() for line in data.splitlines() if line.strip())
    if not found:
        guess = name.replace("-", "_").encode("utf-8", "replace")
        found = {guess, guess + b".py"}
    yield from found
    if table.names[info].endswith(b".egg"):
        yield table.names[info]
    for top in found:
        # auditwheel's and delvewheel's folder of bundled libraries.
        yield top + b".libs"
    yield name.replace("-", "_").encode("utf-8", "replace") + b".libs"


def _mark_modules(regions: Regions, site: int, tops: dict[bytes, set[int]]) -> None:
    """A module that one distribution alone brings is its region; a shared namespace is nobody's."""
    table = regions.table
    for top, components in tops.items():
        if len(components) == 1:
            for name in {top, top.removesuffix(b".py") + b".py"}:
                node = table.find_below(site, name)
                if node is not None:
                    regions.add(node, min(components))
