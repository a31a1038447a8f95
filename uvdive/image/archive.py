"""``docker save`` archives: as a file read in place, or as a stream that passes once.

The shapes that engines write: ``<hash>/layer.tar`` (also a symlink where a diff id
repeats), ``<hash>.tar``, and OCI blobs with a ``manifest.json`` beside them. Layers
come in any order and the manifest may be last.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from uvdive.base.errors import ImageError
from uvdive.base.progress import BytesRead, OnEvent
from uvdive.image import blobs
from uvdive.image.config import Manifest
from uvdive.image.events import ImageFound, LayerRead
from uvdive.image.layer import LayerData
from uvdive.image.source import LayerPlace, RawImage, check_layers, load_json, outline, read_config
from uvdive.image.stream import ByteStream, ChunkStream, FileStream
from uvdive.image.table import Kind
from uvdive.image.tarheader import BLOCK, BadHeaderError
from uvdive.image.tarindex import Wanted, index_tar, visit_tar

_MAX_JSON = 16 << 20
_NO_ARCHIVE = "Give an archive that `docker save` wrote."


@dataclass(slots=True)
class Members:
    """What an archive holds: small files whole, layers read or placed, links by name."""

    texts: dict[str, bytes] = field(default_factory=dict)
    layers: dict[str, LayerData] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def real(self, name: str) -> str:
        """The member that a name in the manifest means, links followed."""
        for _ in range(8):
            if name not in self.links:
                break
            name = self.links[name]
        return name


def _is_text(name: str, head: bytes) -> bool:
    return name.endswith(".json") or head[:1] in (b"{", b"[")


def _keep_links(members: Members, stream: ByteStream, visitor: Callable[..., None]) -> None:
    """Walk the archive and note its links."""
    try:
        index = visit_tar(stream, visitor)
    except BadHeaderError as error:
        raise ImageError(f"This is no archive: {error}.", _NO_ARCHIVE) from error
    for place, target in enumerate(index.target):
        if target < 0:
            continue
        name = index.path(place).decode("utf-8", "replace")
        text = index.targets[target].decode("utf-8", "replace")
        if index.kind[place] == Kind.SYMLINK:
            text = posixpath.normpath(posixpath.join(posixpath.dirname(name), text))
        members.links[name] = text


def scan(stream: ByteStream, wanted: Wanted, on_event: OnEvent) -> Members:
    """Read an archive that passes once: every layer in it is indexed on its way.

    Raises:
        ImageError: it is no archive, is damaged or ends too early.
    """
    members = Members()

    def visit(path: bytes, size: int, data: ByteStream) -> None:
        name = path.decode("utf-8", "replace")
        head = data.peek(min(size, BLOCK))
        if blobs.is_layer(head):
            layer = members.layers[name] = blobs.read_layer(data, size, wanted)
            on_event(layer_read(layer, layer.diff_id or ""))
        elif _is_text(name, head) and size <= _MAX_JSON:
            members.texts[name] = data.take(size)
        on_event(BytesRead(data.position))

    _keep_links(members, stream, visit)
    return members


def _survey(fd: int, size: int) -> Members:
    """Note where everything lies in an archive on disk; reads only headers and small texts."""
    members = Members()

    def visit(path: bytes, length: int, data: ByteStream) -> None:
        name = path.decode("utf-8", "replace")
        if _is_text(name, data.peek(min(length, BLOCK))) and length <= _MAX_JSON:
            start = data.position
            members.texts[name] = data.take(length)
            members.places[name] = (start, length)
        else:
            members.places[name] = (data.position, length)

    _keep_links(members, FileStream(fd, 0, size), visit)
    return members


def layer_read(layer: LayerData, diff_id: str) -> LayerRead:
    """The event that says that a layer was read."""
    index = layer.index
    files = sum(1 for kind in index.kind if kind == Kind.FILE)
    return LayerRead(diff_id, sum(index.size), files)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One image of an archive: its manifest and the members of its layers, bottom first."""

    manifest: Manifest
    names: tuple[str, ...]


