"""The details of one selection in words: of a path, a layer, an owner, the base."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from datetime import UTC, datetime

from textual.content import Content

from uvdive.base.units import percent, size
from uvdive.image.table import ALIVE, NONE, Cause, Change, Kind
from uvdive.ledger.report import OWNERS, ImageReport, LayerReport
from uvdive.ledger.tree import Sign, TreeView, owners_below
from uvdive.tui.text import paragraph, plain, visible
from uvdive.tui.theme import LOOKS, glyph

_KINDS = {
    Kind.FILE: "file",
    Kind.DIRECTORY: "directory",
    Kind.SYMLINK: "symbolic link",
    Kind.CHAR_DEVICE: "character device",
    Kind.BLOCK_DEVICE: "block device",
    Kind.FIFO: "pipe",
}
_CAUSES = {
    Cause.OVERWRITTEN: "overwritten with other content",
    Cause.REWRITTEN: "written again with the same content",
    Cause.DELETED: "deleted",
    Cause.SHADOWED: "replaced by another kind of file",
}
_SIGNS = {Sign.ADDED: "added", Sign.CHANGED: "changed", Sign.REMOVED: "removed"}
CUT = 40
"""An instruction that is only mentioned is cut to so many characters."""
MOST = 30
"""How many components, or events in a path's history, are listed at most."""


def field(label: str, value: str | Content) -> Content:
    """A line of details: what it is about, and its value."""
    return Content.assemble((f"{label:<10}", "$foreground 60%"), value)


def files(count: int) -> str:
    """A number of files in words."""
    return f"{count:,} file{'' if count == 1 else 's'}"


def lines(parts: Iterable[Content]) -> Content:
    """Lines one below the other."""
    return Content("\n").join(parts)


def owner_words(owner: str) -> Content:
    """An owner's mark, name and what it means."""
    return Content.assemble(glyph(owner), f" {owner}", (f"  {LOOKS[owner].words}", "$foreground 60%"))


def by_layer(label: str, verb: str, layer: LayerReport, style: str = "") -> Iterable[Content]:
    """Two lines: ``added by layer 4, line 12`` and, cut to fit below it, the instruction."""
    line = f", line {layer.line}" if layer.line is not None else ""
    text = visible(layer.instruction or layer.created_by)
    short = text if len(text) <= CUT else text[: CUT - 1] + "…"
    yield field(label, Content.styled(f"{verb} by layer {layer.index}{line}", style))
    if short:
        yield field("", Content.styled(short, "$foreground 60%"))


def describe_layer(report: ImageReport, index: int) -> Content:
    """A layer: sizes, changes, owners, the whole command."""
    layer = report.layers[index]
    parts = [
        Content.styled(f"Layer {layer.index}" + (" of the base image" if layer.base else ""), "bold"),
        field("size", f"{size(layer.file_bytes)}  ({layer.file_bytes:,} bytes, {files(layer.files)})"),
    ]
    if layer.dead_bytes:
        parts.append(field("dead", f"{size(layer.dead_bytes)} of it is gone in the final image"))
    parts.append(
        field("changes", f"{layer.added:,} added  {layer.modified:,} changed  {layer.removed:,} removed")
    )
    if layer.line is not None:
        last = f"–{layer.end_line}" if layer.end_line not in (None, layer.line) else ""
        parts.append(field("line", f"{layer.line}{last} of the Dockerfile"))
    parts.append(Content(""))
    parts.append(paragraph(layer.instruction or layer.created_by or "(the image does not say)"))
    parts.append(Content(""))
    parts.extend(
        field("owners" if not place else "", Content.assemble(glyph(owner), f" {owner:<12}{size(count):>9}"))
        for place, (owner, count) in enumerate(_biggest(layer.owners.items()))
    )
    if layer.engine_size is not None:
        parts.append(field("engine", f"{size(layer.engine_size)}" + _links(layer)))
    if layer.tar_bytes is not None:
        parts.append(field("tar", size(layer.tar_bytes)))
    if layer.compressed_bytes is not None:
        parts.append(field("packed", size(layer.compressed_bytes)))
    short = layer.diff_id if len(layer.diff_id) < 24 else layer.diff_id[:23] + "…"
    parts.append(field("diff id", visible(short)))
    return lines(parts)


def _links(layer: LayerReport) -> str:
    if layer.counts_links and layer.link_bytes:
        return f", which counts {size(layer.link_bytes)} of link targets"
    return ""


