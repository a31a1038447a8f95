"""What is in the environments of ``uv tool install``; their bytes are uv's, one component each."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.regions import Regions
from uvdive.ledger.python.distributions import Installed, name_and_version, recorded
from uvdive.ledger.python.interpreters import LIB
from uvdive.ledger.python.places import PythonPlace
from uvdive.ledger.python.site import Site


def find_tools(regions: Regions) -> Iterator[PythonPlace]:
    """Every tool's environment of any layer with its distributions (R41); nothing is claimed for these."""
    table, keys = regions.table, regions.components.keys
    for node in sorted(regions.names.called(b"pyvenv.cfg")):
        root = table.node_parent[node]
        component = regions.roots.get(root)
        if component is None or component < 0 or keys[component][:2] != ("uv", "tool"):
            continue
        sites = tuple(_sites(regions, root))
        installed = tuple(item for site in sites for item in _installed(regions, site, component))
        yield PythonPlace(root, "tool", None, installed, sites)


def _sites(regions: Regions, root: int) -> Iterator[int]:
    table = regions.table
    lib = table.find_below(root, b"lib")
    for version in () if lib is None else table.children(lib):
        site = table.find_below(version, b"site-packages") if LIB.match(table.names[version]) else None
        if site is not None:
            yield site


def _installed(regions: Regions, site: int, component: int) -> Iterator[Installed]:
    for info in regions.table.children(site):
        named = name_and_version(regions.table.names[info])
        if named is not None:
            yield Installed(*named, info, component)


def files_of(contents: KeptContents, place: PythonPlace, item: Installed) -> set[int]:
    """The nodes of a distribution's files in a tool's environment, its metadata included."""
    table = contents.table
    prefix = table.path(place.root)
    site = Site(table.node_parent[item.info], prefix, prefix, None, place.root)
    metadata = table.children(item.info) or (item.info,)
    named = (node for nodes, _, _ in recorded(contents, site, item.info, set()) for node in nodes)
    return {*metadata, *named}
