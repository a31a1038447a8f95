"""Who somebody is to a registry: found where the docker client and podman keep it.

The formats and the helpers are docker-py's own (``docker.auth``). Nothing that is found is
shown: a ``Login`` keeps its secrets out of its ``repr``.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from uvdive.base import shapes
from uvdive.base.files.foreign import read_file
from uvdive.base.shapes import Each, Maybe, Record
from uvdive.image.registry.names import HUB

_FILE = Record({"auths": Maybe(Each(dict)), "credsStore": Maybe(str), "credHelpers": Maybe(Each(str))})
"""What is used of a ``config.json`` or ``auth.json``."""


@dataclass(frozen=True, slots=True)
class Login:
    """What to show a registry: a user with a password, or an identity token; ``found_in`` says whence."""

    found_in: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Search:
    """What looking for a login gave; ``problems`` are sentences about what could not be asked."""

    login: Login | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Somewhere that logins are kept: its name, and the JSON there."""

    name: str
    text: str


def find_login(host: str, repository: str, environ: Mapping[str, str] = os.environ) -> Search:
    """The first login for a repository: one that a variable names, the docker client's, or podman's.

    Args:
        host: the registry's, with its port.
        repository: podman keeps logins for parts of a registry too.
        environ: says where the files are.
    """
    problems: list[str] = []
    for place in _places(environ):
        try:
            found = _look(shapes.load(place.text.encode(), _FILE, "file"), host, repository)
        except Exception as error:  # noqa: BLE001 - docker.auth raises whatever a file's nonsense leads to
            problems.append(_problem(place.name, error))
            continue
        login = None if found is None else _login(found, place.name)
        if login is not None:
            return Search(login, tuple(problems))
    return Search(None, tuple(problems))


@dataclass(frozen=True, slots=True)
class Kept:
    """That a login is kept: for which registry (``*`` for all of a store), where that is named, and how."""

    registry: str
    place: str
    kept_by: str


def kept_logins(environ: Mapping[str, str] = os.environ) -> tuple[Kept, ...]:
    """Which logins there are, in the order in which they are looked for; no helper is asked."""
    found: list[Kept] = []
    for place in _places(environ):
        try:
            config = shapes.load(place.text.encode(), _FILE, "file")
        except shapes.ShapeError:
            continue
        helpers = config.get("credHelpers") or {}
        found += [Kept(host, place.name, f"docker-credential-{name}") for host, name in helpers.items()]
        if config.get("credsStore"):
            found.append(Kept("*", place.name, f"docker-credential-{config['credsStore']}"))
        # With a store the client leaves empty entries.
        held = (host for host, entry in (config.get("auths") or {}).items() if entry)
        found += [Kept(host, place.name, "in the file itself") for host in held]
    return tuple(found)


def _places(environ: Mapping[str, str]) -> Iterator[_Place]:
    """Every place that is there, in the order in which they count."""
    if environ.get("DOCKER_AUTH_CONFIG"):
        yield _Place("DOCKER_AUTH_CONFIG", environ["DOCKER_AUTH_CONFIG"])
    home = Path(environ.get("HOME") or Path.home())
    docker = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    files = [docker / "config.json"]
    if environ.get("REGISTRY_AUTH_FILE"):
        files.insert(0, Path(environ["REGISTRY_AUTH_FILE"]))
    if environ.get("XDG_RUNTIME_DIR"):
        files.append(Path(environ["XDG_RUNTIME_DIR"], "containers", "auth.json"))
    files.append(Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "containers", "auth.json"))
    for path in files:
        try:
            yield _Place(str(path), read_file(path).decode("utf-8", "replace"))
        except OSError:
            continue  # most of them are not there


def _look(config: dict[str, Any], host: str, repository: str) -> dict[str, Any] | None:
    """What a file has for a repository, as docker-py spells it; None for nothing."""
    from docker.auth import AuthConfig

    kept = {key: config.get(key) for key in ("auths", "credsStore", "credHelpers") if config.get(key)}
    entries = kept.get("auths") or {}
    # The part of the registry that fits best, as podman has it, before the registry itself.
    parts = f"{host}/{repository}".split("/")
    for count in range(len(parts), 1, -1):
        entry = entries.get("/".join(parts[:count]))
        if entry:
            found: dict[str, Any] = AuthConfig.parse_auth({host: entry}, raise_on_error=True)[host]
            return found
    # docker-py takes a key with a path for its host's, which podman's are not.
    kept["auths"] = {key: entry for key, entry in entries.items() if _is_host(key)}
    if not any(kept.values()):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a helper that is not there is an error too, and told as one
        return AuthConfig.load_config(None, kept).resolve_authconfig(host) or None


def _is_host(key: str) -> bool:
    """Is a key a registry's, and no part's of it? The docker client wrote URLs once."""
    return "://" in key or "/" not in key


def _login(found: Mapping[str, Any], place: str) -> Login | None:
    low = {key.lower(): value for key, value in found.items() if isinstance(value, str)}
    if low.get("identitytoken"):
        return Login(place, identity=low["identitytoken"])
    if low.get("username") == "<token>":
        return Login(place, identity=low.get("password", ""))
    if low.get("username") or low.get("password"):
        return Login(place, low.get("username", ""), low.get("password", ""))
    return None


def _problem(place: str, error: Exception) -> str:
    """A sentence that says what is wrong with a place, and nothing of what stands there."""
    from docker.credentials.errors import StoreError

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, StoreError):
            return f"The credential helper that {place} names gives nothing."
        cause = cause.__cause__
    return f"{place} cannot be read as a list of logins."


def login_command(host: str) -> str:
    """What somebody types to log in."""
    return "`docker login`" if host == HUB else f"`docker login {host}`"
