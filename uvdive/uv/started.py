"""Which of an image's environments its start command runs in (R9)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence

from uvdive.base.paths import upward

_RUN = re.compile(r"(?<![\w.-])uv[\s\"',]++(?:[^\s\"',]++[\s\"',]++){0,80}?run\b")


def started_environment(
    paths: Sequence[str],
    starts: Sequence[str],
    environ: Mapping[str, str],
    workdir: str,
    has_python: Callable[[str], bool],
) -> str | None:
    """The environment of ``paths`` whose program starts; None where nothing says so.

    A program's full path tells most, then ``uv run``'s project, then the order of PATH.

    Args:
        paths: the environments' absolute paths, without a slash at the end.
        starts: the texts of ENTRYPOINT and CMD, the one that decides first.
        environ: the container's variables.
        workdir: its work directory.
        has_python: has a folder of programs a ``python``?
    """
    for text in starts:
        named = [path for path in paths if re.search(rf"(?:^|[\s\"']){re.escape(path)}/bin/", text)]
        if len(named) == 1:
            return named[0]
    if any(_RUN.search(text) for text in starts):
        project = environ.get("UV_PROJECT_ENVIRONMENT") or ".venv"
        for folder in upward(workdir or "/"):
            path = posixpath.normpath(posixpath.join(folder, project))
            if path in paths:
                return path
    for place in environ.get("PATH", "").split(":"):
        path, _, last = place.rstrip("/").rpartition("/")
        if last == "bin" and path in paths and has_python(place):
            return path
    return None
