"""The output of a program that is run in a container, as the engine frames it.

Docker API, "ContainerAttach", "Stream format". The SDK's own reader waits for the end for ever.
"""

from __future__ import annotations

import time
from typing import Any

_HEAD = 8
_STDOUT = 1
_PIECE = 1 << 15


def last_output(sock: Any, seconds: float, most: int) -> bytes:
    """The last ``most`` bytes of standard output, read until its end or for ``seconds``.

    Args:
        sock: what the SDK gives: a socket, or a file over one.
        seconds: how long to wait for the end; what came until then is given.
        most: how many bytes to keep, however many come.

    Raises:
        OSError: the connection broke.
    """
    plain = getattr(sock, "_sock", sock)
    end = time.monotonic() + seconds
    held, kept = bytearray(), bytearray()
    stream, left = 0, 0
    while (rest := end - time.monotonic()) > 0:
        plain.settimeout(rest)
        try:
            piece = plain.recv(_PIECE)
        except TimeoutError:
            break
        if not piece:
            break
        held += piece
        while held and (left or len(held) >= _HEAD):
            if not left:
                stream, left = held[0], int.from_bytes(held[4:_HEAD], "big")
                del held[:_HEAD]
                continue
            part = held[:left]
            del held[: len(part)]
            left -= len(part)
            if stream == _STDOUT:
                kept += part
                del kept[: max(0, len(kept) - most)]
    return bytes(kept)
