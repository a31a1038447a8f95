"""Add up the ledger: totals, layers, owners, components, waste."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress, count, repeat
from operator import eq

from uvdive.image.table import NONE, Cause, FileTable, Kind, ended
from uvdive.ledger.accounts.attribute import Attribution
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import Component, OwnerReport, Waste

_SYMLINK = int(Kind.SYMLINK)
_IS_PATH = bytes(kind != Kind.DIRECTORY for kind in range(256))
"""Kinds to truth, for ``bytes.translate``."""


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
    """All sums of an image; ``written`` has for each component its live bytes by layer."""

    layers: list[LayerSum]
    components: list[Sum]
    written: dict[int, dict[int, int]]
    shared: list[int]
    reclaimable: list[int]
    inode_owner: array[int]

    @property
    def total(self) -> Sum:
        """The sums of all layers."""
        return Sum(
            sum(layer.total.live for layer in self.layers),
            sum(layer.total.dead for layer in self.layers),
            sum(layer.total.files for layer in self.layers),
        )


def add_up(table: FileTable, attribution: Attribution, layer_count: int) -> Sums:
    """Add up everything, layer by layer: the entries of a layer stand together, and so do its inodes."""
    owners = attribution.components.owners
    sums = Sums(
        [LayerSum() for _ in range(layer_count)],
        [Sum() for _ in owners],
        {},
        [0] * len(OWNERS),
        [0] * len(OWNERS),
        array("B", map(owners.__getitem__, attribution.inode_component)),
    )
    for number, layer in enumerate(sums.layers):
        _bytes(table, attribution, sums, number, layer)
        _paths(table, number, layer)
    _removals(table, sums.layers)
    _shares(table, attribution, sums)
    return sums


def _bytes(table: FileTable, attribution: Attribution, sums: Sums, number: int, layer: LayerSum) -> None:
    """The bytes of one layer's inodes, by component and by owner."""
    begin, end = (bisect_left(table.inode_entry, entry) for entry in table.span(number))
    components = attribution.inode_component[begin:end]
    sizes = list(map(table.entry_size.__getitem__, table.inode_entry[begin:end]))
    counts = Counter(components)
    written = dict.fromkeys(counts, 0)
    if len(written) == 1:
        written[components[0]] = sum(sizes)
    else:
        for component, size in zip(components, sizes, strict=True):
            written[component] += size
    dead = dict.fromkeys(counts, 0)
    for place in ended(table.inode_death[begin:end]):
        dead[components[place]] += sizes[place]
    for component, size in written.items():
        owner, lost = OWNERS[attribution.components.owners[component]], dead[component]
        for part in (layer.total, sums.components[component]):
            part.live += size - lost
            part.dead += lost
            part.files += counts[component]
        layer.owners[owner] = layer.owners.get(owner, 0) + size
        if size > lost:
            sums.written.setdefault(component, {})[number] = size - lost
    # In the order of OWNERS, and only those that have something.
    layer.owners = {owner: layer.owners[owner] for owner in OWNERS if layer.owners.get(owner)}


def _paths(table: FileTable, number: int, layer: LayerSum) -> None:
    """Paths that a layer added and modified, folders left out, and the lengths of its symlinks."""
    begin, end = table.span(number)
    kinds = table.entry_kind[begin:end].tobytes()
    is_path = kinds.translate(_IS_PATH)
    changes, deaths = table.entry_change[begin:end], table.entry_death[begin:end]
    layer.modified = sum(compress(changes, is_path))
    layer.added = is_path.count(1) - layer.modified
    links, at = table.entry_link, kinds.find(_SYMLINK)
    while at >= 0:
        if deaths[at] != number and links[begin + at] != NONE:
            layer.link_bytes += len(table.links[links[begin + at]])
        at = kinds.find(_SYMLINK, at + 1)
    if deaths.count(number):
        # What the same layer wrote over is not what it did to the path.
        for place in compress(count(), map(eq, deaths, repeat(number))):
            layer.modified -= is_path[place] & changes[place]
            layer.added -= is_path[place] & ~changes[place]


def _removals(table: FileTable, layers: Sequence[LayerSum]) -> None:
    """Paths that each layer removed: a lower layer's, which end in it without being written anew."""
    nodes, births, deaths, kinds = table.entry_node, table.entry_layer, table.entry_death, table.entry_kind
    anew = {
        (nodes[entry], births[entry])
        for entry in compress(count(), table.entry_change)
        if kinds[entry] != Kind.DIRECTORY and deaths[entry] != births[entry]
    }
    for entry in ended(deaths):
        death = deaths[entry]
        if kinds[entry] != Kind.DIRECTORY and death != births[entry] and (nodes[entry], death) not in anew:
            layers[death].removed += 1


def _shares(table: FileTable, attribution: Attribution, sums: Sums) -> None:
    """What owners share by hard links, and what goes away with all of an owner's names.

    Names that died count too: without the live ones the inode would still be in its layer.
    """
    owners, by_entry = attribution.components.owners, attribution.entry_component
    for component, part in zip(owners, sums.components, strict=True):
        sums.reclaimable[component] += part.bytes
    sizes, firsts = table.entry_size, table.inode_entry
    for inode, entries in attribution.links.pairs():
        first = firsts[inode]
        named = {owners[by_entry[first]]}
        for entry in entries:
            named.add(owners[by_entry[entry]])
        if len(named) > 1:
            size = sizes[first]
            sums.reclaimable[sums.inode_owner[inode]] -= size
            for owner in named:
                sums.shared[owner] += size


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
    for inode in ended(table.inode_death):
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
