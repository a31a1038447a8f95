"""Find the container engine the way its own command line client finds it."""

from __future__ import annotations

import functools
import os
import re
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from uvdive.base.errors import UsageError
from uvdive.image.answers import VERSION, RefusedError, answer, asking, said
from uvdive.image.reaching.address import Certificates, Endpoint
from uvdive.image.reaching.connections import default_connection, named_connection
from uvdive.image.reaching.contexts import (
    certificates,
    config_folder,
    context_endpoint,
    current_context,
    read_json,
)
from uvdive.image.reaching.failures import no_engine, ssh_failure
from uvdive.image.reaching.places import Place, exists, first_there
from uvdive.image.unix_http import UnixHttp

if TYPE_CHECKING:
    from docker import DockerClient

EngineKind = Literal["docker", "podman"]
P = ParamSpec("P")
T = TypeVar("T")

_OURS = re.compile(r"uvdive-[0-9a-f]{16}")
MAKER_LABEL = "uvdive.local"
"""Marks our containers: its value is the number of the process that made one, its name, and the machine."""

PATIENCE = 60
"""Seconds without a word after which an engine counts as gone, where nobody says another number."""

_LEAST_VERSION = "1.24"
"""The oldest version of Docker's API that the SDK speaks; each engine is asked for its own."""

DOCKER_SOCKET = "unix:///var/run/docker.sock"
PODMAN_SOCKET = "unix:///run/podman/podman.sock"


