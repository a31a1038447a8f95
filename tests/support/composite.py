"""Runs a composite action as GitHub's runner does: its steps in bash, each with nothing but its ``env``.

https://docs.github.com/actions/reference/metadata-syntax-for-github-actions. Of the expressions those
are known that ``action.yml`` has; any other is an error. What a step prints is read as the runner
reads it: commands at a line's beginning, unless they were stopped.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


@dataclass
class Ran:
    """What the action came to; ``commands`` are those that the runner took: (name, its line)."""

    code: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    summary: str = ""
    log: str = ""
    commands: list[tuple[str, str]] = field(default_factory=list)

    def told(self, name: str) -> list[str]:
        """The lines of one command."""
        return [line for command, line in self.commands if command == name]


@dataclass
class Composite:
    """An action with its surroundings.

    ``environ`` is what the job's steps have, ``given`` outputs of steps that are not run,
    ``uses`` runs a step of another action by its name and inputs.
    """

    folder: Path
    environ: Mapping[str, str]
    given: Mapping[str, dict[str, str]] = field(default_factory=dict)
    uses: Callable[[str, dict[str, str]], None] = lambda _name, _inputs: None

    def run(self, workspace: Path, temp: Path, **inputs: str) -> Ran:
        """Run it; inputs by their names with underscores."""
        action = yaml.safe_load((self.folder / "action.yml").read_text())
        wanted = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert wanted.keys() <= action["inputs"].keys()
        ran = Ran(steps=dict(self.given))
        known = {name: self._value(each["default"], {}, ran) for name, each in action["inputs"].items()}
        known |= wanted
        for number, step in enumerate(action["runs"]["steps"]):
            if step.get("id") in self.given or not self._wanted(step, known, ran):
                continue
            self._step(step, known, ran, workspace, temp / f"step-{number}")
        ran.outputs = {
            name: self._value(each["value"], known, ran) for name, each in action["outputs"].items()
        }
        return ran

    def _step(
        self, step: dict[str, Any], inputs: dict[str, str], ran: Ran, workspace: Path, temp: Path
    ) -> None:
        if "uses" in step:
            self.uses(step["uses"], {name: self._value(v, inputs, ran) for name, v in step["with"].items()})
            return
        assert step["shell"] == "bash"
        temp.mkdir(parents=True)
        files = {name: temp / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        own = {name: self._value(value, inputs, ran) for name, value in step.get("env", {}).items()}
        script = temp / "script.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=workspace,
            env={
                **self.environ,
                **{name: str(path) for name, path in files.items()},
                "GITHUB_ACTION_PATH": str(self.folder),
                **own,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = done.stdout.decode()
        ran.log += said
        ran.commands += taken(said)
        ran.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        name = step.get("id", step["name"])
        ran.steps[name] = outputs_of(files["GITHUB_OUTPUT"].read_text())
        ran.codes[name] = done.returncode
        ran.code = ran.code or done.returncode

    def _wanted(self, step: dict[str, Any], inputs: dict[str, str], ran: Ran) -> bool:
        if "if" not in step:
            return not ran.code
        found = _EXPRESSION.fullmatch(step["if"])
        assert found, step["if"]
        terms = [term.strip() for term in found[1].split("&&")]
        return all(self._term(term, inputs, ran) for term in terms)

    def _term(self, term: str, inputs: dict[str, str], ran: Ran) -> bool:
        if term == "!cancelled()":
            return True
        left, sign, right = term.partition(" != ")
        assert sign, term
        assert right == "''", term
        return self._one(left, inputs, ran) != ""

    def _value(self, text: str, inputs: Mapping[str, str], ran: Ran) -> str:
        return _EXPRESSION.sub(lambda found: self._one(found[1].strip(), inputs, ran), str(text))

    def _one(self, name: str, inputs: Mapping[str, str], ran: Ran) -> str:
        if name == "github.token":
            return self.environ["TOKEN_OF_THE_JOB"]
        if name.startswith("inputs."):
            return inputs[name.removeprefix("inputs.")]
        found = re.fullmatch(r"steps\.([\w-]+)\.outputs\.([\w-]+)", name)
        assert found, name
        return ran.steps.get(found[1], {}).get(found[2], "")


def outputs_of(text: str) -> dict[str, str]:
    """What ``GITHUB_OUTPUT`` says, as the runner reads it."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, mark, end = line.partition("<<")
        if mark and "=" not in name:
            value = []
            for inner in lines:
                if inner == end:
                    break
                value.append(inner)
            found[name] = "\n".join(value)
        else:
            name, sign, text = line.partition("=")
            assert sign, line
            found[name] = text
    return found


def taken(log: str) -> list[tuple[str, str]]:
    """The commands of a log that the runner takes, with their lines."""
    found, stopped = [], ""
    for line in log.splitlines():
        command = re.match(r"\s*::([a-z-]+|[0-9a-f]{32})(?: [^:]*)?::", line)
        anywhere = re.search(r"##\[\w+\]", line)
        if stopped:
            if line.strip() == f"::{stopped}::":
                stopped = ""
        elif command and command[1] == "stop-commands":
            stopped = line.split("::")[2]
        elif command or anywhere:
            found.append((command[1] if command else anywhere[0], line))  # type: ignore[index]
    return found


def environment(**github: str) -> dict[str, str]:
    """The variables of a job without any of this machine's but what finds and reaches programs."""
    kept = ("PATH", "HOME", "DOCKER_HOST", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LANG")
    passed = {name: value for name, value in os.environ.items() if name in kept}
    through = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "PIP_", "SSL_"))}
    return passed | through | {f"GITHUB_{name.upper()}": value for name, value in github.items()}
