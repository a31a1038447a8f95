"""Read an image from its registry: what it says of itself first, then the layers that nobody kept."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base.errors import ImageError
from uvdive.base.progress import Note, OnEvent
from uvdive.image.archives.boxes import layer_read
from uvdive.image.archives.descriptors import fits
from uvdive.image.budget import check_image
from uvdive.image.config import Manifest
from uvdive.image.events import ImageFound, LayerOutline
from uvdive.image.layer_index import LayerData
from uvdive.image.layers.cache import LayerCache
from uvdive.image.raw_image import Finished, LayerPlace, RawImage, UnreadImage, outline, read_config
from uvdive.image.registry import by_table
from uvdive.image.registry.attestations import read_attested
from uvdive.image.registry.by_table import TableSource
from uvdive.image.registry.client import Manners, Registry
from uvdive.image.registry.fetching import Fetching, Wish
from uvdive.image.registry.manifests import Blob, Found, Manifests
from uvdive.image.registry.names import ImageName, parse_name
from uvdive.image.sieve import Wanted

SOURCE = "registry"


@dataclass(frozen=True, slots=True)
class Opening:
    """How to read an image, as ``sources.OpenOptions`` has it."""

    wanted: Wanted
    on_event: OnEvent
    platform: str | None = None
    cache: LayerCache | None = None
    finished: Finished | None = None
    meanwhile: Callable[[], None] = lambda: None
    whole: bool = False


def read_image(text: str, manners: Manners, opening: Opening) -> RawImage:
    """The image that ``HOST/NAME[:TAG|@DIGEST]`` names.

    Raises:
        UsageError: it is no such name.
        ImageError: there is none, it may not be had, or it is not what it says.
    """
    name = parse_name(text)
    opening.on_event(Note(f"Asking {name.host} for {name.repository}"))
    registry = Registry(name, manners)
    manifests = Manifests(registry, _Small(opening.cache).find, _Small(opening.cache).keep)
    found = manifests.find(opening.platform)
    manifest = _manifest(text, name, found, manifests.config(found), opening.platform)
    opening.on_event(ImageFound(text, _outline(manifest, found)))
    if found.attested:
        manifest = replace(manifest, attested=read_attested(manifests, found, manifest.diff_ids))
    sizes = tuple(map(_packed, found.layers, manifest.diff_ids))
    sources = tuple(
        _source(text, blob, diff_id, manners, opening)
        for blob, diff_id in zip(found.layers, manifest.diff_ids, strict=True)
    )
    image = RawImage(manifest, (), tuple(each is None for each in sources), tuple(map(_place, sources)))
    if opening.finished is not None and opening.finished(
        UnreadImage(manifest, image.verified, sizes, image.places)
    ):
        return image
    wishes = [
        Wish(blob, diff_id, source is not None)
        for blob, diff_id, source in zip(found.layers, manifest.diff_ids, sources, strict=True)
    ]
    layers = _layers(registry, wishes, opening)
    read = tuple(
        replace(layers[diff_id], compressed_bytes=size)
        for diff_id, size in zip(manifest.diff_ids, sizes, strict=True)
    )
    times = [(layers[diff_id].index, manifest.diff_ids.count(diff_id)) for diff_id in layers]
    blobs = {blob.digest: blob.size for blob in found.layers}
    check_image(times, sum(blobs.values()))
    # A table that was not used is no table: such a layer was verified, and its contents are gone.
    listed = [layer.diff_id is None for layer in read]
    places = tuple(place if told else None for place, told in zip(image.places, listed, strict=True))
    return replace(image, layers=read, verified=tuple(not told for told in listed), places=places)


def _source(text: str, blob: Blob, diff_id: str, manners: Manners, opening: Opening) -> TableSource | None:
    """Where a layer's contents are had if its table tells its files; None where all of it is read."""
    if opening.whole or blob.note is None or blob.size < by_table.WORTH_IT:
        return None
    if opening.cache is not None and opening.cache.has(diff_id):
        return None
    return TableSource(text, blob, blob.note, tuple(manners.insecure), manners.patience)


def _place(source: TableSource | None) -> LayerPlace | None:
    return None if source is None else LayerPlace(Path(), None, source)


class _Small:
    """Manifests and configs that were read before, by their digests."""

    def __init__(self, cache: LayerCache | None) -> None:
        self._cache = cache

    def find(self, digest: str) -> bytes | None:
        """What has that digest, if it was kept and still has it."""
        record = self._cache.record(f"{SOURCE} {digest}") if self._cache is not None else None
        text = record.get("text") if record is not None else None
        data = text.encode("utf-8", "replace") if isinstance(text, str) else None
        same = data is not None and f"sha256:{hashlib.sha256(data).hexdigest()}" == digest
        return data if same else None

    def keep(self, digest: str, data: bytes) -> None:
        """Keep it."""
        if self._cache is not None:
            self._cache.keep_record(f"{SOURCE} {digest}", {"text": data.decode("utf-8", "replace")})


def _manifest(text: str, name: ImageName, found: Found, config: bytes, platform: str | None) -> Manifest:
    """What the config says, which has to fit the manifest and what was asked for."""
    manifest = read_config(config, reference=text, source=SOURCE, digest=found.config.digest)
    if len(manifest.diff_ids) != len(found.layers):
        raise ImageError(
            f"{name} has {len(found.layers)} layers but its config names {len(manifest.diff_ids)}.",
            "The image is damaged: push it again.",
        )
    if platform is not None and not fits(manifest.platform, platform):
        raise ImageError(
            f"The registry has {name} for {manifest.platform}, not for {platform}.",
            "Leave --platform out, or name what it has.",
        )
    return manifest


def _packed(blob: Blob, diff_id: str) -> int | None:
    """The bytes of a packed blob; None for a plain tar, whose digest is its own."""
    return None if blob.digest == diff_id else blob.size


def _outline(manifest: Manifest, found: Found) -> tuple[LayerOutline, ...]:
    return tuple(
        replace(layer, packed_size=blob.size)
        for layer, blob in zip(outline(manifest), found.layers, strict=True)
    )


def _layers(registry: Registry, wanted: Sequence[Wish], opening: Opening) -> dict[str, LayerData]:
    """The layers by their diff ids, from the cache as far as it has them."""
    cache, layers = opening.cache, dict[str, LayerData]()
    wishes: dict[str, Wish] = {}
    for wish in wanted:
        diff_id = wish.diff_id
        if diff_id in layers or diff_id in wishes:
            continue
        kept = cache.layer(diff_id) if cache is not None else None
        if kept is None:
            wishes[diff_id] = wish
        else:
            layers[diff_id] = kept
            opening.on_event(layer_read(kept, diff_id))
    meanwhile = threading.Thread(target=opening.meanwhile, daemon=True)
    meanwhile.start()
    for wish, layer in Fetching(registry, opening.wanted, opening.on_event).layers(tuple(wishes.values())):
        layers[wish.diff_id] = layer
        if cache is not None:
            cache.keep_layer(layer)
        opening.on_event(layer_read(layer, wish.diff_id))
    meanwhile.join()
    return layers
