from trees import Table

from uvdive.ledger.tree import build_view
from uvdive.ledger.treefilter import Filter
from uvdive.tui.outline import CHUNK, Outline


def outline(rows: Table, layer: int = 0) -> Outline:
    return Outline(build_view(rows.table, rows.owners, layer, "upto"))


def shown(found: Outline) -> list[bytes]:
    return [found.view.table.path(line.node) for line in found.lines if not line.more]


def test_only_what_is_open_is_shown():
    rows = Table()
    rows.add(b"/a/b/c", size=1)
    found = outline(rows)
    assert shown(found) == [b"/", b"/a"]
    found.toggle(rows.node(b"/a"))
    assert shown(found) == [b"/", b"/a", b"/a/b"]
    found.toggle(0)
    assert shown(found) == [b"/"]


def test_a_big_folder_comes_in_chunks():
    rows = Table()
    for number in range(2 * CHUNK + 10):
        rows.add(b"/%d" % number, size=number)
    found = outline(rows)
    assert len(found.lines) == 1 + CHUNK + 1
    assert found.lines[-1].more == CHUNK + 10
    found.extend(0)
    found.extend(0)
    assert not found.lines[-1].more
    assert len(found.lines) == 1 + 2 * CHUNK + 10


def test_a_filter_opens_what_leads_to_a_match_and_its_end_restores_the_tree():
    rows = Table()
    rows.add(b"/a/b/flask.py", size=1)
    rows.add(b"/z", size=5)
    found = outline(rows)
    found.filter(Filter("flask"))
    assert shown(found) == [b"/", b"/a", b"/a/b", b"/a/b/flask.py"]
    assert found.hits.count == 1
    found.toggle(rows.node(b"/a"))
    assert shown(found) == [b"/", b"/a"]
    found.filter(Filter(""))
    assert shown(found) == [b"/", b"/z", b"/a"]


def test_below_a_matching_folder_everything_can_be_opened():
    rows = Table()
    rows.add(b"/flask/x.py", size=1)
    found = outline(rows)
    found.filter(Filter("flask"))
    assert shown(found) == [b"/", b"/flask"]
    found.toggle(rows.node(b"/flask"))
    assert b"/flask/x.py" in shown(found)


def test_what_is_open_stays_open_in_another_view():
    rows = Table()
    rows.add(b"/a/b", size=1)
    rows.add(b"/a/c", layer=1, size=1)
    found = outline(rows, 1)
    found.toggle(rows.node(b"/a"))
    found.show(build_view(rows.table, rows.owners, 0, "upto"), Filter())
    assert shown(found) == [b"/", b"/a", b"/a/b"]


def test_a_path_deeper_than_pythons_stack_is_no_problem():
    rows = Table()
    path = b""
    for _ in range(3000):
        path += b"/d"
        rows.node(path)
    rows.add(path + b"/needle", size=1)
    found = outline(rows)
    found.filter(Filter("needle"))
    assert found.hits.count == 1
    assert len(found.lines) > 1000


def test_a_node_can_be_revealed():
    rows = Table()
    rows.add(b"/a/b/c", size=1)
    found = outline(rows)
    found.reveal(rows.node(b"/a/b/c"))
    assert found.index_of(rows.node(b"/a/b/c")) == 3


def test_a_path_far_down_in_a_big_folder_can_be_brought_into_sight():
    rows = Table()
    for number in range(3 * CHUNK):
        rows.add(b"/d/%04d" % number, size=1)
    found = outline(rows)
    node = rows.node(b"/d/%04d" % (3 * CHUNK - 1))
    found.reveal(node)
    assert found.index_of(node) is None
    assert found.extend_to(node)
    assert found.index_of(node) is not None
    assert not found.extend_to(node)


def test_an_image_without_files_has_no_lines():
    assert outline(Table()).lines == []
