"""The distributions of one ``site-packages``, and which files are theirs.

A RECORD (PEP 376, PEP 627) names the files; ``installed-files.txt`` does so for old
``.egg-info`` folders. Where it is missing, or names less than there is, the modules
that a distribution brings (``top_level.txt``, RECORD, its name) are regions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter

from uvdive.base.names import normal_name
from uvdive.base.paths import raw
from uvdive.image.table import ALIVE, FileTable
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.paths import by_folder, normal
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
) -> Iterator[tuple[list[int], int, int]]:
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
    files = _Files(table, site)
    for node, base, parse in sources:
        for entry, data in contents.files(node):
            nodes = files.nodes(base, parse(data), tops)
            yield nodes, table.entry_layer[entry], table.entry_death[entry]


def _lines(data: bytes) -> Iterator[bytes]:
    return (line.strip() for line in data.split(b"\n") if line.strip())


def record_paths(data: bytes) -> Iterator[bytes]:
    """The paths of a RECORD (PEP 376: CSV; the path is quoted where it needs to be)."""
    import csv

    if b'"' not in data and b"\r" not in data and b"\0" not in data:
        lines, limit = data.split(b"\n"), csv.field_size_limit()
        if len(data) < limit or max(map(len, lines)) < limit:
            # Without a loop of ours: an image may have a hundred thousand such lines.
            return filter(None, map(itemgetter(0), map(bytes.partition, lines, repeat(b","))))
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


class _Files:
    """Finds the files that a site's RECORDs name, and the bytecode made from them: each folder at once.

    A RECORD may reach out of its folder (``../../../bin/flask``), but not out of its
    environment.
    """

    def __init__(self, table: FileTable, site: Site) -> None:
        self._table = table
        self._site = site.node
        self._prefix = site.prefix.rstrip(b"/") + b"/"
        self._below = table.path(site.node) + b"/"
        self._folders = table.runs().keys()
        self._known: dict[bytes, int | None] = {}  # folders that were looked up

    def nodes(self, base: bytes, paths: Iterable[bytes], tops: set[bytes]) -> list[int]:
        """The nodes of some paths from the folder ``base`` on; ``tops`` gets their top names in the site."""
        table, found = self._table, list[int]()
        for above, names in by_folder(paths).items():
            folder = self._folder(above if above.startswith(b"/") else base + b"/" + above, tops)
            mine = self._there(folder, names)
            if folder == self._site:
                tops.update(mine)
            found += self._with_bytecode(folder, mine)
            if above.partition(b"/")[0] == b"..":
                # pip install --target puts scripts elsewhere than its RECORD says.
                below = {} if folder is None else table.below(folder)
                lost = [name for name in names if name not in below]
                scripts = table.find_below(self._site, b"bin")
                found += self._with_bytecode(scripts, self._there(scripts, lost))
        return found

    def _folder(self, path: bytes, tops: set[bytes]) -> int | None:
        """The node of a folder of the environment, whose top joins ``tops``; None for one outside."""
        path = normal(path)
        if not (path + b"/").startswith(self._prefix):
            return None
        above, _, name = path.rpartition(b"/")
        parent, below = self._known.get(above), self._below
        node = self._table.find(path) if parent is None else self._table.find_below(parent, name)
        self._known[path] = node
        if node is not None and path.startswith(below):
            tops.add(path[len(below) :].partition(b"/")[0])
        return node

    def _there(self, folder: int | None, names: Sequence[bytes]) -> Mapping[bytes, int]:
        """What a folder, which may be none, has of some names and is no folder itself."""
        if folder is None:
            return {}
        below, folders = self._table.below(folder), self._folders
        if below.keys() >= {*names} and folders.isdisjoint(nodes := [*map(below.__getitem__, names)]):
            return dict(zip(names, nodes, strict=True))  # the usual case, without a loop of ours
        pairs = zip(names, map(below.get, names), strict=True)
        return {name: node for name, node in pairs if node is not None and node not in folders}

    def _with_bytecode(self, folder: int | None, files: Mapping[bytes, int]) -> list[int]:
        """The files of a folder, and what its ``__pycache__`` has of the modules among them (PEP 3147)."""
        table, found = self._table, [*files.values()]
        cache = None if folder is None else table.find_below(folder, b"__pycache__")
        if cache is not None:
            names, modules = table.names, {name[:-3] for name in files if name[-3:] == b".py"}
            made = table.children(cache) if modules else ()
            found += [node for node in made if names[node].partition(b".")[0] in modules]
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
