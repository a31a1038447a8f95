"""What was read of layers, kept between runs by diff id, and images' configs by image id.

A cache that is corrupt, of another version, read-only, on a full disk or deleted
while in use costs nothing but time: whatever goes wrong here is a miss. Only layers
whose bytes gave their diff id are kept. Writers replace files atomically, so several
processes may use it at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import tempfile
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xxhash

from uvdive.base import columns
from uvdive.base.files.folders import user_folder
from uvdive.base.files.foreign import read_file
from uvdive.image.layer_index import LayerData, LayerIndex

FORMAT = 4
"""Goes up whenever LayerIndex or its reading changes."""

DEFAULT_LIMIT = 1 << 30
"""How large the cache may grow, in bytes."""

_HEAD = struct.Struct("<8sQQ")
_MAGIC = b"uvdvly%02d" % FORMAT
_ARRAYS = ("folder", "kind", "mode", "uid", "gid", "mtime", "size", "offset", "digest", "target")
_LARGEST = 2 << 30
_MISS = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    struct.error,
    OverflowError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """How many layers and configs the cache at ``folder`` holds, and its size in bytes."""

    folder: Path
    entries: int
    bytes: int
    limit: int


def default_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """``uvdive/layers`` in the user's cache folder (XDG base directories)."""
    return user_folder("XDG_CACHE_HOME", ".cache", environ) / "layers"


def _pack(layer: LayerData) -> bytes:
    index = layer.index
    distinct = {name: number for number, name in enumerate(dict.fromkeys(index.names))}
    names = array("I", map(distinct.__getitem__, index.names))
    texts = {
        "folders": index.folders,
        "names": list(distinct),
        "targets": index.targets,
        "contents": list(index.contents.values()),
        "xattrs": list(index.xattrs.values()),
    }
    numbers = {name: getattr(index, name) for name in _ARRAYS}
    numbers |= {"name": names, "kept": array("I", index.contents), "attributed": array("I", index.xattrs)}
    parts = [columns.pack(column) for column in numbers.values()]
    parts += [columns.pack_texts(column) for column in texts.values()]
    header = {
        "diff_id": layer.diff_id,
        "tar_bytes": layer.tar_bytes,
        "has_digests": index.has_digests,
        "warnings": index.warnings,
        "arrays": [[name, columns.TYPES[c.typecode], len(c)] for name, c in numbers.items()],
        "texts": [[name, len(column)] for name, column in texts.items()],
        "lengths": [len(part) for part in parts],
    }
    return json.dumps(header).encode() + b"\n" + b"".join(parts)


def _end_of_line(view: memoryview) -> int:
    """Where the first line ends; ValueError where it does not."""
    piece = 1 << 16
    while (end := bytes(view[:piece]).find(b"\n")) < 0 and piece < len(view):
        piece *= 4
    if end < 0:
        raise ValueError("there is no header")
    return end


def _unpack(view: memoryview) -> LayerData:
    end = _end_of_line(view)
    header, at = json.loads(bytes(view[:end])), end + 1
    parts: list[memoryview] = []
    for length in header["lengths"]:
        parts.append(view[at : at + length])
        at += length
    values: dict[str, Any] = {}
    for (name, kind, count), part in zip(header["arrays"], parts, strict=False):
        values[name] = columns.unpack(kind, part)
        if len(values[name]) != count:
            raise ValueError(f"column {name} is cut off")
    for (name, count), part in zip(header["texts"], parts[len(header["arrays"]) :], strict=True):
        values[name] = columns.unpack_texts(count, part)
    index = LayerIndex(
        folders=values["folders"],
        names=[values["names"][number] for number in values["name"]],
        targets=values["targets"],
        contents=dict(zip(values["kept"], values["contents"], strict=True)),
        xattrs=dict(zip(values["attributed"], values["xattrs"], strict=True)),
        has_digests=header["has_digests"],
        warnings=header["warnings"],
        **{name: values[name] for name in _ARRAYS},
    )
    return LayerData(index, header["diff_id"], header["tar_bytes"], None)


