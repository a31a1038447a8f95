"""What the map of an image shows: its bytes by folder, by package or by layer, the dead ones too.

Other than a tree of files, which shows what can be seen after a layer, the map has every byte
of the image once: each inode stands at one of its names, a living one where there is one
(``docs/numbers.md``, "Inodes"). So the parts of anything add up to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import eq
from typing import Literal

from uvdive.image.table import ALIVE, NONE
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.ledger.view.mass import Mass, places

By = Literal["folder", "package", "layer"]
BYS: tuple[By, ...] = ("folder", "package", "layer")

REST = -2
"""The part of an owner's files that belong to no component."""
EVERY = 1 << 60
"""More parts than there are."""
MOST_MASSES = 4
"""The sums of so many groups are kept: they are as long as the table of files."""
MOST_NAMES = 40
"""A path through so many folders, each with nothing but the next one, is one rectangle at most."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the map that one can go into.

    ``group`` is the layer, or the owner's place in ``OWNERS``; ``part`` the component's place
    in the report, or ``REST``; ``node`` a path among the group's. Each is NONE where it does
    not count.
    """

    by: By
    group: int = NONE
    part: int = NONE
    node: int = NONE

    @property
    def summed(self) -> bool:
        """Are paths below it, so that what is in the group has to be summed up?"""
        return self.node != NONE or self.by == "folder" or (self.group, self.part) != (NONE, NONE)


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of the map. Sizes in bytes.

    ``spot`` is where one comes to by going into it, None for what has no inside of its own;
    ``name`` is of the image, and ``count`` how many are meant where it stands for many small
    ones. ``owner`` is the place in ``OWNERS`` of whoever has most of it, ``mixed`` says that
    there are others.
    """

    spot: Spot | None
    name: bytes
    bytes: int
    dead_bytes: int
    owner: int
    mixed: bool = False
    count: int = 0
    folder: bool = False

    @property
    def weight(self) -> int:
        """What its area stands for."""
        return self.bytes


class Treemap:
    """An image's bytes, divided in three ways."""

    def __init__(self, report: ImageReport) -> None:
        self._report = report
        self._table = report.files
        self._nodes = places(report.files)
        self._masses: dict[Spot, Mass] = {}
        self._shares: Mapping[tuple[int, int], tuple[int, int]] | None = None

    def root(self, by: By) -> Part:
        """The whole image."""
        totals, owners = self._report.totals, self._report.owners
        most = max(owners, key=lambda owner: owner.bytes, default=None)
        return Part(
            Spot(by),
            b"/",
            totals.file_bytes,
            totals.dead_bytes,
            OWNERS.index(most.owner if most else "other"),
            mixed=True,
            folder=True,
        )

    def inside(self, whole: Part, least: int = 1, most: int = EVERY) -> Sequence[Part]:
        """What one sees on going into a part: all that it has, the largest first.

        Args:
            whole: the root, or a part that has a ``spot``.
            least: what has fewer bytes is one part together,
            most: and so is what comes after so many.
        """
        spot = whole.spot
        if spot is None:
            return ()
        if spot.summed and not (spot.by == "package" and spot.part == NONE):
            return self._paths(replace(spot, node=max(spot.node, 0)), least, most)
        return self.peek(whole, least, most)

    def peek(self, part: Part, least: int = 1, most: int = EVERY) -> Sequence[Part]:
        """What is drawn inside of a part that one has not gone into: what needs no new sums."""
        spot = part.spot
        if spot is None:
            return ()
        if spot.by == "folder" or spot.node != NONE:
            parts = self._paths(replace(spot, node=max(spot.node, 0)), least, most)
            return () if len(parts) == 1 and parts[0].count else parts
        if spot.part != NONE:
            return ()
        if spot.by == "package":
            return _gathered(self._owners() if spot.group == NONE else self._components(part), least, most)
        return _gathered(
            self._layers() if spot.group == NONE else self._layer_owners(spot.group), least, most
        )

    # By layer

    def _by_layer(self) -> Mapping[tuple[int, int], tuple[int, int]]:
        """Bytes and dead bytes by layer and owner; summed up once."""
        if self._shares is None:
            table, owners = self._table, self._report.inode_owner
            layers = map(table.entry_layer.__getitem__, table.inode_entry)
            total, dead = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
            for inode, key in enumerate(zip(layers, owners, strict=True)):
                size = table.inode_size(inode)
                total[key] += size
                if table.inode_death[inode] != ALIVE:
                    dead[key] += size
            self._shares = {key: (count, dead[key]) for key, count in total.items() if count}
        return self._shares

    def _layers(self) -> Iterator[Part]:
        shares = self._by_layer()
        for layer in self._report.layers:
            owners = {owner: count for (of, owner), (count, _) in shares.items() if of == layer.index}
            if owners:
                yield Part(
                    Spot("layer", layer.index),
                    (layer.instruction or layer.created_by).encode("utf-8", "surrogateescape"),
                    layer.file_bytes,
                    layer.dead_bytes,
                    max(owners, key=lambda owner: owners[owner]),
                    mixed=len(owners) > 1,
                    folder=True,
                )

    def _layer_owners(self, layer: int) -> Iterator[Part]:
        for (of, owner), (count, dead) in self._by_layer().items():
            if of == layer:
                yield Part(None, OWNERS[owner].encode(), count, dead, owner)

    # By package

    def _owners(self) -> Iterator[Part]:
        for owner in self._report.owners:
            if owner.bytes:
                place = OWNERS.index(owner.owner)
                yield Part(
                    Spot("package", place),
                    owner.owner.encode(),
                    owner.bytes,
                    owner.dead_bytes,
                    place,
                    folder=True,
                )

    def _components(self, owner: Part) -> Iterator[Part]:
        """An owner's components, and its files that are no component's."""
        assert owner.spot is not None
        place, rest, dead = owner.spot.group, owner.bytes, owner.dead_bytes
        for number, item in enumerate(self._report.components):
            if item.owner == OWNERS[place] and item.bytes:
                rest, dead = rest - item.bytes, dead - item.dead_bytes
                name = item.name.encode("utf-8", "surrogateescape")
                yield Part(
                    Spot("package", place, number), name, item.bytes, item.dead_bytes, place, folder=True
                )
        if rest > 0:
            yield Part(Spot("package", place, REST), b"other files", rest, max(dead, 0), place, folder=True)

    # By path

    def _mass(self, spot: Spot) -> Mass:
        """The sums of the group that a place is in; those used last are kept."""
        group = replace(spot, node=NONE)
        found = self._masses.pop(group, None) or self._sum(group)
        self._masses[group] = found
        for old in list(self._masses)[:-MOST_MASSES]:
            del self._masses[old]
        return found

    def _sum(self, group: Spot) -> Mass:
        return Mass(self._table, self._report.inode_owner, self._nodes, self._inodes(group))

    def _inodes(self, group: Spot) -> Iterable[int]:
        report, every = self._report, range(self._table.inodes)
        if group.by == "folder":
            return every
        if group.by == "layer":
            layers = map(self._table.entry_layer.__getitem__, self._table.inode_entry)
            return compress(every, (layer == group.group for layer in layers))
        if group.part != REST:
            return compress(every, (part == group.part for part in report.inode_component))
        mine = map(eq, report.inode_owner, [group.group] * len(report.inode_owner))
        return (inode for inode in compress(every, mine) if report.inode_component[inode] == NONE)

    def _paths(self, spot: Spot, least: int, most: int) -> Sequence[Part]:
        """What is below a path, of the group's files."""
        mass, table = self._mass(spot), self._table
        found, more = mass.children(spot.node, least, most)
        parts = [self._path(mass, spot, child) for child in found]
        own, dead = mass.own(spot.node)
        if own and (found or more):
            owner, mixed = mass.owner(spot.node)
            parts.append(Part(None, table.names[spot.node], own, dead, owner, mixed))
            parts.sort(key=lambda part: -part.bytes)
        rest = mass.bytes[spot.node] - sum(part.bytes for part in parts)
        if more:
            dead = mass.dead[spot.node] - sum(part.dead_bytes for part in parts)
            owner, mixed = mass.owner(spot.node)
            parts.append(Part(None, b"", rest, dead, owner, mixed, count=more))
            parts.sort(key=lambda part: -part.bytes)
        return parts

    def _path(self, mass: Mass, spot: Spot, node: int) -> Part:
        """A path as a part; a folder with nothing but one other in it goes by both names."""
        name, folder = self._table.names[node], mass.is_folder(node)
        for _ in range(MOST_NAMES):
            only = mass.alone(node) if folder else NONE
            if only == NONE:
                break
            node, name = only, name + b"/" + self._table.names[only]
            folder = mass.is_folder(node)
        owner, mixed = mass.owner(node)
        return Part(
            replace(spot, node=node),
            name,
            mass.bytes[node],
            mass.dead[node],
            owner,
            mixed,
            folder=folder,
        )


def _gathered(parts: Iterable[Part], least: int, most: int) -> Sequence[Part]:
    """The ``most`` largest parts with ``least`` bytes; the others as one."""
    ordered = sorted(parts, key=lambda part: -part.bytes)
    large = sum(part.bytes >= least for part in ordered)
    small = ordered[min(large, most) :]
    if len(small) < 2:
        return ordered
    owner = small[0].owner
    mixed = any(part.owner != owner for part in small)
    together = Part(
        None,
        b"",
        sum(part.bytes for part in small),
        sum(part.dead_bytes for part in small),
        owner,
        mixed,
        count=len(small),
    )
    return sorted([*ordered[: -len(small)], together], key=lambda part: -part.bytes)
