"""Programs that the start, the health check or a start script calls, but that nothing installed (R57)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from uvdive.dockerfile.shell.commands import Command
from uvdive.dockerfile.shell.reading import read_script, shell_text
from uvdive.dockerfile.text.syntax import inner
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.start import Start

_BUILT_IN = frozenset(
    (
        *(".", ":", "[", "[[", "alias", "bg", "break", "cd", "command", "continue", "declare", "echo"),
        *("eval", "exec", "exit", "export", "false", "fg", "getopts", "hash", "jobs", "kill", "let", "local"),
        *("printf", "pwd", "read", "readonly", "return", "set", "shift", "shopt", "source", "test", "times"),
        *("time", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait"),
    )
)
_RUNNERS = frozenset({"uv", "uvx"})
_PREPARES = re.compile(r"\bPATH=|\b(?:install|apk\s+add)\b|\b(?:activate|nvm\.sh)\b")
_PLAIN = re.compile(r"[A-Za-z0-9][\w.+-]*")


def warn_never_installed(evidence: Evidence, start: Start, notes: Notes) -> None:
    """Name programs that are called at start and are in neither the environment nor on PATH."""
    report = evidence.report
    if report is None or "PATH" not in report.config.environ:
        return
    removed = start.removed if notes.allowed.repaired_start else set()
    gone = _RUNNERS | {word.split()[0] for word in removed}
    for line, name, where in _called(evidence, start):
        if name not in gone and start.around.has_program(name) is False:
            notes.warn(
                "R57",
                line,
                f"{where} calls {name}, which the image does not have, neither before nor after the "
                "rewrite. Install it in a RUN, or take the call out.",
            )


def _called(evidence: Evidence, start: Start) -> Iterator[tuple[int, str, str]]:
    """Line, program and what calls it."""
    for step in (evidence.starter, evidence.last("HEALTHCHECK")):
        if step is None or step.instruction.arguments.strip().upper() == "NONE":
            continue
        command = inner(step.instruction) if step.keyword == "HEALTHCHECK" else step.instruction
        text = shell_text(command)
        script = read_script(text)
        for name in _programs(script.commands if script else (), text):
            yield step.line, name, step.keyword
    for found in start.found:
        script = read_script(found.text) if found.is_shell else None
        if script is not None:
            for name in _programs(script.commands, found.text):
                yield found.line, name, found.path


def _programs(commands: Iterable[Command], text: str) -> list[str]:
    """The names that must be programs: no word of the shell, no function, nothing looked for first."""
    names = []
    if _PREPARES.search(text):
        return []
    for command in commands:
        words = [word for word in command.words if word.text not in ("exec", "command", "time", "nohup")]
        if not words or not words[0].literal or not _PLAIN.fullmatch(words[0].text):
            continue
        name = words[0].text
        own = re.search(
            rf"(?:command\s+-\w|which|type|hash)\s+{re.escape(name)}\b|\b{re.escape(name)}\s*\(\s*\)"
            rf"|function\s+{re.escape(name)}\b",
            text,
        )
        if name not in _BUILT_IN and not own and name not in names:
            names.append(name)
    return names
