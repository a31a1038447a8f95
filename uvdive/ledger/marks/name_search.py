"""Find the nodes with certain names, in one pass for all that are looked for together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress, count

from uvdive.image.table import FileTable


@dataclass(frozen=True, slots=True)
class Marks:
    """What is looked for: whole names, and how names start and end."""

    whole: Collection[bytes] = ()
    starts: tuple[bytes, ...] = ()
    ends: tuple[bytes, ...] = ()


def together(marks: Iterable[Marks]) -> Marks:
    """All of them as one."""
    each = [*marks]
    return Marks(
        tuple(chain.from_iterable(one.whole for one in each)),
        tuple(chain.from_iterable(one.starts for one in each)),
        tuple(chain.from_iterable(one.ends for one in each)),
    )


class Names:
    """The names of a table's nodes, to search in."""

    def __init__(self, table: FileTable) -> None:
        self._table = table
        self._nodes: dict[bytes, list[int]] = {}
        self._starts: dict[bytes, list[int]] = {}
        self._ends: dict[bytes, list[int]] = {}

    def prepare(self, marks: Marks) -> None:
        """Look for all of this at once, so that the methods below have nothing left to do."""
        starts = [start for start in marks.starts if start not in self._starts]
        ends = [end for end in marks.ends if end not in self._ends]
        head = slice(min(map(len, starts), default=0))
        tail = slice(-min(map(len, ends), default=0), None)
        heads, tails = {start[head] for start in starts}, {end[tail] for end in ends}
        # A few letters tell most names apart from all that is looked for.
        near = [name for name in self._distinct if name[head] in heads or name[tail] in tails]
        begun = _by_letters(near, starts, bytes.startswith, head)
        ended = _by_letters(near, ends, bytes.endswith, tail)
        like = chain.from_iterable((*begun.values(), *ended.values()))
        missing = {name: list[int]() for name in chain(marks.whole, like) if name not in self._nodes}
        if missing:
            every = self._table.names
            for node in compress(count(), map(missing.__contains__, every)):
                missing[every[node]].append(node)
            self._nodes.update(missing)
        self._starts.update({start: self._of(names) for start, names in begun.items()})
        self._ends.update({end: self._of(names) for end, names in ended.items()})

    @cached_property
    def _distinct(self) -> frozenset[bytes]:
        return frozenset(self._table.names)

    def _of(self, names: Iterable[bytes]) -> list[int]:
        return sorted(chain.from_iterable(map(self._nodes.__getitem__, names)))

    def called(self, *names: bytes) -> list[int]:
        """The nodes with one of these names, lowest first."""
        if not self._nodes.keys() >= {*names}:
            self.prepare(Marks(names))
        return self._nodes[names[0]] if len(names) == 1 else self._of({*names})

    def starting(self, *starts: bytes) -> list[int]:
        """The nodes whose names start in one of these ways, lowest first."""
        if not self._starts.keys() >= {*starts}:
            self.prepare(Marks(starts=starts))
        return _merged([self._starts[start] for start in starts])

    def ending(self, *ends: bytes) -> list[int]:
        """The nodes whose names end in one of these ways, lowest first."""
        if not self._ends.keys() >= {*ends}:
            self.prepare(Marks(ends=ends))
        return _merged([self._ends[end] for end in ends])


def _merged(found: Sequence[list[int]]) -> list[int]:
    return found[0] if len(found) == 1 else sorted(set().union(*found))


def _by_letters(
    names: Iterable[bytes], marks: Collection[bytes], fits: Callable[[bytes, bytes], bool], few: slice
) -> dict[bytes, list[bytes]]:
    """Which of the names start or end with each mark, looked for among those that share ``few`` letters."""
    near: dict[bytes, list[bytes]] = {mark[few]: [] for mark in marks}
    for name in names:
        if (letters := name[few]) in near:
            near[letters].append(name)
    return {mark: [name for name in near[mark[few]] if fits(name, mark)] for mark in marks}
