"""A start command that does not run in the environment: the packages are where it does not look (R9)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from uvdive.dockerfile.shell.commands import Command, program_words
from uvdive.dockerfile.shell.reading import command_text, read_script, shell_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.uv.lock import LOCAL, read_lock

_PYTHON = re.compile(r"(?:/usr/(?:local/)?bin/)?python(?:3(?:\.\d+)?)?")
_SEARCHED = ("PATH", "PYTHONPATH", "BASH_ENV", "ENV", "PYTHONHOME")
_OTHER_INSTALLS = re.compile(r"\bpip[\d.]*\s+(?:install|sync)\b|\bUV_PROJECT_ENVIRONMENT\b|--active\b")


def warn_outside_environment(
    evidence: Evidence, env: EnvironmentFacts, removed: Collection[str], notes: Notes
) -> None:
    """Say that the start command sees none of the environment's packages, where that is sure by the text.

    Where a runner is taken off, the new image has the environment on PATH for all that starts.

    That is a plain Python of the system's, or a program of the lock by its name alone, while no
    variable leads to the environment and nothing is installed elsewhere.
    """
    step = evidence.starter
    if removed:
        return
    if env.system or env.at_start or step is None or env.programs or env.path in _leading(evidence):
        return
    if any(_OTHER_INSTALLS.search(command_text(run.instruction)) for run in evidence.runs()):
        return
    text = shell_text(step.instruction)
    if env.path in text or posixpath.basename(env.path) in text:
        return
    program, packages = _program(step, text), _packages(evidence, env)
    if not packages:
        return
    if _PYTHON.fullmatch(program):
        what = f"`{program}` is the system's Python, which finds none of them (ModuleNotFoundError)"
    elif program in (packages if env.scripts is None else env.scripts):
        what = f"`{program}` is a program of that environment, which is not on PATH"
    else:
        return
    notes.warn(
        "R9",
        step.line,
        f"The start command does not use {env.path}, where the packages are: {what}. Set "
        f"`ENV PATH={env.bin}:$PATH`, or start `{env.bin}/{posixpath.basename(program)}`.",
    )


def _leading(evidence: Evidence) -> str:
    """The values in the end of variables by which a program may find an environment."""
    values = evidence.steps[-1].values if evidence.steps else {}
    config = evidence.report.config.environ if evidence.report is not None else {}
    return " ".join(f"{values.get(name, '')} {config.get(name, '')}" for name in _SEARCHED)


def _program(step: Step, text: str) -> str:
    """The first program of a start that is one plain command; empty where it is more than that."""
    script = read_script(text)
    if script is None or step.keyword not in ("CMD", "ENTRYPOINT"):
        return ""
    plain = [command for command in script.commands if not _is_shell(command)]
    if len(plain) != 1:
        return ""
    words = program_words(plain[0])
    found = [word for word in words if word.text != "exec"][:1]
    return found[0].text if found and found[0].literal else ""


def _is_shell(command: Command) -> bool:
    return command.program in ("sh", "bash") and any(word.text == "-c" for word in command.words)


def _packages(evidence: Evidence, env: EnvironmentFacts) -> frozenset[str]:
    """The packages of others that the environment has: by the image, else by the lock."""
    found = env.reported_in(evidence.report)
    if found is not None:
        return frozenset(each.name for each in found.distributions if not each.editable)
    text = copied_text(evidence, "uv.lock", mounted=True)
    lock = read_lock(text) if text is not None else None
    every = lock.packages.items() if lock is not None else ()
    return frozenset(name for name, each in every if any(package.kind not in LOCAL for package in each))
