"""Reports that were made before, kept beside the layers: an image that was read is not accounted for again.

A report is kept under a name that everything goes into that it was made of: what the
engine and the image's config say, the images that may be its base, the Dockerfile and the
locks beside it, the options, and uvdive's own code with the versions of what it builds on.
So the one that is found is the one that would be made. Its columns lie there as they are,
and what files hold stays in one piece until somebody asks for it.
"""

from __future__ import annotations

import hashlib
import operator
import os
import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uvdive.base import columns
from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import read_file
from uvdive.image.raw_image import LayerPlace, StoreIndex, UnreadImage
from uvdive.ledger.base_image import lies_below
from uvdive.ledger.saved import report_file
from uvdive.session.opening.options import ReadOptions

if TYPE_CHECKING:
    from uvdive.image.layers.cache import LayerCache
    from uvdive.ledger.report import ImageReport

Found = tuple["ImageReport", StoreIndex]

_HEAD = struct.Struct("<QQQ")
"""Bytes of the report, how many inodes have an offset, and how many of them kept contents."""

_BESIDE = ("uv.lock", "pyproject.toml")
"""What is read beside a Dockerfile (``ledger/environments/which_lock.py``)."""
_LARGEST = 8 << 20

_PACKAGE = Path(__file__).parents[2]
_FLOORS = ("base", "distro", "image", "dockerfile", "compose", "uv", "ledger", "session")
"""Whose code a report may depend on."""

_BROKEN = (ImageError, ValueError, LookupError, TypeError, OverflowError, RecursionError, struct.error)


class PackedContents(Mapping[int, bytes]):
    """What was kept of files, by inode, cut out of one piece when it is asked for.

    Args:
        inodes: those that have something, ascending.
        ends: where the content of each ends in ``data``.
        data: all of them, one behind the other.

    Raises:
        ValueError: they don't fit each other.
    """

    def __init__(self, inodes: array[int], ends: array[int], data: bytes) -> None:
        rising = all(map(operator.lt, inodes, islice(inodes, 1, None)))
        fitting = all(map(operator.le, ends, islice(ends, 1, None)))
        last = ends[-1] if ends else 0
        if not rising or not fitting or len(inodes) != len(ends) or last != len(data):
            raise ValueError("what was kept of files has other lengths than it says")
        self._inodes, self._ends, self._data = inodes, ends, data

    def _place(self, inode: object) -> int | None:
        if not isinstance(inode, int):
            return None
        place = bisect_left(self._inodes, inode)
        return place if place < len(self._inodes) and self._inodes[place] == inode else None

    def __getitem__(self, inode: int) -> bytes:
        place = self._place(inode)
        if place is None:
            raise KeyError(inode)
        return self._data[self._ends[place - 1] if place else 0 : self._ends[place]]

    def __contains__(self, inode: object) -> bool:
        return self._place(inode) is not None

    def __iter__(self) -> Iterator[int]:
        return iter(self._inodes)

    def __len__(self) -> int:
        return len(self._inodes)


def name_of(image: UnreadImage, dockerfile: Path | None, options: ReadOptions) -> str | None:
    """Under which name the image's report is kept; None where it can't be kept.

    Args:
        image: what is known of it before its layers are read.
        dockerfile: the Dockerfile that it is reported with.
        options: how it is read.
    """
    code = code_of(_FLOORS)
    if code is None:
        return None
    beside: list[object] = []
    if dockerfile is not None:
        beside = [str(dockerfile), _digest(dockerfile)]
        beside += [_digest(dockerfile.parent / name) for name in _BESIDE]
    below = [known for known in image.known if lies_below(known, image.manifest)]
    all_of_it = (
        *(code, image.manifest, image.manifest.raw, image.verified, image.compressed),
        *(below, beside, options.duplicates, options.built_text),
    )
    return hashlib.sha256(repr(all_of_it).encode("utf-8", "surrogatepass")).hexdigest()


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(read_file(path, _LARGEST)).hexdigest()
    except OSError:
        return None


@cache
def code_of(floors: tuple[str, ...]) -> str | None:
    """What tells one state of uvdive and of what it builds on from another; None where it can't be read.

    Args:
        floors: the packages of uvdive whose code counts.
    """
    found = hashlib.sha256(f"{sys.version} {sys.byteorder}".encode())
    files = 0
    for floor in floors:
        for folder, below, names in os.walk(_PACKAGE / floor):
            below.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    data = Path(folder, name).read_bytes()
                    found.update(f"{folder.removeprefix(str(_PACKAGE))}/{name} {len(data)} ".encode() + data)
                    files += 1
    library = find_spec("xxhash")
    if not files or library is None or library.origin is None:
        return None
    beside = Path(library.origin).parents[2]
    found.update(repr(sorted(each.name for each in beside.glob("*-info"))).encode())
    return found.hexdigest()


def keep(layers: LayerCache, name: str, report: ImageReport, index: StoreIndex) -> None:
    """Keep a report, and where its files' contents are, under its name.

    Args:
        layers: the cache.
        name: as ``name_of`` gave it.
        report: what was made.
        index: its contents; the places of layers are the source's, and are not kept.
    """
    pieces = report_file.plain_pieces(report)
    contents = index.kept.values()
    ends = array("Q", accumulate(map(len, contents)))
    head = _HEAD.pack(sum(map(len, pieces)), len(index.offsets), len(ends))
    numbers = map(columns.pack, (index.offsets, ends, array("I", index.kept)))
    layers.keep_finished(name, b"".join((head, *numbers, *pieces, *contents)))


def find(layers: LayerCache, name: str, places: tuple[LayerPlace | None, ...]) -> Found | None:
    """What ``keep`` kept under a name, or None; what can't be read, or isn't whole, is none.

    Args:
        layers: the cache.
        name: as ``name_of`` gave it.
        places: where the layers' contents can be read again.
    """
    payload = layers.finished(name)
    if payload is None:
        return None
    try:
        return _unpack(payload, places)
    except _BROKEN:
        return None


def _unpack(view: memoryview, places: tuple[LayerPlace | None, ...]) -> Found:
    size, inodes, kept = _HEAD.unpack_from(view)
    at = _HEAD.size
    found: list[Any] = []
    for kind, length in (("i8", 8 * inodes), ("u8", 8 * kept), ("u4", 4 * kept)):
        found.append(columns.unpack(kind, view[at : at + length]))
        at += length
    offsets, ends, numbers = found
    report = report_file.load_plain(view[at : at + size])
    if not len(offsets) == inodes == report.files.inodes or len(places) != len(report.layers):
        raise ValueError("the report has other files or layers than its contents")
    contents = PackedContents(numbers, ends, bytes(view[at + size :]))
    if len(contents) != kept or (kept and numbers[-1] >= inodes):
        raise ValueError("contents were kept of files that are not there")
    return report, StoreIndex(contents, places, offsets)
