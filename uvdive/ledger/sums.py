"""Add up the ledger: totals, layers, owners, components, waste."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from uvdive.image.table import ALIVE, NONE, Cause, Change, FileTable, Kind
from uvdive.ledger.attribute import Attribution
from uvdive.ledger.report import OWNERS, Component, OwnerReport, Waste


@dataclass(slots=True)
class Sum:
    """Bytes of inodes, live and dead."""

    live: int = 0
    dead: int = 0
    files: int = 0

    @property
    def bytes(self) -> int:
        """Live and dead together."""
        return self.live + self.dead

    def add(self, size: int, *, live: bool) -> None:
        """Count one inode of ``size`` bytes."""
        self.files += 1
        if live:
            self.live += size
        else:
            self.dead += size


@dataclass(slots=True)
class LayerSum:
    """One layer's sums; ``link_bytes`` are the lengths of its symlinks' targets."""

    total: Sum = field(default_factory=Sum)
    owners: dict[str, int] = field(default_factory=dict)
    link_bytes: int = 0
    added: int = 0
    modified: int = 0
    removed: int = 0


@dataclass(slots=True)
class Sums:
    """All sums of an image."""

    total: Sum
    layers: list[LayerSum]
    components: list[Sum]
    shared: list[int]
    reclaimable: list[int]
    inode_owner: array[int]


def add_up(table: FileTable, attribution: Attribution, layer_count: int) -> Sums:
    """Add up everything in one pass over the inodes and one over the entries."""
    owner_of = attribution.components.owners
    sums = Sums(
        Sum(),
        [LayerSum() for _ in range(layer_count)],
        [Sum() for _ in attribution.components.keys],
        [0] * len(OWNERS),
        [0] * len(OWNERS),
        array("B", bytes(table.inodes)),
    )
    for inode in range(table.inodes):
        size, live = table.inode_size(inode), table.inode_live(inode)
        component = attribution.inode_component[inode]
        owner = sums.inode_owner[inode] = owner_of[component]
        layer = sums.layers[table.inode_layer(inode)]
        for part in (sums.total, layer.total, sums.components[component]):
            part.add(size, live=live)
        layer.owners[OWNERS[owner]] = layer.owners.get(OWNERS[owner], 0) + size
    _shares(table, attribution, sums)
    _changes(table, sums)
    return sums


def _shares(table: FileTable, attribution: Attribution, sums: Sums) -> None:
    """What owners share by hard links, and what goes away with all of an owner's names."""
    owner_of, by_entry = attribution.components.owners, attribution.entry_component
    named = array("H", bytes(2 * table.inodes))  # a bit for each owner
    for entry, inode in enumerate(table.entry_inode):
        if inode != NONE:
            named[inode] |= 1 << owner_of[by_entry[entry]]
    for inode, bits in enumerate(named):
        size = table.inode_size(inode)
        alone = bits & (bits - 1) == 0
        for owner in range(len(OWNERS)):
            if bits >> owner & 1:
                if alone:
                    sums.reclaimable[owner] += size
                else:
                    sums.shared[owner] += size


def _changes(table: FileTable, sums: Sums) -> None:
    """Paths that each layer added, modified and removed, folders left out; and symlink lengths."""
    newest: dict[int, int] = {}
    for entry, kind in enumerate(table.entry_kind):
        layer = sums.layers[table.entry_layer[entry]]
        if kind == Kind.SYMLINK and table.entry_death[entry] != table.entry_layer[entry]:
            layer.link_bytes += len(table.links[table.entry_link[entry]])
        if kind == Kind.DIRECTORY:
            continue
        if table.entry_death[entry] != table.entry_layer[entry]:
            if table.entry_change[entry] == Change.ADDED:
                layer.added += 1
            else:
                layer.modified += 1
        before = newest.get(table.entry_node[entry])
        if before is not None and table.entry_death[before] < table.entry_layer[entry]:
            sums.layers[table.entry_death[before]].removed += 1
        newest[table.entry_node[entry]] = entry
    for entry in newest.values():
        death = table.entry_death[entry]
        if death not in (ALIVE, table.entry_layer[entry]):
            sums.layers[death].removed += 1


def components_of(attribution: Attribution, sums: Sums) -> tuple[Component, ...]:
    """Every component, by number."""
    return tuple(
        Component(owner, name, version or None, kind, path, part.bytes, part.live, part.dead)
        for (owner, kind, name, version, path), part in zip(
            attribution.components.keys, sums.components, strict=True
        )
    )


def owners_of(components: Sequence[Component], sums: Sums) -> tuple[OwnerReport, ...]:
    """Every owner in the order of OWNERS, its components largest first, empty ones left out."""
    reports = []
    for number, owner in enumerate(OWNERS):
        mine = [
            (component, part)
            for component, part in zip(components, sums.components, strict=True)
            if component.owner == owner and part.files
        ]
        mine.sort(key=lambda pair: (-pair[0].bytes, pair[0].name))
        live = sum(part.live for _, part in mine)
        dead = sum(part.dead for _, part in mine)
        reports.append(
            OwnerReport(
                owner,
                live + dead,
                live,
                dead,
                sums.shared[number],
                sums.reclaimable[number],
                sum(part.files for _, part in mine),
                tuple(component for component, _ in mine),
            )
        )
    return tuple(reports)


def waste_of(table: FileTable, sums: Sums, lines: Sequence[int | None]) -> tuple[Waste, ...]:
    """Every dead inode, largest first; ``lines`` are the Dockerfile lines of the layers."""
    rows = []
    for inode in range(table.inodes):
        if table.inode_live(inode):
            continue
        entry, killer = table.inode_entry[inode], table.inode_death[inode]
        rows.append(
            Waste(
                table.path(table.entry_node[entry]),
                table.entry_size[entry],
                Cause(table.inode_cause[inode]).name.lower(),
                OWNERS[sums.inode_owner[inode]],
                table.entry_layer[entry],
                killer,
                lines[killer],
            )
        )
    rows.sort(key=lambda row: (-row.bytes, row.path))
    return tuple(rows)
