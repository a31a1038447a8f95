"""The commands that install a system's packages, as they install into a folder of their own (R10)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from uvdive.dockerfile.shell.commands import Command, Part
from uvdive.dockerfile.text.edits import Edit, source_with
from uvdive.rewrite.environment import OFFICIAL
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import context_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.calls import subcommand, value_of
from uvdive.uv.mentions import installs_uv

FOLDER = "/install"
_LIST = "/tmp/requirements.txt"  # noqa: S108 - a path of the build stage

# Each option of `uv sync` with the command that takes it in its place, and whether it has a value.
OF_EXPORT = {
    **dict.fromkeys(("--frozen", "--locked", "--no-dev", "--dev", "--all-extras", "--all-groups"), False),
    **dict.fromkeys(("--no-default-groups", "--only-dev", "--all-packages", "--no-editable"), False),
    **dict.fromkeys(("--extra", "--group", "--no-extra", "--no-group", "--only-group", "--package"), True),
}
_RENAMED = {"--no-install-project": "--no-emit-project", "--no-install-workspace": "--no-emit-workspace"}
OF_INSTALL = {
    **dict.fromkeys(("--no-cache", "-n", "--no-progress", "-q", "--quiet", "-v", "--verbose"), False),
    **dict.fromkeys(("--link-mode", "--cache-dir"), True),
}
_FORBIDDEN = ("--prefix", "--target", "-t", "--python", "-p", "--user", "--dry-run", "--root")


@dataclass(frozen=True, slots=True)
class Prefix:
    """The RUNs that install into the folder, by line: what one COPY to ``target`` takes over."""

    target: str
    edits: dict[int, str] = field(default_factory=dict)


class CannotSay(Exception):  # noqa: N818 - no error: a reason
    """Why they stay where they are."""


def edits_of(evidence: Evidence, runs: Sequence[Run], taken: Collection[int]) -> Iterator[tuple[int, str]]:
    """The new source of each RUN that installs them, by line.

    ``taken`` are the lines of instructions that another choice changes already.

    Raises:
        CannotSay: they are used in the build, or installed in a way that has no counterpart.
    """
    found = False
    for run in runs:
        changes: list[Edit] = []
        for part, name in run.parts:
            text = run.text[part.start : part.end]
            if name not in ("uv", "other") or installs_uv(text):
                continue
            changes += _changes(run, part)
        if run.script is None:
            raise CannotSay("A RUN is not understood, and may use the packages.")
        if not changes:
            continue
        source = source_with(run.step.instruction, changes, evidence.dockerfile.escape)
        if source is None or run.step.line in taken or not run.step.by_root:
            raise CannotSay("The RUN that installs them cannot be changed in place.")
        found = True
        yield run.step.line, source
    if not found:
        raise CannotSay("No RUN plainly installs them with uv.")


def _changes(run: Run, part: Part) -> list[Edit]:
    """What changes in one part of a RUN that calls uv, or something that may need its packages."""
    if len(part.commands) != 1 or part.commands[0].nested or part.commands[0].assignments:
        raise CannotSay("A RUN does more than plainly install them.")
    command = part.commands[0]
    words = list(command.argv)
    if command.program != "uv" or not all(word.literal for word in command.words):
        raise CannotSay(f"The build itself uses them (`{_short(run.text[part.start : part.end])}`).")
    name, index = subcommand(words)
    if name in ("", "cache clean", "cache prune", "version", "help", "lock", "pip list", "pip check"):
        return []
    if name == "pip install" and value_of(words, *_FORBIDDEN) is None:
        behind = words.index("--system") if "--system" in words else index - 1
        end = command.words[behind].end
        return [Edit(end, end, f" --prefix {FOLDER}")]
    if name == "sync" and run.step.values.get("UV_PROJECT_ENVIRONMENT") == OFFICIAL and index == 2:
        return [Edit(command.start, command.end, _exported(command))]
    raise CannotSay(
        f"`{_short(run.text[part.start : part.end])}` has no counterpart that installs elsewhere."
    )


def options_of(words: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Each option of `uv sync`, by its name, and its words, of which a value may be the second."""
    waiting = iter(words)
    for word in waiting:
        name, equals, _ = word.partition("=")
        valued = not equals and (OF_EXPORT.get(name) or OF_INSTALL.get(name))
        yield name, [word, next(waiting, "")] if valued else [word]


def _exported(command: Command) -> str:
    """`uv sync` as an export of the lock and an install of just that."""
    export, install = [], []
    for name, words in options_of(command.argv[2:]):
        if name in _RENAMED:
            export.append(_RENAMED[name])
        elif name in OF_EXPORT:
            export += words
        elif name in OF_INSTALL:
            install += words
        else:
            raise CannotSay(f"`uv sync {words[0]}` has no counterpart that installs elsewhere.")
    first = shlex.join(["uv", "export", "--quiet", *export, "--output-file", _LIST])
    second = ["uv", "pip", "install", "--system", "--prefix", FOLDER, *install, "--no-deps", "-r", _LIST]
    return f"{first} && \\\n    {shlex.join(second)}"


def asked(evidence: Evidence, runs: Sequence[Run]) -> str:
    """The words of what installs, and of the lists that it reads."""
    words = " ".join(
        run.text[part.start : part.end]
        for run in runs
        for part, name in run.parts
        if name == "uv" and not installs_uv(run.text[part.start : part.end])
    )
    words = re.sub(r"\buv\s+pip\b", "uv", words)
    lists = re.findall(r"(?:-r|--requirements?)[ =]*([\w./-]+)", words)
    return "\n".join([words, *(context_text(evidence, name) or "" for name in lists)])


def names(told: str, name: str) -> bool:
    """Does a text ask for a distribution?"""
    return re.search(rf"(?m)(?:^|\s|['\"]){re.escape(name)}\b(?!-)", told, re.IGNORECASE) is not None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
