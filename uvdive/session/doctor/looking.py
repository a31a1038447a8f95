"""Look for everything that uvdive may use: engines, programs, logins, the cache."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping

from uvdive.base.version import __version__
from uvdive.build.clients.client import INSTALL_BUILDX, INSTALL_DOCKER
from uvdive.image.endpoint import client_environment, docker_endpoint
from uvdive.image.registry.credentials import kept_logins
from uvdive.output.doctor.found import (
    CacheState,
    FoundEngine,
    Health,
    Problem,
    StoredLogin,
    Terminal,
    Tool,
)
from uvdive.session.doctor.engines import engines, looked_at
from uvdive.session.opening.caching import layer_cache

_PATIENCE = 20
"""Seconds that a program may take to tell its version; buildx asks its builders first."""

_TOOLS = (
    ("docker", ("docker", "--version")),
    ("buildx", ("docker", "buildx", "version")),
    ("podman", ("podman", "--version")),
    ("ssh", ("ssh", "-V")),
)
_PLATFORMS = re.compile(r"^Platforms:\s*(.+)$", re.MULTILINE)
LEAST_COLUMNS, LEAST_ROWS = 60, 16
"""A smaller terminal shows a message in the place of the app (``tui/frame/panes.py``)."""


def examine(terminal: Terminal, environ: Mapping[str, str] = os.environ) -> Health:
    """Look everywhere; nothing that is missing or broken is an error here.

    Args:
        terminal: what the front end knows of it.
        environ: what the engines' own clients would go by.
    """
    given = dict(environ)
    found = engines(given)
    tools = tuple(_tool(name, argv) for name, argv in _TOOLS)
    info = layer_cache().info()
    return Health(
        tool_version=__version__,
        system=f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}",
        engines=found,
        looked_at=tuple(looked_at(given)),
        tools=tools,
        platforms=_platforms(given) if _docker(found) and _has(tools, "buildx") else (),
        logins=tuple(StoredLogin(each.registry, each.place, each.kept_by) for each in kept_logins(given)),
        cache=CacheState(str(info.folder), info.entries, info.bytes, info.limit),
        terminal=terminal,
        problems=tuple(_problems(found, tools, terminal)),
    )


def _said(argv: tuple[str, ...], environ: Mapping[str, str] | None = None) -> str:
    """What a program prints, to either stream; empty where it is not there, fails or takes too long."""
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
            timeout=_PATIENCE, env=environ, start_new_session=True,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout or done.stderr


def _tool(name: str, argv: tuple[str, ...]) -> Tool:
    said = _said(argv).strip().splitlines()
    # Without its plugin an older client prints its help in the place of buildx's version.
    version = said[0] if said and (name != "buildx" or "buildx" in said[0]) else ""
    return Tool(name, version, shutil.which(argv[0]) or "" if version else "")


def _platforms(environ: dict[str, str]) -> tuple[str, ...]:
    told = client_environment(docker_endpoint(environ), environ) or environ
    found = _PLATFORMS.search(_said(("docker", "buildx", "inspect"), told))
    return tuple(each.strip().rstrip("*") for each in found[1].split(",")) if found else ()


def _docker(found: tuple[FoundEngine, ...]) -> bool:
    return any(engine.kind == "docker" and engine.answers for engine in found)


def _has(tools: tuple[Tool, ...], name: str) -> bool:
    return any(tool.name == name and tool.version for tool in tools)


def _problems(
    found: tuple[FoundEngine, ...], tools: tuple[Tool, ...], terminal: Terminal
) -> Iterator[Problem]:
    for engine in found:
        if engine.problem:
            yield Problem(engine.problem, engine.do)
    if not found:
        yield Problem(
            "No container engine was found.",
            "Start Docker, Docker Desktop, OrbStack, colima, Rancher Desktop or podman's service, or set "
            "DOCKER_HOST. Archives and registries can be read without one.",
        )
    if _docker(found) and not _has(tools, "docker"):
        yield Problem("There is no docker client, which uvdive builds with.", INSTALL_DOCKER)
    elif _docker(found) and not _has(tools, "buildx"):
        yield Problem("docker has no buildx plugin, which uvdive builds with.", INSTALL_BUILDX)
    small = terminal.columns < LEAST_COLUMNS or terminal.rows < LEAST_ROWS
    if terminal.interactive and small:
        yield Problem(
            f"The terminal has {terminal.columns} columns and {terminal.rows} rows; the app needs "
            f"{LEAST_COLUMNS} and {LEAST_ROWS}.",
            "Make it larger, or use --report.",
        )