def docker_endpoint(environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Docker's endpoint: DOCKER_HOST, then DOCKER_CONTEXT, then the current context, then the socket.

    Where the system's socket is not there, the first of the places is taken where another program
    puts its own (``reaching/places.py``).

    Raises:
        EngineError: a context is named that does not exist, or certificates that do not.
    """
    if environ.get("DOCKER_HOST"):
        return Endpoint(environ["DOCKER_HOST"], "DOCKER_HOST", certificates(environ))
    named = environ.get("DOCKER_CONTEXT")
    context = named or current_context(environ)
    if context and context != "default":
        return context_endpoint(context, environ, "DOCKER_CONTEXT" if named else "the current docker context")
    if not exists(Path(DOCKER_SOCKET.removeprefix("unix://"))):
        elsewhere = first_there("docker", environ)
        if elsewhere is not None:
            return _placed(*elsewhere)
    return Endpoint(DOCKER_SOCKET, "the default socket")


def podman_endpoint(environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Podman's service: CONTAINER_HOST, CONTAINER_CONNECTION, the sockets, then the default connection.

    On Linux podman itself asks no service unless it is told to, so a socket here goes before the
    default connection; a virtual machine's comes after it.

    Raises:
        EngineError: a connection is named that does not exist.
    """
    if environ.get("CONTAINER_HOST"):
        key = environ.get("CONTAINER_SSHKEY", "")
        return Endpoint(environ["CONTAINER_HOST"], "CONTAINER_HOST", client="podman", identity=key)
    if environ.get("CONTAINER_CONNECTION"):
        return named_connection(environ["CONTAINER_CONNECTION"], environ, "CONTAINER_CONNECTION")
    found = first_there("podman", environ)
    default = default_connection(environ)
    if default is not None and (found is None or "machine" in found[0].program):
        return default
    return (
        Endpoint(PODMAN_SOCKET, "the default socket", client="podman") if found is None else _placed(*found)
    )


def _placed(place: Place, path: Path) -> Endpoint:
    return Endpoint(f"unix://{path}", place.program, client=place.engine, by_client=False)


def client_environment(endpoint: Endpoint, environ: Mapping[str, str] = os.environ) -> dict[str, str] | None:
    """The environment for a client of the engine's; None where it finds the engine by itself.

    It has to be told of a socket that was found where another program puts it.
    """
    return None if endpoint.by_client else {**environ, "DOCKER_HOST": endpoint.url}


def endpoint_of(source: str, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Where the engine of a report's ``source`` (``docker`` or ``podman``) answers.

    DOCKER_HOST may well lead to podman's service, which speaks the same API; that one is
    meant then, unless CONTAINER_HOST names another.
    """
    if source != "podman":
        return docker_endpoint(environ)
    named = environ.get("CONTAINER_HOST") or environ.get("CONTAINER_CONNECTION")
    if not named and environ.get("DOCKER_HOST"):
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
    return endpoint.socket is None or exists(endpoint.socket)


def engine_kind(endpoint: Endpoint) -> EngineKind:
    """Who answers at an endpoint.

    Raises:
        EngineError: nobody does.
    """
    http = plainly(endpoint)
    if http is not None:
        return kind_of(first_version(http, endpoint))
    client = connect(endpoint)
    try:
        with asking():
            return kind_of(answer(client.version(), VERSION, "version"))
    finally:
        client.close()


def plainly(endpoint: Endpoint, environ: Mapping[str, str] = os.environ) -> UnixHttp | None:
    """What asks an engine on this machine's socket; None where only the docker SDK knows the way.

    That is by TCP, TLS or SSH, and where the docker client's settings have headers for each request.

    Raises:
        UsageError: DOCKER_CLIENT_TIMEOUT is no number of seconds.
    """
    path = endpoint.socket
    if path is None or not path.is_absolute():
        return None
    if "HttpHeaders" in read_json(config_folder(environ) / "config.json"):
        return None
    return UnixHttp(str(path), patience(environ))


def spoken(http: UnixHttp, endpoint: Endpoint) -> str | None:
    """The newest API that an engine speaks, in the head of its shortest answer (Docker API, "SystemPing").

    It is the first question: is there an engine at all? podman asks other programs for its version.
    None where the answer has no such field, as a proxy may give it.

    Raises:
        EngineError: no engine answers, or its socket may not be used.
    """
    try:
        return http.field("/_ping", "api-version")
    except OSError as error:
        raise no_engine(error, endpoint) from error


def first_version(http: UnixHttp, endpoint: Endpoint) -> dict[str, Any]:
    """What an engine says of its version, as the first question: is there one at all?

    Raises:
        EngineError: no engine answers, or its socket may not be used.
    """
    try:
        version = said(*http.get("/version"), "version")
    except (RefusedError, OSError) as error:
        raise no_engine(error, endpoint) from error
    return dict(answer(version, VERSION, "version"))


def kind_of(version: Mapping[str, Any]) -> EngineKind:
    """The kind of engine that says this of its version (Docker API, "SystemVersion")."""
    names = [str(part.get("Name") or "") for part in version.get("Components") or ()]
    return "podman" if any(name.startswith("Podman") for name in names) else "docker"


def _knock(endpoint: Endpoint) -> None:
    """Raise the OSError that keeps us from a socket: the SDK would leave its own one open."""
    if endpoint.socket is not None:
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.connect(str(endpoint.socket))


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
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    seconds = patience()
    if endpoint.url.startswith("ssh://"):
        return _by_ssh(endpoint, seconds)
    try:
        _knock(endpoint)
        client = _unasked(endpoint.url, seconds, tls=_tls(endpoint.tls))
        if endpoint.socket is None:
            client.api.proxies = _proxies(client.api.base_url)
        if endpoint.tls is not None and endpoint.tls.verify:
            from uvdive.image.reaching import tls

            client.api.mount("https://", tls.adapter_of())
        _ask_version(client)
        client.ping()
    except (DockerException, RequestException, OSError, ValueError) as error:
        raise no_engine(error, endpoint) from error
    return client


def _unasked(url: str, seconds: int, tls: Any = None) -> DockerClient:
    """A client that has asked nothing yet, unlike one with "auto" for its version.

    It does not look at the environment by itself: ``REQUESTS_CA_BUNDLE`` there would go before the
    authority of the engine's own, and looking for proxies takes longer than a socket takes to answer.
    """
    import docker

    client = docker.DockerClient(base_url=url, tls=tls or False, version=_LEAST_VERSION, timeout=seconds)
    client.api.trust_env = False
    return client


def _ask_version(client: DockerClient) -> None:
    """What "auto" does: speak the version that the engine speaks."""
    api: Any = client.api
    api._version = api._retrieve_server_version()  # noqa: SLF001 - see above


def _proxies(url: str) -> dict[str, str]:
    """The proxies that the environment names for an address, as the docker client takes them."""
    from requests.utils import get_environ_proxies

    found: dict[str, str] = get_environ_proxies(url)
    return found


def _tls(given: Certificates | None) -> Any:
    """The SDK's own settings."""
    if given is None:
        return None
    from docker.tls import TLSConfig

    if not given.verify:
        import urllib3

        # Whoever set the context up has decided it, and cannot do anything about a warning.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return TLSConfig(
        client_cert=None if given.cert is None or given.key is None else (str(given.cert), str(given.key)),
        ca_cert=None if given.ca is None else str(given.ca),
        verify=given.verify,
    )


def _by_ssh(endpoint: Endpoint, seconds: int) -> DockerClient:
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    from uvdive.image.reaching.ssh import adapter_of, end_connections

    adapter = adapter_of(endpoint, seconds)
    # The SDK's own way to ssh:// needs paramiko.
    client = _unasked("http://docker.ssh:80", seconds)
    client.api.mount("http://", adapter)
    try:
        _ask_version(client)
    except (DockerException, RequestException, OSError, ValueError) as error:
        failure = ssh_failure(error, endpoint, adapter.words())
        client.close()
        end_connections(endpoint)
        raise failure from error
    return client


def own_name() -> tuple[str, dict[str, str]]:
    """A name for a container of ours, and its labels: whose it is, with the name itself.

    A container takes over the labels of its image, so a label alone says nothing: no image
    knows the name that its container will get. An engine may serve several machines, where a
    process's number means another one, so the machine stands behind it.
    """
    import secrets

    name = f"uvdive-{secrets.token_hex(8)}"
    return name, {MAKER_LABEL: f"{os.getpid()} {name} {os.uname().nodename}"}


def maker_of(name: str, labels: Mapping[str, str]) -> int | None:
    """The process of this machine that made a container, by its name and labels; None where none did.

    Earlier versions named no machine.
    """
    process, _, rest = labels.get(MAKER_LABEL, "").partition(" ")
    named, _, machine = rest.partition(" ")
    ours = _OURS.fullmatch(name) is not None and named == name and machine in ("", os.uname().nodename)
    return int(process) if ours and process.isdecimal() and len(process) < 20 else None