def choose(members: Members, tag: str | None, *, reference: str, source: str) -> Chosen:
    """Pick the image with that tag, or the only one.

    Raises:
        ImageError: there is no such image, several and no tag, or no manifest.
    """
    if "manifest.json" not in members.texts:
        raise ImageError("The archive has no manifest.json.", _NO_ARCHIVE)
    listed = load_json(members.texts["manifest.json"], "manifest.json")
    if not isinstance(listed, list) or not all(isinstance(image, dict) for image in listed):
        raise ImageError("The archive's manifest.json lists no images.", _NO_ARCHIVE)
    image = _pick(listed, tag)
    config, layers = image.get("Config"), image.get("Layers") or []
    if not isinstance(config, str) or not isinstance(layers, list):
        raise ImageError("The archive's manifest.json names no config or layers.", _NO_ARCHIVE)
    data = members.texts.get(members.real(config))
    if data is None:
        raise ImageError(f"The archive lacks the config {config}.", "Save the image again.")
    tags = image.get("RepoTags") or []
    digest = "sha256:" + posixpath.basename(config).removesuffix(".json")
    manifest = read_config(
        data, reference=tag or (str(tags[0]) if tags else reference), source=source, digest=digest
    )
    return Chosen(manifest, tuple(members.real(str(name)) for name in layers))


def _pick(listed: list[dict[str, Any]], tag: str | None) -> dict[str, Any]:
    names = [str(name) for image in listed for name in image.get("RepoTags") or ["(no name)"]]
    if tag is not None:
        full = tag if ":" in tag else f"{tag}:latest"
        for image in listed:
            if full in (image.get("RepoTags") or []):
                return image
        raise ImageError(f"The archive has no image {tag}.", "It has: " + ", ".join(names) + ".")
    if len(listed) != 1:
        raise ImageError(
            f"The archive holds {len(listed)} images.",
            "Name one, as in docker-archive:FILE:REF. It has: " + ", ".join(names) + ".",
        )
    return listed[0]


def from_scan(members: Members, chosen: Chosen) -> RawImage:
    """The image of an archive that passed by.

    Raises:
        ImageError: a layer is missing or is not what it should be.
    """
    layers = []
    for name in chosen.names:
        if name not in members.layers:
            raise ImageError(f"The archive lacks the layer {name}.", "Save the image again.")
        layers.append(members.layers[name])
    verified = check_layers(chosen.manifest, layers)
    return RawImage(chosen.manifest, tuple(layers), verified, (None,) * len(layers))


def read_file(path: Path, tag: str | None, wanted: Wanted, on_event: OnEvent) -> RawImage:
    """Read an archive on disk: plain ones in place, compressed ones as a stream.

    Raises:
        ImageError: there is none, it cannot be read, or it is damaged.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise ImageError(f"{path} cannot be opened: {error.strerror}.", "Check its name.") from error
    try:
        size = os.fstat(fd).st_size
        head = os.pread(fd, BLOCK, 0)
        how = blobs.compression(head)
        if how is not None:
            pieces = blobs.unpack(FileStream(fd, 0, size).chunks(None), how)
            members = scan(ChunkStream(pieces), wanted, on_event)
            chosen = choose(members, tag, reference=str(path), source="docker-archive")
            on_event(ImageFound(chosen.manifest.reference, outline(chosen.manifest)))
            return from_scan(members, chosen)
        if not blobs.is_layer(head):
            raise ImageError(f"{path} is no archive.", _NO_ARCHIVE)
        return _read_plain(fd, size, path, tag, wanted, on_event)
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror}.", "Check its name.") from error
    finally:
        os.close(fd)


def _read_plain(
    fd: int, size: int, path: Path, tag: str | None, wanted: Wanted, on_event: OnEvent
) -> RawImage:
    members = _survey(fd, size)
    chosen = choose(members, tag, reference=str(path), source="docker-archive")
    on_event(ImageFound(chosen.manifest.reference, outline(chosen.manifest)))
    read: dict[str, LayerData] = {}
    layers: list[LayerData] = []
    places: list[LayerPlace | None] = []
    for number, name in enumerate(chosen.names):
        if name not in members.places:
            raise ImageError(f"The archive lacks the layer {name}.", "Save the image again.")
        start, length = members.places[name]
        stream = FileStream(fd, start, length)
        plain = blobs.compression(stream.peek(BLOCK)) is None
        if name not in read:
            read[name] = (
                LayerData(index_tar(stream, wanted, size=length, digests=False), None, length, None)
                if plain
                else blobs.read_layer(stream, length, wanted)
            )
        layers.append(read[name])
        places.append(LayerPlace(path.absolute(), start) if plain else None)
        if number < len(chosen.manifest.diff_ids):
            on_event(layer_read(read[name], chosen.manifest.diff_ids[number]))
        on_event(BytesRead(start + length, size))
    return RawImage(chosen.manifest, tuple(layers), check_layers(chosen.manifest, layers), tuple(places))
