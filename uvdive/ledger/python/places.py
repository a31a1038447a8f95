"""Python environments: where they are, and which distribution claims which file of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from uvdive.image.table import FileTable
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.regions import Regions
from uvdive.ledger.python.distributions import Installed, claim_site
from uvdive.ledger.python.interpreters import LIB, Interpreter
from uvdive.ledger.python.site import Site

INFO = (b".dist-info", b".egg-info", b".egg", b".egg-link")
"""How the names of distributions' metadata end."""
_SITES = (b"site-packages", b"dist-packages")
MARKS = (b"pyvenv.cfg", *_SITES)
"""Names that tell where an environment may be."""

_HOOKS = b"/.cache/pre-commit/"


@dataclass(frozen=True, slots=True)
class SiteOwners:
    """Who owns a file of a site's region that no distribution claims.

    What came in the interpreter's ``layer`` is ``bundled`` with it, the rest is
    ``unclaimed``.
    """

    layer: int | None
    bundled: int
    unclaimed: int


@dataclass(frozen=True, slots=True)
class PythonPlace:
    """An environment or interpreter with what is installed in it."""

    root: int
    kind: str
    interpreter: Interpreter | None
    installed: tuple[Installed, ...]
    sites: tuple[int, ...]


@dataclass(slots=True)
class Pythons:
    """Every place, and the owners of the sites' regions by component number."""

    places: tuple[PythonPlace, ...]
    site_owners: dict[int, SiteOwners] = field(default_factory=dict)


def find_venvs(regions: Regions) -> tuple[int, ...]:
    """The root node of every virtual environment of any layer, with its region marked.

    Those in uv's cache or of uv's tools belong to uv, and those of tools that make
    their own in a cache belong to the cache.
    """
    table, components = regions.table, regions.components
    found = []
    for node in regions.names.called(b"pyvenv.cfg"):
        root = table.node_parent[node]
        if root <= 0 or regions.owner(root) in ("uv", "uv-cache"):
            continue
        path = table.path(root)
        if regions.owner(root) == "caches" and _HOOKS in path:
            continue
        tools = table.node_parent[root]
        if tools > 0 and table.path(tools).endswith(b"/uv/tools"):
            regions.add(root, components.number("uv", "tool", text(table.names[root]), path=text(path)))
            continue
        regions.roots[root] = components.number("venv", "environment", "environment", path=text(path))
        found.append(root)
    return tuple(found)


def find_places(
    contents: KeptContents,
    regions: Regions,
    python_claims: Claims,
    os_claims: Claims,
    found: tuple[Sequence[int], Sequence[Interpreter]],
) -> Pythons:
    """Let every distribution of every environment claim its files.

    Args:
        contents: the columns with the databases' contents.
        regions: gets a region for each site and for each distribution's modules.
        python_claims: gets the files that RECORDs name.
        os_claims: what OS packages claim; a distribution of theirs stays theirs.
        found: the roots of the virtual environments, and the interpreters.
    """
    table = contents.table
    venvs, interpreters = found
    pythons = Pythons(())
    by_root: dict[int, tuple[list[Installed], list[int]]] = {}
    for site in _sites(regions, set(venvs), interpreters):
        owners = _site_owners(regions, site)
        number = regions.components.number(
            "venv", "unclaimed", "of no distribution", path=text(table.path(site.node))
        )
        regions.add(site.node, number)
        pythons.site_owners[number] = owners
        installed = claim_site(contents, regions, python_claims, os_claims, site)
        root = site.venv
        if root is None and site.interpreter is not None:
            root = table.find(site.interpreter.prefix)
        if root is not None:
            known = by_root.setdefault(root, ([], []))
            known[0].extend(installed)
            known[1].append(site.node)
    roots: list[tuple[int | None, str, Interpreter | None]] = [(root, "venv", None) for root in venvs]
    roots += [
        (table.find(interpreter.prefix), "managed" if interpreter.managed else "system", interpreter)
        for interpreter in interpreters
    ]
    places = []
    for root, kind, interpreter in roots:
        if root is not None:
            mine, sites = by_root.get(root, ([], []))
            places.append(PythonPlace(root, kind, interpreter, tuple(mine), tuple(sites)))
    pythons.places = tuple(places)
    return pythons


