"""Files that live on under uv's cache alone: a later layer took the names that anything reads.

``uv sync`` links an environment to the cache. ``chown -R``, ``chmod -R``, an upgrade or an
uninstall in a later layer gives the environment other files; the first ones stay alive, as the
cache still names them, and cost what they would cost dead.
"""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.image.table import ALIVE, Cause, FileTable
from uvdive.ledger.accounts.attribute import Attribution
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import Waste

_CACHE = OWNERS.index("uv-cache")
_DELETED = int(Cause.DELETED)
_CAUSES = [cause.name.lower() for cause in Cause]


def kept_by_cache(table: FileTable, attribution: Attribution) -> Iterator[Waste]:
    """Each of these files as if it were dead: by the last name that it had outside of uv's cache."""
    owners, deaths, causes = attribution.components.owners, table.entry_death, table.entry_cause
    by_entry, by_inode = attribution.entry_component, attribution.inode_component
    folders: dict[int, bytes] = {}
    for inode in attribution.links:
        if owners[by_inode[inode]] != _CACHE or table.inode_death[inode] != ALIVE:
            continue
        first = table.inode_entry[inode]
        names = (first, *attribution.links[inode])
        others = [entry for entry in names if owners[by_entry[entry]] != _CACHE]
        if not others:
            continue
        # In one layer whiteouts act first, so what took a name's place took the last one.
        last = (
            others[0] if len(others) == 1 else max(others, key=lambda e: (deaths[e], causes[e] != _DELETED))
        )
        if deaths[last] == ALIVE:
            continue
        node = table.entry_node[last]
        folder = table.node_parent[node]
        if folder not in folders:
            folders[folder] = table.path(folder).rstrip(b"/")
        yield Waste(
            b"%b/%b" % (folders[folder], table.names[node]),
            table.entry_size[first],
            _CAUSES[causes[last]],
            OWNERS[owners[by_entry[last]]],
            table.entry_layer[first],
            deaths[last],
            None,
        )
