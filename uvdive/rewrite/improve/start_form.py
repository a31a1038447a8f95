"""Variables in an exec form, which nobody fills in (R22)."""

from __future__ import annotations

import posixpath
import re

from uvdive.dockerfile.shell.commands import SHELLS
from uvdive.dockerfile.text.syntax import inner
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes

_VARIABLE = re.compile(r"\$\{?[A-Za-z_]")


def warn_variables(evidence: Evidence, notes: Notes) -> None:
    """Name each variable of an exec form that is no shell's."""
    entry = evidence.last("ENTRYPOINT")
    for keyword in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
        step = evidence.last(keyword)
        if step is None:
            continue
        instruction = inner(step.instruction) if keyword == "HEALTHCHECK" else step.instruction
        words = instruction.exec_form or ()
        if keyword == "CMD" and entry is not None and _reads_itself(entry.instruction.exec_form or ("sh",)):
            continue
        at = next((index for index, word in enumerate(words) if _VARIABLE.search(word)), None)
        if at is not None and not any(map(_is_shell, words[:at])):
            notes.warn(
                "R22",
                step.line,
                f"{words[at]} is never filled in: {keyword} is in exec form, which no shell reads, so the "
                "program gets these very letters. Use a shell: the shell form with exec in front of the "
                'program, or ["sh", "-c", "exec …"].',
            )


def _reads_itself(entry: tuple[str, ...]) -> bool:
    """May an ENTRYPOINT fill in what it gets: is it a shell, or a script?"""
    return any(
        _is_shell(word) or word.endswith((".sh", ".bash")) or word.startswith(("/", "./")) for word in entry
    )


def _is_shell(program: str) -> bool:
    return posixpath.basename(program) in SHELLS
