"""The environments on the disk: their folders, and what of the app's is installed there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from uvdive.image.table import NONE, FileTable, Kind
from uvdive.ledger.accounts.attribute import Attribution
from uvdive.ledger.marks.components import text
from uvdive.ledger.report import Component, Environment

_FILE = int(Kind.FILE)
"""A plain number: comparing with an enum's member costs a call."""


@dataclass(frozen=True, slots=True)
class EnvironmentPlace:
    """An environment that holds packages of the app's own.

    ``components`` are those packages by name, ``sites`` the folders that they lie in,
    ``entries`` their live files; of a system Python none of those that came with it.
    """

    environment: Environment
    root: int
    components: Mapping[str, int]
    sites: tuple[int, ...]
    entries: tuple[int, ...]


def find_places(
    table: FileTable,
    attribution: Attribution,
    components: Sequence[Component],
    environments: Sequence[Environment],
) -> Iterator[EnvironmentPlace]:
    """Every environment with packages of the app's, in the report's order."""
    by_path = {text(table.path(place.root)): place for place in attribution.places}
    for environment in environments:
        place = by_path.get(environment.path)
        if place is None:
            continue
        own = [item for item in place.installed if components[item.component].owner == "venv"]
        live = {item.name: item.component for item in own if components[item.component].live_bytes}
        sites = tuple(sorted({table.node_parent[item.info] for item in own}))
        if not live:
            continue
        if environment.kind == "venv":
            entries = tuple(files_below(table, [place.root]))
        else:
            entries = tuple(_of_the_app(table, attribution, components, sites))
        if entries:
            yield EnvironmentPlace(environment, place.root, live, sites, entries)


def _of_the_app(
    table: FileTable, attribution: Attribution, components: Sequence[Component], sites: Iterable[int]
) -> Iterator[int]:
    for entry in files_below(table, sites):
        component = attribution.entry_component[entry]
        if component != NONE and components[component].owner == "venv":
            yield entry


def files_below(table: FileTable, nodes: Iterable[int]) -> Iterator[int]:
    """The live regular files' entries at and below some nodes."""
    runs, kinds = table.runs(), table.entry_kind
    todo = list(nodes)
    yield from (entry for entry in table.last_of(todo) if kinds[entry] == _FILE)
    while todo:
        for run in runs.get(todo.pop(), ()):
            yield from [entry for entry in table.last_of(run) if kinds[entry] == _FILE]
            todo.extend(filter(runs.__contains__, run))
