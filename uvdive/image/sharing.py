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

_MOST = 1 << 12
"""More layers than any image has; so many bytes a pipe takes at once (pipe(7))."""


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


def read_blobs(
    places: Mapping[str, BlobPlace],
    wanted: Wanted,
    verify: bool,  # noqa: FBT001 - a worker's arguments are positional
    claims: int,
    *,
    on_event: OnEvent,
) -> None:
    """Read layers in turn as far as they can be claimed, each handed over as an event.

    The second process's work; ``claims`` is its end of ``SecondReader``'s pipe.
    """
    for name, place in places.items():
        if not os.read(claims, 1):
            break
        on_event(read_blob(name, place, wanted, verify=verify))


def worth_sharing(places: Mapping[str, BlobPlace]) -> bool:
    """Is there enough to read for two processes?"""
    total = sum(place.size for place in places.values())
    return 1 < len(places) <= _MOST and total >= WORTH_IT and (os.cpu_count() or 1) > 1


class SecondReader:
    """A process that reads layers while its parent reads others.

    The parent goes through ``places`` from the front, the process from the back. A pipe
    holds a byte for each layer; whoever takes one may read its next layer, so the two
    meet where the work is done, and no layer is read twice.
    """

    def __init__(self, places: Mapping[str, BlobPlace], wanted: Wanted, *, verify: bool) -> None:
        self._found: dict[str, Read] = {}
        self._changed = threading.Condition()
        self._over = False
        self._cancel = CancelToken()
        self._claims, end = os.pipe()
        os.write(end, bytes(len(places)))
        os.close(end)
        job = dict(reversed(list(places.items()))), wanted, verify, self._claims
        self._thread = threading.Thread(target=self._run, args=job, daemon=True)
        self._thread.start()

    def _run(self, *job: object) -> None:
        try:
            worker.call(
                read_blobs,
                *job,
                on_event=self._take,
                cancel=self._cancel,
                own_session=False,
                pass_fds=(self._claims,),
            )
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

    def claim(self) -> bool:
        """May the parent read the next layer from the front?"""
        return bool(os.read(self._claims, 1))

    def wait(self, name: str) -> Read | None:
        """The layer once it was read, or None where the other process did not get that far."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or name in self._found)
            return self._found.pop(name, None)

    def stop(self) -> None:
        """End the process."""
        self._cancel.cancel()
        self._thread.join()
        os.close(self._claims)
