"""What is told of the map: where one is in it, and what is under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from uvdive.base.units import percent, size
from uvdive.image.table import NONE
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.ledger.view.treemap import By, Part
from uvdive.output.html.map_drawing import TITLES
from uvdive.tui.frame.text import keep_end, one_line, visible
from uvdive.tui.frame.theme import LOOKS, glyph


def title(part: Part) -> str:
    """A part's name: a path as it is, an instruction on one line."""
    if part.count:
        return f"{part.count:,} smaller ones"
    if part.spot is not None and part.spot.node != NONE:
        return visible(part.name)
    return one_line(part.name.decode("utf-8", "backslashreplace"))


def name_of(part: Part, report: ImageReport) -> str:
    """A part's name with what tells it from others: a layer's number, a package's version."""
    spot, words = part.spot, title(part)
    if spot is None or spot.node != NONE:
        return words
    if spot.by == "layer" and spot.group != NONE:
        return f"{spot.group} {words}"
    if spot.by == "package" and spot.part >= 0 and (version := report.components[spot.part].version):
        return f"{words} {one_line(version)}"
    return words


def where(by: By, way: Sequence[Part], report: ImageReport, width: int) -> Content:
    """How the map is divided, and the parts that one went into, as many of the last as fit."""
    names = " › ".join(name_of(part, report) for part in way)
    return Content.assemble(
        (f"Map {TITLES[by]}  ", "bold"), keep_end(names, max(0, width - len(TITLES[by]) - 8))
    )


def about(part: Part, whole: Part, report: ImageReport, width: int) -> Content:
    """What is under the cursor: whose it is, how much, how much of that is hidden."""
    owner = OWNERS[part.owner]
    facts = [
        size(part.bytes),
        f"{percent(part.bytes, whole.bytes)} of this view",
        f"mostly {LOOKS[owner].words}" if part.mixed else LOOKS[owner].words,
    ]
    if part.dead_bytes:
        whole_is = part.dead_bytes == part.bytes
        facts.append("all of it hidden" if whole_is else f"{size(part.dead_bytes)} hidden")
    told = "  ".join(facts)
    name = keep_end(name_of(part, report), max(10, width - len(told) - 6))
    mark, style = glyph(owner)
    return Content.assemble((mark, style), " ", (name, "bold"), f"  {told}")


def legend(report: ImageReport, width: int) -> Content:
    """The owners' patterns with their names, as many as fit, and the stripes of what is hidden."""
    line = Content.assemble(("╲ ╲", "bold"), " hidden")
    for owner in report.owners:
        if owner.bytes:
            longer = line.append("  ").append(Content.assemble(glyph(owner.owner), f" {owner.owner}"))
            if longer.cell_length > width:
                break
            line = longer
    return line
