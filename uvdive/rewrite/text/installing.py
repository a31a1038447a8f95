"""Does a build do nothing but install, so that neither the app's settings nor its libraries matter to it?"""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.dockerfile.shell.commands import Command, Part, program_words
from uvdive.rewrite.evidence.commands.command_kinds import REPEATED, SIDE, Class
from uvdive.rewrite.evidence.commands.runs import Run

_INSTALLS = frozenset({"sync", "venv", "pip", "python", "lock", "export", "cache", "--version"})
"""Subcommands of uv that start nothing of the app's."""


def only_installs(runs: Sequence[Run]) -> bool:
    """Do the RUNs only install packages, make users, and clean up?

    A distribution that is built from source may run code of its own, but reads none of the app's
    settings and imports none of what it installs.
    """
    return all(run.script is not None and all(_is_plain(*each) for each in run.parts) for run in runs)


def _is_plain(part: Part, name: Class) -> bool:
    return name in REPEATED | SIDE or (name == "uv" and all(map(_installs, part.commands)))


def _installs(command: Command) -> bool:
    words = [word.text for word in program_words(command)]
    program = words[0].rsplit("/", 1)[-1] if words else ""
    if program == "uv":
        named = (word for word in words[1:] if word in _INSTALLS or not word.startswith("-"))
        return next(named, "sync") in _INSTALLS
    return program in ("pip", "pip3") or command.program in ("curl", "sh", "wget")
