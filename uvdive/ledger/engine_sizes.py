"""Explain an engine's size figures by ours (``docs/numbers.md``, "Four sizes")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from uvdive.ledger.report import ImageReport

Basis = Literal["files", "blobs", "tars", "unexplained"]
_METADATA = 1 << 16
"""Configs and manifests are smaller than this, in bytes."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one of the engine's figures counts.

    ``difference`` is the figure less ``file_bytes``. ``basis`` says what it adds up:
    the ``files`` (overlay2: explained to the byte, ``links`` of it being the lengths
    of symlinks' targets in ``link_layers``), the layers' ``blobs`` as stored
    (containerd), or their ``tars`` (podman); the rest of the last two is
    ``metadata``: the image's config and manifests.
    """

    name: Literal["inspect", "list"]
    figure: int
    difference: int
    basis: Basis
    links: int = 0
    link_layers: tuple[int, ...] = ()
    metadata: int = 0
    unpacked: int = 0


def explain(report: ImageReport) -> tuple[Explanation, ...]:
    """Explain what ``inspect`` and ``images`` say, as far as an engine was asked."""
    found = []
    image = report.image
    if image.inspect_size is not None:
        found.append(_inspect(report, image.inspect_size))
    if image.listed_size is not None and image.listed_size != image.inspect_size:
        found.append(_listed(report, image.listed_size))
    return tuple(found)


def _inspect(report: ImageReport, figure: int) -> Explanation:
    files = report.totals.file_bytes
    difference = figure - files
    linked = tuple(layer.index for layer in report.layers if layer.counts_links)
    links = sum(report.layers[index].link_bytes for index in linked)
    if difference == links:
        return Explanation("inspect", figure, difference, "files", links, linked)
    stored = _stored(report)
    if stored is not None and 0 <= figure - stored < _METADATA:
        basis: Basis = "tars" if report.image.source == "podman" else "blobs"
        return Explanation("inspect", figure, difference, basis, metadata=figure - stored)
    return Explanation("inspect", figure, difference, "unexplained")


def _stored(report: ImageReport) -> int | None:
    """The layers as the source stores them: compressed where they are, else their tars."""
    total = 0
    for layer in report.layers:
        blob = layer.tar_bytes if layer.compressed_bytes is None else layer.compressed_bytes
        if blob is None:
            return None
        total += blob
    return total


def _listed(report: ImageReport, figure: int) -> Explanation:
    """On the containerd store the list adds the unpacked layers, in blocks, to the blobs."""
    difference = figure - report.totals.file_bytes
    inspected = report.image.inspect_size
    sizes = [layer.engine_size for layer in report.layers]
    unpacked = sum(size for size in sizes if size is not None)
    if inspected is not None and None not in sizes and figure == inspected + unpacked:
        return Explanation("list", figure, difference, "blobs", unpacked=unpacked)
    return Explanation("list", figure, difference, "unexplained")
