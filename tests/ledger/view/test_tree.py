from operator import itemgetter

from hypothesis import given
from hypothesis import strategies as st
from made_images.trees import Table

from uvdive.image.table import ALIVE, NONE, Cause, Change, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.tree import Sign, TreeView, build_view, children, owner_of, owners_below


def view_of(rows: Table, layer: int = 0, mode: str = "upto") -> TreeView:
    return build_view(rows.table, rows.owners, layer, mode)


def range_of(rows: Table, first: int, last: int) -> TreeView:
    return build_view(rows.table, rows.owners, last, "range", first)


def names(view: TreeView, nodes: list[int]) -> list[bytes]:
    return [view.table.names[node] for node in nodes]


def test_a_hard_link_counts_once_where_its_names_meet():
    rows = Table()
    inode = rows.add(b"/app/venv/lib/a.py", size=50)
    rows.add(b"/app/cache/a.py", inode=inode)
    rows.add(b"/root/cache/a.py", inode=inode)
    view = view_of(rows)
    assert view.size[rows.node(b"/app/venv")] == 50
    assert view.size[rows.node(b"/app/cache")] == 50
    assert view.size[rows.node(b"/app")] == 50
    assert view.size[rows.node(b"/root")] == 50
    assert view.size[0] == 50
    assert view.files[0] == 1


def test_two_names_in_one_folder_count_once_in_it():
    rows = Table()
    inode = rows.add(b"/d/a", size=7)
    rows.add(b"/d/b", inode=inode)
    view = view_of(rows)
    assert (view.size[rows.node(b"/d")], view.size[rows.node(b"/d/a")], view.size[rows.node(b"/d/b")]) == (
        7,
        7,
        7,
    )


def test_a_layer_pays_for_what_it_wrote_and_not_for_links_to_older_files():
    rows = Table()
    old = rows.add(b"/old", size=100)
    rows.add(b"/new/link", layer=1, inode=old)
    rows.add(b"/new/file", layer=1, size=3)
    view = view_of(rows, 1, "layer")
    assert view.size[0] == 3
    assert not view.shown[rows.node(b"/old")]
    assert view.sign[rows.node(b"/new/link")] == Sign.ADDED
    assert view_of(rows, 1).size[0] == 103


def test_a_removed_path_is_shown_where_it_went_and_its_bytes_are_no_size():
    rows = Table()
    rows.add(b"/d", kind=Kind.DIRECTORY)
    rows.add(b"/d/gone", size=40, death=1, cause=Cause.DELETED)
    rows.add(b"/d/kept", size=5)
    view = view_of(rows, 1, "layer")
    assert view.sign[rows.node(b"/d/gone")] == Sign.REMOVED
    assert view.sign[rows.node(b"/d")] == Sign.CHANGED
    assert (view.size[0], view.removed[0]) == (0, 40)
    assert not view.shown[rows.node(b"/d/kept")]


def test_removing_one_name_of_a_file_that_lives_on_frees_nothing():
    rows = Table()
    inode = rows.add(b"/a", size=9)
    rows.add(b"/b", inode=inode, death=1, cause=Cause.DELETED)
    view = view_of(rows, 1, "layer")
    assert view.sign[rows.node(b"/b")] == Sign.REMOVED
    assert view.removed[0] == 0


def test_an_overwritten_file_is_a_change_and_not_a_removal():
    rows = Table()
    rows.add(b"/f", size=10, death=1, cause=Cause.OVERWRITTEN)
    rows.add(b"/f", layer=1, size=12, change=Change.MODIFIED)
    view = view_of(rows, 1, "layer")
    assert view.sign[rows.node(b"/f")] == Sign.CHANGED
    assert (view.size[0], view.removed[0]) == (12, 0)


def test_the_state_after_an_earlier_layer_still_has_what_went_later():
    rows = Table()
    rows.add(b"/tmp/f", size=10, death=2, cause=Cause.DELETED)
    assert view_of(rows, 1).size[0] == 10
    assert view_of(rows, 2).size[0] == 0
    assert view_of(rows, 1).sign[rows.node(b"/tmp/f")] == Sign.NONE


def test_a_folder_that_only_paths_imply_is_shown_without_an_entry():
    rows = Table()
    rows.add(b"/usr/lib/x", size=1)
    view = view_of(rows)
    assert view.shown[rows.node(b"/usr/lib")]
    assert view.entry[rows.node(b"/usr/lib")] == NONE


