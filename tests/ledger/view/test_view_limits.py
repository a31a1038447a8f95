"""Views and filters at their limits: orders, equals, hits, and numbers of paths."""

from __future__ import annotations

import pytest
from made_images.trees import Table

from uvdive.image.table import Cause, Change, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.filter import HOWS, Filter, Hit, match
from uvdive.ledger.view.tree import SORTS, Sign, TreeView, build_view, children, owner_of, owners_below, rank


def view_of(rows: Table, layer: int = 0, mode: str = "upto") -> TreeView:
    return build_view(rows.table, rows.owners, layer, mode)  # type: ignore[arg-type]


def test_the_orders_and_the_ways_to_look() -> None:
    assert SORTS == ("size", "name", "change")
    assert HOWS == ("text", "fuzzy", "regex")
    assert [int(sign) for sign in (Sign.NONE, Sign.ADDED, Sign.CHANGED, Sign.REMOVED)] == [0, 1, 2, 3]


def changes() -> Table:
    rows = Table()
    rows.add(b"/same", size=500)
    rows.add(b"/gone", size=40, death=1, cause=Cause.DELETED)
    rows.add(b"/big-gone", size=90, death=1, cause=Cause.DELETED)
    rows.add(b"/changed", size=10, death=1, cause=Cause.OVERWRITTEN)
    rows.add(b"/b-new", layer=1, size=60)
    rows.add(b"/a-new", layer=1, size=60)
    rows.add(b"/changed", layer=1, size=20, change=Change.MODIFIED)
    return rows


def test_every_order_and_what_stands_before_what() -> None:
    view = view_of(changes(), 1, "layer")
    table = view.table

    def ordered(sort: str, limit: int = 9, hits: bytearray | None = None) -> list[bytes]:
        nodes, count = children(view, 0, sort, limit, hits)  # type: ignore[arg-type]
        ranks = [rank(view, node, sort, hits) for node in nodes]  # type: ignore[arg-type]
        assert ranks == list(range(len(nodes)))
        assert count == (5 if hits is None else 2)
        return [table.names[node] for node in nodes]

    assert ordered("size") == [b"big-gone", b"a-new", b"b-new", b"gone", b"changed"]
    assert ordered("name") == [b"a-new", b"b-new", b"big-gone", b"changed", b"gone"]
    assert ordered("change") == [b"big-gone", b"gone", b"changed", b"a-new", b"b-new"]
    assert ordered("size", 2) == [b"big-gone", b"a-new"]
    hits = match(view, Filter("new")).bits
    assert ordered("size", hits=hits) == [b"a-new", b"b-new"]


def test_the_mode_decides_what_is_shown() -> None:
    rows = changes()
    after, layer = view_of(rows, 1), view_of(rows, 1, "layer")

    def shown(view: TreeView) -> set[bytes]:
        return {rows.table.path(node) for node in range(1, len(view.shown)) if view.shown[node]}

    assert shown(after) == {b"/same", b"/changed", b"/a-new", b"/b-new"}
    assert shown(layer) == {b"/gone", b"/big-gone", b"/changed", b"/a-new", b"/b-new"}
    assert (after.size[0], after.removed[0], after.files[0]) == (640, 0, 4)
    assert (layer.size[0], layer.removed[0], layer.files[0]) == (140, 130, 3)
    assert after.first == layer.first == 1
    assert build_view(rows.table, rows.owners, 1, "upto", 0).first == 1, "first is a range's"


def test_one_owner_or_several() -> None:
    rows = Table()
    for number, owner in enumerate(OWNERS):
        rows.add(f"/{owner}/x".encode(), size=number + 1, owner=owner)
    view = view_of(rows)
    for number, owner in enumerate(OWNERS):
        assert owner_of(view, rows.node(f"/{owner}".encode())) == number
    assert owner_of(view, 0) is None
    rows.add(b"/dir", kind=Kind.DIRECTORY)
    assert owner_of(view_of(rows), rows.node(b"/dir")) is None


def test_bytes_by_owner_are_counted_up_to_a_number_of_paths() -> None:
    rows = Table()
    for number in range(3):
        rows.add(b"/d/%d" % number, size=5)
    view = view_of(rows)
    node = rows.node(b"/d")
    assert owners_below(view, rows.owners, node, most=4) == {OWNERS.index("app"): 15}
    assert owners_below(view, rows.owners, node, most=3) is None
    assert owners_below(view, rows.owners, rows.node(b"/d/1")) == {OWNERS.index("app"): 5}


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_folders_of_few_and_of_many_files_add_up_alike(count: int) -> None:
    rows = Table()
    for number in range(count):
        rows.add(b"/d/%d" % number, size=10, death=1, cause=Cause.DELETED, owner="uv" if number else "venv")
    rows.add(b"/after", size=1)
    rows.add(b"/d/new", layer=1, size=7)
    before, layer = view_of(rows), view_of(rows, 1, "layer")
    folder = rows.node(b"/d")
    assert (before.size[folder], before.files[folder], before.shown[folder]) == (10 * count, count, 1)
    assert before.owners[folder] == (1 << OWNERS.index("uv")) | (1 << OWNERS.index("venv"))
    assert (layer.size[folder], layer.removed[folder], layer.sign[folder]) == (7, 10 * count, Sign.CHANGED)


