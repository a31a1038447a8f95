"""The map has every byte of an image once, whichever way it is divided."""

from __future__ import annotations

from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_images.samples import _Table, sample_report

from uvdive.image.table import Cause
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view import mass
from uvdive.ledger.view.treemap import BYS, REST, Part, Spot, Treemap

VENV, APP, UV = (OWNERS.index(name) for name in ("venv", "app", "uv"))


def of_files(rows, owners, components=None):
    """A report with nothing but these files; sums of its own."""
    table = rows.table
    size = sum(map(table.inode_size, range(table.inodes)))
    dead = sum(table.inode_size(inode) for inode in range(table.inodes) if not table.inode_live(inode))
    report = sample_report()
    return replace(
        report,
        files=table,
        inode_owner=array("B", owners),
        inode_component=array("i", components or [-1] * len(owners)),
        totals=replace(report.totals, file_bytes=size, dead_bytes=dead, live_bytes=size - dead),
    )


def leaves(treemap, part):
    parts = treemap.inside(part, 1)
    if not parts:
        yield part
    for each in parts:
        if each.spot is None:
            yield each
        else:
            yield from leaves(treemap, each)


@pytest.mark.parametrize("by", BYS)
def test_the_parts_of_anything_add_up_to_it(by):
    treemap = Treemap(sample_report())
    todo = [treemap.root(by)]
    assert (todo[0].bytes, todo[0].dead_bytes) == (71_600, 1_000)
    while todo:
        whole = todo.pop()
        for parts in (treemap.inside(whole, 1), treemap.inside(whole, 15_000), treemap.peek(whole, 1)):
            if parts:
                assert sum(part.bytes for part in parts) == whole.bytes
                assert sum(part.dead_bytes for part in parts) == whole.dead_bytes
                assert [part.bytes for part in parts] == sorted((part.bytes for part in parts), reverse=True)
        todo += [part for part in treemap.inside(whole, 1) if part.folder]


def test_by_folder_a_version_that_is_hidden_counts_and_a_hard_link_once():
    treemap = Treemap(sample_report())
    found = {part.name: part for part in leaves(treemap, treemap.root("folder"))}
    assert found[b"server.py"].bytes == 1_100
    assert found[b"server.py"].dead_bytes == 500
    assert [name for name in found if b"flask.py" in name] == [b".venv/lib/flask.py"]


def test_folders_with_nothing_but_one_folder_go_by_both_names_and_a_long_way_is_cut():
    rows = _Table()
    rows.entry(b"/" + b"/".join([b"d"] * 60) + b"/file", 0, size=7)
    treemap = Treemap(of_files(rows, [APP]))
    (part,) = treemap.inside(treemap.root("folder"), 1)
    assert part.name == b"/".join([b"d"] * 41)
    (below,) = treemap.inside(part, 1)
    assert below.name.endswith(b"d/file")
    assert not below.folder


