"""A Dockerfile whose build never comes to an end by itself."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import signal
from collections.abc import Iterator
from pathlib import Path

SECONDS = 600
PATIENCE = 60.0


class Hanging:
    """``text`` prints ``started`` and waits; new each time, so that no engine has it in its cache."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(8)
        self.text = f"FROM debian:trixie-slim\nRUN echo started; sleep {SECONDS} # {self.token}\n"

    def processes(self) -> list[int]:
        """The shells that wait on engines of this machine; each is the first process of its container."""
        found = []
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if self.token.encode() in command.read_bytes():
                    found.append(int(command.parent.name))
        return found

    def ends_by_itself(self) -> None:
        """Wait until an engine has ended it; docker's does soon after its client is gone."""
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                ended = os.pidfd_open(process)
                try:
                    told, _, _ = select.select([ended], [], [], PATIENCE)
                finally:
                    os.close(ended)
                assert told, "the engine goes on with a build that was stopped"

    def end(self) -> None:
        """End what a stopped client left running: podman lets a command go on, docker ends it."""
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


@contextlib.contextmanager
def hanging_build() -> Iterator[Hanging]:
    """Such a build; nothing of it runs after the block."""
    hanging = Hanging()
    try:
        yield hanging
    finally:
        hanging.end()
