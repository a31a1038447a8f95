"""Where an image's members lie: a folder, an archive read in place, an archive that passes once.

All three answer the same two questions, by a member's name: its text (a manifest, a
config) and its layer. Archives come in the shapes that engines write, layers in any
order, the manifest first or last, repeated layers as links.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import opened, read_file
from uvdive.base.progress import BytesRead, OnEvent
from uvdive.image.budget import MAX_TEXTS
from uvdive.image.events import LayerRead
from uvdive.image.layer_index import LayerData
from uvdive.image.layers import blobs
from uvdive.image.layers.ahead import ahead
from uvdive.image.layers.sharing import BlobPlace, SharedReading
from uvdive.image.raw_image import LayerPlace
from uvdive.image.sieve import Wanted
from uvdive.image.stream import ByteStream, ChunkStream, FileStream, packed_bytes
from uvdive.image.table import Kind
from uvdive.image.tar.header import BLOCK, BadHeaderError
from uvdive.image.tar.index import visit_tar

if TYPE_CHECKING:
    from uvdive.image.layers.cache import LayerCache

_MAX_TEXT = 8 << 20
"""Registries take manifests of 4 MiB."""

NO_ARCHIVE = "Give an archive that `docker save` or `podman save` wrote."
INCOMPLETE = "Save the image again."
_MAX_LINKS = 8
_HEX = re.compile(r"[0-9a-f]{64}")
"""Engines name members by digests or ids; other names may come again with other contents."""


class Box(Protocol):
    """Holds an image's members by name; ``packed`` is an archive's own size where all of it was packed."""

    packed: int | None

    def text(self, name: str) -> bytes | None:
        """The content of a small member, or None if there is none."""

    def order(self, names: Sequence[str]) -> list[int]:
        """Get ready to read these layers: the order in which asking for them waits least."""

    def layer(self, name: str) -> tuple[LayerData, LayerPlace | None]:
        """Read the layer in a member; with its place if it can be read again.

        Raises:
            ImageError: it is not there or is damaged.
        """

    def close(self) -> None:
        """End what ``order`` began."""


def layer_read(layer: LayerData, diff_id: str) -> LayerRead:
    """The event that says that a layer was read."""
    index = layer.index
    return LayerRead(diff_id, sum(index.size), index.kind.tobytes().count(Kind.FILE))


def _missing(name: str) -> ImageError:
    return ImageError(f"The image lacks the layer {name}.", INCOMPLETE)


def _is_text(name: str, head: bytes) -> bool:
    return name.endswith((".json", "oci-layout")) or head[:1] in (b"{", b"[")


def _walk(stream: ByteStream, visitor: Callable[[bytes, int, ByteStream], None]) -> dict[str, str]:
    """Walk an archive; its links by name, with the members that they mean."""
    try:
        index = visit_tar(stream, visitor)
    except BadHeaderError as error:
        raise ImageError(f"This is no archive: {error}.", NO_ARCHIVE) from error
    links = {}
    for place, target in enumerate(index.target):
        if target < 0:
            continue
        name = index.path(place).decode("utf-8", "replace")
        text = index.targets[target].decode("utf-8", "replace")
        if index.kind[place] == Kind.SYMLINK:
            text = posixpath.normpath(posixpath.join(posixpath.dirname(name), text))
        links[name] = text
    return links


def _follow(links: dict[str, str], name: str) -> str:
    for _ in range(_MAX_LINKS):
        if name not in links:
            break
        name = links[name]
    return name


class _Texts(dict[str, bytes]):
    """Small members by name, up to a bound for all of them."""

    def __init__(self) -> None:
        super().__init__()
        self._size = 0

    def keep(self, name: str, data: bytes) -> None:
        """Keep one.

        Raises:
            ImageError: all together are more than any image has.
        """
        self._size += len(data)
        if self._size > MAX_TEXTS:
            raise ImageError(
                f"The archive holds more than {MAX_TEXTS} bytes of manifests and configs.",
                "It is damaged, or made to fill the memory.",
            )
        self[name] = data


class StaleCacheError(Exception):
    """A layer that was passed over, as the cache knows it, turned out to be another one."""


class PassedBox:
    """An archive that passes once: every layer in it is indexed on its way.

    Args:
        stream: the archive.
        wanted: which files' contents to keep.
        on_event: gets LayerRead.
        cache: keeps what is read; layers that it knows by their member's name are
            hashed, but not parsed again.

    Raises:
        ImageError: it is no archive, is damaged or ends too early.
        StaleCacheError: read it again, without the cache.
    """

    def __init__(
        self, stream: ByteStream, wanted: Wanted, on_event: OnEvent, cache: LayerCache | None = None
    ) -> None:
        self.packed = packed_bytes(stream)
        self._texts = _Texts()
        self._layers: dict[str, LayerData] = {}
        self._wanted, self._on_event, self._cache = wanted, on_event, cache
        self._links = _walk(stream, self._visit)

    def _visit(self, path: bytes, size: int, data: ByteStream) -> None:
        name = path.decode("utf-8", "replace")
        head = data.peek(min(size, BLOCK))
        if blobs.is_layer(head):
            layer = self._known(name, size, data) or self._fresh(name, size, data)
            self._layers[name] = layer
            self._on_event(layer_read(layer, layer.diff_id or ""))
        elif _is_text(name, head) and size <= _MAX_TEXT:
            self._texts.keep(name, data.take(size))

    def _fresh(self, name: str, size: int, data: ByteStream) -> LayerData:
        layer = blobs.read_layer(data, size, self._wanted)
        if self._cache is not None and _HEX.search(name):
            self._cache.keep_layer(layer)
            self._cache.keep_record(
                f"member {name} {size}", {"diff_id": layer.diff_id, "compressed": layer.compressed_bytes}
            )
        return layer

    def _known(self, name: str, size: int, data: ByteStream) -> LayerData | None:
        """The layer as the cache has it, while its bytes pass by and are hashed."""
        record = self._cache.record(f"member {name} {size}") if self._cache and _HEX.search(name) else None
        layer = self._cache.layer(str(record["diff_id"])) if self._cache and record else None
        if layer is None or record is None:
            return None
        digest = hashlib.sha256()
        for piece in data.chunks(size):
            digest.update(piece)
        compressed = record.get("compressed")
        expected = layer.diff_id if compressed is None else "sha256:" + name.rpartition("/")[2]
        if "sha256:" + digest.hexdigest() != expected:
            raise StaleCacheError(name)
        return replace(layer, compressed_bytes=compressed)

    def text(self, name: str) -> bytes | None:
        return self._texts.get(_follow(self._links, name))

    def order(self, names: Sequence[str]) -> list[int]:
        return list(range(len(names)))

    def close(self) -> None:
        """Nothing goes on behind a stream that has passed."""

    def layer(self, name: str) -> tuple[LayerData, LayerPlace | None]:
        try:
            return self._layers[_follow(self._links, name)], None
        except KeyError:
            raise _missing(name) from None


class _InPlace(ABC):
    """What folders and archives on disk share: layers are read where they lie, by two processes."""

    packed: int | None = None

    def __init__(self, wanted: Wanted, on_event: OnEvent, *, verify: bool) -> None:
        self._wanted, self._on_event, self._verify = wanted, on_event, verify
        self._layers: dict[str, tuple[LayerData, LayerPlace | None]] = {}
        self._reading: SharedReading | None = None

    @abstractmethod
    def find(self, name: str) -> tuple[str, BlobPlace] | None:
        """The member that a name means, and where it lies."""

    def order(self, names: Sequence[str]) -> list[int]:
        found = [self.find(name) for name in names]
        places = dict(sorted((item for item in found if item), key=lambda item: -item[1].size))
        self._reading = SharedReading(places, self._wanted, verify=self._verify)
        return sorted(range(len(names)), key=lambda n: -item[1].size if (item := found[n]) else 0)

    def layer(self, name: str) -> tuple[LayerData, LayerPlace | None]:
        found = self.find(name)
        if found is None or self._reading is None:
            raise _missing(name)
        real = found[0]
        if real not in self._layers:
            self._layers[real] = self._reading.read(real)
        return self._layers[real]

    def close(self) -> None:
        if self._reading is not None:
            self._reading.close()


class FileBox(_InPlace):
    """A plain archive on disk: only headers and small texts are read before a layer is asked for.

    Args:
        path: the archive.
        fd: it, open for reading.
        wanted: which files' contents to keep.
        on_event: gets BytesRead.
        verify: read plain layers whole, so that their digests are known.

    Raises:
        ImageError: it is no archive, is damaged or ends too early.
    """

    def __init__(self, path: Path, fd: int, wanted: Wanted, on_event: OnEvent, *, verify: bool) -> None:
        super().__init__(wanted, on_event, verify=verify)
        self._path = path
        self._size = os.fstat(fd).st_size
        self._done = 0
        self._texts = _Texts()
        self._places: dict[str, tuple[int, int]] = {}
        self._links = _walk(FileStream(fd, 0, self._size), self._visit)

    def _visit(self, path: bytes, size: int, data: ByteStream) -> None:
        name = path.decode("utf-8", "replace")
        self._places[name] = data.position, size
        if size <= _MAX_TEXT and _is_text(name, data.peek(min(size, BLOCK))):
            self._texts.keep(name, data.take(size))

    def text(self, name: str) -> bytes | None:
        return self._texts.get(_follow(self._links, name))

    def find(self, name: str) -> tuple[str, BlobPlace] | None:
        real = _follow(self._links, name)
        place = self._places.get(real)
        return None if place is None else (real, BlobPlace(self._path, *place))

    def layer(self, name: str) -> tuple[LayerData, LayerPlace | None]:
        found = super().layer(name)
        self._done += found[0].compressed_bytes or found[0].tar_bytes or 0
        self._on_event(BytesRead(min(self._done, self._size), self._size))
        return found


class FolderBox(_InPlace):
    """An OCI image layout in a folder."""

    def __init__(self, folder: Path, wanted: Wanted, on_event: OnEvent, *, verify: bool) -> None:
        super().__init__(wanted, on_event, verify=verify)
        self._folder = folder

    def text(self, name: str) -> bytes | None:
        try:
            return read_file(self._folder / name, _MAX_TEXT, within=self._folder)
        except OSError:
            return None

    def find(self, name: str) -> tuple[str, BlobPlace] | None:
        path = self._folder / name
        try:
            with opened(path, within=self._folder) as fd:
                return name, BlobPlace(path, 0, os.fstat(fd).st_size)
        except OSError:
            return None


@contextmanager
def open_archive(path: Path, wanted: Wanted, on_event: OnEvent, *, verify: bool) -> Iterator[Box]:
    """The box for an archive on disk: in place if it is plain, as a stream if it is compressed.

    Raises:
        ImageError: there is none, it is none, it is damaged or cannot be read.
    """
    try:
        with opened(path) as fd:
            head = os.pread(fd, BLOCK, 0)
            how = blobs.compression(head)
            if how is not None:
                whole = FileStream(fd, 0, os.fstat(fd).st_size)
                yield PassedBox(ChunkStream(_counted(whole, how, on_event), whole.size), wanted, on_event)
            elif blobs.is_layer(head):
                yield FileBox(path, fd, wanted, on_event, verify=verify)
            else:
                raise ImageError(f"{path} is no archive.", NO_ARCHIVE)
    except OSError as error:
        raise ImageError(f"{path} cannot be read: {error.strerror}.", "Check its name.") from error


def _counted(packed: FileStream, how: str, on_event: OnEvent) -> Iterator[bytes]:
    """The archive, unpacked in another thread; events are sent from this one."""
    for piece in ahead(blobs.unpack(packed.chunks(None), how)):
        yield piece
        on_event(BytesRead(packed.position, packed.size))
