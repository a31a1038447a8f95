"""``docker buildx build`` as a process: started, read, stopped, and its result."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.errors import BuildError, CancelledError
from uvdive.base.files.foreign import read_file
from uvdive.base.files.scratch import scratch_folder
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.clients.client import Progress, progress_mode
from uvdive.build.clients.failures import build_failure
from uvdive.build.clients.parsing import ProgressReader
from uvdive.build.clients.plain import PlainReader
from uvdive.build.clients.process import run_command
from uvdive.build.clients.rawjson import RawJsonReader
from uvdive.build.events import BuildLog, BuildRequest, BuildResult
from uvdive.dockerfile.ignore import own_ignore_file
from uvdive.image.endpoint import client_environment, docker_endpoint


@dataclass(frozen=True, slots=True)
class _Build:
    argv: tuple[str, ...]
    image_id: Path


def _given(args: tuple[str, ...], option: str) -> bool:
    return any(arg == option or arg.startswith(f"{option}=") for arg in args)


def _value(args: tuple[str, ...], option: str) -> str | None:
    for number, arg in enumerate(args):
        if arg == option:
            return next(iter(args[number + 1 :]), None)
        if arg.startswith(f"{option}="):
            return arg.partition("=")[2]
    return None


def _dockerfile(request: BuildRequest, folder: Path) -> list[str]:
    """The ``-f`` option; a text goes into a folder of ours.

    buildx would take it on standard input too, but leaves a copy behind in the temporary
    folder then. BuildKit takes ``NAME.dockerignore`` beside a Dockerfile for that file alone
    (https://docs.docker.com/build/concepts/context/), so that goes with it.
    """
    if request.text is None:
        return ["-f", str(request.dockerfile)] if request.dockerfile is not None else []
    (folder / "Dockerfile").write_bytes(request.text.encode("utf-8", "surrogateescape"))
    own = request.dockerfile or request.context / "Dockerfile"
    ignored = own_ignore_file(own)
    if ignored.is_file():
        (folder / "Dockerfile.dockerignore").write_bytes(read_file(ignored))
    return ["-f", str(folder / "Dockerfile")]


def _build(request: BuildRequest, progress: Progress, folder: Path) -> _Build:
    argv = ["docker", "buildx", "build", f"--progress={progress}", *_dockerfile(request, folder)]
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
    argv += [*request.args, "--", str(request.context)]
    return _Build(tuple(argv), image_id)


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
    with scratch_folder("build") as folder:
        build = _build(request, progress, Path(folder))
        status = run_command(
            build.argv, reader, logs, on_event, cancel, client_environment(docker_endpoint())
        )
        if cancel.cancelled:
            raise CancelledError("The build was stopped.")
        steps = tuple(reader.steps.values())
        if status:
            raise build_failure(steps, logs, reader.said)
        try:
            image_id = build.image_id.read_text().strip()
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
