"""Connections to registries: TLS, proxies, and what can go wrong with them in a few kinds.

This is the only module of the room that knows urllib3. Redirects, repeats and logins are
decided above it: urllib3 would hand on more than it should.
"""

from __future__ import annotations

import contextlib
import logging
import os
import ssl
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from uvdive.base.errors import ImageError, UsageError
from uvdive.image.registry.names import is_loopback

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

Kind = Literal["unreachable", "certificate", "no-tls", "silent", "broken"]

_CONNECT = 10
"""Seconds for a connection to be made: a host that is there answers in far fewer."""

_REST = 1 << 14
"""So many bytes are sooner read than a connection is made anew."""

_RESTING = 1.0
"""Seconds in which they have to come."""

_AT_ONCE = 8
"""Connections to one host that are kept for the next request."""


class Trouble(Exception):  # noqa: N818 - it becomes an error for people above, or is tried again
    """A connection that failed: ``kind`` says what can be done, the text is a part of a sentence."""

    def __init__(self, kind: Kind, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class TooLongError(Exception):
    """An answer without an end."""


@dataclass(frozen=True, slots=True)
class Place:
    """What of a URL decides who gets what: scheme, host with its port, and the rest."""

    scheme: str
    host: str
    rest: str

    @property
    def origin(self) -> tuple[str, str]:
        """Two places of one origin may see the same credentials."""
        standard = ":443" if self.scheme == "https" else ":80"
        return self.scheme, self.host.lower().removesuffix(standard)

    @property
    def url(self) -> str:
        """The whole of it."""
        return f"{self.scheme}://{self.host}{self.rest}"


def place_of(url: str) -> Place | None:
    """The place that an absolute URL names; None for anything else, or one with a login in it."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # ValueError where it is none
    except ValueError:
        return None
    printable = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or not printable:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return Place(parts.scheme, parts.netloc, (parts.path or "/") + query)


class Wire:
    """Sends requests, and knows which hosts may be asked without TLS.

    Args:
        insecure: hosts, with their ports, that somebody named: http will do, and any certificate.
        patience: for how many seconds a host may say nothing.
    """

    def __init__(self, insecure: Collection[str], patience: float) -> None:
        self._insecure = {host.lower() for host in insecure}
        self.patience = patience
        self._pools: dict[tuple[str, str], PoolManager] = {}
        self._lock = threading.Lock()
        # It would write whole URLs into a log, and those of a storage are signed.
        logging.getLogger("urllib3").setLevel(logging.INFO)

    def may_be_plain(self, host: str) -> bool:
        """May a host be asked by http?"""
        return is_loopback(host) or host.lower() in self._insecure

    @contextlib.contextmanager
    def send(
        self, place: Place, headers: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[BaseHTTPResponse]:
        """The answer to one request, whatever it says; its connection is kept where all of it was read.

        Args:
            place: whom to ask, and for what.
            headers: what goes along.
            body: what is posted; None asks by GET.

        Raises:
            Trouble: there is no answer, or it ends while the block reads it.
            UsageError: a proxy is set that uvdive cannot ask.
            ImageError: a certificate that is kept for the host is none.
        """
        import urllib3
        from urllib3 import exceptions

        timeout = urllib3.Timeout(connect=min(_CONNECT, self.patience), read=self.patience)
        answer = None
        try:
            answer = self._pool(place).request(
                "GET" if body is None else "POST",
                place.url,
                body=body,
                headers={"Accept-Encoding": "identity", "User-Agent": "uvdive", **headers},
                timeout=timeout,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            yield answer
            _drain(answer)
        # Without its cause: urllib3 writes the URL into what it says.
        except (exceptions.HTTPError, OSError) as error:
            raise _trouble(error) from None
        finally:
            # One that was read to its end has given its connection back, and keeps it.
            if answer is not None:
                answer.close()

    def _pool(self, place: Place) -> PoolManager:
        with self._lock:
            if place.origin not in self._pools:
                self._pools[place.origin] = self._make(place)
            return self._pools[place.origin]

    def _make(self, place: Place) -> PoolManager:
        import urllib3

        from uvdive.image.registry.bounded import bounded

        context = self._context(place.host) if place.scheme == "https" else None
        proxy = None if is_loopback(place.host) else proxy_for(place)
        if proxy is None:
            return bounded(urllib3.PoolManager(maxsize=_AT_ONCE, ssl_context=context))
        parts = urlsplit(proxy)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(
                f"The proxy of {place.scheme.upper()}_PROXY is of a kind that uvdive does not know.",
                "Set it to http://HOST:PORT, or name the registry's host in NO_PROXY.",
            )
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        return bounded(
            urllib3.ProxyManager(
                f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
                maxsize=_AT_ONCE,
                proxy_headers=urllib3.make_headers(proxy_basic_auth=login) if login else None,
                ssl_context=context,
            )
        )

    def _context(self, host: str) -> ssl.SSLContext:
        import urllib3

        context = ssl.create_default_context()
        # Authorities made by hand lack what Python wants from 3.13 on; the docker client takes them.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        paths = ssl.get_default_verify_paths()
        if not paths.cafile and not paths.capath:
            import certifi  # this Python knows of no certificates; requests brings some

            context.load_verify_locations(certifi.where())
        if host.lower() in self._insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            # Whoever names a host for that has been told what it means.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        for folder in certificate_folders(host):
            _trust(context, folder)
        return context


def proxy_for(place: Place) -> str | None:
    """The proxy that is set for a place (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY)."""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    if proxy_bypass(place.host):
        return None
    return proxies.get(place.scheme) or proxies.get("all") or None


def certificate_folders(host: str, environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Where the docker client and podman keep a registry's own certificates."""
    home = Path(environ.get("HOME") or Path.home())
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    docker = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    tops = (docker, config / "docker", config / "containers", Path("/etc/docker"), Path("/etc/containers"))
    return [top / "certs.d" / host for top in tops]


def _trust(context: ssl.SSLContext, folder: Path) -> None:
    """Take a folder's certificates: ``.crt`` of who is trusted, ``.cert`` and ``.key`` to show.

    Raises:
        ImageError: one of them is none.
    """
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        try:
            if path.suffix == ".crt":
                context.load_verify_locations(path)
            elif path.suffix == ".cert":
                context.load_cert_chain(path, path.with_suffix(".key"))
        except (OSError, ssl.SSLError) as error:
            raise ImageError(f"{path} is no certificate that can be read.", "Fix or remove it.") from error


def _drain(answer: BaseHTTPResponse) -> None:
    """Read a short rest, so that the connection is kept: a redirect's page, or the end of no body."""
    left = getattr(answer, "length_remaining", None)
    if left is not None and left <= _REST:
        from uvdive.image.registry.bounded import ended_after

        with contextlib.suppress(TimeoutError), ended_after(_RESTING, answer.shutdown):
            answer.drain_conn()
            answer.release_conn()


def read_within(answer: BaseHTTPResponse, most: int, seconds: float) -> bytes:
    """All of an answer, in about that time.

    Raises:
        TooLongError: it is longer than ``most`` bytes.
        Trouble: it takes longer.
    """
    pieces, size, until = [], 0, time.monotonic() + seconds
    while piece := answer.read1(1 << 16, decode_content=False):
        size += len(piece)
        pieces.append(piece)
        if size > most:
            raise TooLongError
        if time.monotonic() > until:
            raise Trouble("silent", "it sends too slowly")
    return b"".join(pieces)


def _trouble(error: Exception) -> Trouble:
    """The kind of what a connection met."""
    from urllib3 import exceptions as http

    if isinstance(error, http.ProxyError):
        return Trouble("unreachable", "the proxy cannot be reached or does not let it through")
    if isinstance(error, http.NameResolutionError):
        return Trouble("unreachable", "no host of that name is known")
    if isinstance(error, http.NewConnectionError):
        return Trouble("unreachable", "nothing takes connections there")
    if isinstance(error, (http.TimeoutError, TimeoutError)):
        return Trouble("silent", "it says nothing")
    if isinstance(error, (http.SSLError, ssl.SSLError)):
        return _tls_trouble(error)
    return Trouble("broken", "the connection broke")


def _tls_trouble(error: Exception) -> Trouble:
    inner = error
    while not isinstance(inner, ssl.SSLError) and inner.args and isinstance(inner.args[0], Exception):
        inner = inner.args[0]
    if isinstance(inner, ssl.SSLCertVerificationError):
        return Trouble("certificate", inner.verify_message.rstrip("."))
    if "WRONG_VERSION_NUMBER" in str(inner) or "HTTP_REQUEST" in str(inner):
        return Trouble("no-tls", "it speaks no TLS")
    if "EOF" in str(inner):
        return Trouble("broken", "the connection broke")
    return Trouble("certificate", "no encrypted connection can be agreed on")
