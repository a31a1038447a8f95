"""An engine that goes away at its n-th request: before it, in the middle of the answer, or without a word.

Unlike ``proxy`` it reads what passes: requests are counted over all connections, as HTTP/1.1
frames them (RFC 9112); what is upgraded to another protocol (BuildKit's) is one request.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from engines.proxy import ENGINE

How = Literal["before", "body", "stall"]
"""Close everything in place of handing the request on, or behind half of its answer; or fall silent there."""

_HEAD = b"\r\n\r\n"
_NO_BODY = re.compile(rb"\r\nContent-Length: *0(?:\r|$)|^HTTP/1\.1 (?:204|304) ", re.IGNORECASE)
_PIECE = 1 << 16


class CutRequests:
    """Stands before an engine; ``url`` is what DOCKER_HOST should name.

    Args:
        path: where to listen.
        target: the engine's socket.
        at: the request at which the engine goes away, counted from 1; 0 for never.
        how: how it goes away.
    """

    def __init__(self, path: Path, target: str = ENGINE, *, at: int = 0, how: How = "before") -> None:
        self.url = f"unix://{path}"
        self.requests: list[str] = []
        self.whole = False
        """Had the answer no body, so that nothing of it was kept back?"""
        self._path, self._target, self._at, self._how = path, target, at, how
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(32)
        self._begin(self._accept)

    @property
    def cut(self) -> bool:
        """Has the engine gone away?"""
        return 0 < self._at <= len(self.requests)

    def _begin(self, function: object, *arguments: object) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(self._target)
            with self._lock:
                self._open += [client, engine]
            _Connection(self, client, engine).begin(self._begin)

    def counts(self, line: str) -> How | None:
        """Note a request; how the engine goes away at it, None where it does not."""
        with self._lock:
            self.requests.append(line)
            return self._how if len(self.requests) == self._at else None

    def wait(self) -> None:
        """Until the end, without a word."""
        self._ended.wait(600)

    def close(self) -> None:
        """Go away: nobody can connect any more, and all connections end."""
        self._path.unlink(missing_ok=True)
        with self._lock:
            for each in (self._server, *self._open):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Close everything and wait for the threads."""
        self._ended.set()
        self.close()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a connection goes on after its end"
        for each in (self._server, *self._open):
            each.close()


class _Connection:
    """One connection: what the client asks, and what the engine answers."""

    def __init__(self, proxy: CutRequests, client: socket.socket, engine: socket.socket) -> None:
        self._proxy, self._client, self._engine = proxy, client, engine
        self._cutting: How | None = None

    def begin(self, begin: object) -> None:
        begin(self._ask)  # type: ignore[operator]
        begin(self._answer)  # type: ignore[operator]

    def _ask(self) -> None:
        with contextlib.suppress(OSError):
            held = b""
            while True:
                while _HEAD not in held:
                    if not (data := self._client.recv(_PIECE)):
                        raise OSError
                    held += data
                head, _, held = held.partition(_HEAD)
                self._cutting = self._proxy.counts(head.partition(b"\r\n")[0].decode("latin-1"))
                if self._cutting == "before":
                    self._proxy.close()
                    return
                self._engine.sendall(head + _HEAD)
                held = self._body(head.lower(), held)
        with contextlib.suppress(OSError):
            self._engine.shutdown(socket.SHUT_WR)

    def _body(self, head: bytes, held: bytes) -> bytes:
        """Hand a request's body on; what stands behind it."""
        if b"\r\nupgrade:" in head or b"transfer-encoding: chunked" in head:
            # An upgraded connection is nobody's business; a chunked body (a build context) is the last here.
            while held or (held := self._client.recv(_PIECE)):
                self._engine.sendall(held)
                held = b""
            raise OSError
        length = re.search(rb"\r\ncontent-length: *(\d+)", head)
        left = int(length[1]) if length else 0
        while left:
            if not held and not (held := self._client.recv(_PIECE)):
                raise OSError
            piece, held = held[:left], held[left:]
            self._engine.sendall(piece)
            left -= len(piece)
        return held

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._engine.recv(_PIECE):
                if self._cutting is None:
                    self._client.sendall(data)
                    continue
                while _HEAD not in data:
                    data += self._engine.recv(_PIECE)
                head, mark, body = data.partition(_HEAD)
                if not body and not _NO_BODY.search(head):
                    body = self._engine.recv(_PIECE)
                self._proxy.whole = not body
                self._client.sendall(head + mark + body[: len(body) // 2])
                if self._cutting == "stall":
                    self._proxy.wait()
                self._proxy.close()
                return
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def going_away(folder: Path, at: int, how: How = "before", target: str = ENGINE) -> Iterator[CutRequests]:
    """Such an engine as long as the block lasts."""
    proxy = CutRequests(folder / "engine.sock", target, at=at, how=how)
    try:
        yield proxy
    finally:
        proxy.end()
