"""The history of a path in words: where it was written, and what one layer did to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.ledger.view.tree import Sign
from uvdive.tui.frame.text import keep_end, paragraph, plain, visible
from uvdive.tui.words.headline import fit
from uvdive.tui.words.selection import KINDS, SIGNS, field, files, lines, mode_words

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport
    from uvdive.tui.desk.path_facts import FileFacts
    from uvdive.tui.desk.path_history import PathHistory, Step


def headline(report: ImageReport, history: PathHistory, width: int) -> Content:
    """The path, what it came to, and how many layers touched it."""
    path = keep_end(visible(history.path), max(20, width // 2))
    count = len(history.steps)
    written = sum(step.sums.written for step in history.steps)
    last = history.steps[-1].sums if history.steps else None
    now = f"{size(last.size)} in the image" if last is not None and last.size else "nothing in the image"
    parts = [
        Content(now),
        Content(f"{size(written)} written")
        if last is not None and size(written) != size(last.size)
        else Content(""),
        Content(f"touched by {count} of {len(report.layers)} layer{'' if len(report.layers) == 1 else 's'}"),
    ]
    return fit(Content.styled(path, "bold $text-accent"), parts, width)


def describe_step(report: ImageReport, history: PathHistory, place: int) -> Content:
    """What one layer did: bytes and paths of a folder, kind and rights of a file, the whole instruction."""
    step = history.steps[place]
    layer = report.layers[step.sums.layer]
    where = f", line {layer.line}" if layer.line is not None else " of the base image" if layer.base else ""
    sign = SIGNS.get(Sign(step.sign), "")
    parts = [Content.styled(f"Layer {layer.index}{where}" + (f": {sign}" if sign else ""), "bold")]
    parts += _folder_lines(history, place) if history.folder else _file_lines(step)
    parts += _changes(step.was, step.now)
    parts += [Content(""), paragraph(layer.instruction or layer.created_by or "(no instruction is recorded)")]
    return lines(parts)


def _folder_lines(history: PathHistory, place: int) -> Iterator[Content]:
    sums = history.steps[place].sums
    before = history.steps[place - 1].sums.size if place else 0
    hidden = f", {size(sums.hidden)} of it is hidden later" if sums.hidden else ""
    yield field("wrote", f"{size(sums.written)}{hidden}")
    counts = ((sums.added, "added"), (sums.changed, "changed"), (sums.removed, "removed"))
    told = "  ".join(f"{count:,} {word}" for count, word in counts if count)
    yield field("paths", told or "none, only folders")
    yield field("then", f"{size(sums.size)} in {files(sums.files)}  ({_difference(sums.size - before)})")


def _difference(change: int) -> str:
    return "as before" if not change else f"{'+' if change > 0 else '−'}{size(abs(change))}"


def _file_lines(step: Step) -> Iterator[Content]:
    now = step.now
    if now is None:
        return
    exact = f"  ({now.size:,} bytes)" if now.size >= 1000 else ""
    kind = Kind(now.kind)
    yield field("kind", f"{KINDS[kind]}, {size(now.size)}{exact}" if kind == Kind.FILE else KINDS[kind])


def _changes(was: FileFacts | None, now: FileFacts | None) -> Iterator[Content]:
    """What an entry says of itself, and what it said before where that was another thing."""
    if now is None:
        return
    yield from _change("mode", None if was is None else mode_words(was), mode_words(now))
    if now.link is not None:
        old = was.link if was is not None else None
        yield from _change("points to", None if old is None else visible(old), visible(now.link))
    had, has = set(_names(was)), set(_names(now))
    for name in sorted(has - had):
        yield field("attribute", plain(name, "$sign-added" if was is not None else ""))
    for name in sorted(had - has):
        yield field("attribute", Content.assemble(plain(name, "$sign-removed"), " removed"))


def _names(facts: FileFacts | None) -> Iterator[str]:
    if facts is not None:
        yield from (line.decode("utf-8", "replace") for line in facts.attributes.splitlines())


def _change(label: str, old: str | None, new: str) -> Iterator[Content]:
    if old is None or old == new:
        yield field(label, new)
        return
    yield field(label, Content.styled(old, "$sign-removed"))
    yield field("", Content.assemble(("→ ", "$foreground 66%"), (new, "$sign-added")))
