"""2,000 distributions in rings of requirements, installed in an image: right sums, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers
from made_images import many_distributions as many
from made_images import pairs_of_images as pairs

from uvdive.ledger.costs.costs import Costs, costs_of

COUNT = 2000


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Costs:
    path = tmp_path_factory.mktemp("many") / "image.tar"
    (found,) = costs_of(pairs.read(path, pairs.python(), many.environment_of(COUNT)))
    return found


def size_of(number: int) -> int:
    return sum(map(len, many.texts_of(number, COUNT).values()))


def test_each_one_s_bytes_are_those_of_its_files(costs: Costs) -> None:
    assert {name: size for name, size in costs.own.items() if name.startswith("p")} == {
        f"p{number}": size_of(number) for number in range(COUNT)
    }


def test_what_goes_with_one_of_a_ring_is_what_only_it_leads_to(costs: Costs) -> None:
    rows = costs.tree.by_name
    for first in range(many.RING, COUNT, many.RING):
        ring = range(first, first + many.RING)
        for number in ring:
            below = sum(size_of(each) for each in range(number, ring.stop))
            assert rows[f"p{number}"].exclusive_bytes == below, number
        assert rows[f"p{first}"].required_by == ("p0", f"p{ring.stop - 1}")


def test_each_one_stands_once_in_the_tree(costs: Costs) -> None:
    lines = [row.name for _, row in costs.tree.lines()]
    assert len(lines) == len(set(lines)) == COUNT + 2


def test_where_metadata_is_missing_or_broken_it_is_said_and_the_rest_counts(tmp_path: Path) -> None:
    count = 3 * many.RING
    gone = f"{many.SITE}/p6-1.0.dist-info/METADATA"
    layer = many.environment_of(count, frozenset({gone}))
    broken = f"{many.SITE}/p11-1.0.dist-info/METADATA"
    layer[broken] = layers.file(broken, b"\xff\x00\nRequires-Dist: ===\n")
    (costs,) = costs_of(pairs.read(tmp_path / "image.tar", pairs.python(), layer))
    assert any("p11" in note or "p6" in note for note in costs.notes), costs.notes
    rows = costs.tree.by_name
    assert rows["p7"].required_by == ()
    assert rows["p13"].exclusive_bytes >= costs.own["p13"]
