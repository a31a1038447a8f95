"""Rectangles whose areas are as some weights, as square as that goes: a squarified treemap.

The algorithm is that of Bruls, Huizing and van Wijk, "Squarified Treemaps"
(https://vanwijk.win.tue.nl/stm.pdf). Nothing here knows what is drawn, or in which unit.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Generic, Protocol, TypeVar


class Weighty(Protocol):
    """Something of a map: ``weight`` is what its area stands for."""

    @property
    def weight(self) -> int:
        """Its weight, above 0."""


T = TypeVar("T", bound=Weighty)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle; ``x`` and ``y`` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def size(self) -> float:
        """How much it covers."""
        return self.width * self.height

    def rounded(self) -> Area:
        """With its edges at whole numbers: what shares an edge shares it still."""
        left, top = round(self.x), round(self.y)
        return Area(left, top, round(self.x + self.width) - left, round(self.y + self.height) - top)


@dataclass(frozen=True, slots=True)
class Grain:
    """How fine a map is.

    Args:
        aspect: how much higher than wide a unit is: 2 for the cells of a terminal.
        strip: so much height at the top of what is divided is left for its name.
        width: what is narrower is not divided.
        height: what is lower is not divided.
        least: what would be smaller than so much area is not asked for by itself.
        each: of anything no more parts are asked for than have so much area on average.
        most: so many rectangles at most, about: the heaviest are divided first.
        whole: do all edges lie at whole numbers?
    """

    aspect: float = 1.0
    strip: float = 0.0
    width: float = 0.0
    height: float = 0.0
    least: float = 1.0
    each: float = 1.0
    most: int = 2_000
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A part with its rectangle; ``depth`` counts from 1, ``divided`` says that its parts come too."""

    part: T
    area: Area
    depth: int
    divided: bool


def squarify(weights: Sequence[int], area: Area) -> list[Area]:
    """A rectangle for each weight, which together are ``area``.

    Args:
        weights: above 0, the largest first.
        area: what is divided; of any size above 0.
    """
    found: list[Area] = []
    left, first, rest = area, 0, sum(weights)
    while first < len(weights):
        last, mass = _row(weights, first, left, rest)
        share = mass / rest if last < len(weights) else 1.0
        upright = left.width >= left.height
        if upright:
            row = Area(left.x, left.y, left.width * share, left.height)
            left = Area(left.x + row.width, left.y, left.width - row.width, left.height)
        else:
            row = Area(left.x, left.y, left.width, left.height * share)
            left = Area(left.x, left.y + row.height, left.width, left.height - row.height)
        found += _divide(weights[first:last], mass, row, upright=upright)
        rest -= mass
        first = last
    return found


def _row(weights: Sequence[int], first: int, left: Area, rest: int) -> tuple[int, int]:
    """Where the next row ends, and what it weighs: it takes more while that makes the worst one squarer."""
    side = min(left.width, left.height)
    # In units of the weights, so that no sum of small numbers is rounded.
    square = side * side * rest / left.size if left.size else 0.0
    mass = largest = weights[first]
    worst = _worst(square, mass, largest, largest)
    last = first + 1
    while last < len(weights):
        more = mass + weights[last]
        ratio = _worst(square, more, largest, weights[last])
        if ratio > worst:
            break
        mass, worst, last = more, ratio, last + 1
    return last, mass


def _worst(square: float, mass: int, largest: int, smallest: int) -> float:
    """The worst ratio of sides of a row along a side, whose square would weigh ``square``."""
    if not square:
        return 0.0
    return max(square * largest / mass / mass, mass / square * (mass / smallest))


def _divide(weights: Sequence[int], mass: int, row: Area, *, upright: bool) -> Iterator[Area]:
    """The rectangles of one row, whose edges meet."""
    before, length = 0, row.height if upright else row.width
    start = 0.0
    for weight in weights:
        before += weight
        end = length * (before / mass)
        if upright:
            yield Area(row.x, row.y + start, row.width, end - start)
        else:
            yield Area(row.x + start, row.y, end - start, row.height)
        start = end


def lay_out(
    root: T, area: Area, grain: Grain, parts_of: Callable[[T, int, int], Sequence[T]]
) -> list[Placed[T]]:
    """Everything below ``root`` that is large enough to be seen, what is divided before its parts.

    Args:
        root: what fills the area; it is not among the result.
        area: where to.
        grain: how fine.
        parts_of: the parts of a part, the largest first, none where it is not divided. It is
            given the least weight of a part and how many there may be; the others are one together.
    """
    found: list[Placed[T]] = []
    turn = count()
    todo: list[tuple[int, int, T, Area, int]] = [(0, next(turn), root, area, 0)]
    while todo:
        _, _, whole, room, depth = heapq.heappop(todo)
        parts: Sequence[T] = ()
        if len(found) + len(todo) < grain.most:
            least = math.ceil(whole.weight * grain.least / room.size)
            parts = parts_of(whole, max(least, 1), max(1, int(room.size / grain.each)))
        if depth:
            strip = min(grain.strip, room.height) if parts else 0.0
            found.append(Placed(whole, room, depth, bool(parts)))
            room = Area(room.x, room.y + strip, room.width, room.height - strip)
        for part, place in zip(parts, _places(parts, room, grain), strict=True):
            if place.width <= 0 or place.height <= 0:
                continue
            if place.width >= grain.width and place.height >= grain.height:
                heapq.heappush(todo, (-part.weight, next(turn), part, place, depth + 1))
            else:
                found.append(Placed(part, place, depth + 1, divided=False))
    return found


def _places(parts: Sequence[Weighty], room: Area, grain: Grain) -> list[Area]:
    tall = Area(room.x, room.y * grain.aspect, room.width, room.height * grain.aspect)
    flat = [
        Area(each.x, each.y / grain.aspect, each.width, each.height / grain.aspect)
        for each in squarify([part.weight for part in parts], tall)
    ]
    return [each.rounded() for each in flat] if grain.whole else flat