def _site_owners(regions: Regions, site: Site) -> SiteOwners:
    number = regions.components.number
    path = text(regions.table.path(site.node))
    unclaimed = number("venv", "unclaimed", "of no distribution", path=path)
    if site.interpreter is None or site.venv is not None:
        return SiteOwners(None, unclaimed, unclaimed)
    return SiteOwners(site.interpreter.layer, site.interpreter.library, unclaimed)


def _sites(regions: Regions, venvs: set[int], interpreters: Sequence[Interpreter]) -> Iterator[Site]:
    """Every folder that holds distributions, outermost first; vendored ones inside others left out."""
    table = regions.table
    names, parents = table.names, table.node_parent
    candidates = {node for node in regions.names.called(*_SITES) if table.children(node)}
    candidates.update(parents[node] for node in regions.names.ending(*INFO))
    taken: set[int] = set()
    by_prefix: dict[bytes, list[Interpreter]] = {}
    for interpreter in interpreters:
        by_prefix.setdefault(interpreter.prefix, []).append(interpreter)
    for node in sorted(candidates):
        above = parents[node]
        while above > 0 and above not in taken:
            above = parents[above]
        inside = above > 0
        named = names[node] in _SITES
        if node <= 0 or (inside and not named) or regions.owner(node) in ("uv", "uv-cache"):
            continue
        if regions.owner(node) == "caches":
            continue
        site = _site(table, node, venvs, by_prefix)
        if site.venv is None and site.interpreter is None and not _is_target(table, node):
            continue
        taken.add(node)
        yield site


def _is_target(table: FileTable, folder: int) -> bool:
    """Has somebody installed distributions here (``pip install --target``), and not just put sources?"""
    for child in table.children(folder):
        if table.names[child].endswith(b".dist-info") and (
            table.find_below(child, b"RECORD") is not None or table.find_below(child, b"METADATA") is not None
        ):
            return True
    return table.names[folder] in _SITES


def _site(
    table: FileTable, node: int, venvs: set[int], interpreters: Mapping[bytes, Sequence[Interpreter]]
) -> Site:
    above = node
    while above > 0 and above not in venvs:
        above = table.node_parent[above]
    path = table.path(node)
    if above > 0:
        prefix = table.path(above)
        return Site(node, prefix, prefix, None, above)
    prefix = _prefix(table, node, path)
    interpreter = _interpreter_of(table, node, prefix, interpreters)
    if interpreter is None:
        return Site(node, prefix, prefix, None, None)
    return Site(node, prefix, interpreter.prefix, interpreter, None)


def _prefix(table: FileTable, node: int, path: bytes) -> bytes:
    """The prefix of a ``PREFIX/lib/pythonX.Y/site-packages``; any other folder is its own."""
    parent = table.node_parent[node]
    lib = table.node_parent[parent] if parent > 0 else -1
    version = table.names[parent] if parent > 0 else b""
    if table.names[node] in _SITES and lib > 0 and table.names[lib] in (b"lib", b"lib64"):
        if LIB.match(version) or version == b"python3":
            return table.path(table.node_parent[lib])
    elif table.names[node] in _SITES and parent > 0:
        return table.path(parent)
    return path


def _interpreter_of(
    table: FileTable, node: int, prefix: bytes, interpreters: Mapping[bytes, Sequence[Interpreter]]
) -> Interpreter | None:
    """The interpreter that has the folder on its path by itself (the ``site`` module; Debian's too)."""
    match = LIB.match(table.names[table.node_parent[node]])
    minor = text(match[1]) if match else None
    # Debian's python3 in /usr installs what pip brings to /usr/local.
    for home in (prefix, b"/usr") if prefix == b"/usr/local" else (prefix,):
        for interpreter in interpreters.get(home, ()):
            if minor in (None, interpreter.minor):
                return interpreter
    return None
