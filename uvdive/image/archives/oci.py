"""Pick an image in an OCI image layout.

Format: https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from uvdive.base.errors import ImageError
from uvdive.image.archives.boxes import INCOMPLETE, Box
from uvdive.image.archives.descriptors import (
    INDEX,
    MANIFEST,
    fits,
    holds_files,
    is_attestation,
    platform_of,
    this_platform,
)
from uvdive.image.archives.docker_archive import Chosen, check_digest
from uvdive.image.budget import MAX_LAYERS
from uvdive.image.raw_image import BLOBS, load_json, read_config, sha256_of

_TAG = "org.opencontainers.image.ref.name"
_NAME = "io.containerd.image.name"
_MAX_DEPTH = 8
_MAX_MANIFESTS, _MAX_SIZE = 1000, 16 << 20
"""More than any layout has, in manifests and in bytes."""


@dataclass(frozen=True, slots=True)
class _Image:
    """One image manifest of the layout, with the platform and the names that lead to it."""

    manifest: dict[str, Any]
    platform: str | None
    names: frozenset[str]


def blob_name(digest: str) -> str:
    """Where a layout keeps the blob with that digest.

    Raises:
        ImageError: it is no digest.
    """
    return BLOBS + sha256_of(digest, "index or manifest")


class _Manifests:
    """Reads indexes and manifests of a box, up to a bound for all of them."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._count = self._size = 0

    def load(self, digest: str, *, may_lack: bool = False) -> dict[str, Any] | None:
        """An index or manifest by its digest; None for one that may be lacking and does.

        Raises:
            ImageError: it is missing, is no such thing, or there are more than any layout has.
        """
        name = blob_name(digest)
        data = self._box.text(name)
        if data is None and may_lack:
            return None
        if data is None:
            raise ImageError(f"The layout lacks the manifest {digest}.", INCOMPLETE)
        self._count += 1
        self._size += len(data)
        if self._count > _MAX_MANIFESTS or self._size > _MAX_SIZE:
            raise ImageError(
                f"The layout's indexes name over {_MAX_MANIFESTS} manifests, or {_MAX_SIZE} bytes of them.",
                "It is damaged, or made to stop programs that read it.",
            )
        check_digest(name, data)
        value: dict[str, Any] = load_json(data, "manifest", MANIFEST)
        return value


def _images(
    manifests: _Manifests, index: dict[str, Any], names: frozenset[str], depth: int = 0
) -> Iterator[_Image]:
    """Every image below an index; attestations and what refers to an image (an SBOM) are none."""
    if depth > _MAX_DEPTH:
        raise ImageError("The layout's indexes are nested without end.", INCOMPLETE)
    for descriptor in index.get("manifests") or ():
        notes = descriptor.get("annotations") or {}
        place = platform_of(descriptor)
        if is_attestation(descriptor):
            continue
        below = names | {notes[key] for key in (_TAG, _NAME) if notes.get(key)}
        # An engine saves an index with the platforms that it has.
        value = manifests.load(descriptor["digest"], may_lack=depth > 0)
        if value is None:
            continue
        if "manifests" in value:
            yield from _images(manifests, value, below, depth + 1)
        elif value.get("layers") is not None and holds_files(value):
            yield _Image(value, place, below)


def choose(box: Box, tag: str | None, platform: str | None, *, reference: str, source: str) -> Chosen:
    """Pick the image with that tag (or the only one) for a platform (default: this machine's).

    Raises:
        ImageError: this is no layout, or has no such image, or several.
    """
    data = box.text("index.json")
    if data is None:
        raise ImageError("There is no index.json: this is no OCI layout.", INCOMPLETE)
    images = list(_images(_Manifests(box), load_json(data, "index.json", INDEX), frozenset()))
    if tag is not None:
        images = [image for image in images if any(_is(name, tag) for name in image.names)]
    candidates = [image for image in images if fits(image.platform, platform or this_platform())]
    if not candidates and platform is None and len(images) == 1:
        candidates = images
    if len(candidates) != 1:
        raise _no_choice(images, len(candidates), tag, platform)
    return _chosen(box, candidates[0].manifest, tag or reference, source)


def _is(name: str, tag: str) -> bool:
    return name == tag or name.rpartition("/")[2] == tag or name.rpartition(":")[2] == tag


def _no_choice(images: list[_Image], found: int, tag: str | None, platform: str | None) -> ImageError:
    have = sorted({" ".join([*sorted(image.names), image.platform or ""]).strip() for image in images})
    what = f"for {platform}" if platform else "to read"
    named = f" called {tag}" if tag else ""
    return ImageError(
        f"The layout has {found or 'no'} image{'s' if found > 1 else ''}{named} {what}.",
        "Name one with --platform or oci:DIR:TAG. It has: " + (", ".join(have) or "none") + ".",
    )


def _chosen(box: Box, manifest: dict[str, Any], reference: str, source: str) -> Chosen:
    if manifest.get("config") is None:
        raise ImageError("The layout's manifest names no config.", INCOMPLETE)
    digest = manifest["config"]["digest"]
    layers = tuple(blob_name(layer["digest"]) for layer in manifest["layers"])
    if len(layers) > MAX_LAYERS:
        raise ImageError(f"The layout's image has {len(layers)} layers: no engine takes so many.", INCOMPLETE)
    name = blob_name(digest)
    data = box.text(name)
    if data is None:
        raise ImageError(f"The layout lacks the config {digest}.", INCOMPLETE)
    config = read_config(data, reference=reference, source=source, digest=check_digest(name, data))
    return Chosen(config, layers)
