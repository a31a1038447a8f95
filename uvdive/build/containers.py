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


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a container. ``status`` is None where the time limit ended it."""

    status: int | None
    output: str
    error: str


def _client(*args: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["docker", *args], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise EngineError(f"The docker client can't be started: {error.strerror}.", INSTALL_DOCKER) from error


@contextlib.contextmanager
def _container(image: str, command: Sequence[str]) -> Iterator[str]:
    """A container that does not run yet; it and its anonymous volumes go away whatever happens.

    Creating is never interrupted, so that there is no container that nobody removes.
    """
    made = _client(
        "create",
        f"--name=uvdive-{secrets.token_hex(8)}",
        "--network=none",
        "--pull=never",
        "--no-healthcheck",
        f"--entrypoint={command[0]}",
        image,
        *command[1:],
    )
    if made.returncode:
        log = tuple(made.stderr.decode("utf-8", "replace").splitlines()[-20:])
        raise EngineError("The engine can't make a container of this image.", "", log)
    identity = made.stdout.decode().strip()
    try:
        yield identity
    finally:
        _client("rm", "--force", "--volumes", identity)


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
    late = False
    with _container(image, command) as container:
        process = subprocess.Popen(
            ["docker", "start", "--attach", container],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        with process:
            cancel.on_cancel(process.kill)
            try:
                output, error = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                late = True
                process.kill()
                output, error = process.communicate()
            except BaseException:
                process.kill()
                raise
    cancel.raise_if_cancelled()
    status = None if late else process.returncode
    return Ran(status, output.decode("utf-8", "replace"), error.decode("utf-8", "replace"))
