"""What the map asks of the desk: the rectangles that fit a screen. No Textual in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvdive.image.table import NONE
from uvdive.ledger.view.squares import Area, Grain, Placed, lay_out
from uvdive.ledger.view.treemap import By, Part, Treemap
from uvdive.tui.desk.path_facts import place_of_path
from uvdive.tui.desk.places import Place, Span

if TYPE_CHECKING:
    from uvdive.session.desk import Held

GRAIN = Grain(aspect=2, strip=1, width=14, height=4, least=1, each=12, most=1_500, whole=True)
"""In cells of a terminal, twice as high as wide; with fewer than 12 for each there is little to read."""


@dataclass(frozen=True, slots=True)
class MapWish:
    """What is to be drawn: the inside of ``whole`` (None: of the image), in so many cells."""

    by: By
    whole: Part | None
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MapShown:
    """The answer: what is drawn, and its rectangles, those that are divided before their parts."""

    wish: MapWish
    whole: Part
    boxes: tuple[Placed[Part], ...]


def draw_map(held: Held, wish: MapWish) -> MapShown:
    """The rectangles of a part of the image."""
    treemap = treemap_of(held)
    whole = wish.whole or treemap.root(wish.by)

    def parts_of(part: Part, least: int, most: int) -> Sequence[Part]:
        return (treemap.inside if part is whole else treemap.peek)(part, least, most)

    area = Area(0, 0, wish.width, wish.height)
    return MapShown(wish, whole, tuple(lay_out(whole, area, GRAIN, parts_of)))


def treemap_of(held: Held) -> Treemap:
    """The map of what is held, made once."""
    found: Treemap | None = held.memo.get("treemap")
    if found is None:
        found = held.memo["treemap"] = Treemap(held.report)
    return found


def find_part(held: Held, part: Part) -> Place | None:
    """Where in the tree of files a part of the map is; None for what is no path, or no single one."""
    spot, report = part.spot, held.report
    if spot is None:
        return None
    if spot.by == "package" and spot.part >= 0 and spot.node == NONE:
        path = report.components[spot.part].path
        return place_of_path(report, path.encode("utf-8", "surrogateescape"))
    if spot.node == NONE:
        return None
    if spot.by == "layer":
        return Place(spot.node, Span(spot.group, "layer"))
    return place_of_path(report, report.files.path(spot.node))


def path_of_part(held: Held, part: Part) -> bytes:
    """A part's whole path, or its name where it has none."""
    node = part.spot.node if part.spot is not None else NONE
    return held.report.files.path(node) if node != NONE else part.name
