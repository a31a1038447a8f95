"""The details of one selection in words: of a path, a layer, an owner, the base."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.content import Content

from uvdive.base.units import percent, size
from uvdive.image.table import Cause, Change, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.tree import Sign
from uvdive.tui.frame.text import one_line, paragraph, plain, visible
from uvdive.tui.frame.theme import LOOKS, glyph

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport, LayerReport
    from uvdive.tui.desk.path_facts import FileFacts, NodeFacts

KINDS = {
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
SIGNS = {Sign.ADDED: "added", Sign.CHANGED: "changed", Sign.REMOVED: "removed"}
CUT = 34
"""An instruction that is only mentioned is cut to so many characters."""
MOST = 30
"""How many components, or events in a path's history, are listed at most."""


def field(label: str, value: str | Content) -> Content:
    """A line of details: what it is about, and its value."""
    return Content.assemble((f"{label:<10}", "$foreground 66%"), value)


def files(count: int) -> str:
    """A number of files in words."""
    return f"{count:,} file{'' if count == 1 else 's'}"


def lines(parts: Iterable[Content]) -> Content:
    """Lines one below the other."""
    return Content("\n").join(parts)


def owner_words(owner: str) -> Content:
    """An owner's mark, name and what it means."""
    return Content.assemble(glyph(owner), f" {owner}", (f"  {LOOKS[owner].words}", "$foreground 66%"))


def by_layer(label: str, verb: str, layer: LayerReport, style: str = "") -> Iterable[Content]:
    """Two lines: ``added by layer 4, line 12`` and, cut to fit below it, the instruction."""
    line = f", line {layer.line}" if layer.line is not None else ""
    text = _short(layer.instruction or layer.created_by)
    yield field(label, Content.styled(f"{verb} by layer {layer.index}{line}", style))
    if text:
        yield field("", Content.styled(text, "$foreground 66%"))


def _short(text: str) -> str:
    """A text that is only mentioned, on one line."""
    text = one_line(text)
    return text if len(text) <= CUT else text[: CUT - 1] + "…"


def describe_layer(report: ImageReport, index: int) -> Content:
    """A layer: sizes, changes, owners, the whole command."""
    layer = report.layers[index]
    parts = [
        Content.styled(f"Layer {layer.index}" + (" of the base image" if layer.base else ""), "bold"),
        field("size", f"{size(layer.file_bytes)}  ({layer.file_bytes:,} bytes, {files(layer.files)})"),
    ]
    if layer.dead_bytes:
        parts.append(field("hidden", f"{size(layer.dead_bytes)} of it, by later layers"))
    parts.append(
        field("changes", f"{layer.added:,} added  {layer.modified:,} changed  {layer.removed:,} removed")
    )
    if layer.line is not None:
        last = f"–{layer.end_line}" if layer.end_line not in (None, layer.line) else ""
        parts.append(field("line", f"{layer.line}{last} of the Dockerfile"))
    parts.append(Content(""))
    parts.append(paragraph(layer.instruction or layer.created_by or "(no instruction is recorded)"))
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
        parts.append(field("pull", f"{size(layer.compressed_bytes)}, compressed"))
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
    return lines(parts)


def describe_owner(report: ImageReport, name: str) -> Content:
    """An owner: its figures and its biggest components."""
    owner = report.owner(name)
    parts = [
        Content.assemble(glyph(name), (f" {name}", "bold"), (f"  {LOOKS[name].words}", "$foreground 66%")),
        field(
            "size",
            f"{size(owner.bytes)}  ({percent(owner.bytes, report.totals.file_bytes)}, {files(owner.files)})",
        ),
        field("visible", size(owner.live_bytes)),
        field("hidden", size(owner.dead_bytes)),
        field("saving", f"{size(owner.reclaimable_bytes)} less without all of it"),
    ]
    if owner.shared_bytes:
        parts.append(field("linked", f"{size(owner.shared_bytes)} hard-linked with other owners"))
    components = sorted(owner.components, key=lambda part: -part.bytes)
    if components:
        parts.append(Content(""))
    for part in components[:MOST]:
        version = f" {visible(part.version)}" if part.version else ""
        parts.append(
            Content.assemble(
                f"{size(part.bytes):>9}  {visible(part.name)}",
                (version, "$foreground 66%"),
                (f"  {visible(part.kind)}", "$foreground 66%"),
            )
        )
    if len(components) > MOST:
        parts.append(Content.styled(f"… and {len(components) - MOST:,} more", "$foreground 66%"))
    return lines(parts)


