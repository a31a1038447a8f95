"""Pick an image in an OCI image layout.

Format: https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
"""

from __future__ import annotations

import platform as machine
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from uvdive.base.errors import ImageError
from uvdive.image.archives.boxes import INCOMPLETE, Box
from uvdive.image.archives.docker_archive import Chosen, check_digest
from uvdive.image.raw_image import load_json, read_config

_TAG = "org.opencontainers.image.ref.name"
_NAME = "io.containerd.image.name"
_ATTESTATION = "vnd.docker.reference.type"
_MAX_DEPTH = 8
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm/v7", "i686": "386"}


@dataclass(frozen=True, slots=True)
class _Image:
    """One image manifest of the layout, with the platform and the names that lead to it."""

    manifest: dict[str, Any]
    platform: str | None
    names: frozenset[str]


def this_platform() -> str:
    """This machine's platform as images spell it: ``linux/amd64``."""
    name = machine.machine()
    return "linux/" + _MACHINES.get(name, name)


def blob_name(digest: str) -> str:
    """Where a layout keeps the blob with that digest."""
    return "blobs/" + digest.replace(":", "/", 1)


def _load(box: Box, digest: str, what: str) -> dict[str, Any]:
    name = blob_name(digest)
    data = box.text(name)
    if data is None:
        raise ImageError(f"The layout lacks the {what} {digest}.", INCOMPLETE)
    check_digest(name, data)
    value = load_json(data, what)
    if not isinstance(value, dict):
        raise ImageError(f"The layout's {what} {digest} is none.", INCOMPLETE)
    return value


def _platform(descriptor: dict[str, Any]) -> str | None:
    value = descriptor.get("platform")
    if not isinstance(value, dict) or not value.get("architecture"):
        return None
    keys = ("os", "architecture", "variant")
    return "/".join(str(value[key]) for key in keys if value.get(key))


def _images(box: Box, index: dict[str, Any], names: frozenset[str], depth: int = 0) -> Iterator[_Image]:
    """Every image below an index; attestations are none."""
    if depth > _MAX_DEPTH:
        raise ImageError("The layout's indexes are nested without end.", INCOMPLETE)
    for descriptor in index.get("manifests") or ():
        if not isinstance(descriptor, dict) or not isinstance(descriptor.get("digest"), str):
            raise ImageError("The layout's index names no digest.", INCOMPLETE)
        notes = descriptor.get("annotations") or {}
        place = _platform(descriptor)
        if place == "unknown/unknown" or notes.get(_ATTESTATION):
            continue
        below = names | {str(notes[key]) for key in (_TAG, _NAME) if notes.get(key)}
        if box.text(blob_name(descriptor["digest"])) is None and depth:
            continue  # an engine saves an index with the platforms that it has
        value = _load(box, descriptor["digest"], "manifest")
        if "manifests" in value:
            yield from _images(box, value, below, depth + 1)
        elif "layers" in value:
            yield _Image(value, place, below)


def choose(box: Box, tag: str | None, platform: str | None, *, reference: str, source: str) -> Chosen:
    """Pick the image with that tag (or the only one) for a platform (default: this machine's).

    Raises:
        ImageError: this is no layout, or has no such image, or several.
    """
    data = box.text("index.json")
    if data is None:
        raise ImageError("There is no index.json: this is no OCI layout.", INCOMPLETE)
    images = list(_images(box, load_json(data, "index.json"), frozenset()))
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


def fits(place: str | None, wanted: str) -> bool:
    """Is an image's platform the wanted one? A variant that nobody asked for is no difference."""
    return not place or place == wanted or place.startswith(wanted + "/")


def _no_choice(images: list[_Image], found: int, tag: str | None, platform: str | None) -> ImageError:
    have = sorted({" ".join([*sorted(image.names), image.platform or ""]).strip() for image in images})
    what = f"for {platform}" if platform else "to read"
    named = f" called {tag}" if tag else ""
    return ImageError(
        f"The layout has {found or 'no'} image{'s' if found > 1 else ''}{named} {what}.",
        "Name one with --platform or oci:DIR:TAG. It has: " + (", ".join(have) or "none") + ".",
    )


def _chosen(box: Box, manifest: dict[str, Any], reference: str, source: str) -> Chosen:
    try:
        digest = manifest["config"]["digest"]
        layers = tuple(blob_name(str(layer["digest"])) for layer in manifest["layers"])
    except (KeyError, TypeError) as error:
        raise ImageError("The layout's manifest names no config or layers.", INCOMPLETE) from error
    name = blob_name(str(digest))
    data = box.text(name)
    if data is None:
        raise ImageError(f"The layout lacks the config {digest}.", INCOMPLETE)
    config = read_config(data, reference=reference, source=source, digest=check_digest(name, data))
    return Chosen(config, layers)
