"""Packages as a tree of what goes with what: no widget and no Textual in here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from uvdive.ledger.costs.costs import costs_of
from uvdive.ledger.costs.rows import Cost, CostTree
from uvdive.session.desk import Held
from uvdive.tui.desk.scale import scaled
from uvdive.tui.desk.tables import BAR, Package

_DEEPEST = 10
"""So far rows are set in; what is deeper stands there too, as its name must be read."""

SYSTEM = "OS packages"
Key = tuple[str, str]
"""A row's home and name."""


@dataclass(frozen=True, slots=True)
class Priced:
    """The costs of one environment: rows, the dearest first, and what they cannot say."""

    path: str
    rows: tuple[Cost, ...]
    notes: tuple[str, ...]


def costs_at(held: Held) -> tuple[Priced, ...]:
    """The costs of every environment of what is held."""
    found = held.memo.get(costs_at)
    if found is None:
        found = tuple(Priced(each.environment.path, each.rows, each.notes) for each in costs_of(held.report))
        held.memo[costs_at] = found
    known: tuple[Priced, ...] = found
    return known


@dataclass(frozen=True, slots=True)
class Branch:
    """A row of the tree, how deep it stands, and the rows above it; has it some ``below``?"""

    package: Package
    depth: int
    above: tuple[Key, ...]
    below: bool

    @property
    def key(self) -> Key:
        """Its home and name."""
        return key_of(self.package)


def key_of(package: Package) -> Key:
    """What tells a row from the others."""
    return package.home, package.name


def priced(packages: Sequence[Package], costs: Sequence[Priced]) -> tuple[Package, ...]:
    """The packages with what would go with each."""
    known = {(place.path, row.name): row.exclusive_bytes for place in costs for row in place.rows}
    wholes = {place.path: sum(row.bytes for row in place.rows) for place in costs}
    return tuple(
        replace(
            each,
            with_it=(with_it := known.get(key_of(each))),
            bar="" if with_it is None else scaled(with_it, wholes[each.home], BAR),
        )
        for each in packages
    )


def branches(
    packages: Sequence[Package], costs: Sequence[Priced], more: Iterable[Branch] = ()
) -> tuple[Branch, ...]:
    """Every environment with its packages, each below the one that it goes with, then the system's.

    Args:
        packages: as ``priced`` gave them.
        costs: of their environments.
        more: what stands below them.
    """
    by_key: dict[Key, Package] = {key_of(each): each for each in packages if each.distribution is not None}
    found = [branch for place in costs for branch in _environment(place, by_key)]
    system = sorted((each for each in packages if each.component is not None), key=lambda each: -each.bytes)
    if system:
        head = Package(
            SYSTEM, "", 0, "", "", None, heading="system", with_it=sum(each.bytes for each in system)
        )
        found.append(Branch(head, 0, (), below=True))
        found += [Branch(each, 1, (key_of(head),), below=False) for each in system]
    found += more
    return tuple(replace(each, package=replace(each.package, rank=rank)) for rank, each in enumerate(found))


def _environment(place: Priced, packages: Mapping[Key, Package]) -> Iterator[Branch]:
    whole = sum(row.bytes for row in place.rows)
    head = Package(place.path, "", 0, "", "", None, heading="environment", with_it=whole)
    tree = CostTree(place.rows)
    yield Branch(head, 0, (), below=True)
    above: list[Key] = [key_of(head)]
    for depth, row in tree.lines():
        del above[depth + 1 :]
        package = packages.get((place.path, row.name))
        if package is None:
            bar = scaled(row.exclusive_bytes, whole, BAR)
            package = Package(
                row.name, "", 0, place.path, "", None, heading="asked", with_it=row.exclusive_bytes, bar=bar
            )
        yield Branch(package, depth + 1, tuple(above), row.name in tree.children)
        above.append(key_of(package))


def shown(tree: Sequence[Branch], closed: Collection[Key]) -> tuple[Package, ...]:
    """The rows of a tree with some of them closed, each with what is drawn before its name."""
    return tuple(
        replace(each.package, lead=_lead(each, closed))
        for each in tree
        if not any(key in closed for key in each.above)
    )


def _lead(branch: Branch, closed: Collection[Key]) -> str:
    mark = "  " if not branch.below else "▶ " if branch.key in closed else "▼ "
    return "  " * min(branch.depth, _DEEPEST) + mark
