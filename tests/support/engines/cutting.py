"""A proxy before an engine that cuts off what the engine saves, after so many bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

_PIECE = 1 << 16


def _forward(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    """Hand on what comes until it ends or the limit is reached, then end both ways."""
    left = limit
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE if left is None else min(_PIECE, left)):
            target.sendall(piece)
            if left is not None:
                left -= len(piece)
                if not left:
                    break
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _serve(client: socket.socket, engine: str, limit: int) -> None:
    with client, socket.socket(socket.AF_UNIX) as upstream:
        upstream.connect(engine)
        request = client.recv(_PIECE)
        upstream.sendall(request)
        saves = b"/get" in request.partition(b"\r\n")[0]
        back = threading.Thread(target=_forward, args=(upstream, client, limit if saves else None))
        back.start()
        _forward(client, upstream, None)
        back.join(60)


@contextlib.contextmanager
def cutting(engine: str, folder: Path, limit: int) -> Iterator[str]:
    """The path of a socket that speaks as the engine's does, but saves only ``limit`` bytes."""
    path = folder / "engine.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=_serve, args=(client, engine, limit), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield str(path)
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(30)
            assert not thread.is_alive(), "it still listens"
