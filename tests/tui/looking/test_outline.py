from hypothesis import given
from hypothesis import strategies as st
from made_images.trees import Table

from uvdive.image.table import Kind
from uvdive.ledger.view.filter import Filter, match
from uvdive.ledger.view.tree import build_view
from uvdive.tui.desk.outline import CHUNK, Choices, Outline


def outline(rows: Table, wanted: Filter = Filter(), layer: int = 0) -> Outline:  # noqa: B008 - frozen
    view = build_view(rows.table, rows.owners, layer, "upto")
    return Outline(view, wanted, match(view, wanted) if wanted else None, "size")


def shown(found: Outline, choices: Choices = Choices()) -> list[bytes]:  # noqa: B008 - frozen
    return [found.view.table.path(line.node) for line in found.lines(choices) if line.is_path]


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


def linked() -> Table:
    rows = Table()
    inode = rows.add(b"/app/.venv/lib/a.py", size=50)
    rows.add(b"/root/cache/a.py", inode=inode)
    rows.add(b"/root/b.py", size=5)
    return rows


def test_a_folder_says_what_its_entries_have_in_common():
    found = outline(linked())
    assert [(line.weight, line.once) for line in found.lines(Choices())] == [
        (55, 0), (55, 0), (50, 0), (0, 50),
    ]  # fmt: skip
    assert not found.lines(Choices())[-1].is_path


NAMES = st.sampled_from([b"a", b"ab", b"b", b"c"])
ROWS = st.lists(
    st.tuples(st.lists(NAMES, min_size=1, max_size=3), st.integers(0, 9), st.integers(0, 40), st.booleans()),
    max_size=25,
)


@given(ROWS, st.sampled_from([None, "b", "a/", "c"]), st.booleans())
def test_the_lines_below_a_folder_come_to_it_in_every_view_and_filter(entries, needle, big_only):
    rows, known = Table(), {}
    for parts, size, target, later in sorted(entries, key=lambda entry: entry[3]):
        path = b"/" + b"/".join(part + b"d" for part in parts[:-1]) + b"/" + parts[-1]
        path = path.replace(b"//", b"/")
        if path in known:
            continue
        links = list(known.values())
        inode = links[target % len(links)] if links and target % 3 else None
        known[path] = rows.add(path, int(later), size, inode=inode)
    if not known:
        return
    wanted = Filter(needle or "", at_least=3 if big_only else 0)
    for mode in ("upto", "layer"):
        view = build_view(rows.table, rows.owners, 1, mode)
        found = Outline(view, wanted, match(view, wanted) if wanted else None, "size")
        lines = found.lines(Choices(opened=frozenset(range(len(rows.table.names))), windows={0: (0, CHUNK)}))
        for place, line in enumerate(lines):
            if not line.is_path or not line.folder:
                continue
            below = 0
            for other in lines[place + 1 :]:
                if other.depth <= line.depth:
                    break
                if other.depth == line.depth + 1:
                    below += other.weight - other.once
            assert below == line.weight


def test_the_roots_empty_entries_are_one_line_until_somebody_opens_it():
    rows = Table()
    for name in (b"/bin", b"/dev", b"/srv"):
        rows.add(name, kind=Kind.DIRECTORY)
    rows.add(b"/usr/x", size=9)
    rows.add(b"/app/empty", size=0)
    rows.add(b"/app/some", size=1)
    found = outline(rows, layer=1)
    first = Choices()
    assert shown(found, first) == [b"/", b"/usr", b"/app"]
    last = found.lines(first)[-1]
    assert (last.more, last.empty) == (3, True)
    opened = first.more(0, above=False)
    assert shown(found, opened) == [b"/", b"/usr", b"/app", b"/bin", b"/dev", b"/srv"]
    # Elsewhere nothing is folded, and who asks for an empty one sees it.
    assert b"/app/empty" in shown(found, first.open(rows.node(b"/app")))
    assert b"/dev" in shown(found, found.reveal(rows.node(b"/dev"), first))
    assert b"/dev" not in shown(found, found.reveal(rows.node(b"/app/some"), first))
    named = Outline(found.view, Filter(), None, "name")
    assert shown(named, first) == [b"/", b"/app", b"/bin", b"/dev", b"/srv", b"/usr"]
    assert b"/srv" in shown(outline(rows, Filter("srv"), layer=1))


def test_an_empty_folder_that_changed_is_shown_and_the_others_stay_one_line():
    rows = Table()
    for name in (b"/bin", b"/dev", b"/srv"):
        rows.add(name, kind=Kind.DIRECTORY)
    rows.add(b"/usr/x", size=9)
    rows.add(b"/tmp", layer=1, kind=Kind.DIRECTORY)
    found = outline(rows, layer=1)
    assert shown(found) == [b"/", b"/usr", b"/tmp"]
    last = found.lines(Choices())[-1]
    assert (last.more, last.empty) == (3, True)
    assert set(shown(found, Choices().more(0, above=False))) == {
        b"/", b"/usr", b"/tmp", b"/bin", b"/dev", b"/srv",
    }  # fmt: skip


def test_a_room_is_filled_with_the_heaviest_folders_and_never_overfilled():
    rows = Table()
    for number in range(5):
        rows.add(b"/usr/lib/%d" % number, size=1000)
    rows.add(b"/app/venv/big", size=4000)
    rows.add(b"/etc/x", size=1)
    found = outline(rows)
    assert shown(found, found.fill(Choices(), 4)) == [b"/", b"/usr", b"/app", b"/etc"]
    # /usr/lib has more than fits, /app has not.
    seven = [b"/", b"/usr", b"/usr/lib", b"/app", b"/app/venv", b"/app/venv/big", b"/etc"]
    assert shown(found, found.fill(Choices(), 7)) == seven
    assert shown(found, found.fill(Choices(), 5)) == [b"/", b"/usr", b"/usr/lib", b"/app", b"/etc"]
    # What is closed stays so where it holds next to nothing.
    everything = shown(found, found.fill(Choices(), 100))
    assert b"/app/venv/big" in everything
    assert b"/etc/x" not in everything


def test_an_image_of_empty_entries_shows_them():
    rows = Table()
    rows.add(b"/a", size=0)
    assert shown(outline(rows)) == [b"/", b"/a"]
