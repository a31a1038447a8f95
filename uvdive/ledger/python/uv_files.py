"""uv's own files: its programs, tool environments, state, and cache, wherever they lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from uvdive.base.paths import raw
from uvdive.dockerfile.variables import filled_in
from uvdive.image.table import FileTable
from uvdive.ledger.marks.components import ComponentTable, text
from uvdive.ledger.marks.paths import normal
from uvdive.ledger.marks.regions import Regions

_BUCKETS = (
    *(b"archive", b"wheels", b"built-wheels", b"simple", b"sdists", b"builds", b"interpreter"),
    *(b"environments", b"flat-index", b"git", b"binaries", b"python", b"osv"),
)
_BUCKET = re.compile(rb"^(%b)-v\d+$" % b"|".join(_BUCKETS))
STARTS = tuple(bucket + b"-v" for bucket in _BUCKETS)
"""How the names of uv's buckets begin."""

_SHORT_BUCKETS = (b"python", b"git", b"builds")
"""Names that are too common to make a folder uv's cache without uv's mark in it."""

MARKS = (b"uv", b"uv-receipt.toml")
"""Names that tell where uv has its cache or a tool."""

_NAMES = (b"uv", b"uvx", b"uvw")
_MIN_SIZE = 100_000
"""A file called uv that is smaller, in bytes, is somebody's shim and no uv."""
_STATE = re.compile(rb"/tmp/uv-[\w-]+\.lock$|/uv/uv-receipt\.json$")
_INSTALLER = (b"env", b"env.fish")
_MAX_INSTALLER = 4096
"""The installer's scripts have some hundred bytes."""
_KEEPING = (b".lock", b".gitignore", b".temp", b".tmp", b".cache")
_SETTING = re.compile(r"""(?:\bUV_CACHE_DIR=|--cache-dir[= ])(?:"([^"]+)"|'([^']+)'|([^\s;&|"']+))""")


def state_number(components: ComponentTable) -> int:
    """The component of uv's small state files."""
    return components.number("uv", "state", "lock files and receipts")


def is_program(table: FileTable, entry: int) -> bool:
    """Is this regular file uv itself, by its name, mode and size?"""
    return (
        table.names[table.entry_node[entry]] in _NAMES
        and table.entry_size[entry] >= _MIN_SIZE
        and table.entry_mode[entry] & 0o111 != 0
    )


def is_state(table: FileTable, node: int) -> bool:
    """Is the node one of uv's lock files or receipts?"""
    name = table.names[node]
    if name.startswith(b"uv-"):
        return _STATE.search(table.path(node)) is not None
    if name not in _INSTALLER:
        return False
    # uv's installer puts a script beside uv that extends PATH; the system's own env is a program.
    folder = table.node_parent[node]
    entry = table.visible(node)
    if entry is not None and table.entry_size[entry] > _MAX_INSTALLER:
        return False
    return table.find_below(folder, b"uv") is not None and table.names[folder] == b"bin"


def named_cache_dirs(environ: Mapping[str, str], commands: Iterable[str]) -> Iterator[bytes]:
    """The folders that instructions name as a cache, where their variables are known."""
    for command in commands:
        for match in _SETTING.finditer(command):
            path = "".join(group or "" for group in match.groups())
            known = filled_in(path, environ)
            if known.startswith("/") and "$" not in known:
                yield normal(raw(known))


def add_uv(regions: Regions, environ: Mapping[str, str], commands: Iterable[str]) -> None:
    """Mark uv's caches and tool environments.

    Args:
        regions: where to mark them.
        environ: the image's variables.
        commands: the layers' instructions. pip names its own cache with --cache-dir
            too, so what they name counts only where uv's buckets are.
    """
    table = regions.table
    configured = environ.get("UV_CACHE_DIR", "")
    if configured.startswith("/"):
        node = table.find(normal(raw(configured)))
        if node and table.children(node):
            _cache(regions, node)
    for path in named_cache_dirs(environ, commands):
        node = table.find(path)
        if node and _buckets(table, node):
            _cache(regions, node)
    for node in sorted({*regions.names.called(*MARKS), *regions.names.starting(*STARTS)}):
        name = table.names[node]
        if name == b"uv":
            parent = table.node_parent[node]
            if parent >= 0 and table.names[parent] == b".cache" and table.children(node):
                _cache(regions, node)
        elif name == b"uv-receipt.toml":
            _tool(regions, table.node_parent[node])
        else:
            _loose_bucket(regions, node)


def _buckets(table: FileTable, node: int) -> int:
    return sum(1 for child in table.children(node) if _BUCKET.match(table.names[child]))


def _loose_bucket(regions: Regions, node: int) -> None:
    """A bucket outside a known cache: its folder is a cache if uv marked it, or has several."""
    table = regions.table
    match = _BUCKET.match(table.names[node])
    parent = table.node_parent[node]
    if match is None or parent <= 0 or parent in regions.roots or not table.children(node):
        return
    marked = table.find_below(parent, b"CACHEDIR.TAG") is not None
    if marked or (match[1] not in _SHORT_BUCKETS and _buckets(table, parent) > 1):
        _cache(regions, parent)


def _cache(regions: Regions, node: int) -> None:
    table, components = regions.table, regions.components
    path = text(table.path(node))
    regions.add(node, components.number("uv-cache", "bucket", "other", path=path))
    for child in table.children(node):
        bucket = _BUCKET.match(table.names[child])
        if bucket:
            name = text(bucket[1])
            regions.add(child, components.number("uv-cache", "bucket", name, path=text(table.path(child))))


def _tool(regions: Regions, root: int) -> None:
    """A tool's environment, which uv marks with a receipt."""
    table, components = regions.table, regions.components
    if root <= 0:
        return
    path = text(table.path(root))
    regions.add(root, components.number("uv", "tool", text(table.names[root]), path=path))
    add_keeping(regions, table.node_parent[root])


def add_keeping(regions: Regions, folder: int) -> None:
    """Mark uv's housekeeping in a folder of tools or interpreters: locks, ``.gitignore``."""
    if folder <= 0:
        return
    for name in _KEEPING:
        node = regions.table.find_below(folder, name)
        if node is not None:
            regions.add(node, state_number(regions.components))
