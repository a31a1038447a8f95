"""An engine behind TCP with TLS: a proxy before its socket that asks who comes, and the certificates."""

from __future__ import annotations

import contextlib
import select
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engines.proxy import ENGINE
from engines.registries import authority


@dataclass(frozen=True, slots=True)
class TlsEngine:
    """``certificates`` is what DOCKER_CERT_PATH should name, ``url`` what DOCKER_HOST should."""

    port: int
    certificates: Path

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


def _settings(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """The server's side, and the folder with the client's. Both show the same authority's certificate."""
    folder.mkdir(exist_ok=True)
    ca, made, key = authority(folder)
    client = folder / "client"
    client.mkdir()
    for name, path in (("ca.pem", ca), ("cert.pem", made), ("key.pem", key)):
        shutil.copyfile(path, client / name)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(ca))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # as engines, which are none of Python's
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(made, key)
    return context, client


def _hand_on(tls: ssl.SSLSocket, engine: socket.socket) -> None:
    """To and fro in one thread, as OpenSSL wants it, until both have said all."""
    open_ = {tls, engine}
    while open_:
        ready = {tls} if tls in open_ and tls.pending() else set(select.select(list(open_), [], [])[0])
        for one in ready:
            data = one.recv(1 << 16)
            if data:
                (engine if one is tls else tls).sendall(data)
            elif one is tls:
                engine.shutdown(socket.SHUT_WR)
            else:
                tls.close()
                return
            if not data:
                open_.discard(one)


class _Proxy:
    def __init__(self, context: ssl.SSLContext, target: str) -> None:
        self._context, self._target = context, target
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._begin(self._accept)

    def _begin(self, function: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=function, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._begin(self._serve, self._server.accept()[0])

    def _serve(self, plain: socket.socket) -> None:
        self._open.add(plain)
        # A client that does not like us, or that we do not like, is what some tests are about.
        with contextlib.suppress(OSError), plain, socket.socket(socket.AF_UNIX) as engine:
            self._open.add(engine)
            with self._context.wrap_socket(plain, server_side=True) as tls:
                self._open.add(tls)
                engine.connect(self._target)
                _hand_on(tls, engine)

    def end(self) -> None:
        """Close everything and wait for the threads."""
        for each in (self._server, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a connection goes on after its end"


@contextlib.contextmanager
def tls_engine(folder: Path, target: str = ENGINE) -> Iterator[TlsEngine]:
    """A proxy before the engine at ``target``, as long as the block lasts."""
    context, client = _settings(folder)
    proxy = _Proxy(context, target)
    try:
        yield TlsEngine(proxy.port, client)
    finally:
        proxy.end()
