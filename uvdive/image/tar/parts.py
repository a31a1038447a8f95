"""Read one tar in parts that two processes share.

Headers say where the next one is, so a tar is read from its beginning. Yet nearly every
header in the middle can be told by its checksum: another process may read on from there,
and what it found is taken if the first one, which follows the headers, arrives at exactly
that place with nothing pending. Else (the contents looked like a header, a large file lay
across it, a global header came before) it is dropped and read anew, so the result is the
same as in one go.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.base.errors import ImageError
from uvdive.image.budget import MAX_WARNINGS
from uvdive.image.layer_index import LayerIndex
from uvdive.image.sieve import Wanted
from uvdive.image.stream import FileStream
from uvdive.image.tar.header import BLOCK, BadHeaderError, has_checksum
from uvdive.image.tar.index import Indexer, damage_told
from uvdive.image.tar.member import Members

_LOOK = 1 << 16
"""How far a header is looked for, in bytes: behind a large file there is none soon."""

_MEMBERS = 2_000
"""About as many in a part cost little to put together, and nobody waits long for them."""

_MOST_PIECES = 16
"""Windows that look as if they were full of headers must not make more parts than members."""

_COLUMNS = ("names", "kind", "mode", "uid", "gid", "mtime", "size", "offset", "digest", "target", "targets")
"""Those that are only put behind each other."""

_MAGIC, _MAGIC_AT = b"ustar", 257


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a tar may be cut, in bytes from its start, and about how many members it has."""

    places: list[int]
    members: int


@dataclass(frozen=True, slots=True)
class Part:
    """What was read from a cut on: up to ``stop``, or to the tar's own end if it is ``over``.

    ``settled`` says that the member that follows depends on nothing in the part.
    """

    index: LayerIndex
    stop: int
    settled: bool
    over: bool


def cuts_of(stream: FileStream, step: int) -> Cuts:
    """Look about every ``step`` bytes for a place where a member seems to begin; more often among small ones.

    Raises:
        ImageError: the file ends too early.
    """
    places: list[int] = []
    members = 0
    for start in range(0, stream.size, step):
        window, size = _window(stream, start), min(step, stream.size - start)
        here = window.count(_MAGIC) * size // len(window)
        members += here
        pieces = min(_MOST_PIECES, here // _MEMBERS + 1)
        for at in range(start, start + size, -(-size // pieces)):
            # A member that reaches behind the next place was found for this one already.
            if at and at >= (places[-1] if places else 0):
                place = _beginning(stream, at, window if at == start else _window(stream, at))
                if place is not None and place < stream.size:
                    places.append(place)
    return Cuts(places, members)


def _window(stream: FileStream, at: int) -> bytes:
    return bytes(stream.fetch(at, min(_LOOK, stream.size - at)))


def _beginning(stream: FileStream, at: int, window: bytes) -> int | None:
    """Where a member seems to begin behind the first header in the window, which lies at ``at``."""
    magic = window.find(_MAGIC, _MAGIC_AT)
    while magic >= 0:
        head = magic - _MAGIC_AT
        if not (at + head) % BLOCK and has_checksum(window[head : head + BLOCK]):
            # It may belong to an extended header before it: what follows it is a beginning.
            return _behind(stream, at + head)
        magic = window.find(_MAGIC, magic + 1)
    return None


def _behind(stream: FileStream, head: int) -> int | None:
    """Where the member ends whose header seems to be at ``head``."""
    here = stream.at(head)
    members = Members(here)
    try:
        if not members.advance(None):
            return None
        here.skip(members.stored + -members.stored % BLOCK)
    except (BadHeaderError, ImageError):
        return None
    return here.position


def read_part(stream: FileStream, wanted: Wanted, start: int, end: int) -> Part:
    """Read the members that begin from ``start``, where one seems to begin, up to ``end``.

    Raises:
        ImageError: none begins there, or the tar is damaged.
    """
    here = stream.at(start)
    indexer = Indexer(here, wanted, digests=False, keep=False)
    with damage_told():
        indexer.run(end)
    return Part(indexer.index, here.position, indexer.settled, indexer.over)


class Chain:
    """A tar's members from its beginning on: what is read here, and parts that fit on."""

    def __init__(self, stream: FileStream, wanted: Wanted) -> None:
        self._stream = stream
        self._wanted = wanted
        self._position = 0
        self._over = False
        self._settled = True
        self._indexer: Indexer | None = None
        self._here = stream
        self._found: list[LayerIndex] = []

    def read(self, end: int) -> None:
        """Read on up to the first member that begins at or behind ``end``.

        Raises:
            ImageError: the tar is damaged.
        """
        if self._over or self._position >= end:
            return
        indexer = self._indexer
        if indexer is None:
            self._here = self._stream.at(self._position)
            indexer = self._indexer = Indexer(self._here, self._wanted, digests=False, keep=False)
            self._found.append(indexer.index)
        with damage_told():
            indexer.run(end)
        self._position, self._settled, self._over = self._here.position, indexer.settled, indexer.over

    def take(self, start: int, part: Part) -> bool:
        """Take in a part that was read from ``start`` on; False if it doesn't fit."""
        if not (self._settled and self._position == start and part.settled) or self._over:
            return False
        self._found.append(part.index)
        self._position, self._over = part.stop, part.over
        self._indexer = None
        return True

    def index(self) -> LayerIndex:
        """All that was read."""
        return joined(self._found)


def joined(parts: Sequence[LayerIndex]) -> LayerIndex:
    """One index of the entries of several, in their order; the first is made longer."""
    if not parts:
        return LayerIndex()
    whole, *others = parts
    numbers = {folder: number for number, folder in enumerate(whole.folders)} if others else {}
    for part in others:
        _append(whole, numbers, part)
    return whole


def _append(whole: LayerIndex, numbers: dict[bytes, int], part: LayerIndex) -> None:
    """Add a part's entries; ``numbers`` has those of the folders."""
    entries, targets = len(whole), len(whole.targets)
    for folder in part.folders:
        if numbers.setdefault(folder, len(numbers)) == len(whole.folders):
            whole.folders.append(folder)
    whole.folder.extend(map([numbers[folder] for folder in part.folders].__getitem__, part.folder))
    if targets and part.targets:
        part.target = array("i", [target if target < 0 else target + targets for target in part.target])
    for name in _COLUMNS:
        getattr(whole, name).extend(getattr(part, name))
    whole.contents.update((entries + place, data) for place, data in part.contents.items())
    whole.placed.extend(entries + place for place in part.placed)
    whole.xattrs.update((entries + place, data) for place, data in part.xattrs.items())
    whole.warnings.extend(part.warnings)
    del whole.warnings[MAX_WARNINGS:]
