"""Which instruction wrote a path of the image, and its text where a RUN's own words say it (R24, R51)."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Literal

from uvdive.dockerfile.shell.commands import Command
from uvdive.dockerfile.shell.reading import read_script, shell_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.evidence.files.context_files import matches_source, sources
from uvdive.rewrite.evidence.steps import Evidence

_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "r": "\r", '"': '"', "'": "'"}
_WRITERS = frozenset({"cp", "mv", "install", "curl", "wget", "ln", "tee", "tar", "unzip", "git", "gcc", "go"})


@dataclass(frozen=True, slots=True)
class Writer:
    """The last instruction that names a path as what it writes.

    ``how`` is ``context`` for a COPY from the build context, ``stage`` for one from elsewhere,
    ``run`` for a RUN. ``text`` is what a RUN's `echo` or `printf` puts there; None where nobody knows.
    """

    step: Step
    how: Literal["context", "stage", "run"]
    text: str | None = None


def writer_of(evidence: Evidence, path: str) -> Writer | None:
    """The last instruction that names an absolute path as what it writes; None where none does."""
    for step in reversed(evidence.steps):
        if step.keyword in ("COPY", "ADD"):
            given, target = sources(step)
            folder, name = posixpath.split(path)
            named = path == target or any(
                target.rstrip("/") == folder and matches_source(name, posixpath.basename(source))
                for source in given
            )
            if named and given:
                return Writer(step, "context" if step.instruction.flag("from") is None else "stage")
        elif step.keyword == "RUN" and (found := _written(step, path)) is not None:
            return found
    return None


def _written(step: Step, path: str) -> Writer | None:
    script = read_script(shell_text(step.instruction))
    if script is None:
        looks = re.search(
            rf"(?:>|\s-o)\s*[^\s>]*{re.escape(posixpath.basename(path))}", step.instruction.value
        )
        return Writer(step, "run") if looks else None
    text: str | None = ""
    found = False
    folder = step.workdir
    for command in script.commands:
        if command.program == "cd" and len(command.words) == 2:
            folder = posixpath.join(folder, command.words[1].text)
        targets = {posixpath.normpath(posixpath.join(folder, output)) for output in command.outputs}
        if path in targets:
            said = _said(command)
            text = None if said is None or text is None or command.nested else text + said
            found = True
        elif command.program in _WRITERS and any(
            posixpath.normpath(posixpath.join(folder, word.text)) == path for word in command.words[1:]
        ):
            text, found = None, True
    return Writer(step, "run", text or None) if found else None


def _said(command: Command) -> str | None:
    """What `echo` or `printf` puts out; None where it is not plain."""
    words = command.words[1:]
    if not all(word.literal for word in words):
        return None
    if command.program == "printf" and words and "%" not in words[0].text and len(words) == 1:
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), words[0].text)
    if command.program == "printf" and [word.text for word in words[:1]] == ["%s\\n"]:
        return "".join(f"{word.text}\n" for word in words[1:])
    if command.program == "echo":
        texts = [word.text for word in words]
        option = texts[:1] if texts[:1] in (["-e"], ["-n"]) else []
        line = " ".join(texts[len(option) :])
        # dash's own echo reads escapes without -e
        return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), line) + (
            "" if option == ["-n"] else "\n"
        )
    return None
