"""Pick an image in a ``docker save`` archive by its ``manifest.json``, and read its layers."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uvdive.base.errors import ImageError
from uvdive.base.progress import OnEvent
from uvdive.base.shapes import Maybe, Record
from uvdive.image.archives.boxes import INCOMPLETE, NO_ARCHIVE, Box, layer_read
from uvdive.image.budget import MAX_LAYERS, check_image
from uvdive.image.config import Manifest
from uvdive.image.events import ImageFound
from uvdive.image.layer_index import LayerData, LayerIndex
from uvdive.image.raw_image import LayerPlace, RawImage, check_layers, load_json, outline, read_config

_MANIFEST = [Record({"Config": str, "Layers": Maybe([str]), "RepoTags": Maybe([str])})]
"""The shape of a ``manifest.json`` (Docker image-spec v1.2)."""

_DIGEST = re.compile(r"(?:^|/)([0-9a-f]{64})(?:\.json)?$")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One image of a box: its manifest and the names of its layers, bottom first."""

    manifest: Manifest
    names: tuple[str, ...]


def check_digest(name: str, data: bytes) -> str:
    """The sha256 of a blob; where its name holds one, they must agree.

    Raises:
        ImageError: they do not.
    """
    digest = hashlib.sha256(data).hexdigest()
    named = _DIGEST.search(name)
    if named is not None and named[1] != digest:
        raise ImageError(
            f"{name} is not what it should be: its digest is sha256:{digest}.",
            "The image is damaged: pull, build or save it again.",
        )
    return f"sha256:{digest}"


def choose(box: Box, tag: str | None, *, reference: str, source: str) -> Chosen:
    """Pick the image with that tag, or the only one.

    Raises:
        ImageError: there is no such image, several and no tag, or no manifest.
    """
    text = box.text("manifest.json")
    if text is None:
        raise ImageError("The archive has no manifest.json.", NO_ARCHIVE)
    image = _pick(load_json(text, "manifest.json", _MANIFEST), tag)
    config, layers, tags = image["Config"], image.get("Layers") or [], image.get("RepoTags") or []
    if len(layers) > MAX_LAYERS:
        raise ImageError(
            f"The archive's image has {len(layers)} layers, more than any engine takes.", NO_ARCHIVE
        )
    data = box.text(config)
    if data is None:
        raise ImageError(f"The archive lacks the config {config}.", INCOMPLETE)
    name = tag or (tags[0] if tags else reference)
    digest = check_digest(posixpath.basename(config), data)
    manifest = read_config(data, reference=name, source=source, digest=digest)
    return Chosen(manifest, tuple(layers))


def _cost(box: Box, layers: list[LayerData]) -> tuple[list[tuple[LayerIndex, int]], int]:
    """The layers that an image lists, each once with how often, and the bytes that they came from."""
    times = Counter(map(id, layers))
    once = {id(layer): layer for layer in layers}
    packed = sum(layer.compressed_bytes or layer.tar_bytes or 0 for layer in once.values())
    if box.packed is not None:
        packed = min(packed, box.packed)
    return [(layer.index, times[key]) for key, layer in once.items()], packed


def _pick(listed: list[dict[str, Any]], tag: str | None) -> dict[str, Any]:
    names = [name for image in listed for name in image.get("RepoTags") or ["(no name)"]]
    if tag is not None:
        wanted = _names(tag)
        for image in listed:
            if wanted & set(image.get("RepoTags") or []):
                return image
        raise ImageError(f"The archive has no image {tag}.", "It has: " + ", ".join(names) + ".")
    if len(listed) != 1:
        raise ImageError(
            f"The archive holds {len(listed)} images.",
            "Name one, as in docker-archive:FILE:REF. It has: " + ", ".join(names) + ".",
        )
    return listed[0]


def _names(tag: str) -> set[str]:
    """The ways in which engines spell a tag: podman writes local ones with ``localhost/``."""
    full = tag if ":" in tag.rpartition("/")[2] else f"{tag}:latest"
    return {full, f"localhost/{full}", f"docker.io/library/{full}", f"docker.io/{full}"}


def collect(
    box: Box,
    chosen: Chosen,
    on_event: OnEvent,
    *,
    announce: bool = True,
    meanwhile: Callable[[], None] | None = None,
) -> RawImage:
    """Read the chosen image's layers.

    Args:
        box: where they are.
        chosen: which they are.
        on_event: gets ImageFound, LayerRead and BytesRead.
        announce: say which layers come and that they were read; a stream did.
        meanwhile: what to do first while another process already reads.

    Raises:
        ImageError: a layer is missing or is not what it should be.
    """
    manifest = chosen.manifest
    if announce and len(chosen.names) == len(manifest.diff_ids):
        on_event(ImageFound(manifest.reference, outline(manifest)))
    found: dict[int, tuple[LayerData, LayerPlace | None]] = {}
    try:
        order = box.order(chosen.names)
        if meanwhile is not None:
            meanwhile()
        for number in order:
            found[number] = box.layer(chosen.names[number])
            if announce and number < len(manifest.diff_ids):
                on_event(layer_read(found[number][0], manifest.diff_ids[number]))
    finally:
        box.close()
    check_image(*_cost(box, [layer for layer, _ in found.values()]))
    layers = [found[number][0] for number in range(len(found))]
    places = [found[number][1] for number in range(len(found))]
    verified = check_layers(manifest, layers, chosen.names)
    return RawImage(manifest, tuple(layers), verified, tuple(places))
