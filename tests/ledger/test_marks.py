"""Claims, regions, paths and names: what all that tells whose a file is speaks through."""

from __future__ import annotations

import pytest
from made_images.trees import Table

from uvdive.image.table import ALIVE, NONE, Cause, Kind
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.marks.components import ComponentTable, text
from uvdive.ledger.marks.handed_down import Inherited
from uvdive.ledger.marks.hard_links import further_names, live_names
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.name_search import Names
from uvdive.ledger.marks.paths import MOUNT_POINTS, PathFinder, by_folder, normal
from uvdive.ledger.marks.regions import Regions
from uvdive.ledger.owners import OWNERS


def test_the_owners_in_the_order_of_every_view() -> None:
    assert OWNERS == (
        "uv", "venv", "uv-cache", "caches", "python", "base-os", "os-packages", "app", "other",
    )  # fmt: skip


def test_a_claim_holds_from_its_layer_until_before_its_death() -> None:
    claims = Claims(Table().table)
    claims.add(5, 1, 2, 4)
    claims.add(5, 2, 4, ALIVE)
    claims.add(5, 2, 4, ALIVE)
    assert [claims.get(5, layer) for layer in (2, 3, 4, 9)] == [1, 1, 2, 2]
    assert claims.get(5, 0) == 1, "a database of a later layer is better than none: the first of them"
    assert claims.get(6, 2) is None
    assert (len(claims), 5 in claims, 6 in claims) == (1, True, False)


def test_a_claim_that_ended_before_is_better_than_none() -> None:
    claims = Claims(Table().table)
    claims.add(5, 1, 0, 2)
    claims.add(5, 2, 1, 3)
    assert [claims.get(5, layer) for layer in (0, 1, 2, 3)] == [1, 1, 2, 2]
    assert (claims.of(5), list(claims.settled())) == (None, [(5, None)])
    claims.add(7, 3, 0, 1)
    claims.add(7, 3, 4, 5)
    assert (claims.of(7), dict(claims.settled())) == (3, {5: None, 7: 3})


def test_claims_on_many_are_those_on_each() -> None:
    spans = [((1, 2, 3), 7, 0, 2), ((3, 4), 8, 2, ALIVE), ((3, 3, 5), 7, 0, 2), ((6, 6), 9, 1, 2)]
    at_once, one_by_one = Claims(Table().table), Claims(Table().table)
    for nodes, *claim in spans:
        at_once.add_all(nodes, *claim)
        for node in nodes:
            one_by_one.add(node, *claim)
    assert [*at_once.settled()] == [*one_by_one.settled()]
    pairs = [(node, layer) for node in range(8) for layer in range(4)]
    assert [at_once.get(*pair) for pair in pairs] == [one_by_one.get(*pair) for pair in pairs]


def test_components_are_made_once_and_know_their_owners() -> None:
    table = ComponentTable()
    first = table.number("venv", "distribution", "flask", "3")
    assert table.number("venv", "distribution", "flask", "3") == first == 0
    assert table.number("venv", "distribution", "flask", "3", "/v") == 1
    assert table.number("uv", "binary", "uv") == 2
    assert [OWNERS[owner] for owner in table.owners] == ["venv", "venv", "uv"]
    assert table.keys[0] == ("venv", "distribution", "flask", "3", "")
    assert text(b"caf\xe9") == "caf\ufffd"


def tree(*paths: bytes) -> Table:
    rows = Table()
    for path in paths:
        rows.add(path, size=1)
    return rows


def test_a_folder_hands_its_number_down_to_where_another_begins() -> None:
    rows = tree(b"/a/b/c/d", b"/a/x", b"/z", b"/a/b/own")
    roots = {rows.node(b"/a"): 1, rows.node(b"/a/b/c"): 2, rows.node(b"/a/b/own"): 3}
    handed = Inherited(rows.table, roots, NONE)
    told = {path: handed.of(rows.node(path)) for path in (b"/a", b"/a/b", b"/a/b/c", b"/a/b/c/d", b"/a/x")}
    assert told == {b"/a": 1, b"/a/b": 1, b"/a/b/c": 2, b"/a/b/c/d": 2, b"/a/x": 1}
    assert (handed.of(rows.node(b"/z")), handed.of(rows.node(b"/a/b/own")), handed.of(0)) == (NONE, 3, NONE)
    assert Inherited(rows.table, {0: 7}, NONE).of(rows.node(b"/z")) == 7


