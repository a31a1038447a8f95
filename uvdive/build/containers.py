"""Short-lived containers: one command in an image, without network, with a time limit."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uvdive.base.errors import EngineError
from uvdive.base.progress import CancelToken
from uvdive.build.client import INSTALL_DOCKER

CLIENT_FAILED = 125
"""The exit status of ``docker run`` where the engine could not run a container at all."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a container. ``status`` is None where the time limit ended it."""

    status: int | None
    output: str
    error: str


@contextlib.contextmanager
def _removed(name: str) -> Iterator[None]:
    """Whatever happens to the client, its container and anonymous volumes go away."""
    try:
        yield
    finally:
        # --rm has done it in the normal case; then the engine knows no such container.
        subprocess.run(
            ["docker", "rm", "--force", "--volumes", name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def run_container(
    image: str,
    command: Sequence[str],
    *,
    seconds: float,
    cancel: CancelToken | None = None,
) -> Ran:
    """Run ``command`` in ``image`` as the image's own user and in its own work folder.

    The container has no network and is removed whatever happens.

    Args:
        image: an image of the engine, by id or name; it is never pulled.
        command: program and arguments; the image's entry point is not used.
        seconds: after this time the container is ended.
        cancel: ends the container when it is set.

    Raises:
        EngineError: no docker client, or the engine cannot run containers.
        CancelledError: ``cancel`` was set.
    """
    cancel = cancel or CancelToken()
    cancel.raise_if_cancelled()
    name = f"uvdive-{secrets.token_hex(8)}"
    argv = ["docker", "run", "--rm", f"--name={name}", "--network=none", "--pull=never"]
    argv += ["--no-healthcheck", f"--entrypoint={command[0]}", image, *command[1:]]
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as failure:
        what = f"The docker client can't be started: {failure.strerror}."
        raise EngineError(what, INSTALL_DOCKER) from failure
    late = False
    with _removed(name), process:
        cancel.on_cancel(process.kill)
        try:
            output, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            late = True
            process.kill()
            output, said = process.communicate()
        except BaseException:
            process.kill()
            raise
    cancel.raise_if_cancelled()
    error = said.decode("utf-8", "replace")
    if process.returncode == CLIENT_FAILED and not late:
        log = tuple(error.splitlines()[-20:])
        raise EngineError("The engine can't run a container of this image.", "", log)
    return Ran(None if late else process.returncode, output.decode("utf-8", "replace"), error)
