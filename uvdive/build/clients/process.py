"""A client of an engine as a process: started, read line by line, ended with all of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence

from uvdive.base.errors import EngineError
from uvdive.base.processes.groups import kill_group
from uvdive.base.progress import CancelToken, OnEvent
from uvdive.build.clients.client import INSTALL_DOCKER
from uvdive.build.clients.parsing import ProgressReader
from uvdive.build.events import BuildLog


class Process:
    """The client and its plugin, in a session of their own, so that both end together."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        try:
            self.popen = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environ,
            )
        except OSError as error:
            what = f"The {argv[0]} client can't be started: {error.strerror}."
            raise EngineError(what, INSTALL_DOCKER) from error

    def kill(self) -> None:
        """End the whole group at once; BuildKit stops a build whose client is gone."""
        # Once it was waited for, its number may belong to somebody else.
        if self.popen.poll() is None:
            kill_group(self.popen.pid)

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
    argv: Sequence[str],
    reader: ProgressReader,
    logs: list[BuildLog],
    on_event: OnEvent,
    cancel: CancelToken,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run a client to its end, with its output as events; its exit code.

    ``environ`` is its environment; None for this process's.

    Raises:
        EngineError: the client can't be started.
    """
    process = Process(argv, environ)
    with process.popen:
        cancel.on_cancel(process.kill)
        try:
            _read(process, reader, logs, on_event)
        except BaseException:
            process.kill()
            raise
    return process.popen.returncode
