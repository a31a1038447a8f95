"""What is wanted of files' contents, by inode: kept in memory, or read where it lies when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import opened
from uvdive.image.raw_image import RawImage
from uvdive.image.stack.content_places import Content, Sources
from uvdive.image.stream import truncated


class KeptInPlace(Mapping[int, bytes]):
    """The contents by inode. In a ``with`` the files that they lie in stay open; pickled, it is bytes.

    Args:
        image: whose files they are.
        kept: what is in memory.
        placed: of the others, the layer and the place in its index.
    """

    def __init__(self, image: RawImage, kept: Mapping[int, bytes], placed: Mapping[int, Content]) -> None:
        self._kept = kept
        self._lies: dict[int, tuple[Path, int, int]] = {}
        for inode, (layer, entry) in placed.items():
            place, index = image.places[layer], image.layers[layer].index
            assert place is not None
            assert place.offset is not None
            self._lies[inode] = place.path, place.offset + index.offset[entry], index.size[entry]
        self._files: dict[Path, int] = {}
        self._states: dict[Path, tuple[int, ...]] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        for path in {path for path, _, _ in self._lies.values()}:
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
        lies = self._lies.get(inode)
        if lies is None:
            return self._kept[inode]
        path, at, size = lies
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
        return inode in self._lies or inode in self._kept

    def __iter__(self) -> Iterator[int]:
        # Lowest first, whichever kind it is of.
        return iter(sorted({*self._kept, *self._lies}))

    def __len__(self) -> int:
        return len(self._kept) + len(self._lies)

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
    placed: dict[int, Content] = {}
    for layer, start in enumerate(sources.starts):
        index = image.layers[layer].index
        contents, lying = index.contents, {*index.placed}
        if contents or lying:
            for inode, place in enumerate(sources.of_layer(layer), start):
                if place in lying:
                    placed[inode] = layer, place
                elif place in contents:
                    kept[inode] = contents[place]
    return KeptInPlace(image, kept, placed)
