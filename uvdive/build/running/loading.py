"""Run an image once more to see what its Python loads until it is ready."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib.resources import files

from uvdive.base import shapes
from uvdive.base.progress import CancelToken
from uvdive.build.running.observing import Observed, Watched, observe
from uvdive.build.running.sandbox import Sandbox

PROFILE = ("PYTHONPROFILEIMPORTTIME", "1")
"""With it every Python tells each import on its standard error (Python, "Command line and environment")."""

IMPORT_LINES = 100_000
"""So many of the last lines of standard error are read."""

_MAPS = shapes.Record({"mapped": [str], "unread": int})
"""What the program for the maps prints: it runs under a stranger's Python."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What a program's processes told: ``error`` is standard error, ``mapped`` the paths of the shared
    libraries that they had mapped when it was ready; None where that could not be seen.

    ``unread`` counts the processes whose maps could not be read.
    """

    error: bytes = field(default=b"", repr=False)
    mapped: tuple[str, ...] | None = None
    unread: int = 0


def observe_loading(
    watched: Watched, *, seconds: float, cancel: CancelToken | None = None
) -> tuple[Observed, Loading]:
    """Run an image with its imports told, and look at what it has loaded before it is stopped.

    Args:
        watched: the image; a variable of its settings that says otherwise has precedence.
        seconds: how long to wait at most.
        cancel: stops waiting.

    Raises:
        EngineError: no engine answers, or it makes no container of the image.
        CancelledError: ``cancel`` was set.
    """
    found = Loading()

    def look(container: Sandbox) -> None:
        nonlocal found
        mapped, unread = (None, 0) if watched.python is None else _maps(container, watched.python)
        found = Loading(container.output(IMPORT_LINES)[1], mapped, unread)

    told = replace(watched, settings=watched.settings.with_env([PROFILE]))
    return observe(told, seconds=seconds, cancel=cancel, look=look), found


def _maps(container: Sandbox, python: str) -> tuple[tuple[str, ...] | None, int]:
    """The mapped libraries, asked from inside; None where it has ended or its Python does not run."""
    code = (files("uvdive.build.running") / "maps.py").read_text("utf-8")
    _, output = container.run([python, "-c", code])
    try:
        told = shapes.load(output.decode("utf-8", "replace").strip().splitlines()[-1], _MAPS, "maps")
    except (ValueError, IndexError):
        return None, 0
    return tuple(told["mapped"]), told["unread"]
