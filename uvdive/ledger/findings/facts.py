"""The evidence that every finding is drawn from, and what they all ask of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from uvdive.base.paths import raw
from uvdive.image.config import ImageConfig
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, FileTable
from uvdive.ledger.accounts.attribute import Attribution
from uvdive.ledger.findings.kept_by_cache import kept_by_cache
from uvdive.ledger.findings.places import EnvironmentPlace, find_places
from uvdive.ledger.marks.hard_links import live_names
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.report import Component, Environment, Finding, LayerReport, User, Waste

if TYPE_CHECKING:
    from uvdive.ledger.findings.recipe import Recipe

MOST_PATHS = 10
"""A finding names this many paths at most, the largest first."""
_MEDIUM = 1_000_000
_HIGH = 10_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of an image; ``recipe`` is its Dockerfile where that matches.

    ``components`` are by number, as the attribution has them. ``written`` has for
    each component the live bytes by layer, ``platform`` is ``OS/ARCH``; ``places`` are
    the environments with packages of the app's, ``kept_by_cache`` the files that live on
    under uv's cache alone, ``live_names`` how many names each inode has in the end.
    """

    config: ImageConfig
    users: tuple[User, ...]
    layers: tuple[LayerReport, ...]
    components: tuple[Component, ...]
    environments: tuple[Environment, ...]
    waste: tuple[Waste, ...]
    contents: KeptContents
    attribution: Attribution
    recipe: Recipe | None
    written: Mapping[int, Mapping[int, int]]
    platform: str
    places: tuple[EnvironmentPlace, ...] = field(init=False, repr=False)
    live_names: Sequence[int] = field(init=False, repr=False)
    kept_by_cache: tuple[Waste, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Looked for once: several findings ask, and an image may have a million files.
        found = find_places(self.table, self.attribution, self.components, self.environments)
        object.__setattr__(self, "places", tuple(found))
        object.__setattr__(self, "live_names", live_names(self.table, self.attribution.links))
        object.__setattr__(self, "kept_by_cache", tuple(kept_by_cache(self.table, self.attribution)))

    @property
    def table(self) -> FileTable:
        """The columns."""
        return self.contents.table

    def line(self, layer: int | None) -> int | None:
        """The Dockerfile line of a layer: its instruction's, or FROM's for the base's."""
        if layer is None:
            return None
        if self.layers[layer].base:
            return None if self.recipe is None else self.recipe.from_line
        return self.layers[layer].line

    def is_live(self, path: str) -> bool:
        """Does a container see something at this absolute path, links followed?

        A path that was no UTF-8 cannot be looked up any more, and is taken to be there.
        """
        if "\ufffd" in path:
            return True
        return resolve(self.table, raw(path)).node is not None

    def owner_of(self, entry: int) -> str:
        """The owner of one regular file's name."""
        component = self.attribution.entry_component[entry]
        return "" if component == NONE else self.components[component].owner

    def freed(self, entries: Collection[int]) -> int:
        """The live bytes that go away if these names are left out: of inodes with no other live name."""
        table, live = self.table, self.live_names
        named = Counter(map(table.entry_inode.__getitem__, entries))
        firsts, sizes = table.inode_entry, table.entry_size
        return sum(sizes[firsts[inode]] for inode, count in named.items() if live[inode] == count)

    def live_by_layer(self, numbers: Iterable[int]) -> dict[int, int]:
        """The live bytes of some components by the layer that wrote them."""
        total: dict[int, int] = {}
        for number in numbers:
            for layer, count in self.written.get(number, {}).items():
                total[layer] = total.get(layer, 0) + count
        return total


def severity(count: int) -> str:
    """How much a number of bytes matters: high, medium or low."""
    return "high" if count >= _HIGH else "medium" if count >= _MEDIUM else "low"


def finding(
    name: str,
    title: str,
    advice: str,
    *,
    count: int = 0,
    line: int | None = None,
    paths: Sequence[str] = (),
    weight: str | None = None,
) -> Finding:
    """A finding; ``count`` are the bytes that go away, ``weight`` its severity if bytes don't say it."""
    return Finding(name, weight or severity(count), title, count, line, tuple(paths[:MOST_PATHS]), advice)


def heaviest(by_layer: Mapping[int, int]) -> int | None:
    """The layer with the most bytes; the lowest of equals, None of none."""
    return min(by_layer, key=lambda layer: (-by_layer[layer], layer), default=None)