def test_owners_are_known_for_folders_of_one_owner_and_as_bytes_for_all():
    rows = Table()
    inode = rows.add(b"/a/1", size=5, owner="uv")
    rows.add(b"/a/2", inode=inode)
    rows.add(b"/b/1", size=6, owner="venv")
    view = view_of(rows)
    assert owner_of(view, rows.node(b"/a")) == OWNERS.index("uv")
    assert owner_of(view, 0) is None
    assert owners_below(view, rows.owners, 0) == {OWNERS.index("uv"): 5, OWNERS.index("venv"): 6}
    assert owners_below(view, rows.owners, 0, most=2) is None


def test_a_range_shows_only_what_its_layers_did_in_the_end():
    rows = Table()
    rows.add(b"/old", size=100, death=2, cause=Cause.DELETED)
    rows.add(b"/kept", size=7)
    rows.add(b"/brief", layer=1, size=50, death=2, cause=Cause.DELETED)
    rows.add(b"/new", layer=1, size=30, death=2, cause=Cause.OVERWRITTEN)
    rows.add(b"/new", layer=2, size=40, change=Change.MODIFIED)
    rows.add(b"/later", layer=3, size=1)
    view = range_of(rows, 1, 2)
    assert not view.shown[rows.node(b"/brief")]
    assert not view.shown[rows.node(b"/kept")]
    assert not view.shown[rows.node(b"/later")]
    assert view.sign[rows.node(b"/new")] == Sign.ADDED
    assert view.sign[rows.node(b"/old")] == Sign.REMOVED
    assert (view.size[0], view.removed[0]) == (40, 100)


def test_what_a_range_removes_and_writes_again_is_changed():
    rows = Table()
    rows.add(b"/a", size=5, death=1, cause=Cause.DELETED)
    rows.add(b"/a", layer=2, size=9)
    view = range_of(rows, 1, 2)
    assert view.sign[rows.node(b"/a")] == Sign.CHANGED
    assert (view.size[0], view.removed[0]) == (9, 0)


def test_a_range_of_one_layer_is_that_layer():
    rows = Table()
    rows.add(b"/a", size=5, death=1, cause=Cause.OVERWRITTEN)
    old = rows.add(b"/b", size=3)
    rows.add(b"/a", layer=1, size=9, change=Change.MODIFIED)
    rows.add(b"/c", layer=1, inode=old)
    one, other = view_of(rows, 1, "layer"), range_of(rows, 1, 1)
    for column in ("entry", "shown", "sign", "size", "removed", "files", "owners"):
        assert getattr(one, column) == getattr(other, column)


def test_children_come_in_the_order_asked_for_and_are_counted():
    rows = Table()
    rows.add(b"/small", size=1)
    rows.add(b"/big", size=9)
    rows.add(b"/added", layer=1, size=2)
    view = view_of(rows, 1)
    by_size, count = children(view, 0, "size", 2)
    assert (names(view, by_size), count) == ([b"big", b"added"], 3)
    assert names(view, children(view, 0, "name", 9)[0]) == [b"added", b"big", b"small"]
    assert names(view, children(view, 0, "change", 1)[0]) == [b"added"]


ENTRY = st.tuples(
    st.sampled_from(
        [
            *(b"/a", b"/b", b"/d/a", b"/d/b", b"/d/e/a", b"/d/e/b", b"/x/y/z", b"/x/y/w"),
            *(b"/many/%d" % number for number in range(9)),  # more than are added one by one
        ]
    ),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 9),
    st.integers(0, 3),
)


@given(st.lists(ENTRY, max_size=20), st.integers(0, 2))
def test_every_folder_sums_its_inodes_once(entries, layer):
    rows = Table()
    taken: set[bytes] = set()
    for path, birth, life, size, target in sorted(entries, key=itemgetter(1)):
        if path in taken:
            continue
        taken.add(path)
        death = ALIVE if life == 3 else birth + life + 1
        linked = target if target < rows.table.inodes else None
        rows.add(path, birth, size + 1 if linked is None else 0, inode=linked, death=death)
    view = view_of(rows, layer)
    table = rows.table
    for folder in (b"", b"/d", b"/d/e", b"/x", b"/x/y", b"/many"):
        inside = {
            table.entry_inode[e]
            for e in table.live_entries(layer)
            if table.path(table.entry_node[e]).startswith(folder + b"/")
        }
        if inside:
            node = rows.node(folder)
            assert view.size[node] == sum(table.inode_size(inode) for inode in inside)
            assert view.files[node] == len(inside)
