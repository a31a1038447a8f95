"""A container engine that speaks Docker's API: what it knows of images, and their save stream."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from uvdive.base.errors import ImageError
from uvdive.base.progress import Note, OnEvent
from uvdive.image.answers import HISTORY, IMAGE, IMAGES, INFO, VERSION, RefusedError, answer, asking
from uvdive.image.config import Manifest
from uvdive.image.endpoint import EngineKind, connect, engine_stays, kind_of
from uvdive.image.engine.api import api_of
from uvdive.image.engine.outline import engine_sizes, first_outline
from uvdive.image.engine.pulling import pull
from uvdive.image.engine.saving import Saved
from uvdive.image.engine.storage import read_storage, storage_root
from uvdive.image.events import ImageFound
from uvdive.image.layer_index import LayerData
from uvdive.image.layers.cache import LayerCache
from uvdive.image.raw_image import Finished, RawImage, UnreadImage, read_config
from uvdive.image.reaching.address import Endpoint
from uvdive.image.reference import is_ours, untagged
from uvdive.image.sieve import Wanted
from uvdive.image.tar.below import StorageError

_LAYERS_OF = "layers of images"
_MOST_NEAR = 3
_ALIKE = 0.75
"""How much of two names must be the same, from 0 to 1, to take one for the other (``difflib``)."""


def _never(_image: UnreadImage) -> bool:
    """Nothing is finished where nobody keeps anything."""
    return False


def _nothing() -> None:
    """What there is to do meanwhile where nobody asks for anything."""


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image that the engine has: its id, names and diff ids, bottom first.

    ``size`` is in bytes, as the engine lists it; ``created`` in seconds since 1970.
    """

    id: str
    names: tuple[str, ...]
    diff_ids: tuple[str, ...]
    size: int | None = None
    created: int | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is read: an image by its name and id, as ``Engine.read`` has it.

    ``key`` is its name in the cache; ``platform`` that of another than the engine's own, else None.
    """

    reference: str
    image_id: str
    key: str
    wanted: Wanted
    on_event: OnEvent
    platform: str | None
    cache: LayerCache | None


class Engine:
    """A connection to Docker's engine, or to podman's service, which speaks the same API.

    Raises:
        EngineError: no engine answers, or its socket may not be used.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._api = api_of(endpoint)
        self._images: list[dict[str, Any]] = []

    @functools.cached_property
    def _version(self) -> dict[str, Any]:
        """What it says of itself; podman takes longer for it than for most other answers."""
        with asking():
            return dict(answer(self._api.version(), VERSION, "version"))

    @property
    def _own(self) -> str:
        """The engine's platform; this machine's says nothing of it."""
        return f"{self._version.get('Os') or 'linux'}/{self._version.get('Arch') or ''}"

    @property
    def source(self) -> EngineKind:
        """Which kind of engine answers."""
        return kind_of(self._version)

    @engine_stays
    def inspect(self, reference: str) -> dict[str, Any]:
        """What the engine says of an image.

        Raises:
            ImageError: it has no such image, or will not say.
        """
        try:
            return dict(answer(self._api.inspect_image(reference), IMAGE, "image"))
        except RefusedError as error:
            if not error.unknown:
                raise ImageError(f"The engine refuses {reference}: {error.why}.") from error
            near = self._near(reference)
            raise ImageError(
                f"The engine has no image {reference}.",
                (f"Did you mean {' or '.join(near)}? Else build it" if near else "Build it")
                + f", or pull it with `docker pull {reference}`.",
            ) from error

    def _near(self, reference: str) -> list[str]:
        """Names of images that may be meant, the nearest first."""
        import difflib

        names = (name for listed in self._listed(anew=True) for name in listed.get("RepoTags") or ())
        known = [name for name in names if not is_ours(name) and name != "<none>:<none>"]
        others = [name for name in known if untagged(name) == untagged(reference)]
        return others[:_MOST_NEAR] or difflib.get_close_matches(reference, known, _MOST_NEAR, _ALIKE)

    @engine_stays
    def ensure(self, reference: str, on_event: OnEvent, *, platform: str | None = None) -> None:
        """Pull an image that the engine lacks; one that is there is left as it is.

        Raises:
            ImageError: it cannot be pulled.
        """
        try:
            self._api.inspect_image(reference)
        except RefusedError as error:
            if not error.unknown:
                raise
            with contextlib.closing(connect(self._endpoint)) as client:
                pull(client.api, reference, platform, on_event)

    @engine_stays
    def local_images(
        self, cache: LayerCache | None = None, *, as_read: bool = False
    ) -> tuple[LocalImage, ...]:
        """Every named image of the engine.

        Args:
            cache: spares asking for each that was seen before.
            as_read: take the list that ``read`` asked for: engines with many images are slow to give it.
        """
        before = (cache.record(_LAYERS_OF) if cache is not None else None) or {}
        layers: dict[str, tuple[str, ...]] = {}
        found = []
        for listed in self._listed(anew=not as_read):
            names = tuple(name for name in listed.get("RepoTags") or () if name != "<none>:<none>")
            if not names:
                continue
            image_id = str(listed["Id"])
            known = before.get(image_id)
            try:
                layers[image_id] = (
                    tuple(map(str, known)) if isinstance(known, list) else self._layers(image_id)
                )
            except RefusedError:
                continue  # removed since it was listed
            size, created = listed.get("Size"), listed.get("Created")
            found.append(LocalImage(image_id, names, layers[image_id], size, created))
        if cache is not None and layers.keys() != before.keys():
            cache.keep_record(_LAYERS_OF, layers)
        return tuple(found)

    def _layers(self, image_id: str) -> tuple[str, ...]:
        attributes = answer(self._api.inspect_image(image_id), IMAGE, "image")
        return tuple((attributes.get("RootFS") or {}).get("Layers") or ())

    @engine_stays
    def read(  # noqa: PLR0913 - what may be asked of an engine, by name
        self,
        reference: str,
        wanted: Wanted,
        on_event: OnEvent,
        *,
        platform: str | None = None,
        cache: LayerCache | None = None,
        via: str = "auto",
        finished: Finished = _never,
        meanwhile: Callable[[], None] = _nothing,
    ) -> RawImage:
        """Read an image: from the cache if it has all layers, from storage, or the save stream.

        Args:
            reference: its name or id.
            wanted: which files' contents to keep.
            on_event: gets Note, BytesRead, ImageFound and LayerRead.
            platform: which one of several; the engine's own is what it means where none is named.
            cache: what was read before; None reads anew and keeps nothing.
            via: ``save`` or ``storage`` takes that way only, ``auto`` the quickest.
            finished: asked before layers come from the cache or from storage; the image has none then.
            meanwhile: what to do in a thread while the engine prepares its stream; it may ask the engine.

        Raises:
            EngineError: the engine went away.
            ImageError: there is no such image, its stream breaks or is damaged, or its
                storage was asked for and cannot be read.
        """
        attributes = self.inspect(reference)
        image_id = str(attributes["Id"])
        other = None if platform is None or _fits(platform, self._own) else platform
        key = f"image {image_id} {other or ''}"
        asked = _Asked(reference, image_id, key, wanted, on_event, other, cache)
        with self._sent(asked, via) as sent:
            history: list[dict[str, Any]] = list(answer(self._api.history(image_id), HISTORY, "history"))
            history.reverse()
            diff_ids = [str(layer) for layer in (attributes.get("RootFS") or {}).get("Layers") or ()]
            on_event(ImageFound(reference, first_outline(diff_ids, history)))
            sizes = attributes.get("Size"), self._listed_size(image_id)

            def complete(manifest: Manifest) -> Manifest:
                if platform and not _fits(manifest.platform, platform):
                    raise ImageError(
                        f"The engine has {reference} for {manifest.platform}, not for {platform}.",
                        f"Pull it with `docker pull --platform {platform} {reference}`.",
                    )
                return replace(
                    manifest,
                    reference=reference,
                    image_id=image_id if image_id.startswith("sha256:") else f"sha256:{image_id}",
                    inspect_size=sizes[0],
                    listed_size=sizes[1],
                    engine_sizes=engine_sizes(manifest, history),
                )

            def ready(image: UnreadImage) -> bool:
                return finished(replace(image, manifest=complete(image.manifest)))

            image = None if sent is not None else self._at_hand(asked, via, ready)
            if image is None:
                image = self._streamed(asked, sent, meanwhile)
            return replace(image, manifest=complete(image.manifest))

    def _sent(self, asked: _Asked, via: str) -> AbstractContextManager[Saved | None]:
        """The image on its way, where nothing else can be: what else there is to do is done meanwhile."""
        if via == "storage" or (asked.cache is not None and asked.cache.record(asked.key) is not None):
            return contextlib.nullcontext()
        if via != "save" and self._root is not None:
            return contextlib.nullcontext()
        return contextlib.closing(Saved(self._api, asked.image_id, asked.on_event))

    @functools.cached_property
    def _root(self) -> Path | None:
        """The root folder of the engine's storage, if it may be read."""
        return storage_root(answer(self._api.info(), INFO, "info"), self._endpoint.url)

    def _at_hand(self, asked: _Asked, via: str, finished: Finished) -> RawImage | None:
        """The image from the cache or from storage; None where it has to be sent."""
        image = None
        if asked.cache is not None and via != "storage":
            image = _cached(asked.cache, asked.key, asked.reference, self.source, finished)
            for layer in image.layers if image is not None else ():
                _tell(layer, asked.on_event)
        if image is None and via != "save":
            image = self._stored(asked, finished, required=via == "storage")
        return image

    def _stored(self, asked: _Asked, finished: Finished, *, required: bool) -> RawImage | None:
        """The image from the engine's own storage, or None where that cannot be."""
        problem = "its storage is no overlay2 on this machine that may be read"
        if self._root is not None:
            asked.on_event(Note("Reading the engine's storage"))
            try:
                return read_storage(
                    self._root,
                    asked.image_id,
                    asked.reference,
                    asked.wanted,
                    asked.on_event,
                    asked.cache,
                    finished,
                )
            except StorageError as error:
                problem = str(error)
        if required:
            raise ImageError(f"The engine's storage cannot be read: {problem}.", "Use --via save.")
        return None

    def _streamed(self, asked: _Asked, sent: Saved | None, meanwhile: Callable[[], None]) -> RawImage:
        """The image from its archive, which may be on its way already."""
        asked.on_event(Note("The engine prepares the archive"))
        source = self.source
        with contextlib.closing(sent or Saved(self._api, asked.image_id, asked.on_event)) as archive:
            waiting = threading.Thread(target=meanwhile, daemon=True)
            waiting.start()
            image = self._stream(asked, archive, source)
            waiting.join()
        if asked.cache is not None:
            asked.cache.keep_record(asked.key, _record(image))
        return image

    def _stream(self, asked: _Asked, archive: Saved, source: EngineKind) -> RawImage:
        # Where a report was kept nothing is read.
        from uvdive.image.archives import docker_archive, oci
        from uvdive.image.archives.boxes import PassedBox, StaleCacheError
        from uvdive.image.stream import ChunkStream

        on_event = asked.on_event
        try:
            box = PassedBox(ChunkStream(archive.pieces()), asked.wanted, on_event, asked.cache)
        except StaleCacheError:
            with contextlib.closing(Saved(self._api, asked.image_id, on_event)) as again:
                box = PassedBox(ChunkStream(again.pieces()), asked.wanted, on_event)
        if asked.platform and box.text("index.json") is not None:
            chosen = oci.choose(box, None, asked.platform, reference=asked.reference, source=source)
        else:
            chosen = docker_archive.choose(box, None, reference=asked.reference, source=source)
        return docker_archive.collect(box, chosen, on_event, announce=False)

    def _listed_size(self, image_id: str) -> int | None:
        sizes = (image.get("Size") for image in self._listed(anew=True) if image["Id"] == image_id)
        return next(sizes, None)

    def _listed(self, *, anew: bool) -> list[dict[str, Any]]:
        if anew or not self._images:
            self._images = answer(self._api.images(), IMAGES, "images")
        return self._images


