"""Notes of what must not outlive a run: containers and images of a moment, and temporary folders.

A note is an empty file in the user's state folder, named by the process and by what it made; it
is there before that is made and goes when that has gone. So a start sees what a run that was
killed has left, without asking an engine.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from uvdive.base.files.folders import notes_folder

_NOTE = re.compile(r"([0-9]{1,18})-(\S+)")


def note(name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Note what is about to be made; where no note can be kept, it is made without."""
    path = notes_folder(environ) / f"{os.getpid()}-{quote(name, safe='')}"
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch()


def gone(name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Take the notes of something away, whoever made them: it is there no more."""
    for path, _, noted in _notes(environ):
        if noted == name:
            with contextlib.suppress(OSError):
                path.unlink()


def left(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """What runs left that have ended, by name; folders by their paths, as long as they are there."""
    found = set()
    for _, process, name in _notes(environ):
        if is_running(process):
            continue
        if name.startswith("/") and not os.path.lexists(name):
            gone(name, environ)
        else:
            found.add(name)
    return tuple(sorted(found))


def forget(names: frozenset[str], environ: Mapping[str, str] = os.environ) -> None:
    """Take the notes of ended runs away but for those of ``names`` and of folders, which are still there."""
    for name in left(environ):
        if name not in names and not name.startswith("/"):
            gone(name, environ)


def _notes(environ: Mapping[str, str]) -> Iterator[tuple[Path, int, str]]:
    """Each note with the process and the name that it is of; other files there are nobody's."""
    try:
        paths = sorted(notes_folder(environ).iterdir())
    except OSError:
        return
    for path in paths:
        if (named := _NOTE.fullmatch(path.name)) is not None:
            yield path, int(named[1]), unquote(named[2])


def is_running(process: int) -> bool:
    """Is there a process with this number?"""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # somebody else's
    return True
