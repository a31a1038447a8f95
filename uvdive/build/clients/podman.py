"""Builds with podman: its own client where it is found, else the classic build API of its service.

buildx does not work on podman's socket. The client takes what buildx takes, as far as
buildah can do it; the API takes less (Docker API, "ImageBuild").
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uvdive.base import shapes
from uvdive.base.errors import BuildError, CancelledError, UsageError
from uvdive.base.files.foreign import read_file
from uvdive.base.files.scratch import scratch_folder
from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.build.arguments import option_values
from uvdive.build.clients.buildah import BuildahReader
from uvdive.build.clients.failures import build_failure
from uvdive.build.clients.process import run_command
from uvdive.build.events import BuildLog, BuildRequest, BuildResult, BuildStep
from uvdive.dockerfile.ignore import ignore_file, own_ignore_file
from uvdive.image.answers import asking
from uvdive.image.endpoint import connect, endpoint_of
from uvdive.image.reaching.address import Endpoint

ONE = {
    "--target": "target",
    "--platform": "platform",
    "--network": "networkmode",
    "--shm-size": "shmsize",
    "--memory": "memory",
    "-m": "memory",
}
"""buildx's options with a value, and what the API calls them."""

SWITCHES = {"--no-cache": "nocache", "--pull": "pull"}
MANY = {"--build-arg": "buildargs", "--label": "labels"}
MEANINGLESS = frozenset({"--load", "--provenance", "--sbom", "--attest", "--rm", "--force-rm"})
"""What podman does anyway, or has not and needs not have."""


GOES_ON = "podman does not end a command that runs already; nothing is made of what it still does."
"""Its service looks for a client that is gone between two steps only (buildah#6786)."""


