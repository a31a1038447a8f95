import pytest
from made_images.trees import Table

from uvdive.base.errors import UsageError
from uvdive.image.table import Cause, Change, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.filter import Filter, Hit, match
from uvdive.ledger.view.tree import Sign, TreeView, build_view


def view_of(rows: Table, layer: int = 0, mode: str = "upto") -> TreeView:
    return build_view(rows.table, rows.owners, layer, mode)


def found(view: TreeView, wanted: Filter) -> set[bytes]:
    bits = match(view, wanted).bits
    return {view.table.path(node) for node, bit in enumerate(bits) if bit & Hit.MATCH}


def test_a_filter_finds_names_without_case_and_marks_what_is_above_and_below():
    rows = Table()
    rows.add(b"/Lib/Flask/app.py", size=1)
    rows.add(b"/lib2/other.py", size=1)
    view = view_of(rows)
    hits = match(view, Filter("flASK")).bits
    assert hits[rows.node(b"/Lib/Flask")] == Hit.MATCH
    assert hits[rows.node(b"/Lib")] == Hit.ABOVE
    assert hits[rows.node(b"/Lib/Flask/app.py")] == Hit.BELOW
    assert hits[rows.node(b"/lib2")] == Hit.NONE
    assert not any(match(view, Filter()).bits)


def test_a_filter_with_a_slash_looks_at_paths_and_one_with_umlauts_at_text():
    rows = Table()
    rows.add(b"/a/x/f", size=1)
    rows.add(b"/b/x/f", size=1)
    rows.add("/c/Öl".encode(), size=1)
    view = view_of(rows)
    hits = match(view, Filter("b/x")).bits
    assert hits[rows.node(b"/b/x")] & Hit.MATCH
    assert not hits[rows.node(b"/a/x")] & Hit.MATCH
    assert match(view, Filter("öl")).bits[rows.node("/c/Öl".encode())] == Hit.MATCH


def sample() -> Table:
    rows = Table()
    rows.add(b"/app", kind=Kind.DIRECTORY)
    rows.add(b"/app/flask.py", size=100, owner="venv")
    rows.add(b"/app/main.py", size=2000)
    rows.add(b"/lib/flask.so", size=5000, owner="venv", death=1, cause=Cause.DELETED)
    rows.add(b"/app/main.py", layer=1, size=1500, change=Change.MODIFIED)
    return rows


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        (Filter("flpy", "fuzzy"), {b"/app/flask.py"}),
        (Filter("pyfl", "fuzzy"), set()),
        (Filter("a/fsk", "fuzzy"), {b"/app/flask.py"}),
        (Filter(r"^f.*\.(so|py)$", "regex"), {b"/app/flask.py", b"/lib/flask.so"}),
        (Filter("^/app/.*PY$", "regex"), {b"/app/flask.py", b"/app/main.py"}),
        (Filter(owner=OWNERS.index("venv")), {b"/app/flask.py", b"/lib/flask.so"}),
        (Filter(at_least=2000), {b"/app/main.py", b"/lib/flask.so"}),
        (Filter("flask", owner=OWNERS.index("venv"), at_least=101), {b"/lib/flask.so"}),
        (Filter("app", at_least=101), {b"/app/main.py"}),
    ],
)
def test_names_owners_and_sizes_are_asked_together(wanted, paths):
    assert found(view_of(sample()), wanted) == paths


def test_a_change_is_asked_of_the_views_own_signs():
    view = view_of(sample(), 1, "layer")
    assert found(view, Filter(sign=Sign.CHANGED)) == {b"/app/main.py"}
    assert found(view, Filter(sign=Sign.REMOVED)) == {b"/lib/flask.so"}
    assert found(view, Filter(sign=Sign.ADDED)) == set()


def test_matches_are_counted_and_an_inode_only_once():
    rows = Table()
    inode = rows.add(b"/a/x", size=50)
    rows.add(b"/b/x", inode=inode)
    rows.add(b"/b/y", size=7)
    hits = match(view_of(rows), Filter("x"))
    assert (hits.count, hits.bytes) == (2, 50)


def test_a_broken_expression_is_told():
    with pytest.raises(UsageError, match="no regular expression"):
        match(view_of(sample()), Filter("(", "regex"))


@pytest.mark.parametrize(
    ("wanted", "name", "spans"),
    [
        (Filter("app/SK"), "flask.py", [(3, 5)]),
        (Filter("fp", "fuzzy"), "flask.py", [(0, 1), (6, 7)]),
        (Filter("s.*p", "regex"), "flask.py", [(3, 7)]),
        (Filter("x*", "regex"), "flask.py", []),
        (Filter("zz"), "flask.py", []),
    ],
)
def test_the_matching_part_of_a_name_is_known(wanted, name, spans):
    assert wanted.spans(name) == spans
