"""The check of the start command: the program that the container starts must be there (R46, R58)."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve, which
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Check, Want
from uvdive.verify.start.faithful import DEFAULT_PATH, search_path, start_command
from uvdive.verify.start.same import in_a_shell

BUILT_IN = frozenset(
    {".", ":", "[", "case", "cd", "command", "echo", "eval", "exec", "exit", "export", "for", "if", "set"}
    | {"source", "test", "trap", "true", "false", "ulimit", "umask", "until", "wait", "while", "{", "("}
)
"""Words that the shell itself understands: no program needs to be there."""


@dataclass(frozen=True, slots=True)
class _Program:
    """One program that the start needs: its name, why it can't run (empty where it can), where it is."""

    name: str
    problem: str
    path: str = ""


def _in_shell(argv: Sequence[str]) -> str | None:
    """The first program that ``sh -c SCRIPT`` starts, where that can be told without running it."""
    script = in_a_shell(argv)
    if script is None:
        return None
    try:
        words = shlex.split(script)
    except ValueError:
        return None
    while words and (words[0] == "exec" or ("=" in words[0] and words[0].partition("=")[0].isidentifier())):
        del words[0]
    if not words or words[0] in BUILT_IN or set(words[0]) & set("$`(){}*?;&|<>"):
        return None
    return words[0]


def _program(report: ImageReport, name: str) -> _Program:
    config, table = report.config, report.files
    home = config.working_dir or "/"
    search = [raw(folder) for folder in search_path(config)]
    asked = posixpath.join(home, name) if "/" in name else name
    node = which(table, raw(asked), search)
    if node is None:
        where = "" if "/" in name else f" (PATH={config.environ.get('PATH', DEFAULT_PATH)})"
        return _Program(name, f"{name} is not in the image{where}")
    path = table.path(node).decode("utf-8", "surrogateescape")
    for environment in report.environments:
        for script in environment.scripts:
            interpreter = raw(script.interpreter)
            if path == f"{environment.path}/bin/{script.name}" and resolve(table, interpreter).node is None:
                return _Program(name, f"{path} needs {script.interpreter}, which is not in the image", path)
    return _Program(name, "", path)


def _programs(report: ImageReport) -> tuple[_Program, ...]:
    argv = start_command(report.config)
    names = [argv[0]] if argv else []
    inner = _in_shell(argv)
    names += [inner] if inner is not None else []
    return tuple(_program(report, name) for name in names)


def check_start(before: ImageReport, after: ImageReport, *, repaired: bool = False) -> Check:
    """Resolve the program of the start command through PATH and WORKDIR in both images.

    Args:
        before: the original.
        after: the rewritten image.
        repaired: the plan claims that the original cannot start and the new image can.
    """
    old, new = _programs(before), _programs(after)
    was = [program.problem for program in old if program.problem]
    now = [program.problem for program in new if program.problem]
    if not new:
        if old:
            return Check("start", "failed", "The new image has no start command.")
        return Check("start", "skipped", "The image has no start command.")
    if now and was and not repaired:
        return Check("start", "announced", f"Neither image can start: {was[0]}.", tuple(now))
    if now:
        lost = {program.name for program in new if not program.path}
        wants = tuple(Want("path", program.path) for program in old if program.path and program.name in lost)
        return Check("start", "failed", f"The new image can't start: {now[0]}.", tuple(now), wants)
    started = " and ".join(program.name for program in new)
    if was:
        detail = f"The original can't start: {was[0]}. The new image starts {started}."
        return Check("start", "repaired", detail)
    return Check("start", "passed", f"The new image starts {started}.")
