"""A client of an engine as a process: started, read line by line, ended with all of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from uvdive.base.errors import EngineError
from uvdive.base.progress import CancelToken, OnEvent
from uvdive.build.client import INSTALL_DOCKER
from uvdive.build.events import BuildLog
from uvdive.build.parsing import ProgressReader


@dataclass(frozen=True, slots=True)
class Command:
    """What to start, and what it gets on standard input."""

    argv: tuple[str, ...]
    standard_input: bytes


class Process:
    """The client and its plugin, in a session of their own, so that both end together."""

    def __init__(self, command: Command, standard_input: IO[bytes]) -> None:
        try:
            self.popen = subprocess.Popen(
                command.argv,
                stdin=standard_input,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            what = f"The {command.argv[0]} client can't be started: {error.strerror}."
            raise EngineError(what, INSTALL_DOCKER) from error

    def kill(self) -> None:
        """End the whole group at once; BuildKit stops a build whose client is gone."""
        # Once it was waited for, its number may belong to somebody else.
        if self.popen.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.popen.pid, signal.SIGKILL)

    def lines(self) -> Iterator[str]:
        """What it prints, line by line, until it has ended."""
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            yield line.decode("utf-8", "replace").rstrip("\r\n")


def _read(process: Process, reader: ProgressReader, logs: list[BuildLog], on_event: OnEvent) -> None:
    for line in process.lines():
        for event in reader.feed(line):
            if isinstance(event, BuildLog):
                logs.append(event)
            on_event(event)
    for event in reader.close():
        if isinstance(event, BuildLog):
            logs.append(event)
        on_event(event)


def run_command(
    command: Command,
    reader: ProgressReader,
    logs: list[BuildLog],
    on_event: OnEvent,
    cancel: CancelToken,
) -> int:
    """Run a client to its end, with its output as events; its exit code.

    Raises:
        EngineError: the client can't be started.
    """
    with tempfile.TemporaryFile() as standard_input:
        standard_input.write(command.standard_input)
        standard_input.seek(0)
        process = Process(command, standard_input)
    with process.popen:
        cancel.on_cancel(process.kill)
        try:
            _read(process, reader, logs, on_event)
        except BaseException:
            process.kill()
            raise
    return process.popen.returncode
