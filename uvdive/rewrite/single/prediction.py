"""What an image whose only stage stays one holds without uv (R61)."""

from __future__ import annotations

from collections.abc import Mapping

from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.plan import Prediction
from uvdive.rewrite.single.bringing import Bringing

_CACHE = "__pycache__"


def predict(
    report: ImageReport | None, compiled: Mapping[str, int] | None = None, *, kept: bool = False
) -> Prediction | None:
    """The sizes without uv's cache, and without uv unless it is kept; the tools that it installed stay.

    ``compiled`` are further bytes that go, by owner.
    """
    if report is None:
        return None
    tools = sum(c.bytes for c in report.components if c.owner == "uv" and c.kind == "tool")
    owners = {owner.owner: (owner.bytes, owner.bytes) for owner in report.owners if owner.bytes}
    for name, left in (("uv-cache", 0),) if kept else (("uv", tools), ("uv-cache", 0)):
        if name in owners:
            owners[name] = owners[name][0], min(left, owners[name][0])
    for name, count in _outside_the_cache(report).items():
        before, after = owners.get(name, (0, 0))
        owners[name] = before, after + count
    for name, count in (compiled or {}).items():
        before, after = owners.get(name, (0, 0))
        owners[name] = before, max(0, after - count)
    before = report.totals.file_bytes
    saved = sum(old - new for old, new in owners.values())
    return Prediction(before, before - saved, owners)


def _outside_the_cache(report: ImageReport) -> dict[str, int]:
    """The bytes that count as the cache's although the layers hold them elsewhere too, by the owner there.

    What a later layer removed, or gave to somebody, lives on under uv's cache alone; without the
    cache it is still in the layer that installed it.
    """
    table = report.files
    folders = tuple(f"{c.path}/".encode() for c in report.components if c.owner == "uv-cache" and c.path)
    cached = {inode for inode, owner in enumerate(report.inode_owner) if OWNERS[owner] == "uv-cache"}
    found: dict[int, int] = {}
    for entry, inode in enumerate(table.entry_inode):
        if inode in cached and inode not in found:
            path = table.path(table.entry_node[entry])
            if not path.startswith(folders) and b"/.cache/uv/" not in path:
                found[inode] = table.entry_size[entry]
    return {"venv": sum(found.values())} if found else {}


def compiled_by_pip(evidence: Evidence, files: Files | None, found: Bringing) -> dict[str, int]:
    """What pip compiled of Python's own modules while it installed uv, which no other command needs to.

    In bytes by owner; what is uv's own is left out, as it goes with uv.
    """
    lines = found.parts.keys() | found.words.keys() if found.by_pip else ()
    layers = {step.layer for step in evidence.steps if step.line in lines and step.layer is not None}
    if files is None or not layers:
        return {}
    top = files.at("/usr/local/lib")
    nodes = [
        node
        for node in (files.walk(top) if top is not None else ())
        if not files.is_folder(node) and files.layer(node) in layers and _CACHE in files.path(node)
    ]
    sums = files.bytes_by_owner(nodes)
    return {owner: count for owner, count in sums.items() if owner not in ("uv", "uv-cache")}