_SAID = shapes.Record(dict.fromkeys(("error", "message", "stream"), shapes.Maybe(str)))


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a build through the API."""

    image_id: str
    failed: bool
    steps: tuple[BuildStep, ...]
    logs: tuple[BuildLog, ...]
    said: tuple[str, ...]


def run_podman_build(
    request: BuildRequest,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> BuildResult:
    """Build an image in podman's storage.

    Emits BuildStep and BuildLog as the build goes on.

    Raises:
        EngineError: podman's service does not answer.
        BuildError: the build failed.
        UsageError: the API does not take an option of ``request.args``.
        CancelledError: ``cancel`` was set, or Ctrl-C came; the client or the connection has
            ended, and with the step that runs now the build does too.
    """
    cancel = cancel or CancelToken()
    cancel.raise_if_cancelled()
    if not request.context.is_dir():
        raise BuildError(f"The context {request.context} is no folder.", "Name the folder to build.")
    endpoint = endpoint_of("podman")
    start = time.monotonic()
    try:
        if shutil.which("podman"):
            built = _by_client(request, endpoint, on_event, cancel)
        else:
            built = worker.call(by_service, request, endpoint, on_event=on_event, cancel=cancel)
        cancel.raise_if_cancelled()
    except (CancelledError, KeyboardInterrupt) as error:
        raise CancelledError("The build was stopped.", GOES_ON) from error
    if built.failed:
        raise build_failure(built.steps, built.logs, built.said)
    if not built.image_id:
        raise BuildError("The build ended without naming its image.", "", built.said[-20:])
    log = tuple(log.text for log in built.logs)
    return BuildResult(
        built.image_id, request.tag, time.monotonic() - start, built.steps, log, engine="podman"
    )


def _text(request: BuildRequest) -> str:
    if request.text is not None:
        return request.text
    path = request.dockerfile or request.context / "Dockerfile"
    try:
        return read_file(path).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise BuildError(f"{path} can't be read: {error.strerror}.", "Name the Dockerfile.") from error


def _by_client(request: BuildRequest, endpoint: Endpoint, on_event: OnEvent, cancel: CancelToken) -> Built:
    reader = BuildahReader()
    logs: list[BuildLog] = []
    with scratch_folder("build") as name:
        folder = Path(name)
        file = folder / "Dockerfile"
        file.write_text(_text(request), "utf-8", "surrogateescape", newline="")
        image_id = folder / "iid"
        argv = ["podman", f"--url={endpoint.url}"]
        argv += [f"--identity={endpoint.identity}"] if endpoint.identity else []
        argv += ["build", "--format=docker", f"--iidfile={image_id}"]
        argv += ["-f", str(file), *(["--tag", request.tag] if request.tag else [])]
        if (ignored := _ignore_file(request)) is not None:
            argv.append(f"--ignorefile={ignored}")
        argv += [*_for_client(request.args), str(request.context)]
        status = run_command(argv, reader, logs, on_event, cancel)
        found = image_id.read_text().strip() if image_id.exists() else reader.image_id
    return Built(found, bool(status), tuple(reader.steps.values()), tuple(logs), tuple(reader.said))


def _for_client(args: Sequence[str]) -> Iterator[str]:
    for name, value in option_values(args):
        if name not in MEANINGLESS:
            yield name if value is None else f"{name}={value}"


def _ignore_file(request: BuildRequest) -> Path | None:
    own = request.dockerfile or request.context / "Dockerfile"
    podmans = request.context / ".containerignore"
    if podmans.is_file() and not own_ignore_file(own).is_file():
        return podmans
    return ignore_file(request.context, own)


def parameters(request: BuildRequest) -> dict[str, Any]:
    """The query of the API call.

    Raises:
        UsageError: an option that the API has no word for.
    """
    found: dict[str, Any] = {"rm": "true", "forcerm": "true", "t": [request.tag] if request.tag else []}
    many: dict[str, dict[str, str]] = {}
    for name, value in option_values(request.args):
        if name in SWITCHES and value in (None, "true"):
            found[SWITCHES[name]] = "true"
        elif name in ONE and value is not None:
            found[ONE[name]] = value
        elif name in MANY and value is not None:
            key, equals, given = value.partition("=")
            # As the clients do: a name alone takes the value that the environment has.
            if equals or key in os.environ:
                many.setdefault(MANY[name], {})[key] = given if equals else os.environ[key]
        elif name in ("--tag", "-t") and value is not None:
            found["t"].append(value)
        elif name not in MEANINGLESS:
            raise UsageError(
                f"podman's build API does not take {name}.",
                "Install podman's own client, which does, or leave the option out.",
            )
    return found | {key: json.dumps(values) for key, values in many.items()}


def by_service(request: BuildRequest, endpoint: Endpoint, *, on_event: OnEvent) -> Built:
    """The build through the service, for a worker process: its end closes the connection,
    and podman begins no further step.

    Raises:
        EngineError: podman's service does not answer, or went away.
        UsageError: as ``parameters`` says.
    """
    from docker.utils.build import tar

    asked = parameters(request)
    name = ".uvdive.Dockerfile"
    archive: Any = tar  # its types know neither strings nor that it gives a file
    patterns = []
    if (ignored := _ignore_file(request)) is not None:
        lines = read_file(ignored).decode("utf-8", "replace").splitlines()
        patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    client = connect(endpoint)
    try:
        with (
            asking("podman's service went away during the build."),
            archive(str(request.context), exclude=patterns, dockerfile=(name, _text(request))) as context,
        ):
            api: Any = client.api
            answer = api.post(
                f"{api.base_url}/v{api.api_version}/build",
                params=asked | {"dockerfile": name},
                data=context,
                headers={"Content-Type": "application/x-tar"},
                stream=True,
                timeout=None,
            )
            return _read(answer, on_event)
    finally:
        client.close()


def _read(answer: Any, on_event: OnEvent) -> Built:
    reader = BuildahReader()
    logs: list[BuildLog] = []
    failed = False

    def tell(events: Iterator[BuildStep | BuildLog]) -> None:
        for event in events:
            if isinstance(event, BuildLog):
                logs.append(event)
            on_event(event)

    rest = ""
    for line in answer.iter_lines():
        try:
            said = shapes.load(line, _SAID, "answer")
        except shapes.ShapeError:
            continue
        if why := said.get("error") or said.get("message"):
            failed = True
            tell(reader.fail(why.strip()))
        *whole, rest = (rest + (said.get("stream") or "")).split("\n")
        for part in whole:
            tell(reader.feed(part.rstrip("\r")))
    tell(reader.close())
    failed = failed or not answer.ok
    return Built(reader.image_id, failed, tuple(reader.steps.values()), tuple(logs), tuple(reader.said))
