"""What several images share: layers by diff id, files by content, packages in one version or in several."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from uvdive.base.names import normal_name
from uvdive.ledger.report import ImageReport, LayerReport
from uvdive.verify.compare import os_packages_of

PackageKind = Literal["package", "OS package"]
MOST_CONTENTS = 100
"""So many contents are told of, those that cost most; the sums are of all."""


@dataclass(frozen=True, slots=True)
class Held:
    """A package of an image: all of its environments' together, in bytes."""

    kind: PackageKind
    name: str
    version: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What is needed of an image to tell what it shares; ``name`` is how the user called it."""

    name: str
    reference: str
    id: str
    platform: str
    file_bytes: int
    compressed_bytes: int | None
    layers: tuple[LayerReport, ...]
    packages: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """The distinct contents of a layer's files: digests in ascending order, each with its size in bytes.

    ``paths`` has the places of the largest.
    """

    digests: array[int]
    sizes: array[int]
    paths: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SharedLayer:
    """A layer that several images hold; ``images`` are places in the fleet's."""

    layer: LayerReport
    images: tuple[int, ...]

    @property
    def saved_bytes(self) -> int:
        """What it would cost more if each image had a copy."""
        return self.layer.file_bytes * (len(self.images) - 1)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A content that lies in several layers of different images; ``layers`` are diff ids."""

    path: bytes | None
    bytes: int
    layers: tuple[str, ...]
    images: tuple[int, ...]

    @property
    def repeated_bytes(self) -> int:
        """What all copies but one cost."""
        return self.bytes * (len(self.layers) - 1)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a package, which images hold it, and its bytes in all of them."""

    version: str
    images: tuple[int, ...]
    bytes: int


@dataclass(frozen=True, slots=True)
class SharedPackage:
    """A package that several images hold; the version that most of them have first."""

    kind: PackageKind
    name: str
    versions: tuple[Version, ...]

    @property
    def images(self) -> int:
        """How many images hold it."""
        return len({image for version in self.versions for image in version.images})

    @property
    def bytes(self) -> int:
        """Its bytes in all images."""
        return sum(version.bytes for version in self.versions)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Several images. ``images_bytes`` counts each alone, ``stored_bytes`` each layer once.

    ``own_bytes`` are, image by image, of the layers that no other image has. ``compared_bytes`` are of the
    contents that were read, each once a layer, None where none were; ``repeated_bytes`` are of those
    that lie in layers of different images, all copies but one.
    """

    images: tuple[Summary, ...]
    images_bytes: int
    stored_bytes: int
    own_bytes: tuple[int, ...]
    layers: tuple[SharedLayer, ...]
    packages: tuple[SharedPackage, ...]
    compared_bytes: int | None = None
    repeated_bytes: int | None = None
    contents: tuple[Repeated, ...] = ()


def summary_of(report: ImageReport, name: str) -> Summary:
    """What is kept of an image's report."""
    return Summary(
        name,
        report.image.reference,
        report.image.id,
        report.image.platform,
        report.totals.file_bytes,
        report.totals.compressed_bytes,
        report.layers,
        tuple(_packages(report)),
    )


def _packages(report: ImageReport) -> Iterator[Held]:
    found: dict[tuple[str, str], int] = {}
    for environment in report.environments:
        for item in environment.distributions:
            if item.os_package is None:  # else it is told of as that
                key = normal_name(item.name), item.version
                found[key] = found.get(key, 0) + item.bytes
    yield from (Held("package", name, version, size) for (name, version), size in found.items())
    for name, (version, size) in os_packages_of(report).items():
        yield Held("OS package", name, version or "", size)


def share(images: Sequence[Summary], contents: Mapping[str, Contents] | None = None) -> Fleet:
    """What the images share.

    Args:
        images: their summaries.
        contents: of each layer's files by diff id, where they were read.
    """
    holders: dict[str, list[int]] = {}
    layers: dict[str, LayerReport] = {}
    for place, image in enumerate(images):
        for layer in image.layers:
            layers.setdefault(layer.diff_id, layer)
            if place not in holders.setdefault(layer.diff_id, []):
                holders[layer.diff_id].append(place)
    shared = [SharedLayer(layers[key], tuple(each)) for key, each in holders.items() if len(each) > 1]
    own = [
        sum(layer.file_bytes for layer in image.layers if len(holders[layer.diff_id]) == 1)
        for image in images
    ]
    compared = repeated = None
    found: tuple[Repeated, ...] = ()
    if contents:
        compared = sum(sum(each.sizes) for each in contents.values())
        copies = _Copies(contents, holders)
        found = tuple(heapq.nlargest(MOST_CONTENTS, copies, key=lambda each: each.repeated_bytes))
        repeated = copies.repeated_bytes
    return Fleet(
        tuple(images),
        sum(image.file_bytes for image in images),
        sum(layer.file_bytes for layer in layers.values()),
        tuple(own),
        tuple(sorted(shared, key=lambda each: -each.saved_bytes)),
        tuple(_shared_packages(images)),
        compared,
        repeated,
        found,
    )


class _Copies:
    """The contents that lie in layers of different images; what they repeat sums up while they are told."""

    def __init__(self, contents: Mapping[str, Contents], holders: Mapping[str, Sequence[int]]) -> None:
        self._contents, self._holders = contents, holders
        self.repeated_bytes = 0

    def __iter__(self) -> Iterator[Repeated]:
        # Each layer's are in order, so that all of them are gone through once, and none is held twice.
        rows = heapq.merge(
            *(
                zip(each.digests, each.sizes, [layer] * len(each.digests), strict=True)
                for layer, each in self._contents.items()
                if layer in self._holders
            )
        )
        for (digest, size), group in groupby(rows, key=lambda row: row[:2]):
            layers = tuple(row[2] for row in group)
            if len(layers) < 2 or not size:
                continue
            images = sorted({image for layer in layers for image in self._holders[layer]})
            if len(images) > 1:
                paths = (self._contents[layer].paths.get(digest) for layer in layers)
                path = next((path for path in paths if path is not None), None)
                found = Repeated(path, size, layers, tuple(images))
                self.repeated_bytes += found.repeated_bytes
                yield found


def _shared_packages(images: Sequence[Summary]) -> list[SharedPackage]:
    """The packages that several images hold: those in most versions first, then the largest."""
    found: dict[tuple[PackageKind, str], dict[str, list[tuple[int, int]]]] = {}
    for place, image in enumerate(images):
        for held in image.packages:
            versions = found.setdefault((held.kind, held.name), {})
            versions.setdefault(held.version, []).append((place, held.bytes))
    packages = [
        SharedPackage(
            kind,
            name,
            tuple(
                Version(version, tuple(place for place, _ in held), sum(size for _, size in held))
                for version, held in sorted(versions.items(), key=lambda item: (-len(item[1]), item[0]))
            ),
        )
        for (kind, name), versions in found.items()
    ]
    several = [each for each in packages if each.images > 1]
    return sorted(several, key=lambda each: (-len(each.versions), -each.bytes, each.name))
