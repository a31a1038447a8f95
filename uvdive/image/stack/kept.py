"""What is wanted of files' contents, by inode: kept in memory, or read where it lies when it is asked for."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import opened
from uvdive.image.raw_image import RawImage
from uvdive.image.stack.content_places import Sources
from uvdive.image.stream import truncated


@dataclass(slots=True)
class _Lying:
    """Where contents lie: of each, the lowest inode first, the file by number, the byte and how many.

    Columns, as a source tree of a million small files has as many of them.
    """

    files: list[Path] = field(default_factory=list)
    inode: array[int] = field(default_factory=lambda: array("I"))
    file: array[int] = field(default_factory=lambda: array("I"))
    at: array[int] = field(default_factory=lambda: array("q"))
    size: array[int] = field(default_factory=lambda: array("Q"))

    def row(self, inode: int) -> int | None:
        """The row of an inode; None for one whose content lies nowhere."""
        row = bisect_left(self.inode, inode)
        return row if row < len(self.inode) and self.inode[row] == inode else None


class KeptInPlace(Mapping[int, bytes]):
    """The contents by inode. In a ``with`` the files that they lie in stay open; pickled, it is bytes.

    Args:
        kept: what is in memory.
        lying: where the others lie.
    """

    def __init__(self, kept: Mapping[int, bytes], lying: _Lying) -> None:
        self._kept, self._lying = kept, lying
        self._files: dict[Path, int] = {}
        self._states: dict[Path, tuple[int, ...]] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for path in dict.fromkeys(self._lying.files):
            file = self._files[path] = self._open.enter_context(opened(path))
            self._states[path] = _state(file)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.clear()
        self._open.close()

    def __getitem__(self, inode: int) -> bytes:
        """The content.

        Raises:
            KeyError: it was not wanted.
            ImageError: it can no longer be read.
        """
        lying = self._lying
        row = lying.row(inode)
        if row is None:
            return self._kept[inode]
        path, at, size = lying.files[lying.file[row]], lying.at[row], lying.size[row]
        file = self._files.get(path)
        try:
            data = self._again(path, size, at) if file is None else os.pread(file, size, at)
        except OSError as error:
            raise ImageError(
                f"{path} can no longer be read: {error.strerror}.", "Open the image again."
            ) from error
        if len(data) != size:
            raise truncated(at + len(data))
        return data

    def _again(self, path: Path, size: int, at: int) -> bytes:
        """Read in a file that was closed since; another one may have taken its place."""
        with opened(path) as file:
            state = _state(file)
            if self._states.get(path, state) != state:
                raise ImageError(
                    f"{path} is not what it was when the image was read.", "Open the image again."
                )
            return os.pread(file, size, at)

    def __contains__(self, inode: object) -> bool:
        return inode in self._kept or (isinstance(inode, int) and self._lying.row(inode) is not None)

    def __iter__(self) -> Iterator[int]:
        # Lowest first, whichever kind it is of.
        return merge(sorted(self._kept), self._lying.inode)

    def __len__(self) -> int:
        return len(self._kept) + len(self._lying.inode)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


def _state(file: int) -> tuple[int, ...]:
    """What changes with a file's contents."""
    found = os.fstat(file)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def kept_contents(image: RawImage, sources: Sources) -> KeptInPlace:
    """The wanted contents of an image's files, by inode.

    Args:
        image: it, with its layers.
        sources: where the content of each inode is.
    """
    kept: dict[int, bytes] = {}
    lying = _Lying()
    for layer, start in enumerate(sources.starts):
        index, place = image.layers[layer].index, image.places[layer]
        if not (index.contents or index.placed):
            continue
        there, begin = bytearray(len(index.names)), 0
        if index.placed:
            assert place is not None
            assert place.offset is not None
            lying.files.append(place.path)
            begin = place.offset
            for entry in index.placed:
                there[entry] = 1
        for inode, entry in enumerate(sources.of_layer(layer), start):
            if there[entry]:
                lying.inode.append(inode)
                lying.file.append(len(lying.files) - 1)
                lying.at.append(begin + index.offset[entry])
                lying.size.append(index.size[entry])
            elif entry in index.contents:
                kept[inode] = index.contents[entry]
    return KeptInPlace(kept, lying)