def test_the_first_to_claim_a_region_keeps_it_and_a_hole_is_nobodys() -> None:
    rows = tree(b"/a/b/c", b"/a/hole/d")
    regions = Regions(rows.table, ComponentTable(), Names(rows.table))
    venv, uv = (regions.components.number(owner, "x", "x") for owner in ("venv", "uv"))
    regions.add(rows.node(b"/a"), venv)
    regions.add(rows.node(b"/a"), uv)
    regions.add(None, uv)
    regions.add(rows.node(b"/a/hole"), NONE)
    owners = [regions.owner(rows.node(path)) for path in (b"/a", b"/a/b/c", b"/a/hole/d", b"")]
    assert owners == ["venv", "venv", None, None]


def test_further_names_of_an_inode_oldest_first() -> None:
    rows = Table()
    one = rows.add(b"/a", size=1)
    rows.add(b"/dir", kind=Kind.DIRECTORY)
    rows.add(b"/b", inode=one)
    other = rows.add(b"/c", size=1)
    rows.add(b"/d", layer=1, inode=other)
    rows.add(b"/e", layer=1, inode=one)
    found = further_names(rows.table)
    assert {inode: [*names] for inode, names in found.pairs()} == {one: [2, 5], other: [4]}
    assert ([*found], [*found[one]], len(found)) == ([one, other], [2, 5], 2)
    assert [*live_names(rows.table, found)] == [3, 2]
    assert found.get(one + other + 1) is None
    assert not further_names(tree(b"/a", b"/b").table)


def test_contents_as_they_stood_after_a_layer() -> None:
    rows = Table()
    old = rows.add(b"/etc/x", size=3, death=1, cause=Cause.OVERWRITTEN)
    rows.add(b"/link", kind=Kind.SYMLINK, link=b"etc/x")
    rows.add(b"/empty", size=0)
    unread = rows.add(b"/unread", size=5)
    new = rows.add(b"/etc/x", layer=1, size=4)
    contents = KeptContents(rows.table, {old: b"old", new: b"new!"})
    assert [contents.read(b"/etc/x", layer) for layer in (0, 1)] == [b"old", b"new!"]
    assert contents.read(b"/etc/x") == contents.read(b"/link") == b"new!"
    assert contents.read(b"/empty") == b""
    assert contents.read(b"/unread") is contents.read(b"/nothing") is contents.read(b"/etc") is None
    assert list(contents.files(rows.node(b"/etc/x"))) == [(0, b"old"), (4, b"new!")]
    assert list(contents.files(rows.node(b"/link"))) == list(contents.files(rows.node(b"/unread"))) == []
    assert unread not in contents.kept


def test_names_are_found_whole_by_their_start_end_and_middle() -> None:
    rows = tree(b"/a-v1/uv", b"/uvx/a", b"/x/uv-v2.pyc", b"/b.pyc", b"/v/n.pycx", b"/-v")
    names = Names(rows.table)

    def paths(nodes: object) -> list[bytes]:
        return [rows.table.path(node) for node in nodes]  # type: ignore[attr-defined]

    assert paths(names.called(b"uv")) == [b"/a-v1/uv"]
    assert paths(names.called(b"uv", b"a", b"nothing", b"a")) == [b"/a-v1/uv", b"/uvx/a"]
    assert paths(names.starting(b"uv")) == [b"/a-v1/uv", b"/uvx", b"/x/uv-v2.pyc"]
    assert paths(names.ending(b".pyc")) == [b"/x/uv-v2.pyc", b"/b.pyc"]
    assert paths(names.ending(b"uv", b"x", b".gone", b"-v2.pyc")) == [
        *(b"/a-v1/uv", b"/uvx", b"/x", b"/x/uv-v2.pyc", b"/v/n.pycx")
    ]
    assert paths(names.starting(b"uvx", b"a-v", b"uvx")) == [b"/a-v1", b"/uvx"]
    assert list(names.starting(b"-")) == [rows.node(b"/-v")]
    assert paths(names.called(b"b.pyc")) == [b"/b.pyc"]


