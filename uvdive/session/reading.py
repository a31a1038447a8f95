"""The work of loading an image, done in the worker process."""

from __future__ import annotations

from array import array
from pathlib import Path

import xxhash

from uvdive.base.errors import ImageError, UsageError
from uvdive.base.progress import Note, OnEvent
from uvdive.image import archive, oci
from uvdive.image.boxes import Box, FolderBox, PassedBox, open_archive
from uvdive.image.endpoint import endpoint_of
from uvdive.image.engine import Engine
from uvdive.image.reference import Target
from uvdive.image.source import RawImage, StoreIndex, read_content
from uvdive.image.stack import Content, stack
from uvdive.image.tarsplit import StorageError
from uvdive.ledger.assemble import Evidence, make_report
from uvdive.ledger.base import KnownImage
from uvdive.ledger.report import ImageReport
from uvdive.ledger.wanted import wanted
from uvdive.session.caching import layer_cache
from uvdive.session.matching import matching_dockerfile
from uvdive.session.options import DEFAULTS, ReadOptions


class _Contents:
    """Compare contents by the digests that passed by, or by reading the archive in place."""

    def __init__(self, image: RawImage) -> None:
        self._image = image

    def _read(self, content: Content) -> bytes | None:
        layer, entry = content
        place, index = self._image.places[layer], self._image.layers[layer].index
        if place is None or index.offset[entry] < 0:
            return None
        try:
            return read_content(place, index.path(entry), index.offset[entry], index.size[entry])
        except StorageError:
            return None  # a name that stands twice in its layer: the first content is gone

    def digest(self, content: Content) -> int | None:
        """An xxh3-64 of a file's content; None where it can no longer be read."""
        layer, entry = content
        index = self._image.layers[layer].index
        if index.has_digests:
            return index.digest[entry]
        data = self._read(content)
        return None if data is None else xxhash.xxh3_64_intdigest(data)

    def same(self, one: Content, other: Content) -> bool:
        """Are two files of equal size equal? What cannot be read is taken as different."""
        digest = self.digest(one)
        return digest is not None and digest == self.digest(other)


def read_image(
    target: Target,
    dockerfile: Path | None,
    options: ReadOptions = DEFAULTS,
    *,
    on_event: OnEvent,
) -> tuple[ImageReport, StoreIndex]:
    """Read, stack and account for the image that ``target`` names.

    Raises:
        UvdiveError: it cannot be read; see the sources.
    """
    image, known = _raw(target, options, on_event)
    if dockerfile is None and options.look_in is not None:
        history = [entry.created_by for entry in image.manifest.history]
        dockerfile = matching_dockerfile(history, options.look_in)
        if dockerfile is not None:
            on_event(Note(f"{dockerfile} made this image"))
    on_event(Note("Accounting for every byte"))
    compared = _Contents(image)
    table, sources, warnings = stack([layer.index for layer in image.layers], compared.same)
    kept = {
        inode: image.layers[layer].index.contents[entry]
        for inode, (layer, entry) in enumerate(sources)
        if entry in image.layers[layer].index.contents
    }
    report = make_report(
        Evidence(
            image.manifest,
            image.layers,
            image.verified,
            table,
            kept,
            warnings,
            known,
            dockerfile,
            (lambda inode: compared.digest(sources[inode])) if options.duplicates else None,
        )
    )
    return report, _store_index(image, sources, kept)


def _raw(target: Target, options: ReadOptions, on_event: OnEvent) -> tuple[RawImage, tuple[KnownImage, ...]]:
    """The image as its source hands it over, and the engine's images, one of which may be its base."""
    if target.kind in ("docker", "podman"):
        engine = Engine(endpoint_of(target.kind))
        cache = layer_cache() if options.layer_cache else None
        image = engine.read(
            target.value, wanted, on_event, platform=options.platform, cache=cache, via=options.via
        )
        return image, tuple(KnownImage(item.names, item.diff_ids) for item in engine.local_images())
    verify = options.verify_digests
    if target.kind == "oci":
        layout = FolderBox(target.path, wanted, on_event, verify=verify)
        return _from_box(layout, target, options, on_event, announce=True), ()
    if target.kind in ("archive", "docker-archive", "oci-archive"):
        with open_archive(target.path, wanted, on_event, verify=verify) as box:
            announce = not isinstance(box, PassedBox)
            return _from_box(box, target, options, on_event, announce=announce), ()
    raise UsageError(f"{target.value} is no image.")


def _from_box(
    box: Box, target: Target, options: ReadOptions, on_event: OnEvent, *, announce: bool
) -> RawImage:
    source = target.kind
    if source == "archive":
        source = "docker-archive" if box.text("manifest.json") is not None else "oci-archive"
    if source == "docker-archive":
        chosen = archive.choose(box, target.tag, reference=target.value, source=source)
        if options.platform and not oci.fits(chosen.manifest.platform, options.platform):
            raise ImageError(
                f"The image is for {chosen.manifest.platform}, not for {options.platform}.",
                "Save it for the platform that you want, or leave --platform out.",
            )
    else:
        name = "oci-layout" if source == "oci" else source
        chosen = oci.choose(box, target.tag, options.platform, reference=target.value, source=name)
    return archive.collect(box, chosen, on_event, announce=announce)


def _store_index(image: RawImage, sources: list[Content], kept: dict[int, bytes]) -> StoreIndex:
    offsets = array("q", (image.layers[layer].index.offset[entry] for layer, entry in sources))
    return StoreIndex(kept, image.places, offsets)
