"""A FileTable made by hand, entry by entry, for the tests of views and trees."""

from __future__ import annotations

from array import array
from dataclasses import replace

from made_images.samples import sample_report
from uvdive.image.table import ALIVE, NONE, Cause, Change, FileTable, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport

HOSTILE = (
    b"foo[red]bar[bold",
    b"[",
    b"\\[@click=app.bell]",
    b"esc\x1b[31mred\x07",
    b"new\nline\ttab",
    "rtl\u202eexe.txt".encode(),
    "\u05d0\u05d1\u05d2.py".encode(),
    "party-\U0001f389.md".encode(),
    b"caf\xe9",
    b"a" * 200,
)
"""Names that break careless programs."""


class Table:
    """Fills the columns; a path's parents are made as needed."""

    def __init__(self) -> None:
        self.table = FileTable()
        self.owners: list[int] = []
        self._nodes = {b"": 0}

    def node(self, path: bytes) -> int:
        if path not in self._nodes:
            parent, _, name = path.rpartition(b"/")
            above = self.node(parent)
            self._nodes[path] = len(self.table.names)
            self.table.node_parent.append(above)
            self.table.names.append(name)
        return self._nodes[path]

    def add(
        self,
        path: bytes,
        layer: int = 0,
        size: int = 0,
        *,
        owner: str = "app",
        inode: int | None = None,
        kind: Kind = Kind.FILE,
        link: bytes | None = None,
        death: int = ALIVE,
        cause: Cause = Cause.NONE,
        change: Change = Change.ADDED,
    ) -> int:
        """Add an entry and return its inode; ``inode`` makes it a hard link to that one."""
        table = self.table
        assert not table.entries or table.entry_layer[-1] <= layer, "bottom first"
        if inode is not None:
            size = table.inode_size(inode)
        if kind is Kind.FILE and inode is None:
            inode = table.inodes
            table.inode_entry.append(table.entries)
            table.inode_death.append(death)
            table.inode_cause.append(cause)
            self.owners.append(OWNERS.index(owner))
        if link is not None:
            table.links.append(link)
        table.entry_node.append(self.node(path))
        table.entry_layer.append(layer)
        table.entry_kind.append(kind)
        table.entry_mode.append(0o755)
        table.entry_uid.append(0)
        table.entry_gid.append(0)
        table.entry_mtime.append(0)
        table.entry_size.append(size)
        table.entry_link.append(NONE if link is None else len(table.links) - 1)
        table.entry_inode.append(NONE if inode is None else inode)
        table.entry_death.append(death)
        table.entry_cause.append(cause)
        table.entry_change.append(change)
        return NONE if inode is None else inode

    def report(self) -> ImageReport:
        """The sample report with these files in it."""
        return replace(
            sample_report(),
            files=self.table,
            inode_owner=array("B", self.owners),
            inode_component=array("i", [NONE] * self.table.inodes),
        )


def hostile_report() -> ImageReport:
    """A report whose files have all the hostile names, at the top and in a folder."""
    rows = Table()
    for place, name in enumerate(HOSTILE):
        rows.add(b"/" + name, layer=0, size=100 + place)
    # Shown as "[/", which would end a style that nobody began.
    rows.add(b"/dir2/[/red].py", size=1)
    rows.add(b"/link", kind=Kind.SYMLINK, link=b"/x\x1b[2J[bold]")
    for place, name in enumerate(HOSTILE):
        rows.add(b"/dir/" + name, layer=1, size=10 + place, owner="venv")
    return rows.report()
