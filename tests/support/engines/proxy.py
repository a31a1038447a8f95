"""An engine that goes away: a socket before the real one, which a test closes at the right moment."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

ENGINE = "/var/run/docker.sock"


class Proxy:
    """Hands bytes to and fro until ``close``; ``url`` is what DOCKER_HOST should name.

    With ``most`` it closes itself when the engine has sent so many bytes.
    """

    def __init__(self, path: Path, target: str = ENGINE, most: int | None = None) -> None:
        self.url = f"unix://{path}"
        self._left = most
        self._path, self._target = path, target
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen(32)
        self._begin(self._accept)

    def _begin(self, function: object, *args: object) -> None:
        thread = threading.Thread(target=function, args=args, daemon=True)  # type: ignore[arg-type]
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
            self._open += [client, engine]
            self._begin(self._hand_on, client, engine)
            self._begin(self._hand_on, engine, client, True)

    def _hand_on(self, one: socket.socket, other: socket.socket, answers: bool = False) -> None:  # noqa: FBT002
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
                if answers and self._left is not None:
                    self._left -= len(data)
                    if self._left < 0:
                        self.close()
        # One side is done sending; the other may still answer.
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Go away: nobody can connect any more, and all connections end."""
        self._path.unlink(missing_ok=True)
        for each in (self._server, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Close everything and wait for the threads."""
        self.close()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a connection goes on after its end"
        for each in (self._server, *self._open):
            each.close()


@contextlib.contextmanager
def proxied(folder: Path, target: str = ENGINE) -> Iterator[Proxy]:
    """A proxy before the engine's socket, as long as the block lasts."""
    proxy = Proxy(folder / "engine.sock", target)
    try:
        yield proxy
    finally:
        proxy.end()
