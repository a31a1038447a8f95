"""Compare files' contents: by the digests that passed by, or by reading them where they lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import xxhash

from uvdive.base.files.foreign import opened
from uvdive.image.raw_image import RawImage, read_content
from uvdive.image.stack.content_places import Content
from uvdive.image.stream import CHUNK
from uvdive.image.tar.below import StorageError


class LayerContents:
    """The contents of an image's files; archives stay open until the end of the ``with``."""

    def __init__(self, image: RawImage) -> None:
        self._image = image
        self._files: dict[Path, int] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.clear()
        self._open.close()

    def digest(self, content: Content) -> int | None:
        """An xxh3-64 of a file's content; None where it can no longer be read."""
        layer, entry = content
        index = self._image.layers[layer].index
        if index.has_digests:
            return index.digest[entry]
        if not self._readable(content):
            return None
        hasher = xxhash.xxh3_64()
        try:
            for piece in self._pieces(content):
                hasher.update(piece)
        except StorageError:
            return None  # a name that stands twice in its layer: the first content is gone
        return hasher.intdigest()

    def same(self, one: Content, other: Content) -> bool:
        """Are two files of equal size equal? What cannot be read is taken as different."""
        told = [self._image.layers[layer].index.sha256.get(entry) for layer, entry in (one, other)]
        if None not in told:
            return told[0] == told[1]
        if self._readable(one) and self._readable(other):
            pairs = zip(self._pieces(one), self._pieces(other), strict=True)
            try:
                return all(mine == theirs for mine, theirs in pairs)
            except StorageError:
                return False
        digest = self.digest(one)
        return digest is not None and digest == self.digest(other)

    def _readable(self, content: Content) -> bool:
        layer, entry = content
        return self._image.places[layer] is not None and self._image.layers[layer].index.offset[entry] >= 0

    def _pieces(self, content: Content) -> Iterator[bytes]:
        """A readable content, a megabyte at a time."""
        layer, entry = content
        place, index = self._image.places[layer], self._image.layers[layer].index
        assert place is not None
        offset, size = index.offset[entry], index.size[entry]
        for at in range(0, size, CHUNK):
            count = min(CHUNK, size - at)
            if place.offset is None:
                yield read_content(place, index.path(entry), offset, count, at)
            else:
                yield os.pread(self._file(place.path), count, place.offset + offset + at)

    def _file(self, path: Path) -> int:
        fd = self._files.get(path)
        if fd is None:
            fd = self._files[path] = self._open.enter_context(opened(path))
        return fd
