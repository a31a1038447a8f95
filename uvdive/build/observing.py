"""Run an image's own start command for a while and see what becomes of it."""

from __future__ import annotations

import contextlib
import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

from uvdive.base.errors import EngineError
from uvdive.base.progress import CancelToken
from uvdive.build.client import INSTALL_DOCKER

State = Literal["healthy", "unhealthy", "listening", "exited", "running"]
TAIL = 20
STOP_SECONDS = 10
_PAUSE = 0.2
_DAEMON = "Error response from daemon: "
_QUIET = 3
"""So many times a port may be listening without an answer before it counts as no HTTP server's."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a container did. ``running`` is one that did nothing to be told by within the time.

    ``status`` is the exit code of one that ended by itself, ``answers`` the HTTP status
    and the digest of the body of ``/`` by port, ``stop_seconds`` the time from the stop
    signal to the end (STOP_SECONDS where the engine had to kill it), ``log`` its last lines.
    """

    state: State
    status: int | None = None
    ports: tuple[int, ...] = ()
    answers: tuple[tuple[int, int, str], ...] = ()
    stop_seconds: float | None = None
    log: tuple[str, ...] = field(default=(), repr=False)


def _docker(*args: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["docker", *args], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise EngineError(f"The docker client can't be started: {error.strerror}.", INSTALL_DOCKER) from error


def _done(*args: str) -> str:
    ran = _docker(*args)
    if ran.returncode:
        log = tuple(ran.stderr.decode("utf-8", "replace").splitlines()[-TAIL:])
        raise EngineError(f"docker {args[0]} failed for a container of this image.", "", log)
    return ran.stdout.decode("utf-8", "replace").strip()


@contextlib.contextmanager
def _container(image: str) -> Iterator[str]:
    """A container of the image as it is, without network; gone with the context, with its volumes."""
    name = f"uvdive-{secrets.token_hex(8)}"
    try:
        _done("create", f"--name={name}", "--network=none", "--pull=never", image)
        yield name
    finally:
        _docker("rm", "--force", "--volumes", name)


def _state(container: str) -> dict[str, Any]:
    return dict(json.loads(_done("inspect", "--format={{json .State}}", container)))


def _probed(container: str, python: str | None) -> tuple[tuple[int, ...], tuple[tuple[int, int, str], ...]]:
    """Its listening ports and what they answer, asked from inside: no port is published."""
    if python is None:
        return (), ()
    code = (files("uvdive.build") / "probe.py").read_text("utf-8")
    # Whatever the image's user is, /proc/net/tcp and the loopback are there.
    ran = _docker("exec", container, python, "-c", code)
    try:
        found = json.loads(ran.stdout.decode("utf-8", "replace").strip().splitlines()[-1])
        answers = tuple((int(port), int(status), str(body)) for port, status, body in found["answers"])
        return tuple(int(port) for port in found["ports"]), answers
    except (ValueError, LookupError, TypeError):
        return (), ()  # it ended meanwhile, or its Python does not run


def _refusal(error: bytes) -> tuple[str, ...]:
    """Why the engine could not start the program; the client's own words name the container."""
    lines = error.decode("utf-8", "replace").splitlines()
    said = [line.removeprefix(_DAEMON) for line in lines if line.startswith(_DAEMON)]
    return tuple((said or lines)[-TAIL:])


def _settled(
    container: str, python: str | None, seconds: float, cancel: CancelToken
) -> tuple[State, int | None]:
    end = time.monotonic() + seconds
    quiet = 0
    while True:
        cancel.raise_if_cancelled()
        state = _state(container)
        health = (state.get("Health") or {}).get("Status", "none")
        if state.get("Status") in ("exited", "dead"):
            return "exited", int(state["ExitCode"])
        if health in ("healthy", "unhealthy"):
            return ("healthy", None) if health == "healthy" else ("unhealthy", None)
        ports, answers = _probed(container, python)
        quiet = quiet + 1 if ports else 0
        if health == "none" and (answers or quiet >= _QUIET):
            return "listening", None
        if time.monotonic() > end:
            return ("listening" if ports else "running"), None
        time.sleep(_PAUSE)


def observe(
    image: str,
    python: str | None,
    *,
    seconds: float,
    cancel: CancelToken | None = None,
) -> Observed:
    """Start a container of ``image``, wait until it is healthy, listens, answers or ends, and stop it.

    It has no network, publishes no port, and is removed whatever happens.

    Args:
        image: an image of the engine, by id; it is never pulled.
        python: a Python in the image that looks for ports; None looks for none.
        seconds: how long to wait.
        cancel: stops waiting.

    Raises:
        EngineError: no docker client, or the engine makes no container of it.
        CancelledError: ``cancel`` was set.
    """
    cancel = cancel or CancelToken()
    cancel.raise_if_cancelled()
    with _container(image) as container:
        started = _docker("start", container)
        if started.returncode:
            return Observed("exited", int(_state(container)["ExitCode"]), log=_refusal(started.stderr))
        state, status = _settled(container, python, seconds, cancel)
        ports, answers = ((), ()) if state == "exited" else _probed(container, python)
        stop = None
        if state != "exited":
            before = time.monotonic()
            _docker("stop", f"--time={STOP_SECONDS}", container)
            stop = time.monotonic() - before
        logged = _docker("logs", f"--tail={TAIL}", container)
        lines = (logged.stdout + logged.stderr).decode("utf-8", "replace").splitlines()
        return Observed(state, status, ports, answers, stop, tuple(lines[-TAIL:]))
