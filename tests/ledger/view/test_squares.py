"""The layout of a map: areas as the weights, nothing overlaps, nothing is left over."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvdive.ledger.view.squares import Area, Grain, lay_out, squarify

SIDES = st.floats(1, 5_000)
WEIGHTS = st.lists(st.integers(1, 10**12), min_size=1, max_size=80).map(
    lambda found: sorted(found, reverse=True)
)


@dataclass(frozen=True)
class Tree:
    """A part with parts."""

    parts: tuple[Tree, ...]
    own: int = 0

    @property
    def weight(self) -> int:
        return self.own + sum(part.weight for part in self.parts)


LEAVES = st.integers(1, 10**9).map(lambda own: Tree((), own))
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, min_size=1, max_size=8).map(lambda parts: Tree(tuple(parts))),
    max_leaves=60,
).filter(lambda tree: bool(tree.parts))


def parts_of(tree: Tree, _least: int, _most: int) -> list[Tree]:
    return sorted(tree.parts, key=lambda part: -part.weight)


def overlap(one: Area, other: Area) -> float:
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return wide * high if wide > 0 and high > 0 else 0.0


@given(WEIGHTS, SIDES, SIDES)
def test_areas_are_as_the_weights(weights, width, height):
    areas = squarify(weights, Area(3, 7, width, height))
    assert len(areas) == len(weights)
    for weight, area in zip(weights, areas, strict=True):
        share = weight / sum(weights)
        # What is a millionth of the map has no digits left of its size.
        assert area.size == pytest.approx(share * width * height, rel=1e-6, abs=1e-6 * width * height)


@given(WEIGHTS, SIDES, SIDES)
def test_they_fill_the_whole_and_do_not_overlap(weights, width, height):
    whole = Area(0, 0, width, height)
    areas = squarify(weights, whole)
    assert sum(area.size for area in areas) == pytest.approx(whole.size)
    tiny = 1e-9 * whole.size
    for place, one in enumerate(areas):
        assert one.x >= -1e-9
        assert one.y >= -1e-9
        assert one.x + one.width <= width * (1 + 1e-9)
        assert one.y + one.height <= height * (1 + 1e-9)
        assert all(overlap(one, other) <= tiny for other in areas[place + 1 :])


@given(st.integers(1, 60), SIDES)
def test_equal_weights_in_a_square_are_squarish(count, side):
    for area in squarify([5] * count, Area(0, 0, side, side)):
        assert max(area.width / area.height, area.height / area.width) <= 3.01


def test_the_largest_stands_at_the_upper_left_and_the_example_of_the_paper_holds():
    areas = squarify([6, 6, 4, 3, 2, 2, 1], Area(0, 0, 6, 4))
    assert areas[0] == Area(0, 0, 3, 2)
    assert areas[1] == Area(0, 2, 3, 2)
    assert [round(area.size, 9) for area in areas] == [6, 6, 4, 3, 2, 2, 1]


def test_a_million_equal_weights_do_not_take_for_ever():
    assert len(squarify([1] * 100_000, Area(0, 0, 200, 60))) == 100_000


@given(TREES, st.integers(20, 220), st.integers(6, 70))
def test_cells_are_each_of_one_rectangle_or_of_its_title(tree, width, height):
    grain = Grain(aspect=2, strip=1, width=14, height=4, least=0, most=10_000, whole=True)
    boxes = lay_out(tree, Area(0, 0, width, height), grain, parts_of)
    cells: dict[tuple[int, int], int] = {}
    for box in boxes:
        area = box.area
        assert area == area.rounded()
        high = 1 if box.divided else int(area.height)
        for y in range(int(area.y), int(area.y) + high):
            for x in range(int(area.x), int(area.x + area.width)):
                cells[x, y] = cells.get((x, y), 0) + 1
    assert set(cells.values()) == {1}
    assert len(cells) == width * height


@given(TREES, SIDES, SIDES)
def test_without_titles_every_leaf_of_a_map_has_its_share_of_the_whole(tree, width, height):
    boxes = lay_out(tree, Area(0, 0, width, height), Grain(least=0, most=10_000), parts_of)
    leaves = [box for box in boxes if not box.divided]
    assert sum(box.part.weight for box in leaves) == tree.weight
    for box in leaves:
        share = box.part.weight / tree.weight
        assert box.area.size == pytest.approx(share * width * height, rel=1e-5, abs=1e-6 * width * height)


def test_what_is_small_is_asked_for_together_and_the_heaviest_are_divided_first():
    asked = []

    def counted(tree: Tree, least: int, most: int) -> list[Tree]:
        asked.append((tree.weight, least, most))
        return parts_of(tree, least, most)

    large, small = Tree((Tree((), 60), Tree((), 30))), Tree((Tree((), 6), Tree((), 4)))
    lay_out(Tree((small, large)), Area(0, 0, 10, 10), Grain(least=5, each=20), counted)
    assert [weight for weight, _, _ in asked] == [100, 90, 60, 30, 10, 6, 4]
    assert asked[0] == (100, 5, 5)
    # A float's rounding may make the least weight one more.
    assert {least for _, least, _ in asked} <= {5, 6}


def test_there_are_no_more_than_so_many():
    tree = Tree(tuple(Tree(tuple(Tree((), 1) for _ in range(10))) for _ in range(10)))
    boxes = lay_out(tree, Area(0, 0, 100, 100), Grain(least=0, most=30), parts_of)
    assert len([box for box in boxes if box.depth == 1]) == 10
    assert len(boxes) < 50