def test_small_ones_are_one_part_which_says_how_many():
    rows = _Table()
    for number in range(50):
        rows.entry(f"/srv/{number}".encode(), 0, size=1 + number)
    treemap = Treemap(of_files(rows, [APP] * 50))
    (folder,) = treemap.inside(treemap.root("folder"), 1)
    parts = treemap.inside(folder, 48)
    assert [(part.bytes, part.count) for part in parts] == [
        (50 * 51 // 2 - 147, 47),
        (50, 0),
        (49, 0),
        (48, 0),
    ]
    assert parts[0].spot is None
    assert [(part.bytes, part.count) for part in treemap.inside(folder, 1, 2)] == [
        (50 * 51 // 2 - 99, 48),
        (50, 0),
        (49, 0),
    ]
    assert treemap.peek(folder, 51) == ()
    assert [part.count for part in treemap.inside(folder, 51)] == [50]


def test_a_folder_of_many_files_has_its_largest_at_hand(monkeypatch):
    rows = _Table()
    for number in range(40):
        rows.entry(f"/srv/{number}".encode(), 0, size=1 + number % 20)
    report = of_files(rows, [APP] * 40)
    usual = Treemap(report)
    monkeypatch.setattr(mass, "MANY", 10)
    monkeypatch.setattr(mass, "KEPT", 6)
    large = Treemap(report)
    folder = usual.inside(usual.root("folder"), 1)[0]
    assert large.inside(folder, 18) == usual.inside(folder, 18)
    few = large.inside(folder, 1)
    assert len(few) == 7
    assert sum(part.count or 1 for part in few) == 40
    assert sum(part.bytes for part in few) == folder.bytes


def test_a_path_that_was_a_file_and_became_a_folder_has_both():
    rows = _Table()
    rows.entry(b"/a", 0, size=100, killed=(1, Cause.SHADOWED))
    rows.entry(b"/a/b", 1, size=10)
    rows.entry(b"/a/c", 1, size=5)
    treemap = Treemap(of_files(rows, [VENV, APP, APP]))
    (path,) = treemap.inside(treemap.root("folder"), 1)
    assert (path.bytes, path.dead_bytes, path.owner, path.mixed) == (115, 100, VENV, True)
    parts = treemap.inside(path, 1)
    assert [(part.name, part.bytes, part.dead_bytes) for part in parts] == [
        (b"a", 100, 100),
        (b"b", 10, 0),
        (b"c", 5, 0),
    ]


def test_a_link_whose_first_name_is_gone_stands_at_the_one_that_lives():
    rows = _Table()
    inode = rows.entry(b"/old", 0, size=9, killed=(1, Cause.DELETED))
    rows.entry(b"/new", 0, size=9, inode=inode)
    rows.table.inode_death[inode] = 0xFFFF
    treemap = Treemap(of_files(rows, [APP]))
    (part,) = treemap.inside(treemap.root("folder"), 1)
    assert (part.name, part.dead_bytes) == (b"new", 0)


def test_whose_a_folder_is_goes_by_bytes_and_says_where_there_are_others():
    rows = _Table()
    for name, size in ((b"/x/a/1", 40), (b"/x/a/2", 20), (b"/x/b", 30), (b"/x/c", 25)):
        rows.entry(name, 0, size=size)
    treemap = Treemap(of_files(rows, [UV, VENV, VENV, VENV]))
    (folder,) = treemap.inside(treemap.root("folder"), 1)
    assert (folder.owner, folder.mixed) == (VENV, True)
    first = treemap.inside(folder, 1)[0]
    assert (first.name, first.owner, first.mixed) == (b"a", UV, True)


def test_by_package_an_owner_has_its_packages_and_each_its_files():
    treemap = Treemap(sample_report())
    owners = {part.name: part for part in treemap.inside(treemap.root("package"), 1)}
    assert list(owners) == [b"uv", b"venv", b"base-os", b"app"]
    (flask,) = treemap.inside(owners[b"venv"], 1)
    assert flask.name == b"flask"
    assert [part.name for part in treemap.inside(flask, 1)] == [b"app/.venv/lib/flask.py"]
    assert treemap.peek(flask, 1) == ()


def test_files_of_no_package_are_a_part_too():
    report = sample_report()
    base = next(place for place, item in enumerate(report.components) if item.name == "base-files")
    components = list(report.components)
    components[base] = replace(components[base], bytes=9_000, live_bytes=9_000)
    number = array(
        "i",
        [-1 if part == base and place == 0 else part for place, part in enumerate(report.inode_component)],
    )
    treemap = Treemap(replace(report, components=tuple(components), inode_component=number))
    owner = next(part for part in treemap.inside(treemap.root("package"), 1) if part.name == b"base-os")
    parts = treemap.inside(owner, 1)
    assert [(part.bytes, part.spot) for part in parts] == [
        (9_000, Spot("package", owner.owner, base)),
        (1_000, Spot("package", owner.owner, REST)),
    ]
    assert [part.name for part in treemap.inside(parts[1], 1)] == [b"etc/os-release"]


def test_by_layer_each_has_its_owners_at_first_and_its_files_inside():
    treemap = Treemap(sample_report())
    layers = treemap.inside(treemap.root("layer"), 1)
    assert [part.spot for part in layers] == [Spot("layer", number) for number in (1, 0, 2)]
    assert [(part.name, part.bytes, part.dead_bytes) for part in treemap.peek(layers[0], 1)] == [
        (b"uv", 40_000, 0),
        (b"venv", 20_000, 0),
        (b"app", 1_000, 1_000),
    ]
    assert [part.name for part in treemap.inside(layers[2], 1)] == [b"app/server.py"]


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), min_size=1, max_size=5),
            st.integers(0, 1000),
            st.sampled_from([UV, VENV, APP]),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_every_byte_is_there_once_for_any_files(files):
    rows = _Table()
    for path, size, _, dead in files:
        rows.entry(b"/" + b"/".join(path), 0, size=size, killed=(1, Cause.DELETED) if dead else None)
    treemap = Treemap(of_files(rows, [owner for _, _, owner, _ in files]))
    root = treemap.root("folder")
    found: list[Part] = list(leaves(treemap, root)) if files and root.bytes else []
    assert sum(part.bytes for part in found) == sum(size for _, size, _, _ in files)
    assert sum(part.dead_bytes for part in found) == sum(size for _, size, _, dead in files if dead)