def _fits(found: str, asked: str) -> bool:
    from uvdive.image.archives.descriptors import fits

    return fits(found, asked)


def _tell(layer: LayerData, on_event: OnEvent) -> None:
    from uvdive.image.archives.boxes import layer_read

    on_event(layer_read(layer, layer.diff_id or ""))


def _record(image: RawImage) -> dict[str, Any]:
    """What the cache keeps of an image beside its layers."""
    return {
        "config": image.manifest.raw,
        "digest": image.manifest.config_digest,
        "compressed": [layer.compressed_bytes for layer in image.layers],
    }


def _cached(
    cache: LayerCache, key: str, reference: str, source: Literal["docker", "podman"], finished: Finished
) -> RawImage | None:
    """The image from the cache, if its config and all of its layers are there, or nobody needs them."""
    record = cache.record(key)
    if record is None:
        return None
    try:
        manifest = read_config(
            str(record["config"]).encode(), reference=reference, source=source, digest=str(record["digest"])
        )
        sizes = list(record["compressed"])
    except (ImageError, KeyError, TypeError):
        return None
    count = len(manifest.diff_ids)
    image = RawImage(manifest, (), (True,) * count, (None,) * count)
    if finished(UnreadImage(manifest, image.verified, tuple(sizes), image.places)):
        return image
    layers = []
    for diff_id, compressed in zip(manifest.diff_ids, sizes, strict=False):
        layer = cache.layer(diff_id)
        if layer is None:
            return None
        layers.append(replace(layer, compressed_bytes=compressed))
    return replace(image, layers=tuple(layers)) if len(layers) == count else None
