"""Is there room for a build where the engine keeps its images?"""

from __future__ import annotations

import platform
import shutil
from pathlib import Path
from typing import Any

from uvdive.base.errors import BuildError
from uvdive.base.units import size
from uvdive.build.images import engine_client
from uvdive.image.answers import INFO, answer
from uvdive.image.endpoint import EngineKind, build_source, endpoint_of
from uvdive.image.reaching.address import Endpoint

PRUNE: dict[EngineKind, str] = {"docker": "docker builder prune", "podman": "podman image prune"}

LEAST = 512 << 20
"""Below this a build of any kind is bound to fail: a base image and an environment. In bytes."""


def _root(info: dict[str, Any], endpoint: Endpoint) -> Path | None:
    """The engine's folder, where that is on this very machine (and not in Docker Desktop's).

    A machine that is reached over the network may well have this one's name.
    """
    root = info.get("DockerRootDir")
    here = endpoint.socket is not None and info.get("Name") == platform.node()
    return Path(root) if root and here else None


def check_space(needed: int = 0, engine: EngineKind | None = None) -> None:
    """See that there is room for ``needed`` bytes of image, and for LEAST bytes besides.

    An engine on another machine does not tell what it has left; then the build tells.

    Raises:
        EngineError: no engine answers.
        BuildError: there is less.
    """
    engine = engine or build_source()
    with engine_client(engine) as client:
        root = _root(answer(client.info(), INFO, "info"), endpoint_of(engine))
    try:
        free = None if root is None else shutil.disk_usage(root).free
    except OSError:
        return  # this user may not look there
    if free is not None and free < needed + LEAST:
        raise BuildError(
            f"The engine has {size(free)} left in {root}; the build needs about {size(needed + LEAST)}.",
            f"Free some: {engine} system df shows what takes it, {PRUNE[engine]} removes build caches.",
        )