class LayerCache:
    """The cache in one folder.

    Args:
        folder: where it is; made when something is kept.
        variety: what is kept of a layer depends on it: others do not see it.
        limit: what it may hold, in bytes; what was used longest ago goes first.
    """

    def __init__(self, folder: Path, variety: str = "", limit: int = DEFAULT_LIMIT) -> None:
        self._folder = folder
        self._variety = variety
        self._limit = limit
        self._room: int | None = None

    def layer(self, diff_id: str, *, hashed: bool = True) -> LayerData | None:
        """What was read of the layer with that diff id, or None.

        ``hashed`` asks for one whose bytes all passed by; the others come from an
        engine's own storage and know no contents' digests.
        """
        payload = self._load(self._path(diff_id, "layer" if hashed else "stored"))
        if payload is None:
            return None
        try:
            layer = _unpack(payload)
        except _MISS:
            return None
        return layer if layer.diff_id == diff_id else None

    def has(self, diff_id: str) -> bool:
        """Is there something of a layer? It may turn out to be damaged."""
        return self._path(diff_id, "layer").exists()

    def keep_layer(self, layer: LayerData) -> None:
        """Keep a layer whose diff id is sure; others are not kept."""
        if layer.diff_id is not None:
            kind = "layer" if layer.index.has_digests else "stored"
            self._save(self._path(layer.diff_id, kind), _pack(layer))

    def record(self, name: str) -> dict[str, Any] | None:
        """What ``keep_record`` kept under that name, or None."""
        payload = self._load(self._path(name, "record"))
        try:
            value = None if payload is None else json.loads(bytes(payload))
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def keep_record(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep a JSON object under a name, such as an image's config under its id."""
        self._save(self._path(name, "record"), json.dumps(value).encode())

    def finished(self, name: str) -> memoryview | None:
        """What ``keep_finished`` kept under that name, or None."""
        return self._load(self._path(name, "report"))

    def keep_finished(self, name: str, payload: bytes) -> None:
        """Keep what was made of an image under a name that says of what it was made."""
        self._save(self._path(name, "report"), payload)

    def info(self) -> CacheInfo:
        """What the cache holds."""
        files = list(self._files())
        return CacheInfo(self._folder, len(files), sum(size for _, size, _ in files), self._limit)

    def clear(self) -> int:
        """Remove everything in it; the number of files that went."""
        gone = 0
        for path, _, _ in list(self._files()):
            with contextlib.suppress(OSError):
                path.unlink()
                gone += 1
        return gone

    def _path(self, name: str, kind: str) -> Path:
        key = xxhash.xxh3_128_hexdigest(f"{FORMAT} {self._variety} {kind} {name}".encode())
        return self._folder / key[:2] / f"{key[2:]}.{kind}"

    def _files(self) -> Iterator[tuple[Path, int, float]]:
        """Every file of the cache with its size in bytes and the time of its last use."""
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                yield path, status.st_size, status.st_mtime

    def _load(self, path: Path) -> memoryview | None:
        try:
            data = read_file(path, _LARGEST)
            magic, size, digest = _HEAD.unpack_from(data)
        except _MISS:
            return None
        payload = memoryview(data)[_HEAD.size :]
        if magic != _MAGIC or len(payload) != size or xxhash.xxh3_64_intdigest(payload) != digest:
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used now: the last to be evicted
        return payload

    def _save(self, path: Path, payload: bytes) -> None:
        head = _HEAD.pack(_MAGIC, len(payload), xxhash.xxh3_64_intdigest(payload))
        if len(head) + len(payload) > self._limit:
            return
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(head)
                    file.write(payload)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink()
                raise
            # Looking at every file costs more than writing a small one.
            self._room = None if self._room is None else self._room - len(head) - len(payload)
            if self._room is None or self._room < 0:
                self._room = self._evict()

    def _evict(self) -> int:
        """Remove what was used longest ago, if there is too much; how many bytes may still come."""
        files = sorted(self._files(), key=lambda item: item[2])
        excess = sum(size for _, size, _ in files) - self._limit
        for path, size, _ in files:
            if excess <= 0:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                excess -= size
        return -excess