def test_three_names_of_a_file_count_once_wherever_they_meet() -> None:
    rows = Table()
    one = rows.add(b"/a/x/1", size=8)
    rows.add(b"/a/y/2", inode=one)
    rows.add(b"/b/3", inode=one)
    other = rows.add(b"/a/x/4", size=3)
    rows.add(b"/b/5", inode=other)
    view = view_of(rows)
    told = {
        path: (view.size[rows.node(path)], view.files[rows.node(path)])
        for path in (b"/a", b"/a/x", b"/b", b"")
    }
    assert told == {b"/a": (11, 2), b"/a/x": (11, 2), b"/b": (11, 2), b"": (11, 2)}


def found(view: TreeView, wanted: Filter) -> set[bytes]:
    bits = match(view, wanted).bits
    return {view.table.path(node) for node, bit in enumerate(bits) if bit & Hit.MATCH}


@pytest.mark.parametrize(
    ("at_least", "paths"), [(1, {b"/a", b"/b"}), (5, {b"/a", b"/b"}), (6, {b"/b"}), (7, set())]
)
def test_a_size_is_asked_for_from_its_limit_on(at_least: int, paths: set[bytes]) -> None:
    rows = Table()
    rows.add(b"/a", size=5)
    rows.add(b"/b", size=6)
    rows.add(b"/dir", kind=Kind.DIRECTORY)
    assert found(view_of(rows), Filter(at_least=at_least)) == paths


def test_an_empty_filter_asks_for_nothing() -> None:
    assert not Filter()
    assert not Filter(at_least=0, sign=Sign.NONE)
    for wanted in (Filter("x"), Filter(owner=0), Filter(sign=Sign.ADDED), Filter(at_least=1)):
        assert wanted
    assert not Filter("x").of_files
    assert Filter(owner=0).of_files


def test_a_match_is_marked_with_all_that_is_around_it() -> None:
    rows = Table()
    rows.add(b"/top/lib/deep/x", size=3)
    rows.add(b"/top/other", size=4)
    hits = match(view_of(rows), Filter("lib"))
    bits = {
        path: hits.bits[rows.node(path)]
        for path in (b"", b"/top", b"/top/lib", b"/top/lib/deep", b"/top/other")
    }
    assert bits == {
        b"": Hit.ABOVE, b"/top": Hit.ABOVE, b"/top/lib": Hit.MATCH, b"/top/lib/deep": Hit.BELOW,
        b"/top/other": Hit.NONE,
    }  # fmt: skip
    assert hits.bits[rows.node(b"/top/lib/deep/x")] == Hit.BELOW
    assert (hits.count, hits.bytes) == (1, 0)
    both = match(view_of(rows), Filter("top/l"))
    assert both.bits[rows.node(b"/top/lib")] == Hit.MATCH
    inner = match(view_of(rows), Filter("e"))  # deep, other
    assert inner.bits[rows.node(b"/top/lib/deep")] == Hit.MATCH
    assert (inner.count, inner.bytes) == (2, 4)


@pytest.mark.parametrize(
    ("wanted", "name", "spans"),
    [
        (Filter(""), "x", []),
        (Filter("dir/"), "x", []),
        (Filter("AB"), "xabab", [(1, 3)]),
        (Filter("ab", "fuzzy"), "xaxbb", [(1, 2), (3, 4)]),
        (Filter("x/ab", "fuzzy"), "ab", [(0, 1), (1, 2)]),
        (Filter("ab", "fuzzy"), "ba", []),
        (Filter("a/b", "regex"), "b", []),
        (Filter("A.", "regex"), "xab", [(1, 3)]),
        (Filter("^", "regex"), "x", []),
        (Filter("a.c"), "abc", []),
        (Filter("a.c", "fuzzy"), "a.c", [(0, 1), (1, 2), (2, 3)]),
    ],
)
def test_where_a_name_matches(wanted: Filter, name: str, spans: list[tuple[int, int]]) -> None:
    assert wanted.spans(name) == spans