def test_ends_of_few_names_among_many_are_found_as_those_of_many() -> None:
    rows = tree(*(b"/d/%d.txt" % number for number in range(60)), b"/d/one.pyc", b"/d/two.pyc", b"/pyc")
    names = Names(rows.table)
    for end in (b".pyc", b".txt", b"pyc", b"1.txt"):
        every = enumerate(rows.table.names)
        assert list(names.ending(end)) == [node for node, name in every if name.endswith(end)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [(b"a", b"/a"), (b"//a/./b/../c/", b"/a/c"), (b"/../../etc", b"/etc"), (b"/", b"/"), (b"", b"/")],
)
def test_a_path_without_dots_and_doubled_slashes(path: bytes, expected: bytes) -> None:
    assert normal(path) == expected


MERGED = "lib lib32 lib64 libx32 bin sbin"


@pytest.mark.parametrize("folder", MERGED.split())
def test_a_merged_usr_is_looked_through_both_ways(folder: str) -> None:
    name = folder.encode()
    rows = tree(b"/usr/" + name + b"/deep/a", b"/" + name + b"2/a", b"/srv/" + name + b"/b")
    finder = PathFinder(rows.table)
    assert list(finder.files([b"/" + name + b"/deep/a"])) == [rows.node(b"/usr/" + name + b"/deep/a")]
    assert list(finder.files([b"/usr/" + name + b"/deep/a"])) == [rows.node(b"/usr/" + name + b"/deep/a")]
    assert list(finder.files([b"/usr/" + name + b"2/a"])) == []
    other = tree(b"/" + name + b"/a")
    assert list(PathFinder(other.table).files([b"/usr/" + name + b"/a"])) == [other.node(b"/" + name + b"/a")]
    both = tree(b"/" + name + b"/a", b"/usr/" + name + b"/a")
    found = list(PathFinder(both.table).files([b"/" + name + b"/a"]))
    assert found == [both.node(b"/" + name + b"/a"), both.node(b"/usr/" + name + b"/a")]


@pytest.mark.parametrize("folder", ["libexec", "include", "share", "lib128", "xlib"])
def test_other_folders_are_not(folder: str) -> None:
    name = folder.encode()
    assert list(PathFinder(tree(b"/usr/" + name + b"/a").table).files([b"/" + name + b"/a"])) == []


def test_files_at_the_top_behind_links_and_no_folders() -> None:
    rows = tree(b"/a", b"/real/x", b"/d/inside")
    rows.add(b"/link", kind=Kind.SYMLINK, link=b"real")
    finder = PathFinder(rows.table)
    assert list(finder.files([b"/a"])) == [rows.node(b"/a")]
    assert list(finder.files([b"/link/x"])) == [rows.node(b"/real/x")]
    assert (
        list(finder.files([b"/d"]))
        == list(finder.files([b"/none/x"]))
        == list(finder.files([b"/link/y"]))
        == []
    )


def test_paths_are_looked_up_folder_by_folder_each_as_it_would_be_alone() -> None:
    rows = tree(b"/a", b"/d/x", b"/d/y", b"/lib/z", b"/usr/lib/z")
    paths = [b"/d/x", b"/a", b"/d/none", b"", b"/lib/z", b"a", b"/d", b"/d/y", b"//a"]
    alone = [node for path in paths for node in PathFinder(rows.table).files([path])]
    assert sorted(PathFinder(rows.table).files(paths)) == sorted(alone)
    assert [*by_folder([b"a", b"/a", b"/d/x", b"b", b"/d/y", b"d/"]).items()] == [
        (b"", [b"a", b"b"]),
        (b"/", [b"a"]),
        (b"/d", [b"x", b"y"]),
        (b"d", [b""]),
    ]


def test_what_an_engine_lays_into_each_container() -> None:
    assert {
        b"/etc/hosts", b"/etc/hostname", b"/etc/resolv.conf", b"/run/.containerenv", b"/.dockerenv",
    } == MOUNT_POINTS  # fmt: skip
