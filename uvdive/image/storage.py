"""Read an image's layers where an overlay2 engine keeps them, without ``docker save``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvdive.base.errors import ImageError
from uvdive.base.progress import OnEvent
from uvdive.image.boxes import layer_read
from uvdive.image.layer import LayerData
from uvdive.image.layercache import LayerCache
from uvdive.image.source import LayerPlace, RawImage, read_config
from uvdive.image.tarindex import index_tar
from uvdive.image.tarsplit import StorageError, TarSplitStream, chain_ids
from uvdive.image.wanting import Wanted

_OVERLAY = "overlay2"


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """Where one layer lies: its tar-split file, and the folder with its files."""

    diff_id: str
    split: Path
    folder: Path


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path}: {error}") from error


def find_layers(root: Path, diff_ids: Sequence[str]) -> list[StoredLayer]:
    """Where the engine at ``root`` keeps these layers, bottom first.

    Raises:
        StorageError: it does not keep them in this form, or they may not be read.
    """
    found = []
    for diff_id, chain_id in zip(diff_ids, chain_ids(diff_ids), strict=True):
        entry = root / "image" / _OVERLAY / "layerdb" / chain_id.replace(":", "/", 1)
        if _text(entry / "diff") != diff_id:
            raise StorageError(f"{entry} is another layer")
        folder = root / _OVERLAY / _text(entry / "cache-id") / "diff"
        if not folder.is_dir():
            raise StorageError(f"{folder} is no folder")
        found.append(StoredLayer(diff_id, entry / "tar-split.json.gz", folder))
    return found


def read_storage(
    root: Path,
    image_id: str,
    reference: str,
    wanted: Wanted,
    on_event: OnEvent,
    cache: LayerCache | None,
) -> RawImage:
    """Read an image from the engine's own folders.

    Args:
        root: the engine's root folder, on this machine.
        image_id: the image's id, which on overlay2 is its config's digest.
        reference: its name, for the manifest.
        wanted: which files' contents to keep.
        on_event: gets LayerRead.
        cache: keeps what is read.

    Raises:
        StorageError: not all of it is there in the expected form, or may be read.
    """
    config = root / "image" / _OVERLAY / "imagedb" / "content" / image_id.replace(":", "/", 1)
    try:
        manifest = read_config(config.read_bytes(), reference=reference, source="docker", digest=image_id)
        found = find_layers(root, manifest.diff_ids)
        layers = []
        for stored in found:
            layers.append(_read(stored, wanted, cache))
            on_event(layer_read(layers[-1], stored.diff_id))
    except (OSError, ImageError) as error:
        raise StorageError(str(error)) from error
    places = tuple(LayerPlace(stored.folder, None) for stored in found)
    return RawImage(manifest, tuple(layers), (False,) * len(layers), places)


def _read(stored: StoredLayer, wanted: Wanted, cache: LayerCache | None) -> LayerData:
    layer = None if cache is None else cache.layer(stored.diff_id, hashed=False)
    if layer is None:
        stream = TarSplitStream(stored.split, stored.folder)
        index = index_tar(stream, wanted, digests=False)
        layer = LayerData(index, stored.diff_id, stream.drain(), None)
        if cache is not None:
            cache.keep_layer(layer)
    return layer


def storage_root(info: dict[str, Any], url: str) -> Path | None:
    """The engine's root folder, if it is an overlay2 one on this machine and may be read."""
    if info.get("Driver") != _OVERLAY or not url.startswith("unix://"):
        return None
    root = Path(str(info.get("DockerRootDir") or ""))
    try:
        return root if (root / "image" / _OVERLAY / "layerdb").is_dir() else None
    except OSError:
        return None
