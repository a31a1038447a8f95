"""What indexes and manifests say of the images that they list (OCI image-spec, "Content Descriptors")."""

from __future__ import annotations

import platform as machine
from collections.abc import Sequence
from typing import Any

from uvdive.base.shapes import Each, Maybe, Record

_ATTESTATION, _ABOUT = "vnd.docker.reference.type", "vnd.docker.reference.digest"
_CONFIGS = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)

DESCRIPTOR = {"digest": str, "mediaType": Maybe(str), "annotations": Maybe(Each(Maybe(str)))}
_PLATFORM = Record(dict.fromkeys(("os", "architecture", "variant"), Maybe(str)))
INDEX = Record(
    {"manifests": Maybe([Record({**DESCRIPTOR, "platform": Maybe(_PLATFORM), "artifactType": Maybe(str)})])}
)
MANIFEST = Record(
    {
        **INDEX.keys,
        "config": Maybe(Record(DESCRIPTOR)),
        "layers": Maybe([Record(DESCRIPTOR)]),
        "artifactType": Maybe(str),
    }
)
"""The shapes of an index and of a manifest, which may turn out to be an index."""

MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm/v7", "i686": "386"}
_USUAL = {"arm": "v7", "arm64": "v8"}
"""The variant that is meant where none is named, as containerd has it."""


def this_platform() -> str:
    """This machine's platform as images spell it: ``linux/amd64``."""
    name = machine.machine()
    return "linux/" + MACHINES.get(name, name)


def platform_of(descriptor: dict[str, Any]) -> str | None:
    """The platform that a descriptor names; None where it names none."""
    value = descriptor.get("platform")
    if value is None or not value.get("architecture"):
        return None
    return "/".join(value[key] for key in ("os", "architecture", "variant") if value.get(key))


def is_attestation(descriptor: dict[str, Any]) -> bool:
    """Is what a descriptor leads to about an image (how it was built, an SBOM), and none itself?"""
    notes = descriptor.get("annotations") or {}
    kind = descriptor.get("artifactType")
    return (
        bool(notes.get(_ATTESTATION) or (kind and kind not in _CONFIGS))
        or platform_of(descriptor) == "unknown/unknown"
    )


def attestations_of(indexes: Sequence[dict[str, Any]], digest: str) -> tuple[str, ...]:
    """The digests of what indexes list about an image (BuildKit, "Attestation storage")."""
    about = []
    for each in (item for index in indexes for item in index.get("manifests") or ()):
        notes = each.get("annotations") or {}
        if notes.get(_ATTESTATION) == "attestation-manifest" and notes.get(_ABOUT) == digest:
            about.append(each["digest"])
    return tuple(dict.fromkeys(about))


def holds_files(manifest: dict[str, Any]) -> bool:
    """Is a manifest an image's, and no artifact's (OCI image-spec, "Guidelines for Artifact Usage")?

    An artifact says so by its type, or has a config or layers of another kind.
    """
    kind = (manifest.get("config") or {}).get("mediaType")
    if manifest.get("artifactType") or (kind is not None and kind not in _CONFIGS):
        return False
    kinds = [layer.get("mediaType") for layer in manifest["layers"]]
    return not kinds or any(kind is None or "tar" in kind for kind in kinds)


def fits(place: str | None, wanted: str) -> bool:
    """Is an image's platform the wanted one? A variant that nobody asked for is no difference."""
    return not place or place == wanted or place.startswith(wanted + "/")


def best(descriptors: Sequence[dict[str, Any]], wanted: str) -> dict[str, Any] | None:
    """The descriptor for a platform: the very one, the usual variant of it, or the first other one."""
    named = [(platform_of(each), each) for each in descriptors]
    usual = f"{wanted}/{_USUAL.get(wanted.rpartition('/')[2], '')}"
    base, _, variant = wanted.rpartition("/")
    # One without a variant is of the usual one.
    plain = base if _USUAL.get(base.rpartition("/")[2]) == variant else wanted
    for exact in (wanted, usual, plain):
        for place, each in named:
            if place == exact:
                return each
    return next((each for place, each in named if place and place.startswith(f"{wanted}/")), None)
