"""Add up the ledger: totals, layers, owners, components, waste."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from uvdive.image.table import ALIVE, NONE, Cause, Change, FileTable, Kind
from uvdive.ledger.attribute import Attribution
from uvdive.ledger.report import OWNERS, Component, OwnerReport, Waste

_DIRECTORY, _SYMLINK, _ADDED = int(Kind.DIRECTORY), int(Kind.SYMLINK), int(Change.ADDED)


@dataclass(slots=True)
class Sum:
    """Bytes of inodes, live and dead, and how many inodes they are."""

    live: int = 0
    dead: int = 0
    files: int = 0

    @property
    def bytes(self) -> int:
        """Live and dead together."""
        return self.live + self.dead


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
    """Add up everything in one pass over the inodes and two over the entries."""
    owner_of = attribution.components.owners
    by_inode = attribution.inode_component
    components = [Sum() for _ in attribution.components.keys]
    layers = [Sum() for _ in range(layer_count)]
    owners = [[0] * len(OWNERS) for _ in range(layer_count)]
    sizes, layer_of = table.entry_size, table.entry_layer
    for entry, death, component in zip(table.inode_entry, table.inode_death, by_inode, strict=True):
        size, layer = sizes[entry], layer_of[entry]
        part, whole = components[component], layers[layer]
        if death == ALIVE:
            part.live += size
            whole.live += size
        else:
            part.dead += size
            whole.dead += size
        part.files += 1
        whole.files += 1
        owners[layer][owner_of[component]] += size
    total = Sum(
        sum(layer.live for layer in layers),
        sum(layer.dead for layer in layers),
        sum(layer.files for layer in layers),
    )
    sums = Sums(
        total,
        [LayerSum(layer, _named(mine)) for layer, mine in zip(layers, owners, strict=True)],
        components,
        [0] * len(OWNERS),
        [0] * len(OWNERS),
        array("B", (owner_of[component] for component in by_inode)),
    )
    _shares(table, attribution, sums)
    _changes(table, sums)
    return sums


def _named(owners: list[int]) -> dict[str, int]:
    """An owner's bytes by its name, those without any left out."""
    return {name: count for name, count in zip(OWNERS, owners, strict=True) if count}


def _shares(table: FileTable, attribution: Attribution, sums: Sums) -> None:
    """What owners share by hard links, and what goes away with all of an owner's names."""
    bit = [1 << owner for owner in attribution.components.owners]
    named = array("H", bytes(2 * table.inodes))  # a bit for each owner
    for inode, component in zip(table.entry_inode, attribution.entry_component, strict=True):
        if inode != NONE:
            named[inode] |= bit[component]
    by_bits: dict[int, int] = {}
    sizes = table.entry_size
    for entry, bits in zip(table.inode_entry, named, strict=True):
        by_bits[bits] = by_bits.get(bits, 0) + sizes[entry]
    for bits, size in by_bits.items():
        mine = [owner for owner in range(len(OWNERS)) if bits >> owner & 1]
        for owner in mine:
            (sums.reclaimable if len(mine) == 1 else sums.shared)[owner] += size


def _changes(table: FileTable, sums: Sums) -> None:
    """Paths that each layer added, modified and removed, folders left out; and symlink lengths."""
    layers = sums.layers
    newest = array("i", [NONE]) * len(table.names)
    births, deaths = table.entry_layer, table.entry_death
    rows = zip(table.entry_kind, births, deaths, table.entry_node, table.entry_change, strict=True)
    for entry, (kind, birth, death, node, change) in enumerate(rows):
        if kind == _DIRECTORY:
            continue
        if death != birth:
            layer = layers[birth]
            if change == _ADDED:
                layer.added += 1
            else:
                layer.modified += 1
            if kind == _SYMLINK:
                layer.link_bytes += len(table.links[table.entry_link[entry]])
        before = newest[node]
        if before != NONE and deaths[before] < birth:
            layers[deaths[before]].removed += 1
        newest[node] = entry
    for entry in newest:
        if entry != NONE and deaths[entry] not in (ALIVE, births[entry]):
            layers[deaths[entry]].removed += 1


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
