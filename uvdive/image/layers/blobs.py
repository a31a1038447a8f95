"""Layer blobs: plain, gzip or zstd tars, recognised by their first bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from uvdive.base.errors import ImageError
from uvdive.base.gzipped import DamagedError, GzipFile
from uvdive.base.zstd import zstd_module
from uvdive.image.layer_index import LayerData
from uvdive.image.layers.ahead import ahead
from uvdive.image.sieve import Wanted
from uvdive.image.stream import CHUNK, ByteStream, ChunkStream, Hash, packed_bytes
from uvdive.image.tar.header import BLOCK, looks_like_tar
from uvdive.image.tar.index import index_tar

if TYPE_CHECKING:
    from typing_extensions import Buffer

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"


def compression(head: bytes) -> str | None:
    """``gzip``, ``zstd``, or None for anything else, from the first bytes."""
    if head.startswith(GZIP):
        return "gzip"
    # A zstd:chunked blob may begin with a skippable frame (RFC 8878, 3.1.2).
    if head.startswith(ZSTD) or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"
    return None


def is_layer(head: bytes) -> bool:
    """Does a blob with these first 512 bytes hold a layer?"""
    return compression(head) is not None or looks_like_tar(head)


class _Pieces(io.RawIOBase):
    """Pieces of a stream as the file that a decompressor reads."""

    def __init__(self, pieces: Iterable[bytes | memoryview]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        target = memoryview(buffer)
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def unpack(pieces: Iterable[bytes | memoryview], how: str) -> Iterator[bytes]:
    """Decompress ``gzip`` or ``zstd`` data, all members and frames of them.

    Raises:
        ImageError: the data are damaged or end too early.
    """
    source = _Pieces(pieces)
    broken: tuple[type[Exception], ...] = (DamagedError,)
    if how == "gzip":
        file: Any = GzipFile(source)
    else:
        zstd = zstd_module()
        file = zstd.ZstdFile(io.BufferedReader(source, CHUNK))
        broken = (EOFError, zstd.ZstdError)
    try:
        while data := file.read(CHUNK):
            yield data
    except broken as error:
        raise ImageError(
            f"A {how} blob cannot be unpacked: {error}.", "The image is damaged: pull or save it again."
        ) from error


def read_layer(stream: ByteStream, size: int, wanted: Wanted) -> LayerData:
    """Read one layer blob of ``size`` bytes, all of which pass by, and verify nothing yet.

    The tar's sha256 is in the result; whoever knows the diff id compares.

    Raises:
        ImageError: the blob is damaged or ends too early.
    """
    how = compression(stream.peek(BLOCK))
    pieces: Iterable[bytes | memoryview] = stream.chunks(size)
    blob = hashlib.sha256()
    packed = packed_bytes(stream)
    if how is not None:
        pieces = _hashed(pieces, blob)
        packed = size if packed is None else min(size, packed)
    # Unpacking lets go of Python's lock, so the headers are read beside it.
    tar = ChunkStream(pieces if how is None else ahead(unpack(pieces, how)), packed)
    digest = hashlib.sha256()
    tar.digest = digest
    index = index_tar(tar, wanted, digests=True)
    for _ in tar.chunks(None):
        pass
    tar.digest = None
    for _ in pieces:
        pass
    diff_id = "sha256:" + digest.hexdigest()
    if how is None:
        return LayerData(index, diff_id, tar.position, None, diff_id)
    return LayerData(index, diff_id, tar.position, size, "sha256:" + blob.hexdigest())


def _hashed(pieces: Iterable[bytes | memoryview], digest: Hash) -> Iterator[bytes | memoryview]:
    for piece in pieces:
        digest.update(memoryview(piece))
        yield piece
