"""A container engine that speaks Docker's API: what it knows of images, and their save stream."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from uvdive.base.errors import ImageError
from uvdive.base.progress import Note, OnEvent
from uvdive.image.answers import HISTORY, IMAGE, IMAGES, INFO, VERSION, RefusedError, answer, asking
from uvdive.image.config import Manifest
from uvdive.image.endpoint import EngineKind, connect, engine_stays, kind_of
from uvdive.image.engine.api import api_of
from uvdive.image.engine.pulling import pull
from uvdive.image.engine.saving import saved
from uvdive.image.engine.storage import read_storage, storage_root
from uvdive.image.events import ImageFound, LayerOutline
from uvdive.image.layer_index import LayerData
from uvdive.image.layers.cache import LayerCache
from uvdive.image.raw_image import Finished, RawImage, UnreadImage, layer_history, read_config
from uvdive.image.reaching.address import Endpoint
from uvdive.image.reference import is_ours, untagged
from uvdive.image.sieve import Wanted
from uvdive.image.tar.below import StorageError

_LAYERS_OF = "layers of images"
_MOST_NEAR = 3
_ALIKE = 0.75
"""How much of two names must be the same, from 0 to 1, to take one for the other (``difflib``)."""
_NO_LAYER = re.compile(
    r"(?:/bin/sh -c #\(nop\)\s+)?"
    r"(?:ENV|CMD|ENTRYPOINT|LABEL|EXPOSE|USER|VOLUME|STOPSIGNAL|ARG|HEALTHCHECK|SHELL|ONBUILD|MAINTAINER)\b"
)


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


class Engine:
    """A connection to Docker's engine, or to podman's service, which speaks the same API.

    Raises:
        EngineError: no engine answers, or its socket may not be used.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._api = api_of(endpoint)
        with asking():
            self._version: dict[str, Any] = answer(self._api.version(), VERSION, "version")
        self._images: list[dict[str, Any]] = []

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
            meanwhile: what to do in a thread while the engine prepares its stream.

        Raises:
            EngineError: the engine went away.
            ImageError: there is no such image, its stream breaks or is damaged, or its
                storage was asked for and cannot be read.
        """
        attributes = self.inspect(reference)
        image_id = str(attributes["Id"])
        history: list[dict[str, Any]] = list(answer(self._api.history(image_id), HISTORY, "history"))
        history.reverse()
        diff_ids = [str(layer) for layer in (attributes.get("RootFS") or {}).get("Layers") or ()]
        on_event(ImageFound(reference, _first_outline(diff_ids, history)))
        other = None if platform is None or _fits(platform, self._own) else platform
        key = f"image {image_id} {other or ''}"
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
                engine_sizes=_engine_sizes(manifest, history),
            )

        def asked(image: UnreadImage) -> bool:
            return finished(replace(image, manifest=complete(image.manifest)))

        image = None
        if cache is not None and via != "storage":
            image = _cached(cache, key, reference, self.source, asked)
            for layer in image.layers if image is not None else ():
                _tell(layer, on_event)
        if image is None and via != "save":
            image = self._stored(
                reference, image_id, wanted, on_event, cache, asked, required=via == "storage"
            )
        if image is None:
            waiting = threading.Thread(target=meanwhile, daemon=True)
            waiting.start()
            image = self._stream(reference, image_id, wanted, on_event, other, cache)
            waiting.join()
            if cache is not None:
                cache.keep_record(key, _record(image))
        return replace(image, manifest=complete(image.manifest))

    def _stored(
        self,
        reference: str,
        image_id: str,
        wanted: Wanted,
        on_event: OnEvent,
        cache: LayerCache | None,
        finished: Finished,
        *,
        required: bool,
    ) -> RawImage | None:
        """The image from the engine's own storage, or None where that cannot be."""
        root = storage_root(answer(self._api.info(), INFO, "info"), self._endpoint.url)
        problem = "its storage is no overlay2 on this machine that may be read"
        if root is not None:
            on_event(Note("Reading the engine's storage"))
            try:
                return read_storage(root, image_id, reference, wanted, on_event, cache, finished)
            except StorageError as error:
                problem = str(error)
        if required:
            raise ImageError(f"The engine's storage cannot be read: {problem}.", "Use --via save.")
        return None

    def _stream(
        self,
        reference: str,
        image_id: str,
        wanted: Wanted,
        on_event: OnEvent,
        platform: str | None,
        cache: LayerCache | None,
    ) -> RawImage:
        # Where a report was kept nothing is read.
        from uvdive.image.archives import docker_archive, oci
        from uvdive.image.archives.boxes import PassedBox, StaleCacheError
        from uvdive.image.stream import ChunkStream

        on_event(Note("The engine prepares the archive"))
        try:
            box = PassedBox(ChunkStream(saved(self._api, image_id, on_event)), wanted, on_event, cache)
        except StaleCacheError:
            box = PassedBox(ChunkStream(saved(self._api, image_id, on_event)), wanted, on_event)
        if platform and box.text("index.json") is not None:
            chosen = oci.choose(box, None, platform, reference=reference, source=self.source)
        else:
            chosen = docker_archive.choose(box, None, reference=reference, source=self.source)
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


def _first_outline(diff_ids: list[str], history: list[dict[str, Any]]) -> tuple[LayerOutline, ...]:
    """The layers as far as they can be told before the config has come."""
    filled = [
        entry
        for entry in history
        if entry.get("Size") or not _NO_LAYER.match(str(entry.get("CreatedBy") or ""))
    ]
    fits = len(filled) == len(diff_ids)
    return tuple(
        LayerOutline(
            diff_id,
            str(filled[number].get("CreatedBy") or "") if fits else "",
            filled[number].get("Size") if fits else None,
        )
        for number, diff_id in enumerate(diff_ids)
    )


def _engine_sizes(manifest: Manifest, history: Sequence[dict[str, Any]]) -> tuple[int | None, ...]:
    """For each layer the size that the engine's history has for it, in bytes."""
    places = layer_history(manifest)
    if len(history) != len(manifest.history):
        return (None,) * len(places)
    return tuple(None if place is None else history[place].get("Size") for place in places)
