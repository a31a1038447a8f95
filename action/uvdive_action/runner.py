"""What a step of the runner is given, and how it tells something.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import re
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_DOUBLE = re.compile("#(?=#)")
"""``##[error]`` is taken for a command wherever it stands."""
MOST_OF_A_SUMMARY = 1_000_000
"""Bytes: the runner takes 1 MiB a step."""


class WrongInputError(Exception):
    """An input of the action that makes no sense; the message says which, and what it may be."""


def inert(text: str, width: int = 300) -> str:
    """Somebody else's text on one line of a log, that no runner takes for a command."""
    line = "".join(char if char.isprintable() else " " for char in text).strip()
    return _DOUBLE.sub("# ", line if len(line) <= width else line[: width - 1] + "…")


class Runner:
    """A step's environment.

    Args:
        environ: its variables; inputs are ``INPUT_NAME``.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def input(self, name: str) -> str:
        """An input without the space around it; empty where there is none."""
        return self.environ.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()

    def truth(self, name: str) -> bool:
        """An input that is true or false.

        Raises:
            WrongInputError: it is neither.
        """
        value = self.input(name).lower()
        if value not in ("true", "false"):
            raise WrongInputError(f"The input {name} is neither true nor false.")
        return value == "true"

    def for_programs(self) -> dict[str, str]:
        """The variables without the inputs: the token is for what asks GitHub, and no build gets it."""
        return {name: value for name, value in self.environ.items() if not name.startswith("INPUT_")}

    def new_folder(self) -> Path:
        """An empty folder that goes away with the job."""
        return Path(tempfile.mkdtemp(prefix="uvdive-", dir=self.environ["RUNNER_TEMP"]))

    def output(self, **values: str) -> None:
        """Tell later steps; whatever a value holds, it stays one value."""
        with Path(self.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
            for name, value in values.items():
                mark = f"end-{secrets.token_hex(16)}"
                file.write(f"{name.replace('_', '-')}<<{mark}\n{value}\n{mark}\n")

    def summarize(self, markdown: str) -> None:
        """Add to the job's summary."""
        with Path(self.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as file:
            file.write(markdown)

    def say(self, text: str) -> None:
        """A line of the log."""
        sys.stdout.write(f"uvdive: {inert(text, 1000)}\n")
        sys.stdout.flush()

    def warn(self, text: str) -> None:
        """A line of the log that stands at the top of the run too."""
        self._command("warning", text)

    def fail(self, text: str) -> None:
        """As ``warn``, for what makes the step fail."""
        self._command("error", text)

    def _command(self, name: str, text: str) -> None:
        told = "".join(_DATA.get(char, char) for char in inert(text, 1000))
        sys.stdout.write(f"::{name} title=uvdive::{told}\n")
        sys.stdout.flush()

    @contextmanager
    def no_commands(self) -> Iterator[None]:
        """Meanwhile the runner takes no command from the log: builds print what strangers wrote."""
        mark = secrets.token_hex(16)
        sys.stdout.write(f"::stop-commands::{mark}\n")
        sys.stdout.flush()
        try:
            yield
        finally:
            sys.stdout.write(f"::{mark}::\n")
            sys.stdout.flush()
