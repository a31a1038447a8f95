"""The work of loading an image, done in the worker process."""

from __future__ import annotations

import os
from array import array
from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.base.progress import Note, OnEvent
from uvdive.image import archive
from uvdive.image.engine import Engine
from uvdive.image.reference import Target
from uvdive.image.source import RawImage, StoreIndex
from uvdive.image.stack import Content, stack
from uvdive.ledger.assemble import Evidence, make_report
from uvdive.ledger.base import KnownImage
from uvdive.ledger.report import ImageReport
from uvdive.ledger.wanted import wanted


class _Contents:
    """Compare contents by the digests that passed by, or by reading the archive in place."""

    def __init__(self, image: RawImage) -> None:
        self._image = image

    def _read(self, content: Content) -> bytes | None:
        layer, entry = content
        place, index = self._image.places[layer], self._image.layers[layer].index
        if place is None or index.offset[entry] < 0:
            return None
        fd = os.open(place.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(fd, index.size[entry], place.offset + index.offset[entry])
        finally:
            os.close(fd)

    def _digest(self, content: Content) -> int | None:
        import xxhash

        layer, entry = content
        index = self._image.layers[layer].index
        if index.has_digests:
            return index.digest[entry]
        data = self._read(content)
        return None if data is None else xxhash.xxh3_64_intdigest(data)

    def same(self, one: Content, other: Content) -> bool:
        """Are two files of equal size equal? What cannot be read is taken as different."""
        digest = self._digest(one)
        return digest is not None and digest == self._digest(other)


def read_image(
    target: Target, dockerfile: Path | None, *, on_event: OnEvent
) -> tuple[ImageReport, StoreIndex]:
    """Read, stack and account for the image that ``target`` names.

    Raises:
        UvdiveError: it cannot be read; see the sources.
    """
    known: tuple[KnownImage, ...] = ()
    if target.kind == "docker":
        engine = Engine()
        image = engine.read(target.value, wanted, on_event)
        known = tuple(KnownImage(item.names, item.diff_ids) for item in engine.local_images())
    elif target.kind == "docker-archive":
        image = archive.read_file(target.path, target.tag, wanted, on_event)
    else:
        raise UsageError(f"{target.value} is no image.")
    on_event(Note("Accounting for every byte"))
    table, sources, warnings = stack([layer.index for layer in image.layers], _Contents(image).same)
    kept = {
        inode: image.layers[layer].index.contents[entry]
        for inode, (layer, entry) in enumerate(sources)
        if entry in image.layers[layer].index.contents
    }
    report = make_report(
        Evidence(image.manifest, image.layers, image.verified, table, kept, warnings, known, dockerfile)
    )
    return report, _store_index(image, sources, kept)


def _store_index(image: RawImage, sources: list[Content], kept: dict[int, bytes]) -> StoreIndex:
    offsets = array("q")
    path = next((place.path for place in image.places if place is not None), None)
    for layer, entry in sources:
        place, offset = image.places[layer], image.layers[layer].index.offset[entry]
        offsets.append(-1 if place is None or offset < 0 else place.offset + offset)
    return StoreIndex(kept, path, offsets)
