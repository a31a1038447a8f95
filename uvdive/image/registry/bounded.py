"""Connections that cannot be held for ever: an answer's head comes within a time, or never.

A socket's own time limit is for each piece of bytes alone, and ``http.client`` waits for the end of a
head, and passes over ``100 Continue`` after ``100 Continue``, as long as something comes.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    from urllib3 import PoolManager
    from urllib3.response import HTTPResponse


@contextlib.contextmanager
def ended_after(seconds: float | None, end: Callable[[], object]) -> Iterator[None]:
    """Call ``end`` where the block takes longer, from another thread; it wakes who waits in the block.

    Raises:
        TimeoutError: it took longer, whatever the block itself raised.
    """
    late = threading.Event()

    def act() -> None:
        late.set()
        with contextlib.suppress(OSError, ValueError, RuntimeError):  # it has just ended by itself
            end()

    timer = threading.Timer(seconds or 0.0, act)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    try:
        yield
    except Exception:
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError


class _Plain(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 has it
        with ended_after(self.timeout, _end_of(self)):
            return super().getresponse()


class _Encrypted(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 has it
        with ended_after(self.timeout, _end_of(self)):
            return super().getresponse()


def _end_of(connection: HTTPConnection) -> Callable[[], object]:
    taken: socket.socket = connection.sock
    return lambda: taken.shutdown(socket.SHUT_RDWR)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


def bounded(manager: PoolManager) -> PoolManager:
    """A manager whose connections are such."""
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}
    return manager
