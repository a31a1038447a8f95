"""The files that a RECORD names are found folder by folder: held against a walk of each path by itself."""

from __future__ import annotations

import random

import pytest
from made_images.trees import Table

from uvdive.image.table import ALIVE, FileTable
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.paths import normal
from uvdive.ledger.python.distributions import record_paths, recorded
from uvdive.ledger.python.site import Site

SITE = b"/env/lib/python3.13/site-packages"
NAMES = (b"a.py", b"b.py", b"c.so", b".py", b"sub", b"__pycache__")
FOLDERS = (b"", b"/pkg", b"/pkg/sub", b"/pkg/__pycache__", b"/other", b"/bin")
CACHED = (b"a.cpython-313.pyc", b"a.opt-1.pyc", b"c.cpython-313.pyc", b"b.cpython-313.pyc", b".x")
ABOVE = (b"", b"pkg/", b"pkg/sub/", b"pkg/../other/", b"./", b"pkg//", b"../../../bin/", b"../", b"/env/bin/")
OUTSIDE = (b"/", b"/etc/", b"../../../../etc/", b"nowhere/", b"..", b"../..pkg/")


def by_itself(table: FileTable, site: Site, path: bytes, tops: set[bytes]) -> set[int]:
    """What one line of a RECORD claims (PEP 376, and pip's scripts of ``--target``)."""
    above, slash, name = path.rpartition(b"/")
    whole = above + slash if path.startswith(b"/") else SITE + b"/" + above + slash
    folder = normal(whole) + b"/"
    node = None
    if folder.startswith(site.prefix + b"/"):
        below = table.find(folder)
        node = None if below is None else table.find_below(below, name)
        if below is not None and folder.startswith(SITE + b"/") and folder != SITE + b"/":
            tops.add(folder[len(SITE) + 1 :].partition(b"/")[0])
    if node is None and path.startswith(b"../"):
        scripts = table.find(SITE + b"/bin")
        node = None if scripts is None else table.find_below(scripts, name)
    if node is None or table.has_children(node):
        return set()
    parent = table.node_parent[node]
    if parent == site.node:
        tops.add(name)
    cache = table.find_below(parent, b"__pycache__")
    modules = () if cache is None or not name.endswith(b".py") else table.children(cache)
    return {node, *(each for each in modules if table.names[each].partition(b".")[0] == name[:-3])}


@pytest.mark.parametrize("seed", range(60))
def test_each_as_it_would_be_by_itself(seed: int) -> None:
    choice = random.Random(seed)
    rows = Table()
    files = {SITE + folder + b"/" + name for folder in FOLDERS for name in NAMES if choice.random() < 0.5}
    files |= {SITE + b"/pkg/__pycache__/" + name for name in CACHED if choice.random() < 0.7}
    files |= {b"/env/bin/" + name for name in NAMES if choice.random() < 0.5} | {b"/etc/a.py"}
    above = {path.rpartition(b"/")[0] for path in files}
    for path in sorted(files - above):
        rows.add(path, size=1)
    pairs = [(folder, name) for folder in (*ABOVE, *OUTSIDE) for name in NAMES]
    lines = [folder + name for folder, name in choice.choices(pairs, k=choice.randrange(40))]
    record = b"".join(line + b",sha256=x,1\n" for line in lines)
    inode = rows.add(SITE + b"/pkg-1.dist-info/RECORD", size=max(1, len(record)))
    table = rows.table
    site = Site(rows.node(SITE), b"/env", b"/env", None, rows.node(b"/env"))
    expected_tops, tops = set[bytes](), set[bytes]()
    expected = {node for path in lines for node in by_itself(table, site, path, expected_tops)}
    contents = KeptContents(table, {inode: record})
    ((nodes, birth, death),) = recorded(contents, site, rows.node(SITE + b"/pkg-1.dist-info"), tops)
    assert list(record_paths(record)) == lines
    assert ({*nodes}, tops, birth, death) == (expected, expected_tops, 0, ALIVE)
