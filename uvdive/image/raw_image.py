"""An image as a source hands it over: what it says of itself, its layers, its contents."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from uvdive.base import shapes
from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import opened
from uvdive.image.budget import MAX_LAYERS
from uvdive.image.config import CONFIG_FILE, Manifest, parse_config, parse_history
from uvdive.image.events import LayerOutline
from uvdive.image.layer_index import LayerData
from uvdive.image.reference import DIGEST
from uvdive.image.tar.below import read_below

SHA256 = "sha256:"
BLOBS = "blobs/sha256/"
"""Where OCI layouts keep blobs, each under its digest."""

_BROKEN = "The image is damaged: pull, build or save it again."


class WrongTableError(ImageError):
    """A table of contents that told a layer's files is wrong about one: only the layer's bytes tell."""


class ContentSource(Protocol):
    """Gives the contents of a layer's files by their paths; goes to other processes."""

    def read(self, path: bytes, at: int, count: int) -> bytes:
        """``count`` bytes of a file from byte ``at`` on, or an ImageError (WrongTableError)."""


@dataclass(frozen=True, slots=True)
class LayerPlace:
    """Where a layer's contents can be read again.

    That is a plain layer tar in the file ``path``, from byte ``offset`` on, or, where
    ``offset`` is None, the files below the folder ``path``, or whatever ``source`` asks.
    """

    path: Path
    offset: int | None
    source: ContentSource | None = None


@dataclass(frozen=True, slots=True)
class KnownImage:
    """Another image that the source has: its names and diff ids, bottom first."""

    names: tuple[str, ...]
    diff_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawImage:
    """A read image, before stacking; everything is bottom first.

    ``verified`` says of each layer whether its bytes gave its diff id. ``places``
    has None for layers that cannot be read again. One of the ``known`` images may be
    this one's base. ``layers`` is empty where ``Finished`` said that nobody needs them.
    """

    manifest: Manifest
    layers: tuple[LayerData, ...]
    verified: tuple[bool, ...]
    places: tuple[LayerPlace | None, ...]
    known: tuple[KnownImage, ...] = ()

    @property
    def unread(self) -> UnreadImage:
        """The image without what its layers hold."""
        compressed = tuple(layer.compressed_bytes for layer in self.layers)
        return UnreadImage(self.manifest, self.verified, compressed, self.places, self.known)


@dataclass(frozen=True, slots=True)
class UnreadImage:
    """An image of which all is known but what its layers hold; as RawImage has it.

    ``compressed`` are the blobs' sizes in bytes, None for plain tars.
    """

    manifest: Manifest
    verified: tuple[bool, ...]
    compressed: tuple[int | None, ...]
    places: tuple[LayerPlace | None, ...]
    known: tuple[KnownImage, ...] = ()


Finished = Callable[[UnreadImage], bool]
"""Is what was to be made of an image there already, so that nobody needs its layers?"""


@dataclass(frozen=True, slots=True)
class StoreIndex:
    """Where the content of each inode is: kept in memory, or in its layer's place.

    ``places`` are the layers', bottom first; ``offsets`` are the inodes' positions in
    their layer's tar, in bytes, -1 where it has none.
    """

    kept: Mapping[int, bytes]
    places: tuple[LayerPlace | None, ...]
    offsets: array[int]


def read_content(place: LayerPlace, path: bytes, offset: int, size: int, at: int = 0) -> bytes:
    """``size`` bytes of a file in a layer's place, from byte ``at`` of the file on.

    Args:
        place: the layer's.
        path: the file's, as the tar has it.
        offset: where its data begin in the tar.
        size: how much of it to read.
        at: from which byte of the file on.

    Raises:
        StorageError: a folder does not have it as expected.
        OSError: an archive cannot be read.
        ImageError: a ``source`` does not give it.
    """
    if place.source is not None:
        return place.source.read(path, at, size)
    if place.offset is None:
        return read_below(place.path, path, size, at)
    with opened(place.path) as fd:
        return os.pread(fd, size, place.offset + offset + at)


