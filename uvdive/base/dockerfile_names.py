"""How Dockerfiles are called, and the files that say how they are built."""

from __future__ import annotations

import re
from typing import Literal

BuildFileKind = Literal["compose", "bake"]

_COMPOSE = re.compile(r"(?:(?:docker|podman|container)-)?compose[\w.-]*\.ya?ml")
_BAKE = re.compile(r"docker-bake[\w.-]*\.(?:hcl|json)")
_OTHERS = (".dockerignore", ".orig", ".swp", "~")


def names_dockerfile(name: str) -> bool:
    """Is a file called as Dockerfiles are: ``Dockerfile.dev``, ``web.dockerfile``, ``Containerfile``?

    Backups of editors and of a rewrite (``Dockerfile.orig``) are not, nor is ``Dockerfile.dockerignore``.
    """
    low = name.lower()
    if low.endswith(_OTHERS):
        return False
    parts = low.split(".")
    return bool({"dockerfile", "containerfile"} & {parts[0], parts[-1]})


def build_file_kind(name: str, *, is_path: bool = False) -> BuildFileKind | None:
    """Is a file called as compose files (``docker-compose.dev.yml``) or Bake files are?

    Args:
        name: the file's name.
        is_path: it was written as a path, so it may be called anything that ends as such a file does.
    """
    if _COMPOSE.fullmatch(name) or (is_path and name.endswith((".yaml", ".yml"))):
        return "compose"
    if _BAKE.fullmatch(name) or (is_path and name.endswith((".hcl", ".json"))):
        return "bake"
    return None
