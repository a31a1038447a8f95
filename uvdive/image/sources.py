"""Where images come from: a way to open each kind of reference.

A new source is one more function and one more row of ``SOURCES``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from uvdive.base.errors import ImageError, NoEngineError, UsageError, UvdiveError
from uvdive.base.progress import Note, OnEvent
from uvdive.image.raw_image import Finished, KnownImage, RawImage, UnreadImage
from uvdive.image.reference import Target, TargetKind
from uvdive.image.sieve import Wanted

if TYPE_CHECKING:
    from uvdive.image.archives.boxes import Box
    from uvdive.image.archives.docker_archive import Chosen
    from uvdive.image.layers.cache import LayerCache

Via = Literal["auto", "save", "storage", "registry"]
"""How an engine hands an image over: by its ``save`` stream, from its storage, or the quickest.

``registry`` asks the registry that the image's name names, and no engine.
"""


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How to open an image; what a source does not know, it passes over.

    ``wanted`` tells which files' contents to keep, ``on_event`` gets Note, BytesRead,
    ImageFound and LayerRead. ``platform`` picks one of several, ``verify`` hashes plain
    layers of archives too and reads all of a registry's, ``pull`` fetches what an engine lacks,
    ``via`` says how an engine hands an image over, and ``cache`` gives the cache of its layers
    where it may be used.
    ``finished`` is asked before layers come from the cache or an engine's storage.
    ``meanwhile`` is called while there is nothing to do but to wait. ``insecure`` are
    registries that may be asked without TLS, or with a certificate that nobody vouches for.
    """

    wanted: Wanted
    on_event: OnEvent
    platform: str | None = None
    verify: bool = False
    pull: bool = False
    via: Via = "auto"
    cache: Callable[[], LayerCache] | None = None
    finished: Finished | None = None
    meanwhile: Callable[[], None] = lambda: None
    insecure: tuple[str, ...] = ()


Open = Callable[[Target, OpenOptions], RawImage]


def open_image(target: Target, options: OpenOptions) -> RawImage:
    """Read the image that a reference names: its config and its layers, not stacked yet.

    Raises:
        UsageError: the reference is of a kind that is no image.
        EngineError: no engine answers, or it went away.
        ImageError: there is no such image, or it is damaged.
    """
    source = SOURCES.get(target.kind)
    if source is None:
        raise UsageError(f"{target.value} is no image.")
    return source(target, options)


def _engine(target: Target, options: OpenOptions) -> RawImage:
    from uvdive.image.endpoint import endpoint_of
    from uvdive.image.engine.engine import Engine

    if options.via == "registry":
        return _registry(target, options)
    try:
        engine = Engine(endpoint_of(target.kind))
    except NoEngineError as error:
        if not target.bare:
            raise
        return _without_engine(target, options, error)
    if options.pull:
        engine.ensure(target.value, options.on_event, platform=options.platform)
    cache = options.cache() if options.cache is not None else None

    def known() -> tuple[KnownImage, ...]:
        # In an order of their own: engines list images of one moment in any.
        listed = sorted(engine.local_images(cache, as_read=True), key=lambda item: sorted(item.names))
        return tuple(KnownImage(tuple(sorted(item.names)), item.diff_ids) for item in listed)

    listed: list[tuple[KnownImage, ...]] = []

    def meanwhile() -> None:
        with contextlib.suppress(UvdiveError):  # it is asked again, and told, where it is needed
            listed.append(known())
        options.meanwhile()

    def finished(image: UnreadImage) -> bool:
        return options.finished is not None and options.finished(replace(image, known=known()))

    image = engine.read(
        target.value,
        options.wanted,
        options.on_event,
        platform=options.platform,
        cache=cache,
        via=options.via,
        finished=finished,
        meanwhile=meanwhile,
    )
    return replace(image, known=listed[0] if listed else known()) if image.layers else image


