"""Files that a program which runs others reads by itself: tasks, crontabs, settings (R24)."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Sequence

_TASK_FILES = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "gmake": ("GNUmakefile", "Makefile", "makefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "npm": ("package.json",),
    "yarn": ("package.json",),
    "pnpm": ("package.json",),
    "honcho": ("Procfile",),
    "foreman": ("Procfile",),
    "hivemind": ("Procfile",),
    "overmind": ("Procfile",),
    "poe": ("pyproject.toml", "poe_tasks.toml"),
    "invoke": ("tasks.py",),
    "inv": ("tasks.py",),
    "nox": ("noxfile.py",),
    "tox": ("tox.ini", "pyproject.toml"),
    "supervisord": ("/etc/supervisord.conf", "/etc/supervisor/supervisord.conf"),
    "cron": ("/etc/crontab",),
    "crond": ("/etc/crontab", "/etc/crontabs/root"),
}
_FOLDERS = {
    "supervisord": ("/etc/supervisor/", "/etc/supervisord.d/"),
    "cron": ("/etc/cron.d/", "/var/spool/cron/"),
    "crond": ("/etc/cron.d/", "/var/spool/cron/", "/etc/crontabs/"),
}


_SETTINGS = (".conf", ".ini", ".toml", ".yml", ".yaml", ".cfg", ".json")


def is_task_file(program: str, word: str) -> bool:
    """Does a program that runs others get a file of them by this word?"""
    names = _TASK_FILES.get(posixpath.basename(program), ())
    known = any(posixpath.basename(word).startswith(name) for name in names)
    return bool(names) and (known or word.endswith(_SETTINGS))


def files_of(words: Sequence[str], workdir: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a program that runs others reads by itself: absolute files, and folders of them."""
    program = posixpath.basename(words[0]) if words else ""
    folder = workdir
    for option, value in itertools.pairwise(words[1:]):
        if option in ("-C", "--directory", "--prefix", "--cwd"):
            folder = posixpath.normpath(posixpath.join(workdir, value))
    files = tuple(posixpath.join(folder, name) for name in _TASK_FILES.get(program, ()))
    return files, _FOLDERS.get(program, ())
