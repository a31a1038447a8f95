"""The map of an image as rectangles of a drawing, for SVG; in units of the drawing, bytes as bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.base.units import Units, percent, size
from uvdive.image.table import NONE
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.ledger.view.squares import Area, Grain, Placed, lay_out
from uvdive.ledger.view.treemap import BYS, By, Part, Treemap
from uvdive.output.plain import one_line, visible
from uvdive.output.words.owners import LOOKS

WIDTH, HEIGHT = 1200, 640
GRAIN = Grain(width=3, height=3, least=3, each=24, most=1_600)
"""No titles, so that every area is in proportion; what is tiny shows when one zooms in."""

LETTER, LINE = 7.2, 15
"""About how wide a letter of a label is, and how high a line."""

TITLES: dict[By, str] = {
    "folder": "by folder",
    "package": "by owner and package",
    "layer": "by layer",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One rectangle with what is written on it and told of it; ``dead`` is the striped part of it."""

    x: float
    y: float
    width: float
    height: float
    depth: int
    divided: bool
    owner: str
    name: str
    told: str
    label: str
    bytes: int
    dead: Area | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map divided in one way: leaves first, then the frames of what is divided, the inner first."""

    by: By
    title: str
    tiles: tuple[Tile, ...]


def drawings(report: ImageReport, units: Units) -> tuple[Drawing, ...]:
    """The map by folder, by package and by layer; none for an image without bytes."""
    if not report.totals.file_bytes or not report.files.inodes:
        return ()
    treemap = Treemap(report)
    return tuple(Drawing(by, TITLES[by], _tiles(treemap, by, report, units)) for by in BYS)


def _tiles(treemap: Treemap, by: By, report: ImageReport, units: Units) -> tuple[Tile, ...]:
    root = treemap.root(by)

    def parts_of(part: Part, least: int, most: int) -> Sequence[Part]:
        return (treemap.inside if part is root else treemap.peek)(part, least, most)

    boxes = lay_out(root, Area(0, 0, WIDTH, HEIGHT), GRAIN, parts_of)
    boxes.sort(key=lambda box: (box.divided, -box.depth if box.divided else 0, -box.part.bytes))
    return tuple(_tile(box, report, units) for box in boxes)


def _tile(box: Placed[Part], report: ImageReport, units: Units) -> Tile:
    part, area = box.part, box.area
    owner = OWNERS[part.owner]
    name = _name(part)
    facts = [_path(part, report) or name, size(part.bytes, units)]
    facts.append(percent(part.bytes, report.totals.file_bytes))
    facts.append(f"mostly {LOOKS[owner].words}" if part.mixed else LOOKS[owner].words)
    if part.dead_bytes:
        facts.append(f"{size(part.dead_bytes, units)} of it hidden by a later layer")
    label = f"{name} {size(part.bytes, units)}"
    return Tile(
        round(area.x, 2),
        round(area.y, 2),
        round(area.width, 2),
        round(area.height, 2),
        box.depth,
        box.divided,
        owner,
        name,
        ", ".join(facts),
        fitted(label, area.width) if area.height >= LINE else "",
        part.bytes,
        None if box.divided else _dead(part, area),
    )


def fitted(label: str, width: float) -> str:
    """As much of a label as fits; nothing where that says nothing."""
    room = int((width - 6) / LETTER)
    if room < 3:
        return ""
    return label if len(label) <= room else f"{label[: room - 1]}…"


def _name(part: Part) -> str:
    if part.count:
        return f"{part.count:,} smaller ones"
    if part.spot is not None and part.spot.node != NONE:
        return visible(part.name)
    return one_line(part.name.decode("utf-8", "backslashreplace"), 400)


def _path(part: Part, report: ImageReport) -> str:
    """The whole path, where it is one."""
    if part.count or part.spot is None or part.spot.node == NONE:
        return ""
    return visible(report.files.path(part.spot.node))


def _dead(part: Part, area: Area) -> Area | None:
    """As much of a rectangle as is dead, along its longer side."""
    if not part.dead_bytes:
        return None
    share = part.dead_bytes / part.bytes
    if area.width >= area.height:
        wide = area.width * share
        return Area(
            round(area.x + area.width - wide, 2), round(area.y, 2), round(wide, 2), round(area.height, 2)
        )
    high = area.height * share
    return Area(round(area.x, 2), round(area.y + area.height - high, 2), round(area.width, 2), round(high, 2))
