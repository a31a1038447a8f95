"""Contents of an image's files, wherever they can be read again.

That is the archive that the image came in, the engine's own storage, or a container
that is made for it and never runs: engines hand out the files of such (Docker API,
"ContainerArchive" and "ContainerExport"), also from another machine.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from uvdive.base.errors import EngineError, ImageError
from uvdive.base.files.foreign import real
from uvdive.base.files.remains import gone, note
from uvdive.image.answers import INFO, answer, asking
from uvdive.image.endpoint import connect, docker_endpoint, endpoint_of, own_name
from uvdive.image.engine.storage import find_layers, storage_root
from uvdive.image.raw_image import StoreIndex
from uvdive.image.store import LayerStore
from uvdive.image.stream import ByteStream, ChunkStream
from uvdive.image.table import NONE, FileTable
from uvdive.image.tar.below import StorageError, open_below
from uvdive.image.tar.header import BadHeaderError
from uvdive.image.tar.index import visit_tar
from uvdive.ledger.report import ImageReport

if TYPE_CHECKING:
    from docker import DockerClient

_SPOOL = 16 << 20
_PIECE = 1 << 20


class UnreadableError(Exception):
    """This file's content can't be had; the message says why."""


@dataclass(frozen=True, slots=True)
class ContentPlace:
    """Where one image's contents are; goes to the worker process.

    ``folders`` are the layers' in the engine's storage, bottom first; ``container``
    is one of the engine ``source`` (``docker``, ``podman``) that does not run.
    """

    index: StoreIndex | None = None
    folders: tuple[Path, ...] = ()
    container: str = ""
    source: str = ""


Places = tuple[ContentPlace | None, ContentPlace | None]
"""Of the old and the new image; None where an image's contents are nowhere."""

Indexes = tuple[StoreIndex | None, StoreIndex | None]
"""Of two images from archives, where their files' contents lie; None for engines' images."""


def _stored(client: DockerClient, report: ImageReport) -> tuple[Path, ...]:
    root = storage_root(answer(client.info(), INFO, "info"), docker_endpoint().url)
    if root is None:
        return ()
    try:
        found = find_layers(root, [layer.diff_id for layer in report.layers])
    except StorageError:
        return ()
    return tuple(stored.folder for stored in found)


@contextlib.contextmanager
def place_of(report: ImageReport, index: StoreIndex | None = None) -> Iterator[ContentPlace | None]:
    """Where an image's contents can be read while the context lasts; None where nowhere.

    Args:
        report: the image.
        index: of an archive that the image was read from, if it is at hand.

    Raises:
        EngineError: the engine that the image is in does not answer or makes no container.
    """
    source = report.image.source
    if source not in ("docker", "podman"):
        yield None if index is None else ContentPlace(index=index)
        return
    client = connect(endpoint_of(source))
    try:
        with asking():
            if source == "docker" and (folders := _stored(client, report)):
                yield ContentPlace(folders=folders)
            else:
                with _container(client.api, report.image.id) as container:
                    yield ContentPlace(container=container, source=source)
    finally:
        client.close()


@contextlib.contextmanager
def places_of(before: ImageReport, after: ImageReport, indexes: Indexes) -> Iterator[Places]:
    """``place_of`` for two images.

    To be held in the process that the user stops: a container that is made for it then
    goes away even if a worker that reads it is killed.

    Raises:
        EngineError: as ``place_of`` says.
    """
    with place_of(before, indexes[0]) as old, place_of(after, indexes[1]) as new:
        yield old, new


@contextlib.contextmanager
def _container(api: Any, image: str) -> Iterator[str]:
    """A container that is never started; it goes away with the context."""
    from docker.errors import APIError
    from requests.exceptions import RequestException

    name, labels = own_name()
    note(name)
    try:
        api.create_container(
            image,
            command=["/never-run"],
            name=name,
            network_disabled=True,
            labels=labels,
        )
    except APIError as error:
        gone(name)
        raise EngineError(f"The engine can't make a container of this image: {error.explanation}.") from error
    try:
        yield name
    finally:
        # What an engine that went away keeps, the next start tells of, and `uvdive clean` removes.
        with contextlib.suppress(APIError, RequestException):
            api.remove_container(name, v=True, force=True)
            gone(name)


