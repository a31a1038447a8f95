"""Node and its tools where they only build, which the final image has no use for (R33)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from uvdive.base.words import all_of
from uvdive.distro.needs import wanted_by
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.lock import read_lock

NODE = frozenset({"corepack", "node", "nodejs", "npm", "npx", "pnpm", "yarn"})
"""The programs, as commands name them."""

NODE_PACKAGES = frozenset({"nodejs", "nodejs-current", "npm", "pnpm", "yarn", "yarnpkg"})
"""Packages that bring them and nothing else."""

_WORD = re.compile(rf"(?<![\w.-])(?:{'|'.join(sorted(NODE))})(?![\w.-])")


def why_node_only_builds(evidence: Evidence, runs: Sequence[Run], used: Collection[str] | None) -> str:
    """Why nothing in the container calls node, as a sentence; empty where something may.

    Args:
        evidence: the file, without an image.
        runs: every RUN.
        used: the programs that a file of the context names which may run in the container; None where
            no file was looked at.
    """
    lines = [run.step.line for run in runs if _calls(run)]
    lock = copied_text(evidence, "uv.lock", mounted=True)
    known = read_lock(lock) if lock is not None else None
    if used is None or known is None or not lines or NODE & set(used):
        return ""
    if any(_names_node(evidence, keyword) for keyword in ("HEALTHCHECK", "ENTRYPOINT", "CMD")):
        return ""
    if any(map(_writes_node, runs)) or any(
        _WORD.search(heredoc.body) for copy in _copies(evidence) for heredoc in copy.instruction.heredocs
    ):
        return ""  # it may be a script that starts the app
    if any(wanted_by(name, package) for name in known.packages for package in NODE_PACKAGES):
        return ""
    where = all_of([f"{line}" for line in dict.fromkeys(lines)])
    return (
        f"Only the build calls it (line{'s' if len(lines) > 1 else ''} {where}): no start command, script or "
        "code at hand does."
    )


def _calls(run: Run) -> bool:
    """Does a RUN call one of the programs by a plain command?"""
    commands = run.script.commands if run.script is not None else ()
    return any(command.program in NODE for command in commands)


def _writes_node(run: Run) -> bool:
    """Does a RUN write a file that names one of the programs, other than for the package manager?"""
    own = (part for part, kind in run.parts if kind not in ("os-packages", "sources"))
    commands = [command for part in own for command in part.commands]
    return any(command.outputs for command in commands) and any(
        _WORD.search(word) for command in commands for word in command.argv[1:]
    )


def _copies(evidence: Evidence) -> list[Step]:
    return [step for step in evidence.steps if step.keyword in ("COPY", "ADD")]


def _names_node(evidence: Evidence, keyword: str) -> bool:
    step = evidence.last(keyword)
    return step is not None and _WORD.search(command_text(step.instruction)) is not None
