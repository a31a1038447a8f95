"""Folders and names of a layer's members, each kept once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import compress, count, islice, repeat
from weakref import WeakMethod

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


class _Folders(dict[bytes, int]):
    """The numbers of folders by their paths as a tar has them; ``learn`` gives a new one its number."""

    def __init__(self, learn: Callable[[bytes], int]) -> None:
        super().__init__()
        # Weak: whose method it is holds this, and nothing looks for rings while an image is read.
        self._learn = WeakMethod(learn)

    def __missing__(self, raw: bytes) -> int:
        learn = self._learn()
        assert learn is not None
        return learn(raw)


class Names:
    """Gives members the numbers of their folders in ``index.folders``, and shares equal names.

    A name like ``__init__.py`` stands in thousands of folders: once is enough.
    """

    def __init__(self, index: LayerIndex, wanted: Wanted, budget: Budget | None = None) -> None:
        self._index = index
        self._budget = budget
        self._sieve = wanted if isinstance(wanted, Sieve) else None
        self._folders = _Folders(self._folder)
        self._plain: set[bytes] = set()  # folders that are clean as they are
        self._names: dict[bytes, bytes] = {}
        self._unusual: set[bytes] = set()
        self._may_names: set[bytes] = set()  # wanted in some folder, or in one that opens
        self._common: set[bytes] = set()  # the latter
        self._opens: dict[int, bool] = {}
        self._may_folders: set[int] = set()

    def _folder(self, raw: bytes) -> int:
        """The number of a folder that comes for the first time; ``raw`` is its path as a tar has it."""
        path = self.clean(raw)
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

    def _shared(self, names: Iterable[bytes]) -> list[bytes]:
        """The names, each as it came first."""
        known = self._names
        before = len(known)
        shared = [*map(known.setdefault, names, names)]
        if len(known) > before:
            self._learn([*islice(reversed(known), len(known) - before)])
        return shared

    def _learn(self, new: list[bytes]) -> None:
        if self._budget is not None:
            self._budget.take_names(sum(map(len, new)))
        # What begins with a dot, or is empty, sorts before a slash.
        early = [name for name in new if name < b"/"]
        self._unusual.update(name for name in early if name[:4] == b".wh." or name in _NO_NAMES)
        if self._sieve is not None:
            may, common = self._sieve.sift(new)
            self._common.update(common)
            self._may_names.update(may, common)

    def one(self, kind: int, raw: bytes) -> tuple[int, int, bytes]:
        """Kind, folder and name of a member whose name in the tar is ``raw``."""
        folder, _, name = clean(raw).rpartition(b"/")
        kind, name = _whiteout(kind, name)
        return kind, self._folders[folder], self._shared((name,))[0]

    def many(self, kinds: list[int], raws: Sequence[bytes]) -> tuple[list[int], list[bytes]]:
        """Folders and names of many members at once; whiteouts are noted in ``kinds``."""
        parts = zip(*map(bytes.rpartition, raws, repeat(b"/")), strict=True)
        folders, _, names = (list(part) for part in parts)
        names = self._shared(names)
        if not self._unusual.isdisjoint(names):
            for place, name in enumerate(names):
                if name in self._unusual:
                    folders[place], _, end = clean(raws[place]).rpartition(b"/")
                    kinds[place], names[place] = _whiteout(kinds[place], end)
            names = self._shared(names)
        return [*map(self._folders.__getitem__, folders)], names

    def clean(self, path: bytes) -> bytes:
        """``header.clean``, told by the folder in most cases."""
        folder, _, name = path.rpartition(b"/")
        if folder in self._plain and name not in _NO_NAMES:
            return path
        cleaned = clean(path)
        if cleaned == path and folder:
            self._plain.add(folder)
        return cleaned

    def may(self, folders: Sequence[int], names: Sequence[bytes]) -> Iterable[int]:
        """The places of those among members that may be wanted, in order."""
        sieve = self._sieve
        if sieve is None:
            return range(len(names))
        common, opens = self._common, self._opens
        places = [*compress(count(), map(self._may_names.__contains__, names))]
        above = [*map(folders.__getitem__, places)]
        for folder in set(above).difference(opens):
            opens[folder] = sieve.opens(self._index.folders[folder])
        found = [
            place
            for place, opened in zip(places, map(opens.__getitem__, above), strict=True)
            if opened or names[place] not in common
        ]
        if self._may_folders.isdisjoint(folders):
            return found
        return sorted({*found, *compress(count(), map(self._may_folders.__contains__, folders))})
