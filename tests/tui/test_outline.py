from trees import Table

from uvdive.ledger.view.filter import Filter, match
from uvdive.ledger.view.tree import build_view
from uvdive.tui.desk.outline import CHUNK, Choices, Outline


def outline(rows: Table, wanted: Filter = Filter(), layer: int = 0) -> Outline:  # noqa: B008 - frozen
    view = build_view(rows.table, rows.owners, layer, "upto")
    return Outline(view, wanted, match(view, wanted) if wanted else None, "size")


def shown(found: Outline, choices: Choices = Choices()) -> list[bytes]:  # noqa: B008 - frozen
    return [found.view.table.path(line.node) for line in found.lines(choices) if not line.more]


def rests(found: Outline, choices: Choices) -> list[tuple[int, bool]]:
    return [(line.more, line.above) for line in found.lines(choices) if line.more]


def big(count: int) -> Table:
    rows = Table()
    for number in range(count):
        rows.add(b"/d/%04d" % number, size=1)
    return rows


def test_only_what_is_open_is_shown():
    rows = Table()
    rows.add(b"/a/b/c", size=1)
    found, choices = outline(rows), Choices()
    assert shown(found) == [b"/", b"/a"]
    assert shown(found, choices.open(rows.node(b"/a"))) == [b"/", b"/a", b"/a/b"]
    assert shown(found, choices.close(0)) == [b"/"]


def test_a_big_folder_comes_in_chunks():
    rows = big(2 * CHUNK + 10)
    folder = rows.node(b"/d")
    found, choices = outline(rows), Choices().open(rows.node(b"/d"))
    assert len(found.lines(choices)) == 2 + CHUNK + 1
    assert rests(found, choices) == [(CHUNK + 10, False)]
    choices = choices.more(folder, above=False).more(folder, above=False)
    assert rests(found, choices) == []
    assert len(found.lines(choices)) == 2 + 2 * CHUNK + 10


def test_a_path_far_down_in_a_big_folder_comes_with_few_of_its_neighbours():
    rows = big(8 * CHUNK)
    folder, node = rows.node(b"/d"), rows.node(b"/d/%04d" % (5 * CHUNK))
    found = outline(rows)
    choices = found.reveal(node, Choices())
    assert b"/d/%04d" % (5 * CHUNK) in shown(found, choices)
    assert len(found.lines(choices)) == 2 + CHUNK + 2
    half = CHUNK // 2
    assert rests(found, choices) == [(5 * CHUNK - half, True), (3 * CHUNK - half, False)]
    assert rests(found, choices.more(folder, above=True))[0] == (4 * CHUNK - half, True)
    assert found.reveal(node, choices) == choices
    near = found.reveal(rows.node(b"/d/%04d" % (CHUNK + 5)), Choices())
    assert rests(found, near) == [(6 * CHUNK - 5, False)]


def test_another_order_or_filter_begins_at_the_first_entry():
    rows = big(8 * CHUNK)
    found = outline(rows)
    choices = found.reveal(rows.node(b"/d/1999"), Choices().close(0)).afresh()
    assert shown(found, choices)[2] == b"/d/0000"


def test_a_filter_opens_what_leads_to_a_match_and_its_end_restores_the_tree():
    rows = Table()
    rows.add(b"/a/b/flask.py", size=1)
    rows.add(b"/z", size=5)
    found = outline(rows, Filter("flask"))
    assert shown(found) == [b"/", b"/a", b"/a/b", b"/a/b/flask.py"]
    assert found.lines(Choices())[-1].spans == ((0, 5),)
    assert found.hits.count == 1
    choices = Choices().close(rows.node(b"/a"))
    assert shown(found, choices) == [b"/", b"/a"]
    assert shown(outline(rows), choices.afresh()) == [b"/", b"/z", b"/a"]


def test_below_a_matching_folder_everything_can_be_opened():
    rows = Table()
    rows.add(b"/flask/x.py", size=1)
    found = outline(rows, Filter("flask"))
    assert shown(found) == [b"/", b"/flask"]
    assert b"/flask/x.py" in shown(found, Choices().open(rows.node(b"/flask")))


def test_a_path_deeper_than_pythons_stack_is_no_problem():
    rows = Table()
    path = b""
    for _ in range(3000):
        path += b"/d"
        rows.node(path)
    rows.add(path + b"/needle", size=1)
    found = outline(rows, Filter("needle"))
    assert found.hits.count == 1
    assert len(found.lines(Choices())) > 1000


def test_a_node_can_be_revealed():
    rows = Table()
    rows.add(b"/a/b/c", size=1)
    found = outline(rows)
    choices = found.reveal(rows.node(b"/a/b/c"), Choices().close(rows.node(b"/a")))
    assert shown(found, choices) == [b"/", b"/a", b"/a/b", b"/a/b/c"]


def test_an_image_without_files_has_no_lines():
    assert outline(Table()).lines(Choices()) == []
