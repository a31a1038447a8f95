"""Find the container engine the way its own command line client finds it."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from uvdive.base.errors import EngineError, NoEngineError, UsageError
from uvdive.base.files.foreign import read_file
from uvdive.image.answers import VERSION, answer, asking

if TYPE_CHECKING:
    from docker import DockerClient

EngineKind = Literal["docker", "podman"]
P = ParamSpec("P")
T = TypeVar("T")

_OURS = re.compile(r"uvdive-[0-9a-f]{16}")
MAKER_LABEL = "uvdive.local"
"""Marks our containers: its value is the number of the process that made them, and their name."""

PATIENCE = 60
"""Seconds without a word after which an engine counts as gone, where nobody says another number."""

DOCKER_SOCKET = "unix:///var/run/docker.sock"
PODMAN_SOCKET = "unix:///run/podman/podman.sock"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An engine's address, where it was found, and the TLS settings of its context."""

    url: str
    found_by: str
    tls: Any = None


def docker_endpoint(environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Docker's endpoint: DOCKER_HOST, then DOCKER_CONTEXT, then the current context, then the socket.

    The rootless socket below XDG_RUNTIME_DIR is taken where the system's is not there.

    Raises:
        EngineError: a context is named that does not exist.
    """
    if environ.get("DOCKER_HOST"):
        return Endpoint(environ["DOCKER_HOST"], "DOCKER_HOST")
    named = environ.get("DOCKER_CONTEXT")
    context = named or _current_context(environ)
    if context and context != "default":
        return _context(context, environ, "DOCKER_CONTEXT" if named else "the current docker context")
    if not Path(DOCKER_SOCKET.removeprefix("unix://")).exists():
        rootless = _runtime_socket(environ, "docker.sock")
        if rootless:
            return rootless
    return Endpoint(DOCKER_SOCKET, "the default socket")


def podman_endpoint(environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Podman's service: CONTAINER_HOST, then the user's socket, then the system's."""
    if environ.get("CONTAINER_HOST"):
        return Endpoint(environ["CONTAINER_HOST"], "CONTAINER_HOST")
    return _runtime_socket(environ, "podman/podman.sock") or Endpoint(PODMAN_SOCKET, "the default socket")


def endpoint_of(source: str, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Where the engine of a report's ``source`` (``docker`` or ``podman``) answers.

    DOCKER_HOST may well lead to podman's service, which speaks the same API; that one is
    meant then, unless CONTAINER_HOST names another.
    """
    if source != "podman":
        return docker_endpoint(environ)
    if not environ.get("CONTAINER_HOST") and environ.get("DOCKER_HOST"):
        endpoint = docker_endpoint(environ)
        if engine_kind(endpoint) == "podman":
            return endpoint
    return podman_endpoint(environ)


def build_source(environ: Mapping[str, str] = os.environ) -> EngineKind:
    """Which kind of engine builds where none is named: docker's, or podman where that alone is there.

    Raises:
        EngineError: no engine answers, or its socket may not be used.
    """
    endpoint = docker_endpoint(environ)
    if endpoint.url == DOCKER_SOCKET and not is_there(endpoint) and is_there(podman_endpoint(environ)):
        return "podman"
    return engine_kind(endpoint)


def is_there(endpoint: Endpoint) -> bool:
    """Is there a socket at an endpoint, or an address that only a request can tell of?"""
    scheme, _, path = endpoint.url.partition("://")
    return scheme != "unix" or Path(path).exists()


def engine_kind(endpoint: Endpoint) -> EngineKind:
    """Who answers at an endpoint.

    Raises:
        EngineError: nobody does.
    """
    client = connect(endpoint)
    try:
        with asking():
            return kind_of(answer(client.version(), VERSION, "version"))
    finally:
        client.close()


def kind_of(version: Mapping[str, Any]) -> EngineKind:
    """The kind of engine that says this of its version (Docker API, "SystemVersion")."""
    names = [str(part.get("Name") or "") for part in version.get("Components") or ()]
    return "podman" if any(name.startswith("Podman") for name in names) else "docker"


def _runtime_socket(environ: Mapping[str, str], name: str) -> Endpoint | None:
    folder = environ.get("XDG_RUNTIME_DIR")
    path = Path(folder or "/nonexistent", name)
    return Endpoint(f"unix://{path}", "XDG_RUNTIME_DIR") if folder and path.exists() else None


def _config_folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _read_json(path: Path) -> dict[str, Any]:
    """A JSON object, or nothing where there is none: the docker client goes on with its defaults."""
    try:
        value = json.loads(read_file(path))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _current_context(environ: Mapping[str, str]) -> str | None:
    current = _read_json(_config_folder(environ) / "config.json").get("currentContext")
    return current if isinstance(current, str) else None


def _context(name: str, environ: Mapping[str, str], found_by: str) -> Endpoint:
    """A context's endpoint, read from the client's store.

    The docker SDK finds the store only beside a ``config.json``, which need not exist.
    """
    store = _config_folder(environ) / "contexts"
    number = hashlib.sha256(name.encode()).hexdigest()
    meta = _read_json(store / "meta" / number / "meta.json")
    try:
        endpoint = meta["Endpoints"]["docker"]
        host, no_verify = str(endpoint["Host"]), bool(endpoint.get("SkipTLSVerify"))
    except (KeyError, TypeError, AttributeError):
        raise EngineError(
            f"There is no docker context {name} ({found_by}).",
            "See `docker context ls`, or set DOCKER_HOST.",
        ) from None
    return Endpoint(
        host, f"docker context {name}", _tls(store / "tls" / number / "docker", no_verify=no_verify)
    )


def _tls(folder: Path, *, no_verify: bool) -> Any:
    """The TLS settings whose certificates lie in the folder, or None without any."""
    ca, cert, key = (folder / f"{name}.pem" for name in ("ca", "cert", "key"))
    if not ca.exists() and not cert.exists():
        return None
    from docker.tls import TLSConfig

    return TLSConfig(
        client_cert=(str(cert), str(key)) if cert.exists() else None,
        ca_cert=str(ca) if ca.exists() else None,
        verify=not no_verify,
    )


def no_engine(error: Exception, endpoint: Endpoint) -> EngineError:
    """The error for an engine that does not answer, by what went wrong."""
    where = f"{endpoint.url} ({endpoint.found_by})"
    if "Permission denied" in str(error):
        return EngineError(
            f"You may not use the engine's socket {where}.",
            "Add yourself to the group docker and log in again, or run uvdive with sudo.",
        )
    return NoEngineError(
        f"No container engine answers at {where}.",
        "Start Docker, set DOCKER_HOST, or open an archive that `docker save` wrote.",
    )


def _knock(url: str) -> None:
    """Raise the OSError that keeps us from a socket: the SDK would leave its own one open."""
    scheme, _, path = url.partition("://")
    if scheme == "unix":
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.connect(path)


def engine_stays(method: Callable[P, T]) -> Callable[P, T]:
    """Decorates what asks an engine: one that goes away, or does not answer, is an EngineError."""

    @functools.wraps(method)
    def asked(*args: P.args, **named: P.kwargs) -> T:
        with asking():
            return method(*args, **named)

    return asked


def patience(environ: Mapping[str, str] = os.environ) -> int:
    """For how many seconds an engine may say nothing: DOCKER_CLIENT_TIMEOUT, as compose had it, or 60.

    Raises:
        UsageError: it is no such number.
    """
    given = environ.get("DOCKER_CLIENT_TIMEOUT") or str(PATIENCE)
    if not re.fullmatch(r"[1-9][0-9]{0,5}", given):
        what = f"DOCKER_CLIENT_TIMEOUT is no number of seconds: {given}."
        raise UsageError(what, "Set it to 60, or unset it.")
    return int(given)


def connect(endpoint: Endpoint) -> DockerClient:
    """A client of the docker SDK for an engine that answers; the caller closes it.

    Raises:
        EngineError: no engine answers, or its socket may not be used.
        UsageError: DOCKER_CLIENT_TIMEOUT is no number of seconds.
    """
    import docker
    from docker.errors import DockerException
    from docker.utils import kwargs_from_env
    from requests.exceptions import RequestException

    # DOCKER_TLS_VERIFY and DOCKER_CERT_PATH go with DOCKER_HOST.
    tls = kwargs_from_env().get("tls") if endpoint.found_by == "DOCKER_HOST" else endpoint.tls
    try:
        _knock(endpoint.url)
        client = docker.DockerClient(
            base_url=endpoint.url, tls=tls or False, version="auto", timeout=patience()
        )
        if endpoint.url.startswith("unix://"):
            client.api.trust_env = False  # no proxy is asked, and looking for one takes longer than answering
        client.ping()
    except (DockerException, RequestException, OSError, ValueError) as error:
        raise no_engine(error, endpoint) from error
    return client


def own_name() -> tuple[str, dict[str, str]]:
    """A name for a container of ours, and its labels: whose it is, with the name itself.

    A container takes over the labels of its image, so a label alone says nothing: no image
    knows the name that its container will get.
    """
    name = f"uvdive-{secrets.token_hex(8)}"
    return name, {MAKER_LABEL: f"{os.getpid()} {name}"}


def maker_of(name: str, labels: Mapping[str, str]) -> int | None:
    """The process that made a container, by its name and labels; None where it is none of ours."""
    process, _, named = labels.get(MAKER_LABEL, "").partition(" ")
    ours = _OURS.fullmatch(name) is not None and named == name and process.isdecimal()
    return int(process) if ours and len(process) < 20 else None
