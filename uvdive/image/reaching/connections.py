"""The connections that ``podman system connection`` and ``podman machine`` keep.

They stand in ``podman-connections.json`` (``PODMAN_CONNECTIONS_CONF``), before that in ``containers.conf``:
containers/common, ``pkg/config/connections.go``; containers.conf(5), "service_destinations".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from uvdive.base import toml
from uvdive.base.errors import EngineError
from uvdive.base.files.foreign import read_file
from uvdive.image.reaching.address import Endpoint
from uvdive.image.reaching.contexts import home, read_json


def named_connection(name: str, environ: Mapping[str, str], found_by: str) -> Endpoint:
    """The connection of that name.

    Raises:
        EngineError: there is none.
    """
    found = connections(environ)[0].get(name)
    if found is None:
        raise EngineError(
            f"There is no podman connection {name} ({found_by}).",
            "See `podman system connection list`, or set CONTAINER_HOST.",
        )
    return _endpoint(name, found)


def default_connection(environ: Mapping[str, str]) -> Endpoint | None:
    """The connection that podman takes by default, if there is one."""
    found, default = connections(environ)
    return _endpoint(default, found[default]) if default in found else None


def connections(environ: Mapping[str, str]) -> tuple[dict[str, tuple[str, str]], str]:
    """Address and key file of each connection by name, and the default's name (empty for none)."""
    found: dict[str, tuple[str, str]] = {}
    default = ""
    for path in _configurations(environ):
        engine = _mapping(_read_toml(path).get("engine"))
        found |= dict(_told(engine.get("service_destinations"), "uri", "identity"))
        default = _text(engine.get("active_service")) or default
    own = _mapping(read_json(_connections_file(environ)).get("Connection"))
    found |= dict(_told(own.get("Connections"), "URI", "Identity"))
    return found, _text(own.get("Default")) or default


def _endpoint(name: str, found: tuple[str, str]) -> Endpoint:
    return Endpoint(found[0], f"podman connection {name}", client="podman", identity=found[1])


def _told(value: Any, uri: str, identity: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, each in _mapping(value).items():
        if address := _text(_mapping(each).get(uri)):
            yield str(name), (address, _text(_mapping(each).get(identity)))


def _folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or home(environ) / ".config") / "containers"


def _connections_file(environ: Mapping[str, str]) -> Path:
    named = environ.get("PODMAN_CONNECTIONS_CONF")
    return Path(named) if named else _folder(environ) / "podman-connections.json"


def _configurations(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Every ``containers.conf`` that counts, what goes before last."""
    named = environ.get("CONTAINERS_CONF")
    if named:
        return (Path(named),)
    folders = (Path("/usr/share/containers"), Path("/etc/containers"), _folder(environ))
    return tuple(folder / "containers.conf" for folder in folders)


def _read_toml(path: Path) -> dict[str, Any]:
    """A TOML file, or nothing where there is none or it is broken: podman itself says so."""
    try:
        return toml.loads(read_file(path).decode())
    except (OSError, ValueError):
        return {}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
