"""The step ``check``: run ``uvdive check``, and tell what came of it; it ends as that does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from uvdive_action.event import read_event
from uvdive_action.names import comment_name
from uvdive_action.runner import MOST_OF_A_SUMMARY, Runner
from uvdive_action.words import Footer, body_of

_LAST_WORDS = 20
_UNREADABLE = 4


def check(runner: Runner) -> int:
    """Check, print the annotations, write the summary, tell the outputs."""
    summary, _ = runner.truth("summary"), comment_name(runner)
    folder = runner.new_folder()
    code, last = _run(command_of(runner, folder), runner)
    annotations = _text(folder / "annotations")
    sys.stdout.write(annotations)  # uvdive wrote them: nothing in a line breaks out of it
    found = _result(folder / "check.json")
    report = folder / "report.uvdive"
    markdown = _text(folder / "check.md") if found else ""
    body = folder / "body.md"
    footer = Footer.of(runner.environ, runner.input("baseline-told"))
    body.write_text(body_of(markdown, last, footer), encoding="utf-8")
    if summary:
        runner.summarize(body_of(markdown, last, footer, MOST_OF_A_SUMMARY))
    size, delta = _numbers(found)
    runner.output(
        size=size,
        delta=delta,
        passed="true" if code == 0 else "false",
        report=str(report) if report.is_file() else "",
        body=str(body),
        artifact=_artifact(runner) if report.is_file() else "",
    )
    return code


def command_of(runner: Runner, folder: Path) -> list[str]:
    """The command line: options before ``--``, so that no input becomes another option."""
    command = [sys.executable, "-I", "-m", "uvdive", "check", "--why", f"--save={folder / 'report.uvdive'}"]
    for form, name in (("json", "check.json"), ("markdown", "check.md"), ("github", "annotations")):
        command.append(f"--output={form}={folder / name}")
    image, dockerfile = runner.input("image"), runner.input("dockerfile")
    for option, value in (
        ("baseline", runner.input("baseline")),
        ("config", runner.input("config")),
        ("fail-level", runner.input("fail-level")),
        ("dockerfile", dockerfile if image else ""),
    ):
        if value:
            command.append(f"--{option}={value}")
    if sarif := runner.input("sarif-file"):
        command.append(f"--output=sarif={sarif}")
    target = image or (f"dockerfile:{dockerfile}" if dockerfile else "")
    return [*command, "--", target] if target else command


def _run(command: list[str], runner: Runner) -> tuple[int, str]:
    """Run a command in the log; its exit code, and the last that it said beside its result."""
    said: list[str] = []
    environ = runner.for_programs()
    with (
        runner.no_commands(),
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ) as running,
    ):
        assert running.stderr is not None
        for raw in running.stderr:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            said = [*said, line][-_LAST_WORDS:]
    code = running.returncode
    return (code if code >= 0 else _UNREADABLE), _error(said)


def _error(said: list[str]) -> str:
    """The error among what was said: from its line on."""
    for number in range(len(said) - 1, -1, -1):
        if said[number].startswith("uvdive: "):
            return " ".join(line.strip() for line in said[number:]).removeprefix("uvdive: ")
    return " ".join(said[-3:])


def _result(path: Path) -> dict[str, Any]:
    """What was checked; empty where nothing was."""
    try:
        found = json.loads(path.read_bytes())
        each = found["checked"][0]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return each if isinstance(each, dict) else {}


def _numbers(found: dict[str, Any]) -> tuple[str, str]:
    """The size and what it grew by, in bytes; empty where it is not known."""
    totals = found.get("totals")
    size = totals.get("file_bytes") if isinstance(totals, dict) else None
    return tuple(str(value) if isinstance(value, int) else "" for value in (size, found.get("delta_bytes")))  # type: ignore[return-value]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _artifact(runner: Runner) -> str:
    """Under which name the report is kept: a run of the default branch keeps the next ones' baseline."""
    branch = runner.input("branch")
    return runner.input("artifact") if branch and read_event(runner.environ).branch == branch else ""
