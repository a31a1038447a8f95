"""Where the programs that run an engine put its socket, for the case that the default one is not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uvdive.image.reaching.contexts import home

Engine = Literal["docker", "podman"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place where a program puts its engine's socket.

    ``path`` may begin with ``~`` or a variable (``$NAME/…``), which stands for nothing where it is not
    set; ``source`` is where that is written.
    """

    program: str
    engine: Engine
    path: str
    source: str


_DESKTOP = "https://docs.docker.com/desktop/troubleshoot-and-support/faqs/"
_COLIMA = "https://github.com/abiosoft/colima/blob/main/docs/FAQ.md"
_MACHINE = "https://docs.podman.io/en/stable/markdown/podman-machine-start.1.html"
_OF_MACHINES = "~/.local/share/containers/podman/machine"

PLACES = (
    Place("Docker, rootless", "docker", "$XDG_RUNTIME_DIR/docker.sock",
          "https://docs.docker.com/engine/security/rootless/"),
    Place("Docker Desktop for Linux", "docker", "~/.docker/desktop/docker.sock", _DESKTOP + "linuxfaqs/"),
    Place("Docker Desktop", "docker", "~/.docker/run/docker.sock", _DESKTOP + "macfaqs/"),
    Place("OrbStack", "docker", "~/.orbstack/run/docker.sock", "https://docs.orbstack.dev/docker/"),
    Place("colima", "docker", "$COLIMA_HOME/default/docker.sock", _COLIMA),
    Place("colima", "docker", "~/.colima/default/docker.sock", _COLIMA),
    Place("colima", "docker", "~/.colima/docker.sock", _COLIMA),
    Place("colima", "docker", "$XDG_CONFIG_HOME/colima/default/docker.sock", _COLIMA),
    Place("colima", "docker", "~/.config/colima/default/docker.sock", _COLIMA),
    Place("Rancher Desktop", "docker", "~/.rd/docker.sock",
          "https://docs.rancherdesktop.io/ui/preferences/virtual-machine/general/"),
    Place("podman, rootless", "podman", "$XDG_RUNTIME_DIR/podman/podman.sock",
          "https://docs.podman.io/en/stable/markdown/podman-system-service.1.html"),
    Place("podman", "podman", "/run/podman/podman.sock",
          "https://docs.podman.io/en/stable/markdown/podman-system-service.1.html"),
    Place("podman machine", "podman", "$TMPDIR/podman/podman-machine-default-api.sock", _MACHINE),
    Place("podman machine", "podman", f"{_OF_MACHINES}/podman.sock", _MACHINE),
    Place("podman machine", "podman", f"{_OF_MACHINES}/qemu/podman.sock", _MACHINE),
)  # fmt: skip
"""All places, by engine in the order in which they are looked at."""


def sockets(engine: Engine, environ: Mapping[str, str] = os.environ) -> Iterator[tuple[Place, Path]]:
    """An engine's places as they are on this machine, whether there is a socket or not; each once."""
    seen = set()
    for place in PLACES:
        path = _path(place.path, environ)
        if place.engine == engine and path is not None and path not in seen:
            seen.add(path)
            yield place, path


def first_there(engine: Engine, environ: Mapping[str, str] = os.environ) -> tuple[Place, Path] | None:
    """The first of an engine's places where something is."""
    return next((found for found in sockets(engine, environ) if exists(found[1])), None)


def exists(path: Path) -> bool:
    """Is there something at a path? What may not be looked at counts as absent."""
    try:
        return path.exists()
    except OSError:
        return False


def _path(text: str, environ: Mapping[str, str]) -> Path | None:
    first, _, rest = text.partition("/")
    if first == "~":
        return home(environ) / rest
    if not first.startswith("$"):
        return Path(text)
    named = environ.get(first[1:]) or (tempfile.gettempdir() if first == "$TMPDIR" else "")
    return Path(named, rest) if named else None
