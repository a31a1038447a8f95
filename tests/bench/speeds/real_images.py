"""Real images: locked requirements, built by the engine and saved by it.

``compiled`` (3 GB: a large environment whose bytecode was compiled, uv's cache with hard links, compilers),
``scientific``, ``django`` (compilers and node) and ``small`` lie as Dockerfiles in ``tests/bench/real``.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "real"
TITLES = {
    "real-compiled": "a compiled environment of 186 distributions on compilers",
    "real-scientific": "a scientific stack, its owner changed",
    "real-django": "Django with compilers and node",
    "real-small": "a small web app",
}


def archive(name: str, folder: Path) -> Path:
    """The ``docker save`` archive of an image, built where it is not there.

    Args:
        name: the Dockerfile's folder in ``tests/bench/real``, behind ``real-``.
        folder: where the archive lies, or comes to lie.
    """
    path = folder / f"{name}.tar"
    if path.exists():
        return path
    subprocess.run(["docker", "save", built(name), "--output", path], check=True)
    return path


def built(name: str) -> str:
    """The tag of an image in the engine, built where it is not there."""
    tag = f"uvdive-bench/{name}"
    source = FOLDER / name.removeprefix("real-")
    subprocess.run(["docker", "build", "--quiet", "--tag", tag, source], check=True, capture_output=True)
    return tag


CASES: dict[str, tuple[str, Callable[[Path], Path]]] = {
    name: (title, partial(archive, name)) for name, title in TITLES.items()
}
