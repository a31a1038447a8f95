"""Attribution and sums in bulk against a plain model: name by name, inode by inode."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_images import layers as make

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.image.table import ALIVE, NONE, FileTable, Kind
from uvdive.ledger.accounts.attribute import LayerOrigin
from uvdive.ledger.accounts.rule import Rule
from uvdive.ledger.marks.components import Key
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.reading import read_image

SITE = "app/.venv/lib/python3.13/site-packages"
LIB = "usr/local/lib/python3.13"
FILES = [
    *("usr/lib/a.so", "usr/lib/b.so", "etc/a", "opt/a", "tmp/a", "tmp/b/c", "var/log/a", "usr/local/bin/uv"),
    *("root/.cache/uv/archive-v0/x/a", "root/.cache/pip/a", "root/.local/bin/env", "app/uvx", "app/main.py"),
    *(f"{SITE}/p/a.py", f"{SITE}/p/__pycache__/a.cpython-313.pyc", f"{SITE}/q.py", f"{SITE}/uvloop/b.py"),
    *(f"{LIB}/os.py", f"{LIB}/__pycache__/os.cpython-313.pyc", f"{LIB}/test/a.py"),
    *(f"{LIB}/site-packages/pip/a.py", f"{LIB}/site-packages/pip/__pycache__/a.cpython-313.pyc"),
    *("usr/lib/python3/a.py", "usr/lib/python3/__pycache__/a.cpython-313.pyc", "usr/local/bin/python3.13"),
    *("usr/lib/python3/dist-packages/m.py", "usr/lib/python3/dist-packages/__pycache__/m.cpython-313.pyc"),
]
DATABASES = {
    "var/lib/dpkg/status": [
        b"Package: p\nVersion: 1\n\nPackage: python3-q\nVersion: 2\n\n",
        b"Package: p\nVersion: 2\n\n",
    ],
    "var/lib/dpkg/info/p.list": [
        b"/usr/lib/a.so\n/usr/lib/python3/a.py\n",
        b"/usr/lib/a.so\n/usr/lib/b.so\n/etc/a\n/usr/lib/python3/dist-packages/m.py\n",
    ],
    "var/lib/dpkg/info/python3-q.list": [b"/usr/lib/b.so\n/etc/a\n", b"/usr/lib/python3/a.py\n"],
    f"{SITE}/p-1.dist-info/RECORD": [b"p/a.py,,\n", b"p/a.py,,\nq.py,,\n"],
    f"{SITE}/q-1.dist-info/RECORD": [b"q.py,,\n", b"p/a.py,,\nuvloop/b.py,,\n"],
    f"{LIB}/site-packages/pip-1.dist-info/RECORD": [b"pip/a.py,,\n", b""],
    "app/.venv/pyvenv.cfg": [b"home = /usr/local/bin\n", b""],
}
COMMANDS = ["RUN apt-get install p", "COPY . /", "CMD base", "RUN uv sync"]
a_file = st.tuples(st.just("file"), st.sampled_from(FILES), st.sampled_from(["", "1", "22", "333"]))
database = st.sampled_from(sorted(DATABASES)).flatmap(
    lambda path: st.tuples(st.just("file"), st.just(path), st.sampled_from(DATABASES[path]))
)
operations = st.one_of(
    a_file,
    a_file,
    database,
    st.tuples(st.just("link"), st.sampled_from(FILES), st.sampled_from(FILES)),
    st.tuples(st.just("symlink"), st.sampled_from(FILES), st.sampled_from(["a", "/usr/lib"])),
    st.tuples(st.just("folder"), st.sampled_from(FILES), st.just("")),
    st.tuples(st.just("whiteout"), st.sampled_from([*FILES, SITE, "usr/lib", "root/.cache"]), st.just("")),
)
Operation = tuple[str, str, "str | bytes"]
steps = st.tuples(st.sampled_from(COMMANDS), st.lists(operations, max_size=14))


def entry_of(operation: Operation) -> make.Entry:
    kind, path, value = operation
    text = value.decode() if isinstance(value, bytes) else value
    makers = {
        # Programs are told by their size: uv is one in some of these images.
        "file": lambda: make.file(path, text.encode() * (100_000 if path.endswith("/uv") else 1), 0o755),
        "link": lambda: make.hard_link(path, text),
        "symlink": lambda: make.symlink(path, text),
        "folder": lambda: make.folder(path),
        "whiteout": lambda: make.whiteout(path),
    }
    return makers[kind]()


class Model:
    """Whose every name is, asked one by one, and what every inode adds to which sum."""

    def __init__(self, report: ImageReport, kept: dict[int, bytes]) -> None:
        self.table = report.files
        origins = [LayerOrigin(layer.base, layer.instruction) for layer in report.layers]
        rule = Rule(KeptContents(self.table, kept), origins, {})
        self.names: dict[int, list[Key]] = {inode: [] for inode in range(self.table.inodes)}
        live: dict[int, list[Key]] = {inode: [] for inode in range(self.table.inodes)}
        for entry in range(self.table.entries):
            if self.table.entry_kind[entry] == Kind.FILE:
                key = rule.components.keys[rule.component(entry)]
                self.names[self.table.entry_inode[entry]].append(key)
                if self.table.entry_death[entry] == ALIVE:
                    live[self.table.entry_inode[entry]].append(key)
        self.inodes = [
            min(live[inode] or keys, key=lambda key: OWNERS.index(key[0]))
            for inode, keys in self.names.items()
        ]

    def bytes_by(self, key: str) -> dict[object, list[int]]:
        """Live bytes, dead bytes and files, by ``owner``, ``component`` or ``layer``."""
        sums: dict[object, list[int]] = {}
        for inode, component in enumerate(self.inodes):
            by = {"owner": component[0], "component": component, "layer": self.table.inode_layer(inode)}
            part = sums.setdefault(by[key], [0, 0, 0])
            part[0 if self.table.inode_live(inode) else 1] += self.table.inode_size(inode)
            part[2] += 1
        return sums

    def shared(self, owner: str) -> tuple[int, int]:
        shared = alone = 0
        for inode, keys in self.names.items():
            owners = {key[0] for key in keys}
            size = self.table.inode_size(inode)
            shared += size if owner in owners and len(owners) > 1 else 0
            alone += size if owners == {owner} else 0
        return shared, alone


def changes(table: FileTable, layer: int) -> tuple[int, int, int, int]:
    """Added, modified and removed paths and the length of links, by what stands before and after."""

    def paths(at: int) -> dict[int, int]:
        rows = ((entry, table.entry_node[entry]) for entry in table.live_entries(at))
        return {node: entry for entry, node in rows if table.entry_kind[entry] != Kind.DIRECTORY}

    before, after = paths(layer - 1) if layer else {}, paths(layer)
    mine = {node: entry for node, entry in after.items() if table.entry_layer[entry] == layer}
    modified = sum(
        any(table.entry_death[old] >= layer > table.entry_layer[old] for old in table.entries_of(node))
        for node in mine
    )
    links = sum(
        len(table.links[table.entry_link[entry]])
        for entry in mine.values()
        if table.entry_kind[entry] == Kind.SYMLINK and table.entry_link[entry] != NONE
    )
    return len(mine) - modified, modified, len(before.keys() - after.keys()), links


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=1, max_size=4))
def test_bulk_sums_are_those_of_the_model(image: list[tuple[str, list[Operation]]]) -> None:
    with TemporaryDirectory() as folder:
        layers = [make.layer(*map(entry_of, operations)) for _, operations in image]
        path = make.archive(Path(folder) / "a.tar", layers, commands=[command for command, _ in image])
        report, index = read_image(Target("docker-archive", str(path)), None, on_event=ignore)
        kept = dict(index.kept)
    table, model = report.files, Model(report, kept)

    parts = report.components
    keys = [(part.owner, part.kind, part.name, part.version or "", part.path) for part in parts]
    assert [keys[number] for number in report.inode_component] == model.inodes
    assert [OWNERS[number] for number in report.inode_owner] == [key[0] for key in model.inodes]
    by_component = model.bytes_by("component")
    for key, part in zip(keys, parts, strict=True):
        assert [part.live_bytes, part.dead_bytes] == by_component.get(key, [0, 0, 0])[:2]
    for owner in report.owners:
        expected = model.bytes_by("owner").get(owner.owner, [0, 0, 0])
        assert [owner.live_bytes, owner.dead_bytes, owner.files] == expected
        assert (owner.shared_bytes, owner.reclaimable_bytes) == model.shared(owner.owner)
    for layer in report.layers:
        expected = model.bytes_by("layer").get(layer.index, [0, 0, 0])
        assert [layer.live_bytes, layer.dead_bytes, layer.files] == expected
        owners = Counter[str]()
        for inode, key in enumerate(model.inodes):
            if table.inode_layer(inode) == layer.index:
                owners[key[0]] += table.inode_size(inode)
        assert dict(layer.owners) == dict(+owners)
        mine = layer.added, layer.modified, layer.removed, layer.link_bytes
        assert mine == changes(table, layer.index)
    dead = [inode for inode in range(table.inodes) if table.inode_death[inode] != ALIVE]
    assert len(report.waste) == len(dead)
