"""``docker buildx build`` as a process: started, read, stopped, and its result."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from uvdive.base.errors import BuildError, CancelledError, EngineError
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.client import INSTALL_DOCKER, Progress, progress_mode
from uvdive.build.events import BuildLog, BuildRequest, BuildResult
from uvdive.build.failures import build_failure
from uvdive.build.parsing import ProgressReader
from uvdive.build.plain import PlainReader
from uvdive.build.rawjson import RawJsonReader


@dataclass(frozen=True, slots=True)
class _Command:
    argv: tuple[str, ...]
    image_id: Path
    standard_input: bytes


def _given(args: tuple[str, ...], option: str) -> bool:
    return any(arg == option or arg.startswith(f"{option}=") for arg in args)


def _value(args: tuple[str, ...], option: str) -> str | None:
    for number, arg in enumerate(args):
        if arg == option:
            return next(iter(args[number + 1 :]), None)
        if arg.startswith(f"{option}="):
            return arg.partition("=")[2]
    return None


def _dockerfile(request: BuildRequest, folder: Path) -> tuple[list[str], bytes]:
    """The ``-f`` option and what goes to standard input.

    BuildKit takes ``NAME.dockerignore`` beside a Dockerfile for that file alone, and
    cannot find it for a text on standard input; so such a text goes into a folder of
    ours, with a copy beside it (https://docs.docker.com/build/concepts/context/).
    """
    if request.text is None:
        return (["-f", str(request.dockerfile)] if request.dockerfile is not None else []), b""
    text = request.text.encode("utf-8", "surrogateescape")
    own = request.dockerfile or request.context / "Dockerfile"
    ignored = own.with_name(f"{own.name}.dockerignore")
    if not ignored.is_file():
        return ["-f", "-"], text
    (folder / "Dockerfile").write_bytes(text)
    (folder / "Dockerfile.dockerignore").write_bytes(ignored.read_bytes())
    return ["-f", str(folder / "Dockerfile")], b""


def _command(request: BuildRequest, progress: Progress, folder: Path) -> _Command:
    file, standard_input = _dockerfile(request, folder)
    argv = ["docker", "buildx", "build", f"--progress={progress}", *file]
    if not _given(request.args, "--load"):
        argv.append("--load")
    if not _given(request.args, "--provenance") and not _given(request.args, "--attest"):
        # An attestation turns the image into an index, with an id of its own per build.
        argv.append("--provenance=false")
    wanted = _value(request.args, "--iidfile")
    image_id = Path(wanted) if wanted else folder / "iid"
    if not wanted:
        argv.append(f"--iidfile={image_id}")
    if request.tag is not None:
        argv += ["-t", request.tag]
    return _Command((*argv, *request.args, "--", str(request.context)), image_id, standard_input)


class _Process:
    """The client and its plugin, in a session of their own, so that both end together."""

    def __init__(self, command: _Command, standard_input: IO[bytes]) -> None:
        try:
            self.popen = subprocess.Popen(
                command.argv,
                stdin=standard_input,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            what = f"The docker client can't be started: {error.strerror}."
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


def _read(process: _Process, reader: ProgressReader, logs: list[BuildLog], on_event: OnEvent) -> None:
    for line in process.lines():
        for event in reader.feed(line):
            if isinstance(event, BuildLog):
                logs.append(event)
            on_event(event)
    for event in reader.close():
        if isinstance(event, BuildLog):
            logs.append(event)
        on_event(event)


def _run(
    command: _Command,
    reader: ProgressReader,
    logs: list[BuildLog],
    on_event: OnEvent,
    cancel: CancelToken,
) -> int:
    with tempfile.TemporaryFile() as standard_input:
        standard_input.write(command.standard_input)
        standard_input.seek(0)
        process = _Process(command, standard_input)
    with process.popen:
        cancel.on_cancel(process.kill)
        try:
            _read(process, reader, logs, on_event)
        except BaseException:
            process.kill()
            raise
    return process.popen.returncode


def run_build(
    request: BuildRequest,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> BuildResult:
    """Build an image and load it into the engine.

    Emits BuildStep and BuildLog as the build goes on. The result's ``image_id`` is
    the one that buildx names; ``log`` is all output of all steps, oldest first.

    Raises:
        EngineError: no docker client, no engine, or no right to use it.
        BuildError: no buildx plugin, or the build failed.
        UsageError: buildx does not take an option of ``request.args``.
        CancelledError: ``cancel`` was set; the client's processes have ended.
    """
    cancel = cancel or CancelToken()
    cancel.raise_if_cancelled()
    if not request.context.is_dir():
        raise BuildError(f"The context {request.context} is no folder.", "Name the folder to build.")
    progress = progress_mode()
    reader: ProgressReader = RawJsonReader() if progress == "rawjson" else PlainReader()
    logs: list[BuildLog] = []
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="uvdive-build-") as folder:
        command = _command(request, progress, Path(folder))
        status = _run(command, reader, logs, on_event, cancel)
        if cancel.cancelled:
            raise CancelledError("The build was stopped.")
        steps = tuple(reader.steps.values())
        if status:
            raise build_failure(steps, logs, reader.said)
        try:
            image_id = command.image_id.read_text().strip()
        except OSError as error:
            what = "The build ended without naming its image."
            raise BuildError(what, "", tuple(reader.said[-20:])) from error
    return BuildResult(
        image_id=image_id,
        tag=request.tag,
        seconds=time.monotonic() - start,
        steps=steps,
        log=tuple(log.text for log in logs),
    )
