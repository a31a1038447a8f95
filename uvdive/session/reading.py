"""The work of loading an image, done in the worker process."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.errors import ImageError, UsageError
from uvdive.base.progress import Note, OnEvent
from uvdive.image.archives import docker_archive
from uvdive.image.archives.boxes import Box, FolderBox, PassedBox, open_archive
from uvdive.image.raw_image import RawImage, StoreIndex
from uvdive.image.reference import Target
from uvdive.image.stack.comparing import Contents
from uvdive.image.stack.content_places import Sources
from uvdive.image.stack.stack import stack
from uvdive.ledger.wanted import wanted
from uvdive.session.options import DEFAULTS, ReadOptions

if TYPE_CHECKING:
    from uvdive.ledger.base_image import KnownImage
    from uvdive.ledger.report import ImageReport


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
    with _uncollected():
        return _read(target, dockerfile, options, on_event)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: what is made here stays, and looking through it takes a third longer."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(
    target: Target, dockerfile: Path | None, options: ReadOptions, on_event: OnEvent
) -> tuple[ImageReport, StoreIndex]:
    image, known = _raw(target, options, on_event)
    from uvdive.ledger.assemble import Evidence, make_report
    from uvdive.session.matching import matching_dockerfile

    if dockerfile is None and options.look_in is not None:
        history = [entry.created_by for entry in image.manifest.history]
        dockerfile = matching_dockerfile(history, options.look_in)
        if dockerfile is not None:
            on_event(Note(f"{dockerfile} made this image"))
    on_event(Note("Accounting for every byte"))
    with Contents(image) as contents:
        table, sources, warnings = stack([layer.index for layer in image.layers], contents.same)
        kept = _kept(image, sources)
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
                (lambda inode: contents.digest(sources[inode])) if options.duplicates else None,
            )
        )
    return report, _store_index(image, sources, kept)


def _raw(target: Target, options: ReadOptions, on_event: OnEvent) -> tuple[RawImage, tuple[KnownImage, ...]]:
    """The image as its source hands it over, and the engine's images, one of which may be its base."""
    if target.kind in ("docker", "podman"):
        from uvdive.image.endpoint import endpoint_of
        from uvdive.image.engine.engine import Engine
        from uvdive.ledger.base_image import KnownImage
        from uvdive.session.caching import layer_cache

        engine = Engine(endpoint_of(target.kind))
        if options.pull:
            engine.ensure(target.value, on_event, platform=options.platform)
        cache = layer_cache() if options.layer_cache else None
        image = engine.read(
            target.value,
            wanted,
            on_event,
            platform=options.platform,
            cache=cache,
            via=options.via,
            meanwhile=_prepare,
        )
        return image, tuple(
            KnownImage(item.names, item.diff_ids) for item in engine.local_images(cache, as_read=True)
        )
    verify = options.verify_digests
    if target.kind == "oci":
        layout = FolderBox(target.path, wanted, on_event, verify=verify)
        return _from_box(layout, target, options, on_event, announce=True), ()
    if target.kind in ("archive", "docker-archive", "oci-archive"):
        with open_archive(target.path, wanted, on_event, verify=verify) as box:
            announce = not isinstance(box, PassedBox)
            return _from_box(box, target, options, on_event, announce=announce), ()
    raise UsageError(f"{target.value} is no image.")


def _prepare() -> None:
    """Import what accounting needs."""
    import uvdive.ledger.assemble
    import uvdive.session.matching  # noqa: F401


def _from_box(
    box: Box, target: Target, options: ReadOptions, on_event: OnEvent, *, announce: bool
) -> RawImage:
    source = target.kind
    if source == "archive":
        source = "docker-archive" if box.text("manifest.json") is not None else "oci-archive"
    if source == "docker-archive":
        chosen = docker_archive.choose(box, target.tag, reference=target.value, source=source)
        if options.platform:
            _check_platform(chosen.manifest.platform, options.platform)
    else:
        from uvdive.image.archives import oci

        name = "oci-layout" if source == "oci" else source
        chosen = oci.choose(box, target.tag, options.platform, reference=target.value, source=name)
    return docker_archive.collect(box, chosen, on_event, announce=announce, meanwhile=_prepare)


def _check_platform(found: str, asked: str) -> None:
    from uvdive.image.archives.oci import fits

    if not fits(found, asked):
        raise ImageError(
            f"The image is for {found}, not for {asked}.",
            "Save it for the platform that you want, or leave --platform out.",
        )


def _kept(image: RawImage, sources: Sources) -> dict[int, bytes]:
    """The kept contents by inode."""
    kept: dict[int, bytes] = {}
    for layer, start in enumerate(sources.starts):
        contents = image.layers[layer].index.contents
        if contents:
            kept |= {
                inode: contents[place]
                for inode, place in enumerate(sources.of_layer(layer), start)
                if place in contents
            }
    return kept


def _store_index(image: RawImage, sources: Sources, kept: dict[int, bytes]) -> StoreIndex:
    offsets = array("q")
    for layer, data in enumerate(image.layers):
        offsets.extend(map(data.index.offset.__getitem__, sources.of_layer(layer)))
    return StoreIndex(kept, image.places, offsets)