def load_json(data: bytes, what: str, shape: Any = object) -> Any:
    """Parse JSON from an image.

    Args:
        data: the text.
        what: what it is, for the error.
        shape: what it has to look like (``uvdive.base.shapes``).

    Raises:
        ImageError: it is no JSON, or has another shape.
    """
    try:
        return shapes.load(data, shape, what)
    except ValueError as error:
        raise ImageError(f"The image's {error}.", _BROKEN) from error


def read_config(
    data: bytes, *, reference: str, source: str, digest: str, image_id: str | None = None
) -> Manifest:
    """The manifest value from the bytes of an image config.

    Raises:
        ImageError: it is not an image config.
    """
    raw = load_json(data, "config", CONFIG_FILE)
    diff_ids = tuple(raw["rootfs"].get("diff_ids") or ())
    if len(diff_ids) > MAX_LAYERS:
        raise ImageError(f"The image's config names {len(diff_ids)} layers, too many for an engine.", _BROKEN)
    for diff_id in diff_ids:
        sha256_of(diff_id, "config")
    return Manifest(
        reference=reference,
        source=source,
        image_id=image_id or digest,
        config_digest=digest,
        platform="/".join(raw[key] for key in ("os", "architecture", "variant") if raw.get(key)),
        created=raw.get("created"),
        config=parse_config(raw.get("config") or {}),
        diff_ids=diff_ids,
        history=parse_history(raw.get("history")),
        raw=data.decode("utf-8", "replace"),
    )


def sha256_of(digest: str, what: str) -> str:
    """The 64 hex digits of a digest (OCI image-spec, "Digests").

    Args:
        digest: as a descriptor has it.
        what: what names it, for the error.

    Raises:
        ImageError: it is no sha256 digest.
    """
    if DIGEST.fullmatch(digest) is None:
        raise ImageError(f"The image's {what} names {digest[:80]!r}, which is no sha256 digest.", _BROKEN)
    return digest[len(SHA256) :]


def check_layers(manifest: Manifest, layers: Sequence[LayerData], names: Sequence[str]) -> tuple[bool, ...]:
    """Compare what the layers' bytes gave with the config's diff ids.

    Returns:
        For each layer whether it was verified; False where not all bytes passed by.

    Raises:
        ImageError: the numbers of layers differ, or a digest does.
    """
    if len(layers) != len(manifest.diff_ids):
        raise ImageError(
            f"The image has {len(layers)} layers but its config names {len(manifest.diff_ids)}.", _BROKEN
        )
    for name, layer in zip(names, layers, strict=True):
        if layer.blob is not None and name.startswith(BLOBS) and not name.endswith(layer.blob[len(SHA256) :]):
            raise ImageError(f"{name} is not what it should be: its digest is {layer.blob}.", _BROKEN)
    for number, (layer, wanted) in enumerate(zip(layers, manifest.diff_ids, strict=True)):
        if layer.diff_id is not None and layer.diff_id != wanted:
            raise ImageError(
                f"Layer {number} ({names[number]}) is not what it should be: "
                f"its digest is {layer.diff_id}, not {wanted}.",
                _BROKEN,
            )
    return tuple(layer.diff_id is not None for layer in layers)


def outline(manifest: Manifest) -> tuple[LayerOutline, ...]:
    """The layers as the history names them, before they are read."""
    commands = layer_commands(manifest)
    sizes = manifest.engine_sizes or (None,) * len(manifest.diff_ids)
    return tuple(
        LayerOutline(diff_id, command, size)
        for diff_id, command, size in zip(manifest.diff_ids, commands, sizes, strict=True)
    )


def layer_history(manifest: Manifest) -> tuple[int | None, ...]:
    """For each layer the index of its history entry; None where the history does not fit."""
    filled = [number for number, entry in enumerate(manifest.history) if not entry.empty_layer]
    if len(filled) != len(manifest.diff_ids):
        return (None,) * len(manifest.diff_ids)
    return tuple(filled)


def layer_commands(manifest: Manifest) -> tuple[str, ...]:
    """For each layer what its history entry says made it; empty where that is not known."""
    return tuple(
        "" if entry is None else manifest.history[entry].created_by for entry in layer_history(manifest)
    )
