"""Folders and names of a layer's members, each kept once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uvdive.image.budget import Budget
from uvdive.image.layer_index import OPAQUE, WHITEOUT, LayerIndex
from uvdive.image.sieve import Sieve, Wanted
from uvdive.image.tar.header import clean

_OPAQUE = b".wh..wh..opq"
_NO_NAMES = (b"", b".", b"..")


def _whiteout(kind: int, name: bytes) -> tuple[int, bytes]:
    """The kind and the name that a member's name stands for, where it may be a whiteout."""
    if name[:4] != b".wh.":
        return kind, name
    # .wh..wh.* other than the opaque marker is aufs' own bookkeeping: a
    # whiteout of a name that no layer has.
    return (OPAQUE, b"") if name == _OPAQUE else (WHITEOUT, name[4:])


class Names:
    """Gives members the numbers of their folders in ``index.folders``, and shares equal names.

    A name like ``__init__.py`` stands in thousands of folders: once is enough.
    """

    def __init__(self, index: LayerIndex, wanted: Wanted, budget: Budget | None = None) -> None:
        self._index = index
        self._budget = budget
        self._sieve = wanted if isinstance(wanted, Sieve) else None
        self._folders: dict[bytes, int] = {}
        self._names: dict[bytes, bytes] = {}
        self._unusual: set[bytes] = set()
        self._may_names: set[bytes] = set()
        self._common: set[bytes] = set()
        self._opens: dict[int, bool] = {}
        self._may_folders: set[int] = set()

    def _folder(self, raw: bytes) -> int:
        """The number of a folder, which is new if need be; ``raw`` is its path as a tar has it."""
        number = self._folders.get(raw)
        if number is None:
            path = clean(raw)
            number = self._folders.setdefault(path, len(self._index.folders))
            if number == len(self._index.folders):
                self._index.folders.append(path)
                if self._budget is not None:
                    self._budget.take_nodes(path.count(b"/") + 1)
                    self._budget.take_names(len(path))
                if self._sieve is not None and self._sieve.may_folder(path):
                    self._may_folders.add(number)
            self._folders[raw] = number
        return number

    def _learn(self, names: Iterable[bytes]) -> None:
        new = set(names).difference(self._names)
        self._names.update(zip(new, new, strict=True))
        if self._budget is not None:
            self._budget.take_names(sum(map(len, new)))
        self._unusual.update(name for name in new if name[:4] == b".wh." or name in _NO_NAMES)
        if self._sieve is not None:
            self._may_names.update(filter(self._sieve.may_name, new))
            self._common.update(filter(self._sieve.common, new))

    def one(self, kind: int, raw: bytes) -> tuple[int, int, bytes]:
        """Kind, folder and name of a member whose name in the tar is ``raw``."""
        folder, _, name = clean(raw).rpartition(b"/")
        kind, name = _whiteout(kind, name)
        if name not in self._names:
            self._learn((name,))
        return kind, self._folder(folder), self._names[name]

    def many(self, kinds: list[int], raws: Sequence[bytes]) -> tuple[list[int], list[bytes]]:
        """Folders and names of many members at once; whiteouts are noted in ``kinds``."""
        parts = [raw.rpartition(b"/") for raw in raws]
        names = [part[2] for part in parts]
        self._learn(names)
        if not self._unusual.isdisjoint(names):
            for place, name in enumerate(names):
                if name in self._unusual:
                    parts[place] = clean(raws[place]).rpartition(b"/")
                    kinds[place], names[place] = _whiteout(kinds[place], parts[place][2])
            self._learn(names)
        known = self._folders
        numbers = [
            self._folder(folder) if (number := known.get(folder)) is None else number
            for folder, _, _ in parts
        ]
        return numbers, list(map(self._names.__getitem__, names))

    def may(self, folders: Sequence[int], names: Sequence[bytes]) -> Iterable[int]:
        """The places of those among members that may be wanted."""
        sieve = self._sieve
        if sieve is None:
            return range(len(names))
        known, all_over, common = self._may_names, self._may_folders, self._common
        return [
            place
            for place, (folder, name) in enumerate(zip(folders, names, strict=True))
            if name in known or folder in all_over or (name in common and self._open(folder, sieve))
        ]

    def _open(self, folder: int, sieve: Sieve) -> bool:
        opened = self._opens.get(folder)
        if opened is None:
            opened = self._opens[folder] = sieve.opens(self._index.folders[folder])
        return opened
