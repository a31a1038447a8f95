"""Which of a registry's images is meant: from a tag or digest over indexes to one manifest.

Formats: OCI image-spec ("Image Index", "Image Manifest") and Docker's manifest v2, schema 2.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from uvdive.base.errors import ImageError
from uvdive.base.shapes import Maybe, Record
from uvdive.image.archives import descriptors
from uvdive.image.budget import MAX_LAYERS
from uvdive.image.raw_image import load_json, sha256_of
from uvdive.image.registry.client import NotThereError, Registry
from uvdive.image.toc.notes import Note, note_of

_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
ACCEPT = ", ".join((*_INDEXES, *_MANIFESTS))
MOST = 8 << 20
"""Registries take manifests of 4 MiB."""

_MAX_INDEXES = 16
_MAX_PAGES, _TAGS_A_PAGE, _MAX_TAGS = 3, 1000, 10_000
_NEAR = 3
_NEXT = re.compile(r'<([^<>]{1,2000})>[^,]{0,200}rel="?next"?')

_LAYER = Record({**descriptors.DESCRIPTOR, "size": int, "urls": Maybe([str])})
_MANIFEST = Record(
    {
        **descriptors.INDEX.keys,
        "schemaVersion": Maybe(int),
        "config": Maybe(Record({**descriptors.DESCRIPTOR, "size": int})),
        "layers": Maybe([_LAYER]),
        "artifactType": Maybe(str),
    }
)
_TAGS = Record({"tags": Maybe([str])})

Kept = Callable[[str], bytes | None]
"""What was kept of a manifest or config by its digest; None for nothing."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A config or a layer: its digest, its size in bytes, where else it may be, and its table of contents."""

    digest: str
    size: int
    urls: tuple[str, ...] = ()
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An image's manifest: its own digest, its config and its layers, bottom first.

    ``attested`` are the digests of the manifests that its index keeps about it.
    """

    digest: str
    config: Blob
    layers: tuple[Blob, ...]
    attested: tuple[str, ...] = ()


class Manifests:
    """Finds an image in a registry.

    Args:
        registry: whom to ask.
        kept: what is asked for first by a digest.
        keep: takes what came by a digest.
    """

    def __init__(self, registry: Registry, kept: Kept, keep: Callable[[str, bytes], None]) -> None:
        self._registry, self._kept, self._keep = registry, kept, keep
        self._read = 0

    def find(self, platform: str | None) -> Found:
        """The manifest for a platform, or for this machine's.

        Raises:
            ImageError: there is none, or it is no image's; or as ``Registry.small``.
        """
        name = self._registry.name
        digest, value = self._load(name.which)
        attested: tuple[str, ...] = ()
        if value.get("manifests") is not None and value.get("layers") is None:
            digest, value, attested = self._choose(value, platform)
        if value.get("layers") is None and value.get("schemaVersion") == 1:
            raise ImageError(
                f"{name} is in a format of 2016 (schema 1) that holds no config.", "Push it again."
            )
        if value.get("layers") is None or value.get("config") is None or not descriptors.holds_files(value):
            raise ImageError(
                f"{name} is no image, but something else that registries keep.", "Check its name."
            )
        if len(value["layers"]) > MAX_LAYERS:
            raise ImageError(f"{name} has {len(value['layers'])} layers: no engine takes so many.")
        return Found(digest, blob_of(value["config"]), tuple(map(blob_of, value["layers"])), attested)

    def config(self, found: Found) -> bytes:
        """The image's config.

        Raises:
            ImageError: it is not what the manifest says, or as ``Registry.small``.
        """
        if found.config.size > MOST:
            raise ImageError(
                f"The config of {self._registry.name} has {found.config.size} bytes.", "It is damaged."
            )
        return self.blob(found.config, "config")

    def attestation(self, digest: str) -> dict[str, Any]:
        """A manifest that an image's index keeps about it.

        Raises:
            ImageError: it is not there, or no manifest; or as ``Registry.small``.
        """
        return self._load(digest)[1]

    def blob(self, blob: Blob, what: str) -> bytes:
        """A small blob, kept or asked for.

        Args:
            blob: which; its size was looked at.
            what: what it is, for the error.

        Raises:
            ImageError: it is not what its digest says, or as ``Registry.small``.
        """
        data = self._kept(blob.digest)
        if data is None:
            try:
                data, _ = self._registry.small(f"blobs/{blob.digest}", blob.size)
            except NotThereError:
                raise ImageError(
                    f"{self._registry.name.host} lacks the {what} {blob.digest}.", "Push the image again."
                ) from None
            self._check(blob.digest, data)
            self._keep(blob.digest, data)
        return data

    def _load(self, which: str) -> tuple[str, dict[str, Any]]:
        """An index or manifest by tag or digest, with its digest."""
        named = which if which.startswith("sha256:") else None
        data = self._kept(named) if named else None
        told = None
        if data is None:
            try:
                data, headers = self._registry.small(f"manifests/{which}", MOST, ACCEPT)
            except NotThereError:
                raise self._no_such(which) from None
            told = headers.get("docker-content-digest")
            if "html" in headers.get("content-type", ""):
                raise ImageError(
                    f"{self._registry.name.host} answers with a web page: it is no registry.",
                    "Check the host.",
                )
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        for wanted in (named, told):
            if wanted is not None and wanted.startswith("sha256:"):
                self._check(wanted, data)
        value: dict[str, Any] = load_json(data, "manifest", _MANIFEST)
        self._keep(digest, data)
        return digest, value

    def _check(self, digest: str, data: bytes) -> None:
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
            raise ImageError(
                f"{self._registry.name.host} sends something else than {digest}.",
                "The registry is damaged, or somebody changes what it sends.",
            )

    def _choose(
        self, index: dict[str, Any], platform: str | None
    ) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        """The manifest for a platform below an index, nested ones last, and what is kept about it."""
        waiting, seen = [index], list[dict[str, Any]]()
        for each in waiting:
            images = [item for item in each.get("manifests") or () if not descriptors.is_attestation(item)]
            best = descriptors.best(images, platform or descriptors.this_platform())
            if best is not None:
                digest, value = self._load(best["digest"])
                if value.get("layers") is not None:
                    return digest, value, descriptors.attestations_of(waiting, digest)
                nested = [best]
            else:
                nested = [item for item in images if item.get("mediaType") in _INDEXES]
            seen += [item for item in images if item.get("mediaType") not in _INDEXES]
            if len(waiting) + len(nested) > _MAX_INDEXES:
                raise ImageError(
                    f"The indexes of {self._registry.name} are nested without end.",
                    "Name the image by its digest.",
                )
            waiting += [self._load(item["digest"])[1] for item in nested]
        if platform is None and len(seen) == 1:
            digest, value = self._load(seen[0]["digest"])
            return digest, value, descriptors.attestations_of(waiting, digest)
        have = sorted({descriptors.platform_of(item) or "an unknown platform" for item in seen})
        raise ImageError(
            f"The registry has {self._registry.name} for {', '.join(have[:20]) or 'no platform'}, "
            f"not for {platform or descriptors.this_platform()}.",
            "Name one with --platform." if have else "Check its name.",
        )

    def _no_such(self, which: str) -> ImageError:
        name = self._registry.name
        if name.digest is not None or which != name.tag:
            return NotThereError(f"{name.host} has no {name.repository}@{which}.", "Check the digest.")
        tags = self._tags()
        if not tags:
            return NotThereError(f"{name.host} has no image {name.repository}:{which}.", "Check its name.")
        near = difflib.get_close_matches(which, tags, _NEAR, 0.5) or sorted(tags)[-_NEAR:]
        return NotThereError(
            f"{name.host} has no {name.repository}:{which}.",
            f"It has {', '.join(near)} among {len(tags)} tags.",
        )

    def _tags(self) -> list[str]:
        """The repository's tags, as far as a few pages have them; none where the registry does not tell."""
        where, found = f"tags/list?n={_TAGS_A_PAGE}", dict[str, None]()
        for _ in range(_MAX_PAGES):
            try:
                data, headers = self._registry.small(where, MOST)
                listed = load_json(data, "list of tags", _TAGS).get("tags") or []
            except ImageError:
                break
            found.update(dict.fromkeys(tag for tag in listed[:_MAX_TAGS] if len(tag) <= 128))
            after = _NEXT.search(headers.get("link", ""))
            base = f"/v2/{self._registry.name.repository}/"
            following = urljoin(base + where, after[1]) if after else ""
            path = urlsplit(following)
            if path.path != base + "tags/list" or following == base + where:
                break
            where = f"tags/list?{path.query}"
        return list(found)


def blob_of(descriptor: dict[str, Any]) -> Blob:
    """The blob that a manifest's descriptor names.

    Raises:
        ImageError: its digest or size make no sense.
    """
    sha256_of(descriptor["digest"], "manifest")
    size = descriptor["size"]
    if size < 0:
        raise ImageError("The image's manifest names a blob of fewer than no bytes.", "It is damaged.")
    note = note_of(descriptor.get("annotations") or {}, size)
    return Blob(descriptor["digest"], size, tuple(descriptor.get("urls") or ())[:8], note)
