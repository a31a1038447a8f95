"""Parts of the tree that belong to one component: everything below a node, unless an inner one says else."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field

from uvdive.image.table import NONE, FileTable
from uvdive.ledger.components import ComponentTable, text

_BUCKET = re.compile(
    rb"^(archive|wheels|built-wheels|simple|sdists|builds|interpreter|environments|flat-index|git|"
    rb"binaries|python|osv)-v\d+$"
)
_CACHES: tuple[tuple[bytes, str], ...] = (
    (b"/var/lib/apt/lists", "apt lists"),
    (b"/var/cache/apt", "apt archives"),
    (b"/var/cache/apk", "apk"),
)
# Below a folder called .cache each folder is one tool's cache.
_HOME_CACHES: dict[bytes, str] = {b".npm": "npm", b".yarn": "yarn", b".bun": "bun"}


@dataclass(slots=True)
class Regions:
    """Component numbers by node; a region reaches down to where another one begins."""

    table: FileTable
    components: ComponentTable
    roots: dict[int, int] = field(default_factory=dict)

    def add(self, node: int | None, component: int) -> None:
        """Let a region begin at the node; the first one to claim it keeps it."""
        if node is not None:
            self.roots.setdefault(node, component)

    def spread(self) -> array[int]:
        """For each node the component of its innermost region, or NONE."""
        table = self.table
        parents, roots = table.node_parent, self.roots
        region = array("i", bytes(4 * len(parents)))
        region[0] = roots.get(0, NONE)
        # A node is always made after its parent.
        for node in range(1, len(parents)):
            own = roots.get(node)
            region[node] = region[parents[node]] if own is None else own
        return region

    def inside(self, node: int) -> int | None:
        """The component of the region that the node is in, by the roots so far."""
        while node != NONE:
            if node in self.roots:
                return self.roots[node]
            node = self.table.node_parent[node]
        return None


def add_caches(regions: Regions, cache_dir: str | None) -> None:
    """Regions of uv's cache (any user's, or ``UV_CACHE_DIR``) and of other tools' caches."""
    table, components = regions.table, regions.components
    if cache_dir:
        _uv_cache(regions, table.find(cache_dir.encode()))
    for node, name in enumerate(table.names):
        if _BUCKET.match(name) and name != b"python-v1":
            _uv_bucket(regions, node)
        elif name == b".cache":
            for child in table.children(node):
                if table.names[child] == b"uv":
                    _uv_cache(regions, child)
                elif table.children(child):
                    tool = text(table.names[child])
                    regions.add(
                        child, components.number("caches", "cache", tool, path=text(table.path(child)))
                    )
        elif name in _HOME_CACHES and table.children(node):
            regions.add(
                node,
                components.number("caches", "cache", _HOME_CACHES[name], path=text(table.path(node))),
            )
    for path, tool in _CACHES:
        regions.add(table.find(path), components.number("caches", "cache", tool, path=text(path)))


def _uv_bucket(regions: Regions, node: int) -> None:
    """A bucket outside a known cache: its folder is one if uv marked it as such."""
    table = regions.table
    parent = table.node_parent[node]
    if parent > 0 and table.find_below(parent, b"CACHEDIR.TAG") is not None:
        _uv_cache(regions, parent)


def _uv_cache(regions: Regions, node: int | None) -> None:
    if node is None:
        return
    table, components = regions.table, regions.components
    path = text(table.path(node))
    regions.add(node, components.number("uv-cache", "bucket", "other", path=path))
    for child in table.children(node):
        bucket = _BUCKET.match(table.names[child])
        if bucket:
            name = text(bucket[1])
            regions.add(child, components.number("uv-cache", "bucket", name, path=text(table.path(child))))