def describe_node(report: ImageReport, facts: NodeFacts) -> Content:
    """A path: what it is, whose, how it came and how it went."""
    parts = [plain(facts.path, "bold")]
    kind, file = Kind(facts.kind), facts.file
    sign = SIGNS.get(Sign(facts.sign))
    where = f", {sign} here" if sign else ""
    if kind == Kind.DIRECTORY:
        parts.append(field("directory", f"{size(facts.bytes)} in {files(facts.files)}{where}"))
        if facts.removed:
            parts.append(field("removed", f"{size(facts.removed)} below it was replaced or deleted here"))
    elif file is not None:
        exact = f"  ({file.size:,} bytes)" if file.size >= 1000 else ""
        told = f"{KINDS[kind]}, {size(file.size)}" if kind == Kind.FILE else KINDS[kind]
        parts.append(field("kind", f"{told}{exact}{where}"))
    parts.extend(_history(report, facts))
    parts.extend(_linked(facts, kind))
    if kind == Kind.DIRECTORY:
        parts.extend(_owner_lines(facts))
    if file is not None:
        if file.link is not None:
            parts.append(field("points to", plain(file.link)))
        parts.extend(_inode_lines(report, file))
        parts.append(field("mode", f"{mode_words(file)}  {_when(file)}"))
    return lines(parts)


def _linked(facts: NodeFacts, kind: Kind) -> Iterable[Content]:
    """The other names of a file, or of what is in a folder."""
    linked = facts.linked
    if linked is None:
        return
    what = f"{size(linked.total)} of it, hard-linked with" if kind == Kind.DIRECTORY else "hard-linked with"
    yield field("linked", Content.assemble(f"{what} ", plain(linked.paths[0])))
    yield from (field("", plain(path)) for path in linked.paths[1:])
    more = f"… and {linked.more:,} more; " if linked.more else ""
    yield field("", f"{more}counted once where these meet")


def mode_words(file: FileFacts) -> str:
    """Mode and owner: ``-rw-r--r--  0:0``."""
    kinds = {Kind.DIRECTORY: stat.S_IFDIR, Kind.SYMLINK: stat.S_IFLNK}
    mode = stat.filemode(file.mode | kinds.get(Kind(file.kind), stat.S_IFREG))
    return f"{mode}  {file.uid}:{file.gid}"


def _when(file: FileFacts) -> str:
    try:
        return datetime.fromtimestamp(file.mtime, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, OSError, ValueError):
        # A tar may hold any number as a time.
        return f"{file.mtime} s after 1970"


def _owner_lines(facts: NodeFacts) -> Iterable[Content]:
    if any(count is None for _, count in facts.owners):
        names = [OWNERS[owner] for owner, _ in facts.owners]
        yield field("owners", Content(", ").join(Content.assemble(glyph(n), f" {n}") for n in names))
        return
    for place, (owner, count) in enumerate(facts.owners):
        name = OWNERS[owner]
        yield field(
            "owners" if not place else "", Content.assemble(glyph(name), f" {name:<12}{size(count or 0):>9}")
        )


def _inode_lines(report: ImageReport, file: FileFacts) -> Iterable[Content]:
    if file.owner is None:
        return
    yield field("owner", owner_words(OWNERS[file.owner]))
    if file.component >= 0:
        part = report.components[file.component]
        yield field("part of", _short(f"{part.name} {part.version or ''}".rstrip()) + f"  ({part.kind})")
    if file.death is not None:
        cause = _CAUSES.get(Cause(file.cause), "gone")
        yield from by_layer("hidden", cause, report.layers[file.death], "$sign-removed")


def _history(report: ImageReport, facts: NodeFacts) -> Iterable[Content]:
    if facts.first is not None:
        yield from by_layer("history", "first file added", report.layers[facts.first])
    for place, event in enumerate(facts.history):
        if event.cause:
            verb = _CAUSES[Cause(event.cause)]
        else:
            verb = "added" if event.change == Change.ADDED else "changed"
        yield from by_layer("history" if not place else "", verb, report.layers[event.layer])
