"""Read an image's layers where an overlay2 engine keeps them, without ``docker save``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import read_file
from uvdive.base.progress import OnEvent
from uvdive.image.layers.cache import LayerCache
from uvdive.image.raw_image import Finished, LayerPlace, RawImage, UnreadImage, read_config
from uvdive.image.sieve import Wanted
from uvdive.image.tar.below import StorageError, StoredLayer

_OVERLAY = "overlay2"


def _text(path: Path) -> str:
    try:
        return read_file(path).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path}: {error}") from error


def chain_ids(diff_ids: Iterable[str]) -> list[str]:
    """The ids under which the engine keeps layers.

    https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid
    """
    import hashlib

    chain: list[str] = []
    for diff_id in diff_ids:
        if chain:
            text = f"{chain[-1]} {diff_id}".encode()
            chain.append("sha256:" + hashlib.sha256(text).hexdigest())
        else:
            chain.append(diff_id)
    return chain


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
    finished: Finished,
) -> RawImage:
    """Read an image from the engine's own folders.

    Args:
        root: the engine's root folder, on this machine.
        image_id: the image's id, which on overlay2 is its config's digest.
        reference: its name, for the manifest.
        wanted: which files' contents to keep.
        on_event: gets LayerRead.
        cache: keeps what is read.
        finished: asked before layers are read; the image has none then.

    Raises:
        StorageError: not all of it is there in the expected form, or may be read.
    """
    config = root / "image" / _OVERLAY / "imagedb" / "content" / image_id.replace(":", "/", 1)
    try:
        manifest = read_config(read_file(config), reference=reference, source="docker", digest=image_id)
        found = find_layers(root, manifest.diff_ids)
    except (OSError, ImageError) as error:
        raise StorageError(str(error)) from error
    places = tuple(LayerPlace(stored.folder, None) for stored in found)
    image = RawImage(manifest, (), (False,) * len(found), places)
    if finished(UnreadImage(manifest, image.verified, (None,) * len(found), places)):
        return image
    # Where a report was kept nothing is read.
    from uvdive.image.archives.boxes import layer_read
    from uvdive.image.layers.stored import read_layers

    layers = []
    try:
        for stored, layer in zip(found, read_layers(found, wanted, cache), strict=True):
            layers.append(layer)
            on_event(layer_read(layer, stored.diff_id))
    except (OSError, ImageError) as error:
        raise StorageError(str(error)) from error
    return replace(image, layers=tuple(layers))


def storage_root(info: dict[str, Any], url: str) -> Path | None:
    """The engine's root folder, if it is an overlay2 one on this machine and may be read."""
    if info.get("Driver") != _OVERLAY or not url.startswith("unix://"):
        return None
    root = Path(str(info.get("DockerRootDir") or ""))
    try:
        return root if (root / "image" / _OVERLAY / "layerdb").is_dir() else None
    except OSError:
        return None