class Contents:
    """Opens and hashes live files of one image, by their entries in its columns.

    A context manager: what it opened to do so is closed with it.
    """

    def __init__(self, table: FileTable, place: ContentPlace) -> None:
        self._table, self._place = table, place
        self._open = contextlib.ExitStack()
        self._store = None if place.index is None else LayerStore(table, place.index)
        self._folders, self._plain = [real(folder) for folder in place.folders], set[bytes]()

    @cached_property
    def _api(self) -> Any:
        client = connect(endpoint_of(self._place.source))
        self._open.callback(client.close)
        return client.api

    @property
    def holds_replaced(self) -> bool:
        """Can files be read that a later layer replaced? A container has the last state alone."""
        return not self._place.container

    @property
    def apart(self) -> bool:
        """May a fork read beside this process? Archives and exports have files that both would seek in."""
        return bool(self._place.folders)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def open(self, entry: int) -> IO[bytes]:
        """A regular file's content as a file that can be sought in.

        Raises:
            UnreadableError: it can't be read again.
            EngineError: the engine went away.
        """
        table = self._table
        path = table.path(table.entry_node[entry])
        if self._store is not None:
            try:
                return io.BytesIO(self._store.read(table.entry_inode[entry]))
            except ImageError as error:
                raise UnreadableError(error.what) from error
        if self._place.folders:
            try:
                folder = self._folders[table.entry_layer[entry]]
                return os.fdopen(open_below(folder, path, self._plain), "rb")
            except StorageError as error:
                raise UnreadableError(str(error)) from error
        with asking():
            return self._exported.open(table.entry_inode[entry]) or self._fetched(path)

    def _fetched(self, path: bytes) -> IO[bytes]:
        from docker.errors import APIError

        try:
            stream, _ = self._api.get_archive(self._place.container, os.fsdecode(path), chunk_size=_PIECE)
            with tarfile.open(fileobj=_Stream(stream), mode="r|") as archive:
                member = archive.next()
                data = None if member is None else archive.extractfile(member)
                if data is None:
                    raise UnreadableError(f"{path!r} is no file in the container")
                file = tempfile.SpooledTemporaryFile(_SPOOL)  # noqa: SIM115 - the caller closes it
                shutil.copyfileobj(data, file)
        except (APIError, tarfile.TarError, UnicodeError) as error:
            raise UnreadableError(f"{path!r}: {error}") from error
        file.seek(0)
        return file

    def digest(self, entry: int) -> int:
        """The xxh3-64 of a regular file's content.

        Raises:
            UnreadableError: it can't be read again.
        """
        import xxhash

        if not self._table.entry_size[entry]:
            return xxhash.xxh3_64_intdigest(b"")  # an export passes no data of an empty file
        if self._place.container:
            with asking():
                found = self._exported.digests.get(self._table.entry_inode[entry])
            if found is None:
                raise UnreadableError("the container has no such file")
            return found
        hasher = xxhash.xxh3_64()
        with self.open(entry) as file:
            while data := file.read(_PIECE):
                hasher.update(data)
        return hasher.intdigest()

    @cached_property
    def _exported(self) -> _Export:
        """All of the container's files in one stream."""
        file = self._open.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - it is closed with this
        return _Export(self._table, file, self._api.export(self._place.container, chunk_size=_PIECE))


class _Export:
    """What passed by in an export: every file's digest, and programs and libraries as they are.

    Those are kept in one ``file``; asking the engine for each takes a request of its own.
    """

    def __init__(self, table: FileTable, file: IO[bytes], pieces: Iterator[bytes]) -> None:
        self._table = table
        self._file = file
        self._spans: dict[int, tuple[int, int]] = {}
        self.digests: dict[int, int] = {}
        try:
            visit_tar(ChunkStream(pieces), self._visit)
        except (BadHeaderError, ImageError) as error:
            raise EngineError("The engine's export of a container is damaged.", str(error)) from error

    def _visit(self, path: bytes, size: int, data: ByteStream) -> None:
        import xxhash

        table = self._table
        node = table.find(b"/" + path)
        entry = None if node is None else table.visible(node)
        if entry is None or table.entry_inode[entry] == NONE:
            return
        hasher = xxhash.xxh3_64()
        start = self._file.tell()
        keep = b".so" in path or path.endswith((b".py", b".sh")) or bool(table.entry_mode[entry] & 0o111)
        for piece in data.chunks(size):
            hasher.update(piece)
            if keep:
                self._file.write(piece)
        self.digests[table.entry_inode[entry]] = hasher.intdigest()
        if keep:
            self._spans[table.entry_inode[entry]] = start, size

    def open(self, inode: int) -> IO[bytes] | None:
        """A file that was kept, or None."""
        if inode not in self._spans:
            return None
        start, size = self._spans[inode]
        self._file.flush()
        return io.BytesIO(os.pread(self._file.fileno(), size, start))


class _Stream(io.RawIOBase):
    """Pieces that an engine sends as the file that tarfile reads."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, fewer only at the end."""
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._rest += piece
        end = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:end], self._rest[end:]
        return data
