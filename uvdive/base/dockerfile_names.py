"""How Dockerfiles are called."""

from __future__ import annotations

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
