"""The start command and the health check of the new image (R18–R25, R30, R51, R58)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.edits import json_array
from uvdive.dockerfile.text.syntax import inner
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.environment import EnvironmentFacts, RunCall
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.start.commands import Commands, started
from uvdive.rewrite.start.script_choice import ScriptPlan, decide
from uvdive.rewrite.start.script_finder import Finder, Script
from uvdive.rewrite.start.signals import Signals
from uvdive.rewrite.start.surroundings import Surroundings, surroundings_of
from uvdive.rewrite.start.uv_run import RUNNERS


@dataclass(frozen=True, slots=True)
class Start:
    """How the new image starts.

    ``moved`` are the new sources of ENTRYPOINT, CMD and HEALTHCHECK by line, as far as
    they change; ``starts`` the words of what starts afterwards. ``removed`` are the
    runners that went, ``sync`` the options that the build's sync gets for what `uv run`
    installed at start, ``calls`` each `uv run`. ``scripts`` is what becomes of start scripts
    that call uv, ``found`` are all scripts that run at start. ``stop_signal`` is an instruction
    to add, or None. ``outside`` is what was chosen for calls of uv from outside the Dockerfile;
    empty for none.
    """

    moved: Mapping[int, str]
    starts: tuple[tuple[str, ...], ...]
    removed: frozenset[str]
    sync: frozenset[tuple[str, ...]]
    scripts: ScriptPlan
    found: tuple[Script, ...]
    stop_signal: str | None
    around: Surroundings
    calls: tuple[RunCall, ...] = ()
    outside: str = ""

    def left_behind(self, report: ImageReport | None) -> int:
        """The bytes of uv and its cache that stay behind; 0 without an image, and where uv comes along."""
        if report is None or self.scripts.copied_uv is not None:
            return 0
        return sum(each.bytes for each in report.owners if each.owner in ("uv", "uv-cache"))


def plan_start(
    evidence: Evidence,
    env: EnvironmentFacts,
    files: Files | None,
    notes: Notes,
    outside: Sequence[tuple[str, ...]] = (),
    *,
    is_alone: bool = False,
) -> Start:
    """Take uv off everything that starts.

    ``outside`` are the words of commands that start the container from elsewhere, for the scripts
    behind them; ``is_alone`` says that no file names any command for a container of the image.

    Raises:
        Refused: R15 or R18 to R25, the image needs uv when it starts, or nobody knows.
    """
    around, signals = surroundings_of(evidence, env, files), Signals(evidence, notes)
    finder = Finder(evidence, env, files)
    alone = is_alone and _starts_one(evidence)
    commands = Commands(around, finder, signals, notes, is_alone=alone)
    moved = _instructions(evidence, commands, notes)
    for words in outside:
        finder.look_at(words, evidence.stages[-1].source.line)
    removed, sync = set(commands.removed), set(commands.sync)
    scripts = decide(finder.found.values(), evidence, files, around, notes)
    if scripts is not None:
        sync |= scripts.sync
        if scripts.without_uv:
            removed.add("uv run")
            _note_replaced(finder, signals)
    signals.note()
    return Start(
        moved,
        tuple(commands.starts),
        frozenset(removed),
        frozenset(sync),
        scripts or ScriptPlan(),
        tuple(finder.found.values()),
        signals.stop_signal,
        around,
        (*commands.calls, *(scripts.calls if scripts is not None else ())),
    )


def _starts_one(evidence: Evidence) -> bool:
    """Is there one ENTRYPOINT or CMD, and no HEALTHCHECK, so that WORKDIR is about nothing else?"""
    found = [evidence.last("HEALTHCHECK"), evidence.starting("ENTRYPOINT"), evidence.starting("CMD")]
    return len([step for step in found if step is not None]) == 1


def _instructions(evidence: Evidence, commands: Commands, notes: Notes) -> dict[int, str]:
    """The new sources of ENTRYPOINT, CMD and HEALTHCHECK, by line, as far as they change."""
    entry, command = evidence.starting("ENTRYPOINT"), evidence.starting("CMD")
    moved: dict[int, str] = {}
    both = _joined(entry, command, commands, notes)
    if both is not None and entry is not None and command is not None:
        # `ENTRYPOINT ["uv", "run"]`: what follows is CMD's, so CMD takes it over.
        moved[entry.line] = ""
        moved[command.line] = both
        entry = command = None
    for step in (entry, command, evidence.last("HEALTHCHECK")):
        if step is None:
            continue
        new = _rewrite(step, commands, is_arguments=step.keyword == "CMD" and entry is not None)
        if new != step.instruction.source:
            moved[step.line] = new if commands.workdir is None else f"WORKDIR {commands.workdir}\n{new}"
            notes.allowed.config.add(step.keyword.capitalize())
    return moved


def _joined(entry: Step | None, command: Step | None, commands: Commands, notes: Notes) -> str | None:
    """CMD's new source where ENTRYPOINT is a runner alone, else None."""
    head = entry.instruction.exec_form if entry else None
    tail = command.instruction.exec_form if command else None
    if not head or not tail or command is None or not RUNNERS.match(" ".join(head[:2])):
        return None
    if posixpath.basename(head[0]) == "uv" and (
        len(head) < 2 or any(not word.startswith("-") for word in head[2:])
    ):
        return None
    words = (*head, *tail)
    stripped = commands.strip(words, command.line)
    if stripped is None or stripped.rest < len(head):
        return None
    notes.allowed.config.update(("Entrypoint", "Cmd"))
    keyword = command.instruction.source.split(maxsplit=1)[0]  # as the author writes it
    fresh = started(words, 0, stripped)
    if any(map(RUNNERS.search, fresh)):  # `ENTRYPOINT ["uv", "run"]`, `CMD ["uv", "run", "x"]`
        commands.starts.pop()
        fresh = commands.exec_form(fresh, command.line)
    return f"{keyword} {json_array(fresh)}\n"


def _rewrite(step: Step, commands: Commands, *, is_arguments: bool) -> str:
    instruction = step.instruction
    commands.signals.in_healthcheck = instruction.keyword == "HEALTHCHECK"
    if commands.signals.in_healthcheck:
        if instruction.arguments.strip().upper() == "NONE":
            return instruction.source
        instruction = inner(instruction)
    return commands.rewrite(instruction, step.instruction.source, step.line, is_arguments=is_arguments)


def _note_replaced(finder: Finder, signals: Signals) -> None:
    """A script that hands over with ``exec`` makes the program process 1."""
    for script in finder.found.values():
        match = re.search(r"(?:^|[\n#])(?>[^\n#]*?\bexec\b)[^\n#]*\buv\s+run\s+(?P<rest>.*)", script.text)
        if match is not None:
            signals.in_healthcheck = False
            signals.started(match["rest"].split(), script.line)
