"""Which engines there are, and what each says of itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from uvdive.base.errors import EngineError, UvdiveError
from uvdive.image.answers import INFO, VERSION, answer, asking
from uvdive.image.endpoint import (
    DOCKER_SOCKET,
    EngineKind,
    connect,
    docker_endpoint,
    is_there,
    kind_of,
    podman_endpoint,
)
from uvdive.image.engine.storage import storage_root
from uvdive.image.reaching.address import Endpoint
from uvdive.image.reaching.connections import connections
from uvdive.image.reaching.contexts import context_endpoint, context_names
from uvdive.image.reaching.places import exists, sockets
from uvdive.output.doctor.found import FoundEngine, LookedAt

_KINDS: tuple[tuple[EngineKind, Callable[..., Endpoint], tuple[str, ...]], ...] = (
    ("docker", docker_endpoint, ("DOCKER_HOST", "DOCKER_CONTEXT")),
    ("podman", podman_endpoint, ("CONTAINER_HOST", "CONTAINER_CONNECTION")),
)


def engines(environ: dict[str, str]) -> tuple[FoundEngine, ...]:
    """The engine that would be taken of each kind; one that nobody named and that is nowhere is left out."""
    found = []
    for kind, endpoint_by, names in _KINDS:
        try:
            endpoint = endpoint_by(environ)
        except UvdiveError as error:
            named = next((name for name in names if environ.get(name)), f"{kind}'s settings")
            found.append(FoundEngine(kind, environ.get(named, ""), named, problem=error.what, do=error.do))
            continue
        if is_there(endpoint) or any(environ.get(name) for name in names):
            found.append(_asked(kind, endpoint))
    return tuple(found)


def _asked(kind: EngineKind, endpoint: Endpoint) -> FoundEngine:
    try:
        client = connect(endpoint)
        with contextlib.closing(client), asking():
            version = answer(client.version(), VERSION, "version")
            info = answer(client.info(), INFO, "info")
    except (EngineError, UvdiveError) as error:
        return FoundEngine(kind, endpoint.shown, endpoint.found_by, problem=error.what, do=error.do)
    root = storage_root(info, endpoint.url)
    return FoundEngine(
        kind_of(version),
        endpoint.shown,
        endpoint.found_by,
        answers=True,
        name=(version.get("Platform") or {}).get("Name") or kind_of(version).capitalize(),
        version=version.get("Version") or "",
        platform="/".join(filter(None, (version.get("Os"), version.get("Arch")))),
        storage_driver=info.get("Driver") or "",
        containerd_store=_in_containerd(info),
        storage=info.get("DockerRootDir") or "",
        storage_readable=root is not None,
    )


def _in_containerd(info: dict[str, Any]) -> bool:
    """Docker's own sign of it (moby, ``daemon/info.go``)."""
    return any("io.containerd.snapshotter" in word for row in info.get("DriverStatus") or () for word in row)


def looked_at(environ: dict[str, str]) -> Iterator[LookedAt]:
    """Every place where an engine might be, in the order in which they count."""
    own = DOCKER_SOCKET.removeprefix("unix://")
    for name in context_names(environ):
        with contextlib.suppress(EngineError):
            yield _addressed("docker", f"docker context {name}", context_endpoint(name, environ, "the store"))
    yield _addressed("docker", "Docker", Endpoint(DOCKER_SOCKET, own))
    for name, (url, _) in connections(environ)[0].items():
        yield _addressed("podman", f"podman connection {name}", Endpoint(url, name))
    for kind, _, _ in _KINDS:
        for place, path in sockets(kind, environ):
            yield LookedAt(kind, place.program, str(path), exists(path))


def _addressed(kind: str, program: str, endpoint: Endpoint) -> LookedAt:
    there = None if endpoint.socket is None else exists(endpoint.socket)
    place = endpoint.shown if endpoint.socket is None else str(endpoint.socket)
    return LookedAt(kind, program, place, there)
