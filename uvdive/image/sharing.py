"""Two processes read an image's layers: what one core would read in turn, two read at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from uvdive.base import worker
from uvdive.base.errors import UvdiveError
from uvdive.base.progress import CancelToken, OnEvent
from uvdive.image import blobs
from uvdive.image.layer import LayerData
from uvdive.image.source import LayerPlace
from uvdive.image.stream import FileStream, opened
from uvdive.image.tarheader import BLOCK
from uvdive.image.tarindex import index_tar
from uvdive.image.wanting import Wanted

WORTH_IT = 32 << 20
"""Layers of fewer bytes together are read before a second process would have started."""


@dataclass(frozen=True, slots=True)
class BlobPlace:
    """Where a layer's blob lies on disk, in bytes."""

    path: Path
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Read:
    """A layer that was read, and where it can be read again."""

    name: str
    layer: LayerData
    place: LayerPlace | None


def read_blob(name: str, place: BlobPlace, wanted: Wanted, *, verify: bool) -> Read:
    """Read one layer's blob: in place if it is plain, unless ``verify`` wants its digest.

    Raises:
        ImageError: it is damaged.
        OSError: it cannot be read.
    """
    with opened(place.path) as fd:
        stream = FileStream(fd, place.start, place.size)
        plain = blobs.compression(stream.peek(BLOCK)) is None
        if plain and not verify:
            index = index_tar(stream, wanted, size=place.size, digests=False)
            layer = LayerData(index, None, place.size, None)
        else:
            layer = blobs.read_layer(stream, place.size, wanted)
    return Read(name, layer, LayerPlace(place.path.absolute(), place.start) if plain else None)


def read_blobs(places: Mapping[str, BlobPlace], wanted: Wanted, verify: bool, *, on_event: OnEvent) -> None:  # noqa: FBT001 - a worker's arguments are positional
    """Read layers in turn, each handed over as an event: the second process's work."""
    for name, place in places.items():
        on_event(read_blob(name, place, wanted, verify=verify))


def split(places: Mapping[str, BlobPlace]) -> tuple[list[str], list[str]]:
    """Two shares of about equal size; the second is empty where sharing is not worth it."""
    total = sum(place.size for place in places.values())
    if len(places) < 2 or total < WORTH_IT or (os.cpu_count() or 1) < 2:
        return list(places), []
    shares: tuple[list[str], list[str]] = ([], [])
    weights = [0, 0]
    for name in sorted(places, key=lambda name: -places[name].size):
        lighter = weights.index(min(weights))
        shares[lighter].append(name)
        weights[lighter] += places[name].size
    return shares


class SecondReader:
    """A process that reads its share of the layers while its parent reads the others."""

    def __init__(self, places: Mapping[str, BlobPlace], wanted: Wanted, *, verify: bool) -> None:
        self._found: dict[str, Read] = {}
        self._changed = threading.Condition()
        self._over = False
        self._cancel = CancelToken()
        self._thread = threading.Thread(target=self._run, args=(dict(places), wanted, verify), daemon=True)
        self._thread.start()

    def _run(self, *job: object) -> None:
        try:
            worker.call(read_blobs, *job, on_event=self._take, cancel=self._cancel, own_session=False)
        except (UvdiveError, worker.WorkerCrashError, OSError):
            # The parent reads what is missing itself, and so meets the same error.
            pass
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _take(self, event: object) -> None:
        if isinstance(event, Read):
            with self._changed:
                self._found[event.name] = event
                self._changed.notify_all()

    def wait(self, name: str) -> Read | None:
        """The layer once it was read, or None where the other process did not get that far."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or name in self._found)
            return self._found.pop(name, None)

    def stop(self) -> None:
        """End the process."""
        self._cancel.cancel()
        self._thread.join()