def _biggest(items: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(((name, count) for name, count in items if count), key=lambda item: -item[1])


def describe_base(report: ImageReport, layers: int) -> Content:
    """The base image as one."""
    base = report.image.base
    total = sum(layer.file_bytes for layer in report.layers[:layers])
    parts = [
        Content.styled("Base image", "bold"),
        field("name", plain(base.name) if base and base.name else "not known"),
        field("size", f"{size(total)} in {layers} layer{'' if layers == 1 else 's'}"),
    ]
    if base:
        parts.append(field("known by", plain(base.by)))
    if report.os is not None:
        parts.append(field("system", plain(f"{report.os.id} {report.os.version_id} {report.os.codename}")))
    parts += [Content(""), Content("Enter or → shows its layers, ← folds them.")]
    return lines(parts)


def describe_owner(report: ImageReport, name: str) -> Content:
    """An owner: its figures and its biggest components."""
    owner = report.owner(name)
    parts = [
        Content.assemble(glyph(name), (f" {name}", "bold"), (f"  {LOOKS[name].words}", "$foreground 60%")),
        field(
            "size",
            f"{size(owner.bytes)}  ({percent(owner.bytes, report.totals.file_bytes)}, {files(owner.files)})",
        ),
        field("live", size(owner.live_bytes)),
        field("dead", size(owner.dead_bytes)),
        field("shared", f"{size(owner.shared_bytes)} has a name under another owner too"),
        field("saving", f"{size(owner.reclaimable_bytes)} would go if all of it were left out"),
    ]
    components = sorted(owner.components, key=lambda part: -part.bytes)
    if components:
        parts.append(Content(""))
    for part in components[:MOST]:
        version = f" {visible(part.version)}" if part.version else ""
        parts.append(
            Content.assemble(
                f"{size(part.bytes):>9}  {visible(part.name)}",
                (version, "$foreground 60%"),
                (f"  {visible(part.kind)}", "$foreground 60%"),
            )
        )
    if len(components) > MOST:
        parts.append(Content.styled(f"… and {len(components) - MOST:,} more", "$foreground 60%"))
    return lines(parts)


def describe_node(report: ImageReport, view: TreeView, node: int) -> Content:
    """A path: what it is, whose, how it came and how it went."""
    table = view.table
    parts = [plain(table.path(node), "bold")]
    entry = view.entry[node]
    kind = Kind.DIRECTORY if entry == NONE else Kind(table.entry_kind[entry])
    sign = _SIGNS.get(Sign(view.sign[node]))
    where = f"{sign} here" if sign else ""
    if kind == Kind.DIRECTORY:
        told = files(view.files[node])
        parts.append(field("directory", f"{size(view.size[node])} in {told}{f', {where}' if where else ''}"))
        if view.removed[node]:
            parts.append(field("removed", f"{size(view.removed[node])} below it died in this layer"))
        parts.extend(_owner_lines(report, view, node))
    else:
        count = table.entry_size[entry]
        exact = f"  ({count:,} bytes)" if count >= 1000 else ""
        told = f"{_KINDS[kind]}, {size(count)}" if kind == Kind.FILE else _KINDS[kind]
        parts.append(field("kind", f"{told}{exact}{f', {where}' if where else ''}"))
    if entry != NONE:
        if kind == Kind.SYMLINK and table.entry_link[entry] != NONE:
            parts.append(field("points to", plain(table.links[table.entry_link[entry]])))
        parts.extend(_inode_lines(report, table.entry_inode[entry]))
        parts.append(field("mode", _mode(view, entry, kind)))
    parts.extend(_history(report, view, node))
    return lines(parts)


def _mode(view: TreeView, entry: int, kind: Kind) -> str:
    table = view.table
    kinds = {Kind.DIRECTORY: stat.S_IFDIR, Kind.SYMLINK: stat.S_IFLNK}
    mode = stat.filemode(table.entry_mode[entry] | kinds.get(kind, stat.S_IFREG))
    try:
        when = datetime.fromtimestamp(table.entry_mtime[entry], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, OSError, ValueError):
        # A tar may hold any number as a time.
        when = f"{table.entry_mtime[entry]} s after 1970"
    return f"{mode}  {table.entry_uid[entry]}:{table.entry_gid[entry]}  {when}"


def _owner_lines(report: ImageReport, view: TreeView, node: int) -> Iterable[Content]:
    found = owners_below(view, report.inode_owner, node)
    if found is None:
        names = [name for bit, name in enumerate(OWNERS) if view.owners[node] >> bit & 1]
        yield field("owners", Content(", ").join(Content.assemble(glyph(n), f" {n}") for n in names))
        return
    for place, (name, count) in enumerate(_biggest((OWNERS[index], count) for index, count in found.items())):
        yield field(
            "owners" if not place else "", Content.assemble(glyph(name), f" {name:<12}{size(count):>9}")
        )


def _inode_lines(report: ImageReport, inode: int) -> Iterable[Content]:
    if inode == NONE:
        return
    table = report.files
    yield field("owner", owner_words(OWNERS[report.inode_owner[inode]]))
    component = report.inode_component[inode]
    if component >= 0:
        part = report.components[component]
        yield field("part of", plain(f"{part.name} {part.version or ''}".rstrip() + f"  ({part.kind})"))
    death = table.inode_death[inode]
    if death != ALIVE:
        cause = _CAUSES.get(Cause(table.inode_cause[inode]), "gone")
        yield from by_layer("dead", cause, report.layers[death], "$sign-removed")


def _history(report: ImageReport, view: TreeView, node: int) -> Iterable[Content]:
    table = view.table
    if not table.entries_of(node):
        first = _first_below(view, node)
        if first is not None:
            yield from by_layer("history", "first written into", report.layers[first])
    for place, entry in enumerate(table.entries_of(node)[:MOST]):
        verb = "added" if table.entry_change[entry] == Change.ADDED else "changed"
        layer = report.layers[table.entry_layer[entry]]
        yield from by_layer("history" if not place else "", verb, layer)
        death, cause = table.entry_death[entry], Cause(table.entry_cause[entry])
        if death != ALIVE and cause in (Cause.DELETED, Cause.SHADOWED):
            yield from by_layer("", _CAUSES[cause], report.layers[death])


def _first_below(view: TreeView, node: int, most: int = 5_000) -> int | None:
    """The layer that first wrote below a path which no layer names; None where that takes too long."""
    table, todo, first = view.table, [node], None
    while todo:
        here = todo.pop()
        most -= 1
        if most < 0:
            return None
        for entry in table.entries_of(here)[:1]:
            layer = table.entry_layer[entry]
            first = layer if first is None else min(first, layer)
        todo.extend(table.children(here))
    return first
