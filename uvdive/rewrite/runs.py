"""What kind of command each RUN holds, as far as the runner must repeat it (R28, R33, R34)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from uvdive.dockerfile.shell import Command, commands
from uvdive.rewrite.contextfiles import sources
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.steps import Step, command_text

Class = Literal["os-packages", "user", "files", "nothing", "uv", "other"]

_PACKAGE_TOOLS = frozenset({"apt-get", "apt", "apk", "apt-mark"})
_USER_TOOLS = frozenset({"useradd", "groupadd", "adduser", "addgroup", "usermod", "groupmod"})
_FILE_TOOLS = frozenset({"mkdir", "chown", "chmod", "chgrp", "install", "touch"})
_NO_TOOLS = frozenset({"set", "true", ":", "echo", "export", "cd"})
_CLEANED = re.compile(r"(?:/var/lib/apt|/var/cache|/tmp|/var/tmp|/var/log|/usr/share/(?:doc|man))(?:/|$)")
_SYSTEM = re.compile(r"/(?:etc|usr(?!/local|/src)|bin|sbin|lib\w*|boot|var/lib)(?:/|$)")
_SOURCES = re.compile(r"/(?:etc/(?:apt|apk)|usr/share/keyrings)(?:/|$)")
_SUSPECT = re.compile(r"\b(?:apt-get|apt|apk)\s+(?:-\S+\s+)*(?:install|add)\b")
_SUSPECT_USER = re.compile(r"\b(?:useradd|groupadd|adduser|addgroup)\s")


def is_system(path: str) -> bool:
    """Does a path belong to the operating system, so that only its own tools may change it?"""
    return bool(_SYSTEM.match(path))


@dataclass(frozen=True, slots=True)
class Run:
    """A RUN's commands with their classes; ``commands`` is None where the shell text is not understood."""

    step: Step
    text: str
    commands: tuple[Command, ...] | None
    classes: tuple[Class, ...]

    def has(self, name: Class) -> bool:
        """Is one of the commands of this class?"""
        return name in self.classes

    @property
    def repeated_whole(self) -> bool:
        """Does the runner repeat the instruction as it is?"""
        return self.has("os-packages") and set(self.classes) <= {"os-packages", "nothing"}


def _classify(command: Command) -> Class:
    argv = command.argv
    if not argv:
        return "nothing"
    program = argv[0].rsplit("/", 1)[-1]
    if program in _PACKAGE_TOOLS:
        return "os-packages"
    if program == "rm" and all(_CLEANED.match(arg) for arg in argv[1:] if not arg.startswith("-")):
        return "nothing"
    for tools, name in ((_USER_TOOLS, "user"), (_FILE_TOOLS, "files"), (_NO_TOOLS, "nothing")):
        if program in tools:
            return name  # type: ignore[return-value]
    return "uv" if program in ("uv", "pip", "pip3") else "other"


def read_run(step: Step) -> Run:
    """Classify one RUN.

    Raises:
        Refused: it installs OS packages (R33) or makes users (R28) among things that
            cannot be told apart.
    """
    text = command_text(step.instruction)
    found = commands(text)
    classes: tuple[Class, ...] = ("other",) if found is None else tuple(map(_classify, found))
    run = Run(step, text, found, classes)
    if found is None and _SUSPECT.search(text):
        raise _mixed("R33", "installs OS packages", step)
    if found is None and _SUSPECT_USER.search(text):
        raise _mixed("R28", "creates a user", step)
    if run.has("os-packages") and run.has("other"):
        raise _mixed("R33", "installs OS packages", step)
    chained = all(command.before in ("", "&&", ";", "\n") for command in found or ())
    if (run.has("user") or run.has("os-packages")) and not run.repeated_whole and not chained:
        raise _mixed("R28", "creates a user or installs OS packages", step)
    if run.has("os-packages"):
        _check_packages(run)
    return run


def _check_packages(run: Run) -> None:
    """Refuse what would not be the same when the packages are installed in another stage."""
    for command, name in zip(run.commands or (), run.classes, strict=True):
        if name == "os-packages" and any(word.startswith(("/", "./", "../")) for word in command.argv[1:]):
            raise Refused(
                "R33",
                "This RUN installs a package from a file, which the final image does not have.",
                run.step.line,
            )
        touched = [*command.outputs, *(command.argv[1:] if name == "files" else ())]
        if not run.repeated_whole and any(map(is_system, touched)):
            raise _mixed("R33", "installs OS packages", run.step)


def check_sources(steps: Sequence[Step], runs: Sequence[Run]) -> None:
    """Refuse package sources and keys that come by COPY: the packages are installed before (R33)."""
    if not any(run.has("os-packages") for run in runs):
        return
    for step in steps:
        if step.keyword in ("COPY", "ADD") and _SOURCES.match(sources(step)[1]):
            raise Refused(
                "R33",
                "Package sources or keys that are copied cannot be ordered before the packages yet. "
                "Write them in the RUN that installs the packages.",
                step.line,
            )


def _mixed(rule: str, does: str, step: Step) -> Refused:
    return Refused(
        rule,
        f"This RUN {does} and does other things that the final image must not repeat. Give each a RUN of "
        "its own.",
        step.line,
    )


def kept_commands(run: Run) -> list[str]:
    """The texts of the commands that the runner repeats when it cannot repeat the whole RUN."""
    return [
        run.text[command.start : command.end]
        for command, name in zip(run.commands or (), run.classes, strict=True)
        if name in ("os-packages", "user")
    ]
