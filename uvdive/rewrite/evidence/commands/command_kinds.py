"""What kind of thing a shell command does, as far as the final stage must repeat it (R28, R33, R34)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from uvdive.distro import managers
from uvdive.distro.places import is_cleaned, is_source, is_system
from uvdive.dockerfile.shell.commands import Command, program_words
from uvdive.rewrite.evidence.commands.command_effects import (
    GIT_ASKS,
    GIT_SETTINGS,
    INSTALLERS,
    QUERIES,
    STATE,
    TALKERS,
    copied,
    effects_of,
)

Class = Literal["os-packages", "sources", "user", "system", "files", "state", "nothing", "uv", "other"]
"""``sources`` are package sources and keys, ``system`` is the system's own configuration,
``state`` is of the shell, ``files`` are paths that are copied, and ``other`` is anything else."""

REPEATED: frozenset[Class] = frozenset(("os-packages", "sources", "user", "system"))
"""What the final stage does again."""

SIDE: frozenset[Class] = frozenset(("nothing", "state"))
"""What leaves no file behind by itself."""

_WRITERS = frozenset({"mkdir", "chown", "chmod", "chgrp", "install", "touch", "ln", "rm", "cp", "mv", "sed"})
_ASKS = frozenset({"--version", "-V", "-v", "--help"})
"""Given alone, a program only says which it is: ``node -v``."""
_AS_OTHERS = frozenset({"gosu", "su-exec"})
_FETCHERS = frozenset({"curl", "wget", "gpg", "gpg2", "gpgv", "sh", "bash"})
_SETUP_SCRIPTS = re.compile(r"//(?:deb|rpm)\.nodesource\.com/|/script\.deb\.sh|//install\.citusdata\.com/")
_IN_PLACE = re.compile(r"-\w*i|--in-place")
_TOOLS: tuple[tuple[frozenset[str], Class], ...] = (
    (managers.PROGRAMS, "os-packages"),
    (managers.SOURCES, "sources"),
    (managers.USERS, "user"),
    (managers.CONFIGURES, "system"),
    (STATE, "state"),
    (INSTALLERS, "uv"),
)
_SILENT = frozenset({"/dev/null", "/dev/stderr", "/dev/stdout"})


def paths_of(command: Command) -> Iterator[str]:
    """The absolute paths that a command names as arguments or writes to."""
    for word in program_words(command)[1:]:
        if word.text.startswith("/"):
            yield word.text
    yield from (path for path in command.outputs if path not in _SILENT)


def classify(command: Command) -> Class:
    """The class of one simple command."""
    words = program_words(command)
    outputs = [path for path in command.outputs if path not in _SILENT]
    if not words:
        return _written(outputs, "state" if command.assignments else "nothing")
    if not words[0].literal:
        return "other"
    program, arguments = words[0].text.rsplit("/", 1)[-1], [word.text for word in words[1:]]
    if len(arguments) == 1 and arguments[0] in _ASKS:
        return _written(outputs, "nothing")
    if re.fullmatch(r"python[\d.]*", program):
        return "uv"
    for names, found in _TOOLS:
        if program in names:
            return found
    return _by_what_it_writes(program, arguments, command, outputs)


def _by_what_it_writes(
    program: str, arguments: Sequence[str], command: Command, outputs: Sequence[str]
) -> Class:
    found: Class = "other"
    if program in ("dpkg", "dpkg-deb"):
        found = _dpkg(arguments)
    elif program in _WRITERS and (program != "sed" or any(_IN_PLACE.match(a) for a in arguments)):
        found = _writes(program, command)
    elif program in TALKERS:
        named = [a for a in arguments if not a.startswith("-")] if program == "tee" else []
        found = _written([path for path in [*outputs, *named] if path not in _SILENT], "nothing")
    elif program == "git":
        found = _git(arguments, outputs)
    elif program == "find":
        found = "files" if {"-delete", "-exec", "-execdir", "-ok"} & set(arguments) else "nothing"
    elif program in QUERIES or (program in _AS_OTHERS and arguments[1:2] and arguments[1] in QUERIES):
        found = _written(outputs, "nothing")  # `gosu nobody true` sees whether it works
    return found


def _git(arguments: Sequence[str], outputs: Sequence[str]) -> Class:
    """Git tells of a repository, or writes its settings into a file of a known name."""
    if GIT_SETTINGS.match(" ".join(arguments)):
        return "files"
    return _written(outputs, "nothing") if arguments[:1] and arguments[0] in GIT_ASKS else "other"


def _dpkg(arguments: Sequence[str]) -> Class:
    return "nothing" if managers.only_asks(arguments) else "os-packages"


def _written(paths: Sequence[str], otherwise: Class = "files") -> Class:
    if not paths:
        return otherwise
    if all(is_source(path) for path in paths):
        return "sources"
    return "system" if all(is_system(path) and "$" not in path for path in paths) else "files"


def _writes(program: str, command: Command) -> Class:
    words = program_words(command)[1:]
    absolute = [word.text for word in words if word.text.startswith("/")]
    if program == "rm" and absolute:
        return "nothing" if all(map(is_cleaned, absolute)) else _written(absolute)
    found = effects_of(command)
    named = [path for path, _ in found.named]
    # Of `ln -s /x/$Y /etc/z` only what lies in z is unknown, if z is a folder.
    if not set(found.zones) <= set(named) or not named or not all(map(is_system, copied(command))):
        return "files"
    return _written(named)


def class_of_all(commands: Sequence[Command]) -> Class | None:
    """The class of commands that only stay or go together; None where they must not be mixed.

    Fetching into the package sources' folders is part of ``sources``.
    """
    classes = {classify(command) for command in commands} - {"nothing"}
    if not classes:
        return "nothing"
    if classes & {"other", "uv"}:
        if "other" in classes and "uv" not in classes and _fetches_sources(commands):
            return "sources"
        return None if classes & {"os-packages", "user"} else "uv" if "uv" in classes else "other"
    if "files" in classes and classes & {"os-packages", "user"}:
        return None
    order: tuple[Class, ...] = ("os-packages", "user", "files", "sources", "system")
    return next((name for name in order if name in classes), "state")


def _fetches_sources(commands: Sequence[Command]) -> bool:
    others = [command for command in commands if classify(command) == "other"]
    if any((program_words(c)[0].text.rsplit("/", 1)[-1] not in _FETCHERS) for c in others):
        return False
    text = " ".join(word.text for command in commands for word in command.words)
    written = [path for command in commands for path in paths_of(command)]
    to_install = bool(written) and all(
        is_source(path) or path.endswith(managers.PACKAGE_FILES) for path in written
    )
    return bool(_SETUP_SCRIPTS.search(text)) or to_install


def tools_of(commands: Sequence[Command]) -> frozenset[str]:
    """The programs that commands call."""
    found = (program_words(command) for command in commands)
    return frozenset(words[0].text.rsplit("/", 1)[-1] for words in found if words)
