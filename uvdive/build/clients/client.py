"""The docker client and its buildx plugin: are they there, and what can they do?"""

from __future__ import annotations

import re
import subprocess
from typing import Literal

from uvdive.base.errors import BuildError, EngineError

Progress = Literal["rawjson", "plain"]

_VERSION = re.compile(r"\bv?(\d+)\.(\d+)\.\d")

INSTALL_DOCKER = (
    "Install Docker (https://docs.docker.com/engine/install/) and see that docker is on the PATH."
)
INSTALL_BUILDX = (
    "Install Docker's buildx plugin: the package docker-buildx-plugin (Docker's own repository) or "
    "docker-buildx (Debian, Ubuntu, Fedora, Homebrew), or see https://github.com/docker/buildx#installing."
)


def progress_mode() -> Progress:
    """Which progress output the buildx plugin has: rawjson came with 0.13.

    Raises:
        EngineError: there is no docker client.
        BuildError: there is no buildx plugin, or it does not run.
    """
    try:
        asked = subprocess.run(
            ["docker", "buildx", "version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise EngineError(f"The docker client can't be started: {error.strerror}.", INSTALL_DOCKER) from error
    # Without the plugin the client prints its help, and says so in words of its version.
    if asked.returncode or "buildx" not in asked.stdout:
        said = tuple(line for line in asked.stderr.splitlines() if line.strip())
        raise BuildError("docker has no buildx plugin, which uvdive builds with.", INSTALL_BUILDX, said[-20:])
    version = _VERSION.search(asked.stdout)
    # A build of buildx from its sources may name a commit only; every one reads plain.
    if version is not None and (int(version[1]), int(version[2])) >= (0, 13):
        return "rawjson"
    return "plain"
