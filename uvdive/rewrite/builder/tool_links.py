"""The links to the programs of uv's tools, in a folder of their own where others lie beside them (R41)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from uvdive.distro.places import is_shared, is_system
from uvdive.dockerfile.shell.commands import Command, program_words
from uvdive.dockerfile.text.edits import Edit, source_with
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.calls import subcommand
from uvdive.uv.mentions import brings_uv

FOLDER = "/tool-links"
_VARIABLE = "UV_TOOL_BIN_DIR"


@dataclass(frozen=True, slots=True)
class ToolLinks:
    """One COPY takes ``source`` to ``target``; ``edits`` are the RUNs that put the links there, by line."""

    source: str
    target: str
    edits: dict[int, str] = field(default_factory=dict)


def link_tools(
    evidence: Evidence, env: EnvironmentFacts, runs: Sequence[Run], notes: Notes, taken: Mapping[int, str]
) -> ToolLinks | None:
    """How the links go over by the text; None where there are no tools, or an image tells of them.

    ``taken`` are new sources of instructions that another decision changes already, by line.

    Raises:
        Refused: R41, a RUN that installs a tool cannot be changed in place.
    """
    if not env.programs:
        return None
    if not _is_shared(evidence, env.programs):
        return ToolLinks(env.programs, env.programs)
    edits = dict(_edits(evidence, runs, taken))
    notes.decide(
        "tool-links",
        "R41",
        min(edits),
        f"Put the links to the tools' programs into {FOLDER}, and copy that",
        f"In {env.programs} they lie among others, and the text does not tell their names.",
    )
    return ToolLinks(FOLDER, env.programs, edits)


def _is_shared(evidence: Evidence, folder: str) -> bool:
    """Are there, or may there be, other programs too: the base's, or uv itself?"""
    if is_shared(folder) or is_system(folder):
        return True
    for step in evidence.steps:
        if step.keyword == "RUN" and brings_uv(step.instruction):
            return True  # uv's installer puts uv where tools go
        if step.keyword in ("COPY", "ADD"):
            target = sources(step)[1]
            if folder in (target.rstrip("/"), posixpath.dirname(target)):
                return True
    return False


def _edits(evidence: Evidence, runs: Sequence[Run], taken: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    for run in runs:
        calls = [command for part, _ in run.parts for command in part.commands if _installs(command)]
        if not calls:
            continue
        nested = any(call.nested for call in calls)
        changes = () if nested else [_change(call) for call in calls]
        source = source_with(run.step.instruction, changes, evidence.dockerfile.escape)
        if nested or source is None or run.step.line in taken:
            raise Refused(
                "R41",
                "Where this RUN puts the tool's programs cannot be changed in place. Give `uv tool install` "
                "an instruction of its own.",
                run.step.line,
            )
        yield run.step.line, source


def _installs(command: Command) -> bool:
    words = [word.text for word in program_words(command)]
    return words[:1] != [] and words[0].rpartition("/")[2] == "uv" and subcommand(words)[0] == "tool install"


def _change(command: Command) -> Edit:
    """The variable in front of the call, or its new value where it stands there."""
    behind = program_words(command)[0].start
    for word in (*command.assignments, *(each for each in command.words if each.start < behind)):
        if word.text.startswith(f"{_VARIABLE}="):
            return Edit(word.start, word.end, f"{_VARIABLE}={FOLDER}")
    return Edit(behind, behind, f"{_VARIABLE}={FOLDER} ")
