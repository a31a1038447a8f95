"""Find the nodes with certain names in passes that cost a few nanoseconds a node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress, count

from uvdive.image.table import FileTable

_FEW = 16
"""Of so many names one may fit, or it is quicker to look at each."""


class Names:
    """The names of a table's nodes, to search in. A name holds no slash, so slashes part them."""

    def __init__(self, table: FileTable) -> None:
        self._table = table
        self._called: dict[bytes, list[int]] = {}
        self._endings: dict[bytes, Sequence[int]] = {}

    def prepare(self, names: Iterable[bytes]) -> None:
        """Look for all of these names in one pass, so that ``called`` has nothing left to do."""
        missing = {name: list[int]() for name in names if name not in self._called}
        if missing:
            every = self._table.names
            for node in compress(count(), map(missing.__contains__, every)):
                missing[every[node]].append(node)
            self._called.update(missing)

    def called(self, *names: bytes) -> list[int]:
        """The nodes with one of these names, lowest first."""
        self.prepare(names)
        if len(names) == 1:
            return self._called[names[0]]
        return sorted(node for name in set(names) for node in self._called[name])

    def starting(self, start: bytes) -> Iterator[int]:
        """The nodes whose names start so, lowest first."""
        return self._holding(b"/" + start, 1)

    def ending(self, *ends: bytes) -> Sequence[int]:
        """The nodes whose names end in one of these ways, lowest first."""
        for end in ends:
            if end not in self._endings:
                self._endings[end] = self._ending(end)
        if len(ends) == 1:
            return self._endings[ends[0]]
        return sorted(set().union(*map(self._endings.__getitem__, ends)))

    def _ending(self, end: bytes) -> Sequence[int]:
        names, many = self._table.names, self._text.count(end + b"/")
        if many * _FEW > len(names):
            # Names one by one are quicker than ends of many one by one.
            return [node for node, name in enumerate(names) if name.endswith(end)]
        return list(self._holding(end + b"/", 0)) if many else ()

    def holding(self, part: bytes) -> Iterator[int]:
        """The nodes with the part somewhere in their names, lowest first."""
        return self._holding(part, 0)

    @cached_property
    def _text(self) -> bytes:
        return b"/%b/" % b"/".join(self._table.names)

    def _holding(self, part: bytes, begun: int) -> Iterator[int]:
        """``begun`` is 1 where the part itself begins a name."""
        text, slashes, counted = self._text, 0, 0
        at = text.find(part)
        while at >= 0:
            slashes += text.count(b"/", counted, at)
            counted = at
            yield slashes - 1 + begun
            at = text.find(part, text.index(b"/", at + begun))
