"""Layers from a registry, several at once, each read while it arrives."""

from __future__ import annotations

import contextlib
import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from uvdive.base.errors import ImageError
from uvdive.base.progress import BytesRead, Note, OnEvent
from uvdive.image.layer_index import LayerData
from uvdive.image.layers import blobs
from uvdive.image.registry.by_table import read_by_table
from uvdive.image.registry.client import NotThereError, Registry, Stopped
from uvdive.image.registry.manifests import Blob
from uvdive.image.registry.wire import Trouble
from uvdive.image.sieve import Wanted
from uvdive.image.stream import ChunkStream
from uvdive.image.toc.notes import TocError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

_AT_ONCE = 4
_PIECE = 1 << 18
_PROGRESS = 1 << 20
"""So many bytes more make it worth to try as often again."""

_TRICKLE = 1 << 12
"""Fewer bytes within the time of a registry's patience are as good as none."""

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(?:\d{1,18}|\*)")
_END = 5.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A layer to fetch: its blob, what its tar's digest has to be, and may its table do for it?"""

    blob: Blob
    diff_id: str
    by_table: bool = False


@dataclass(frozen=True, slots=True)
class _News:
    """What a thread tells: more bytes, a layer, something to say, or why it ended."""

    kind: Literal["bytes", "layer", "note", "error"]
    count: int = 0
    wish: Wish | None = None
    layer: LayerData | None = None
    error: BaseException | None = None
    text: str = ""


class Fetching:
    """Fetches layers in threads; what comes of it is told in the thread that asks.

    Args:
        registry: whom to ask.
        wanted: which files' contents to keep.
        on_event: gets BytesRead.
    """

    def __init__(self, registry: Registry, wanted: Wanted, on_event: OnEvent) -> None:
        self._registry, self._wanted, self._on_event = registry, wanted, on_event
        self._news: queue.SimpleQueue[_News] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open: set[BaseHTTPResponse] = set()

    def layers(self, wishes: Sequence[Wish]) -> Iterator[tuple[Wish, LayerData]]:
        """Each layer as soon as it is read and is what it should be, the largest are begun first.

        Raises:
            ImageError: one of them cannot be had, or is not what it should be.
        """
        jobs = sorted(wishes, key=lambda wish: wish.blob.size)
        total, done, left = sum(wish.blob.size for wish in wishes), 0, len(wishes)
        threads = [
            threading.Thread(target=self._work, args=(jobs,), daemon=True)
            for _ in range(min(_AT_ONCE, len(wishes)))
        ]
        try:
            for thread in threads:
                thread.start()
            while left:
                news = self._news.get()
                if news.error is not None:
                    raise news.error
                if news.kind == "note":
                    self._on_event(Note(news.text))
                elif news.kind == "bytes":
                    done += news.count
                    self._on_event(BytesRead(min(done, total), total))
                elif news.wish is not None and news.layer is not None:
                    left -= 1
                    yield news.wish, news.layer
        finally:
            self._give_up()
            for thread in threads:
                if thread.ident is not None:
                    thread.join(_END)

    def _give_up(self) -> None:
        """End what goes on, also where it waits for bytes."""
        self._registry.stop.set()
        with self._lock:
            for answer in self._open:
                # Nothing is left to be told of one that has just ended.
                _end(answer)

    def _work(self, jobs: list[Wish]) -> None:
        try:
            while not self._registry.stop.is_set():
                with self._lock:
                    wish = jobs.pop() if jobs else None
                if wish is None:
                    return
                self._news.put(_News("layer", wish=wish, layer=self._layer(wish)))
        except Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised where the layers are taken
            self._news.put(_News("error", error=error))

    def _layer(self, wish: Wish) -> LayerData:
        blob, why = wish.blob, ""
        if wish.by_table and blob.note is not None:
            try:
                return read_by_table(self._registry, blob, blob.note, self._wanted)
            except TocError as error:
                why = f"The table of contents of {blob.digest} is not used, as {error}: all of it is read"
                self._news.put(_News("note", text=why))
        layer = blobs.read_layer(ChunkStream(self._pieces(blob), blob.size), blob.size, self._wanted)
        if layer.blob != blob.digest:
            raise _wrong(blob.digest, layer.blob)
        if layer.diff_id != wish.diff_id:
            raise _wrong(wish.diff_id, layer.diff_id)
        if why:
            layer.index.warnings.append(why)
        return layer

    def _pieces(self, blob: Blob) -> Iterator[bytes]:
        """All bytes of a blob, taken up again where the connection broke.

        Raises:
            ImageError: it cannot be had, or has another size.
            Stopped: nobody wants it any more.
        """
        done = counted = 0
        tries = self._registry.tries()
        while True:
            try:
                for piece in self._some(blob, done):
                    done += len(piece)
                    yield piece
                    if done - counted >= _PROGRESS:
                        counted = done
                        tries.renew()
            except Trouble as trouble:
                if not tries.failed(trouble):
                    what = f" after {done} of a layer's {blob.size} bytes" if done else ""
                    raise self._registry.unreachable(trouble, what) from None
            else:
                return

    def _some(self, blob: Blob, done: int) -> Iterator[bytes]:
        """The bytes of a blob from a place on, as far as one answer has them.

        Raises:
            Trouble: it ends before the blob does.
        """
        headers = {"Range": f"bytes={done}-"} if done else {}
        with contextlib.ExitStack() as opened:
            answer = self._answer(blob, headers, opened)
            skip = _checked(answer, blob, done)
            self._watch(answer)
            pace = _Pace(done, self._registry.patience)
            try:
                # What has come counts, also where the rest never does: so no whole piece is waited for.
                while piece := answer.read1(_PIECE, decode_content=False):
                    if self._registry.stop.is_set():
                        raise Stopped
                    fresh = piece[skip:]
                    skip -= len(piece) - len(fresh)
                    done += len(fresh)
                    if done > blob.size:
                        raise _other_size(blob, "more bytes")
                    pace.check(done)
                    self._news.put(_News("bytes", len(fresh)))
                    yield fresh
            finally:
                with self._lock:
                    self._open.discard(answer)
        if done < blob.size:
            raise Trouble("broken", "it sends less than it says")

    def _watch(self, answer: BaseHTTPResponse) -> None:
        with self._lock:
            self._open.add(answer)
        if self._registry.stop.is_set():
            raise Stopped

    def _answer(self, blob: Blob, headers: dict[str, str], opened: contextlib.ExitStack) -> BaseHTTPResponse:
        """The answer that has the blob: the registry's, or of another place that its manifest names."""
        try:
            return opened.enter_context(self._registry.ask(f"blobs/{blob.digest}", headers))
        except NotThereError:
            if not blob.urls:
                raise ImageError(
                    f"{self._registry.name.host} lacks the layer {blob.digest}.", "Push the image again."
                ) from None
        for url in blob.urls:
            with contextlib.suppress(NotThereError):
                return opened.enter_context(self._registry.elsewhere(url, headers))
        raise ImageError(
            f"The layer {blob.digest} is in none of the {len(blob.urls)} places that the manifest names.",
            "It is a foreign layer: pull the image with an engine that has it, and save it.",
        )


