"""What of a stage brings uv into it, and what is left of those instructions without it (R61)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from uvdive.dockerfile.shell.commands import Command, Part, program_words
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.edits import Edit
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.single.sources import (
    Source,
    source_of_version,
    version_of_requirement,
    version_of_url,
)
from uvdive.uv.mentions import brings_uv, installs_uv
from uvdive.uv.pip_words import read_pip_install

_UV = re.compile(r"(?:^|/)uvx?$")
_PACKAGE = re.compile(r"uv(?:\[[\w,]*\])?(?:[=<>~!].*)?$")
_ENV_FILE = re.compile(r"/\.(?:cargo|local/bin)/env$")
_PIPS = frozenset({"pip", "pip3", "pipx"})
_MOVES = frozenset({"mv", "cp", "ln", "chmod", "chown", "rm", "install", "test", "which"})
_FETCHES = frozenset({"curl", "wget", "sh", "bash", "env", "tar"})


@dataclass(slots=True)
class Bringing:
    """Where uv comes from, line by line, and what goes.

    ``gone`` are the lines of whole instructions, ``parts`` the indexes of a RUN's parts by line,
    ``words`` what goes of those that stay. ``by_pip`` says that uv is a package of the system's Python.
    """

    found: list[Source] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    parts: dict[int, set[int]] = field(default_factory=dict)
    words: dict[int, list[Edit]] = field(default_factory=dict)
    by_pip: bool = False

    def before(self, line: int) -> Source | None:
        """Where a RUN on a line gets uv from."""
        return next((source for source in reversed(self.found) if source.line <= line), None)


def bringing(steps: Sequence[Step], runs: Sequence[Run], base: Source | None) -> Bringing:
    """Find all that brings uv.

    Raises:
        Refused: R61, with the line of what cannot be taken out.
    """
    result = Bringing([base] if base is not None else [])
    installers: dict[str, str | None] = {}
    by_line = {run.step.line: run for run in runs}
    for step in steps:
        if step.keyword in ("COPY", "ADD") and brings_uv(step.instruction):
            _copied(step, result, installers)
        elif step.keyword == "RUN":
            _run(by_line[step.line], result, installers)
    return result


def _copied(step: Step, result: Bringing, installers: dict[str, str | None]) -> None:
    given, target = sources(step)
    urls = [word for word in given if "://" in word]
    if step.keyword == "ADD" and urls and len(given) == 1:
        name = posixpath.basename(urls[0])
        path = posixpath.join(target, name) if target.endswith("/") else target
        installers[path] = version_of_url(urls[0])
        result.gone.add(step.line)
        return
    image = step.instruction.flag("from")
    folders = {posixpath.dirname(word) for word in given}
    named = {posixpath.basename(word.rstrip("/")) for word in given}
    if image is None or "$" in image or not named <= {"uv", "uvx"} or len(folders) != 1:
        raise Refused(
            "R61",
            "This instruction brings more than uv, or nobody knows from which image. Give uv a COPY of its "
            "own (`COPY --from=ghcr.io/astral-sh/uv /uv /bin/`).",
            step.line,
        )
    result.found.append(Source(step.line, image, f"{folders.pop().rstrip('/')}/"))
    result.gone.add(step.line)


def _run(run: Run, result: Bringing, installers: dict[str, str | None]) -> None:
    line = run.step.line
    if run.script is None:
        if installs_uv(run.text) or any(path in run.text for path in installers):
            raise _cannot(line)
        return
    for index, (part, _) in enumerate(run.parts):
        text = run.text[part.start : part.end]
        added = next((path for path in installers if path in text), None)
        if added is not None:
            if _only(part, {*_FETCHES, *_MOVES, posixpath.basename(added)}):
                result.parts.setdefault(line, set()).add(index)
                result.found.append(source_of_version(line, installers[added]))
                continue
            raise _cannot(line)
        if _handles(part):
            result.parts.setdefault(line, set()).add(index)
        elif any(command.program in _PIPS or "pip" in command.argv[:3] for command in part.commands):
            _by_pip(run, index, part, result)
        elif installs_uv(text):
            if not _only(part, _FETCHES) or text.count("://") > 1:
                raise _cannot(line)
            result.parts.setdefault(line, set()).add(index)
            result.found.append(source_of_version(line, version_of_url(text)))


def _only(part: Part, programs: frozenset[str] | set[str]) -> bool:
    return all(command.program in programs for command in part.commands)


def _handles(part: Part) -> bool:
    """Does a part do nothing but move uv's own programs, renew uv, or read its file of variables?"""
    return bool(part.commands) and all(_is_handling(command) for command in part.commands)


def _is_handling(command: Command) -> bool:
    words = [word.text for word in program_words(command)]
    if not words:
        return False
    program, *rest = words
    name = posixpath.basename(program)
    given = [word for word in rest if not word.startswith("-")]
    if name in (".", "source"):
        return bool(given) and bool(_ENV_FILE.search(given[0]))
    if name == "uv":
        return rest[:1] == ["self"]
    if name in ("mv", "cp", "ln", "chmod", "chown", "rm", "install"):
        named = given[1:] if name in ("chmod", "chown") else given
        return (
            bool(named)
            and all(_UV.search(word) for word in named[: max(1, len(named) - 1)])
            and (any(_UV.search(word) for word in named))
        )
    return False


def _by_pip(run: Run, index: int, part: Part, result: Bringing) -> None:
    """`pip install uv`: the part goes where it installs nothing else, else the word does."""
    line = run.step.line
    for command in part.commands:
        words = program_words(command)
        install = read_pip_install([word.text for word in words])
        if install is None:
            continue
        mine = [number for number in install.packages if _PACKAGE.match(words[number].text)]
        if not mine:
            continue
        if len(part.commands) > 1 or command.nested:
            raise _cannot(line)
        if command.program == "uv" and len(mine) < len(install.packages):
            raise Refused(
                "R24",
                "This installs uv beside the app's packages, by a uv that is there already, so the app may "
                "call it when it runs. Leave uv out of this list where it does not.",
                line,
            )
        result.by_pip = True
        result.found.append(source_of_version(line, version_of_requirement(words[mine[0]].text)))
        if len(mine) == len(install.packages) and not install.lists:
            result.parts.setdefault(line, set()).add(index)
        else:
            edits = (Edit(words[number - 1].end, words[number].end) for number in mine)
            result.words.setdefault(line, []).extend(edits)


def _cannot(line: int) -> Refused:
    return Refused(
        "R61",
        "This RUN installs uv together with other things, so it cannot be taken out. Give uv an instruction "
        "of its own: `COPY --from=ghcr.io/astral-sh/uv /uv /bin/`.",
        line,
    )
