"""What the image floor reports while it reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayerOutline:
    """A layer before it was read: what the image's config, its manifest and the engine say of it.

    ``packed_size`` is its blob's in bytes, None where no registry told it.
    """

    diff_id: str
    created_by: str
    engine_size: int | None
    packed_size: int | None = None


@dataclass(frozen=True, slots=True)
class ImageFound:
    """The image's config is known; ``layers`` are bottom first."""

    reference: str
    layers: tuple[LayerOutline, ...]


@dataclass(frozen=True, slots=True)
class LayersPlaced:
    """Where an image's layers come from, told before they are read.

    ``base`` is the base's name, where it has one that is known, and ``base_layers`` how many came
    with it; ``lines`` has each layer's line of the Dockerfile, bottom first.
    """

    base: str | None
    base_layers: int
    lines: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class LayerRead:
    """One layer's tar was read to its end. ``file_bytes`` counts each inode once."""

    diff_id: str
    file_bytes: int
    files: int