class _Pace:
    """Sees that bytes don't only trickle in: no connection is that slow, and none would end.

    Args:
        done: how many there are.
        patience: so many seconds are given for the next few of them.
    """

    def __init__(self, done: int, patience: float) -> None:
        self._patience, self._counted = patience, done
        self._until = time.monotonic() + patience

    def check(self, done: int) -> None:
        """Raise Trouble where too few came for too long."""
        if done - self._counted >= _TRICKLE:
            self._counted, self._until = done, time.monotonic() + self._patience
        elif time.monotonic() > self._until:
            raise Trouble("silent", "it sends too slowly")


def _end(answer: BaseHTTPResponse) -> None:
    """Wake whoever waits for an answer's bytes."""
    try:
        answer.shutdown()
    except (ValueError, OSError, RuntimeError):
        return  # it has come to its end meanwhile


def _checked(answer: BaseHTTPResponse, blob: Blob, done: int) -> int:
    """How many bytes at the answer's beginning are known already.

    Raises:
        ImageError: it says that it has another size, or comes from another place.
    """
    length = answer.headers.get("Content-Length", "")
    if answer.status == 206:
        said = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if said is None or int(said[1]) != done or int(said[2]) != blob.size - 1:
            raise _other_size(blob, "another part")
        return 0
    if length.isdecimal() and len(length) < 20 and int(length) != blob.size:
        raise _other_size(blob, f"{int(length):,} bytes")
    return done


def _other_size(blob: Blob, what: str) -> ImageError:
    return ImageError(
        f"The registry sends {what} of the layer {blob.digest}, which has {blob.size:,} bytes.",
        "The registry is damaged: push the image again.",
    )


def _wrong(wanted: str, found: str | None) -> ImageError:
    return ImageError(
        f"A layer is not what it should be: its digest is {found}, not {wanted}.",
        "The registry is damaged, or somebody changes what it sends: push the image again.",
    )
