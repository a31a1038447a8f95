"""Files that uvdive itself writes while it works: in the build context they are no difference."""

from __future__ import annotations

import fcntl
import os
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from uvdive.base import machine
from uvdive.base.files.foreign import real
from uvdive.dockerfile.ignore import read_ignored
from uvdive.dockerfile.text.syntax import parse
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.steps import gather
from uvdive.rewrite.notes import Refused
from uvdive.session.proof.freshness import is_plain, placed

_F_GETPATH, _MAXPATHLEN = 50, 1024
"""fcntl(2) of macOS: the path of a descriptor. Python names it there only."""


def streams() -> tuple[Path, ...]:
    """The files that standard output and standard error were sent to, where they are files."""
    found = []
    for stream in (sys.stdout, sys.stderr):
        try:
            number = stream.fileno()
            if stat.S_ISREG(os.fstat(number).st_mode):
                found.append(_opened(number))
        except (OSError, ValueError):
            continue  # a closed stream, or a file that is gone
    return tuple(dict.fromkeys(found))


def _opened(number: int) -> Path:
    """The path of an open file."""
    if machine.PLATFORM == "darwin":
        told = fcntl.fcntl(number, _F_GETPATH, bytes(_MAXPATHLEN))
        return Path(os.fsdecode(told.partition(b"\0")[0]))
    return Path(f"/proc/self/fd/{number}").readlink()


def in_context(own: Iterable[Path], context: Path) -> frozenset[str]:
    """Those below the context, by their paths in it."""
    root = real(context)
    resolved = (real(path) for path in own)
    return frozenset(str(path.relative_to(root)) for path in resolved if path.is_relative_to(root))


def in_image(
    own: frozenset[str],
    report: ImageReport,
    text: str,
    dockerfile: Path,
    context: Path,
    values: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Where the Dockerfile's COPYs put the files ``own`` of the context, as absolute paths.

    ``values`` are what the build gives its ARGs.
    """
    if not own:
        return ()
    try:
        evidence = gather(parse(text), report, context, values)
    except Refused:
        return ()
    ignored = read_ignored(context, dockerfile)
    files = frozenset(path for path in own if path not in ignored)
    found = [
        target
        for step in evidence.steps
        if step.keyword in ("COPY", "ADD") and is_plain(step)
        for _, target in placed(step, report, files)
    ]
    return tuple(dict.fromkeys(found))
