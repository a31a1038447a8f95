"""A sync that the next instruction's does again with more: one of them is enough (R17).

`RUN uv sync` followed by `RUN uv sync --extra web` installs what the second asks for, and no more.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.text.syntax import Instruction
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes

_MORE = re.compile(r"--(?:extra|group)(?:=\S+)?|--all-extras|--all-groups|--dev")
_VALUED = frozenset({"--extra", "--group"})
_IN_STEPS = re.compile(r"no[-_]build[-_]isolation", re.IGNORECASE)
"""Where a distribution is built in the environment itself, what it needs has to be there before."""


def repeated_syncs(evidence: Evidence, runs: Sequence[Run], notes: Notes) -> frozenset[int]:
    """The lines of RUNs that are nothing but such a first sync; the one behind each has all its words."""
    project = copied_text(evidence, "pyproject.toml", mounted=True) or ""
    if _IN_STEPS.search(project) or any(_IN_STEPS.search(command_text(i)) for i in _of_runs(evidence)):
        return frozenset()
    by_line = {run.step.line: run for run in runs}
    found = {
        first.line
        for first, second in itertools.pairwise(evidence.steps)
        if first.stage == second.stage
        and first.line in by_line
        and second.line in by_line
        and _is_contained(by_line[first.line], by_line[second.line])
    }
    if found:
        notes.decide(
            "one-sync",
            "R17",
            min(found),
            "Sync once",
            "The next instruction syncs the same with more, and installs the same without this one.",
        )
    return frozenset(found)


def _of_runs(evidence: Evidence) -> list[Instruction]:
    return [step.instruction for step in evidence.steps if step.keyword in ("RUN", "ENV")]


def _is_contained(first: Run, second: Run) -> bool:
    """Are both one plain `uv sync` by the same user with the same mounts, and has the second more?"""
    one, other = _words(first), _words(second)
    if one is None or other is None or first.step.user != second.step.user:
        return False
    if sorted(first.step.instruction.flags) != sorted(second.step.instruction.flags):
        return False
    more = Counter(other) - Counter(one)
    return not Counter(one) - Counter(other) and bool(more) and all(map(_MORE.fullmatch, more))


def _words(run: Run) -> list[str] | None:
    """The options of the one `uv sync` that a RUN is, each with its value; None for another RUN."""
    commands = run.script.commands if run.script is not None else ()
    if len(commands) != 1 or commands[0].nested or commands[0].assignments or commands[0].outputs:
        return None
    words = commands[0].words
    if [word.text for word in words[:2]] != ["uv", "sync"] or not all(word.literal for word in words):
        return None
    found: list[str] = []
    for word in words[2:]:
        if found and found[-1] in _VALUED:
            found[-1] = f"{found[-1]}={word.text}"
        else:
            found.append(word.text)
    return found
