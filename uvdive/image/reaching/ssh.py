"""An engine behind ``ssh://``: each connection is an ssh client that runs ``docker system dial-stdio`` there.

As the docker client does it (docker/cli, ``cli/connhelper``): the ssh client on the PATH, with the user's
own settings, keys and agent, in a session of its own. So it has no terminal and asks nothing behind the
app; where it would have to ask, it gives up, and says why.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import socket
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from docker.transport.basehttpadapter import BaseHTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from uvdive.image.reaching.address import Endpoint, SshPlace, ssh_place

if TYPE_CHECKING:
    from requests import PreparedRequest

_GETS_THERE = 30
"""Seconds that the ssh client may take to connect (docker's own)."""

_ENDS = 5.0
"""Seconds that an ssh client may take to end once it has said why it failed."""

_running: set[subprocess.Popen[bytes]] = set()
"""The ssh clients that have not ended yet, so that each is waited for."""


def ssh_command(endpoint: Endpoint) -> tuple[str, ...]:
    """The ssh client's command line for one connection.

    Raises:
        UsageError: the address makes no sense.
    """
    place = ssh_place(endpoint)
    argv = ["ssh", "-o", f"ConnectTimeout={_GETS_THERE}", "-T"]
    if endpoint.identity:
        argv += ["-i", endpoint.identity]
    if place.user:
        argv += ["-l", place.user]
    if place.port:
        argv += ["-p", place.port]
    # The other side's shell takes the words apart again.
    return (*argv, "--", place.host, shlex.join(_remote(endpoint, place)))


def _remote(endpoint: Endpoint, place: SshPlace) -> list[str]:
    option = "--url" if endpoint.client == "podman" else "--host"
    there = [f"{option}=unix://{place.path}"] if place.path else []
    return [endpoint.client, *there, "system", "dial-stdio"]


class _Dialer:
    """Starts an ssh client for each connection; ``words`` is what the last one had to say."""

    def __init__(self, argv: tuple[str, ...]) -> None:
        self._argv = argv
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the dialer
        self._last: subprocess.Popen[bytes] | None = None
        self._from = 0

    def dial(self) -> socket.socket:
        """A new connection: a socket whose other end is the client's standard input and output.

        Raises:
            OSError: the client can't be started.
        """
        _reap()
        self._from = self._said.seek(0, os.SEEK_END)
        ours, theirs = socket.socketpair()
        with theirs:
            end = theirs.fileno()
            try:
                self._last = subprocess.Popen(
                    self._argv, stdin=end, stdout=end, stderr=self._said, start_new_session=True
                )
            except OSError:
                ours.close()
                raise
        _running.add(self._last)
        return ours

    def words(self) -> str:
        """What the last client said: where it failed it ends by itself."""
        if self._last is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._last.wait(_ENDS)
        self._said.seek(self._from)
        return self._said.read().decode("utf-8", "replace")

    def close(self) -> None:
        """Let go of what was said."""
        self._said.close()
        _reap()


class _Connection(HTTPConnection):
    """A connection of urllib3's through a client."""

    def __init__(self, dialer: _Dialer, timeout: float) -> None:
        super().__init__("docker.ssh", timeout=timeout)
        self._dialer = dialer

    def connect(self) -> None:
        """Start a client."""
        sock = self._dialer.dial()
        sock.settimeout(self.timeout if isinstance(self.timeout, int | float) else None)
        self.sock = sock


class _Pool(HTTPConnectionPool):
    def __init__(self, dialer: _Dialer, timeout: float) -> None:
        super().__init__("docker.ssh", timeout=timeout, maxsize=10)
        self._dialer, self._seconds = dialer, timeout

    def _new_conn(self) -> Any:
        return _Connection(self._dialer, self._seconds)


class SshAdapter(BaseHTTPAdapter):
    """What the docker SDK sends its requests through. Its connections outlive a client that is closed:
    each costs a handshake, and the next client of this process takes them over.
    """

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        self._dialer = _Dialer(ssh_command(endpoint))
        self._pool = _Pool(self._dialer, timeout)
        super().__init__()

    def get_connection(self, url: str | bytes, proxies: Any = None) -> _Pool:  # noqa: ARG002 - requests calls it
        """The one pool: there is one engine."""
        return self._pool

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:  # noqa: ARG002 - as above
        """The path alone: no proxy stands between."""
        return request.path_url

    def close(self) -> None:
        """Nothing: the connections stay for the next client."""

    def words(self) -> str:
        """What the ssh client said that failed last."""
        return self._dialer.words()

    def end(self) -> None:
        """End the connections, and with them the ssh clients."""
        self._pool.close()
        self._dialer.close()


_adapters: dict[tuple[int, Endpoint, float], SshAdapter] = {}
"""By process, as a fork must not speak on its parent's connections."""


def adapter_of(endpoint: Endpoint, timeout: float) -> SshAdapter:
    """This process's adapter for an engine.

    Raises:
        UsageError: the address makes no sense.
    """
    key = os.getpid(), endpoint, timeout
    if key not in _adapters:
        _adapters[key] = SshAdapter(endpoint, timeout)
    return _adapters[key]


def end_connections(endpoint: Endpoint | None = None) -> None:
    """End this process's connections to an engine, or to all."""
    for key in [key for key in _adapters if key[0] == os.getpid() and endpoint in (None, key[1])]:
        _adapters.pop(key).end()


atexit.register(end_connections)


def _reap() -> None:
    _running.difference_update([process for process in _running if process.poll() is not None])