def _registry(target: Target, options: OpenOptions) -> RawImage:
    from uvdive.image.endpoint import patience
    from uvdive.image.registry.client import Manners
    from uvdive.image.registry.opening import Opening, read_image

    manners = Manners(insecure=options.insecure, patience=patience())
    opening = Opening(
        options.wanted,
        options.on_event,
        platform=options.platform,
        cache=options.cache() if options.cache is not None else None,
        finished=options.finished,
        meanwhile=options.meanwhile,
        whole=options.verify,
    )
    return read_image(target.value, manners, opening)


def _without_engine(target: Target, options: OpenOptions, error: NoEngineError) -> RawImage:
    """The image from the registry that its name means, as there is no engine that could have it.

    Raises:
        NoEngineError: the registry is not there either.
    """
    from uvdive.image.registry.client import UnreachableError

    options.on_event(Note(f"No container engine answers: asking the registry for {target.value}"))
    try:
        return _registry(target, options)
    except UnreachableError as unreachable:
        raise NoEngineError(error.what, f"{error.do} {unreachable.what}") from error
    except UsageError as named:
        raise NoEngineError(error.what, error.do) from named


def _layout(target: Target, options: OpenOptions) -> RawImage:
    from uvdive.image.archives.boxes import FolderBox

    box = FolderBox(target.path, options.wanted, options.on_event, verify=options.verify)
    return _by_index(box, target, options, "oci-layout")


def _archive(target: Target, options: OpenOptions) -> RawImage:
    """An archive whose kind its contents tell."""
    with _box(target, options) as box:
        if box.text("manifest.json") is not None:
            return _by_manifest(box, target, options)
        return _by_index(box, target, options, "oci-archive")


def _docker_archive(target: Target, options: OpenOptions) -> RawImage:
    with _box(target, options) as box:
        return _by_manifest(box, target, options)


def _oci_archive(target: Target, options: OpenOptions) -> RawImage:
    with _box(target, options) as box:
        return _by_index(box, target, options, "oci-archive")


SOURCES: Mapping[TargetKind, Open] = {
    "docker": _engine,
    "podman": _engine,
    "registry": _registry,
    "oci": _layout,
    "archive": _archive,
    "docker-archive": _docker_archive,
    "oci-archive": _oci_archive,
}
"""By kind of reference, what opens it; ``report`` and ``dockerfile`` are no images."""


def _box(target: Target, options: OpenOptions) -> AbstractContextManager[Box]:
    from uvdive.image.archives.boxes import open_archive

    return open_archive(target.path, options.wanted, options.on_event, verify=options.verify)


def _by_manifest(box: Box, target: Target, options: OpenOptions) -> RawImage:
    """The image that a ``manifest.json`` names, as ``docker save`` writes it."""
    from uvdive.image.archives import docker_archive

    chosen = docker_archive.choose(box, target.tag, reference=target.value, source="docker-archive")
    if options.platform:
        _check_platform(chosen.manifest.platform, options.platform)
    return _collect(box, chosen, options)


def _by_index(box: Box, target: Target, options: OpenOptions, source: str) -> RawImage:
    """The image that an ``index.json`` names, as OCI image layouts have it."""
    from uvdive.image.archives import oci

    chosen = oci.choose(box, target.tag, options.platform, reference=target.value, source=source)
    return _collect(box, chosen, options)


def _collect(box: Box, chosen: Chosen, options: OpenOptions) -> RawImage:
    from uvdive.image.archives import docker_archive
    from uvdive.image.archives.boxes import PassedBox

    # Of an archive that passes once the layers were told as they passed.
    announce = not isinstance(box, PassedBox)
    return docker_archive.collect(
        box, chosen, options.on_event, announce=announce, meanwhile=options.meanwhile
    )


def _check_platform(found: str, asked: str) -> None:
    from uvdive.image.archives.descriptors import fits

    if not fits(found, asked):
        raise ImageError(
            f"The image is for {found}, not for {asked}.",
            "Save it for the platform that you want, or leave --platform out.",
        )
