"""Containers that live as long as a ``with`` block: no published port, nothing left behind.

They have no network unless the user lets them use it.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from uvdive.base.errors import EngineError
from uvdive.base.files.remains import gone, note
from uvdive.base.progress import CancelToken
from uvdive.base.units import size
from uvdive.build.running.frames import last_output
from uvdive.build.running.settings import PLAIN, Limits, StartSettings
from uvdive.build.running.written import Touched, written
from uvdive.image.answers import CHANGES, CONTAINER, EXEC, EXECUTED, INFO, PROCESSES, answer, asking
from uvdive.image.endpoint import connect, endpoint_of, own_name
from uvdive.image.reaching.address import Endpoint

HOST_NAME = "uvdive"
"""The same for every container: what prints or serves its host's name says the same in both images."""

LOG = "10m"
"""So much of a program's last output the engine keeps, twice."""

EXEC_SECONDS = 30.0
"""After so long nobody waits for a program that is run beside the container's own (docker's default)."""

OUTPUT = 1 << 20
"""So many of the last bytes of such a program's output are kept."""

NEVER_NEEDED = ("AUDIT_WRITE", "MKNOD", "NET_RAW", "SETFCAP", "SETPCAP")
"""Rights of the engine's defaults that no app needs to start and to answer."""

_NO_FORK = re.compile(r"Resource temporarily unavailable|[Cc]an(?:'t|not) fork|can't start new thread")
_LAST = 200
_PAUSE = 0.1
_LEFT = "See that it runs, then try again. uvdive clean removes what it kept of the run."


class Sandbox:
    """One container, made but not started; ``machine`` is the engine's processor (``x86_64``), if told."""

    def __init__(self, api: Any, name: str, machine: str = "") -> None:
        self._api, self._name, self.machine = api, name, machine

    def start(self) -> str:
        """Start the program; why the engine could not, empty where it could."""
        from docker.errors import APIError

        try:
            self._api.start(self._name)
        except APIError as error:
            return str(error.explanation or error).strip()
        return ""

    def status(self) -> int | None:
        """The exit code of a program that ended; None while it runs."""
        state = self._state()
        return int(state["ExitCode"]) if state["Status"] in ("exited", "dead", "stopped") else None

    def ended_by(self, limits: Limits) -> str:
        """The limit that ended the program, in a sentence; empty where none is known to have."""
        state = self._state()
        if state.get("OOMKilled"):
            return (
                f"The engine ended it: it took more than {size(limits.memory, 'binary')} of memory "
                "(--limit memory=… gives more)."
            )
        if state.get("ExitCode") and _NO_FORK.search(self.log(_LAST).decode("utf-8", "replace")):
            return (
                f"It could start no further process; the container may have {limits.processes} "
                "(--limit processes=… gives more)."
            )
        return ""

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = answer(self._api.inspect_container(self._name), CONTAINER, "container")[
            "State"
        ]
        return state

    def refused(self) -> int:
        """The exit code of a program that could not be started: 127 where the engine gives none."""
        return int(self._state()["ExitCode"]) or 127

    def wait(self, seconds: float, cancel: CancelToken) -> int | None:
        """Wait for the end; the exit code, None where it still runs then.

        Raises:
            CancelledError: ``cancel`` was set.
        """
        end = time.monotonic() + seconds
        while (status := self.status()) is None and time.monotonic() < end:
            cancel.raise_if_cancelled()
            time.sleep(_PAUSE)
        cancel.raise_if_cancelled()
        return status

    def output(self, lines: int | str = "all") -> tuple[bytes, bytes]:
        """The last lines of what it wrote to standard output and to standard error."""
        out, err = (
            self._api.logs(self._name, stdout=number == 1, stderr=number == 2, tail=lines)
            for number in (1, 2)
        )
        return bytes(out), bytes(err)

    def log(self, lines: int | str = "all") -> bytes:
        """The last lines of both, in order."""
        return bytes(self._api.logs(self._name, tail=lines))

    def run(self, command: Sequence[str], seconds: float = EXEC_SECONDS) -> tuple[int | None, bytes]:
        """Run a program in the running container as its user; its exit code and last standard output.

        The exit code is None where the container has ended meanwhile, or where the program has
        not ended after ``seconds``: it ends with the container then.
        """
        from docker.errors import APIError

        try:
            made = answer(self._api.exec_create(self._name, list(command), stderr=False), EXEC, "exec")
            with _begun(self._api, made["Id"]) as sock:
                output = last_output(sock, seconds, OUTPUT)
            done = answer(self._api.exec_inspect(made["Id"]), EXECUTED, "exec")
        except APIError:
            return None, b""
        # podman says 0 of a program that still runs.
        return None if done.get("Running") else done.get("ExitCode"), output

    def programs(self) -> tuple[str, ...]:
        """The names of its processes, as the engine's host sees them; empty where it cannot tell."""
        from docker.errors import APIError

        try:
            found = answer(self._api.top(self._name, ps_args="-o pid,comm"), PROCESSES, "processes")
        except APIError:
            return ()  # it ended meanwhile, or the engine keeps no list (podman without cgroups)
        return tuple(sorted(str(row[-1]) for row in found.get("Processes") or () if row))

    def written(self) -> tuple[Touched, ...] | None:
        """What its program has written into the image's files so far; None where the engine cannot tell."""
        from docker.errors import APIError

        try:
            found = answer(self._api.diff(self._name), CHANGES, "changes")
        except APIError:
            return None
        return written((each["Path"], each["Kind"]) for each in found or ())

    def stop(self, seconds: int) -> float:
        """Send the stop signal, kill it after ``seconds``; the seconds that it took."""
        before = time.monotonic()
        self._api.stop(self._name, timeout=seconds)
        return time.monotonic() - before

    def kill(self) -> None:
        """End it at once, if it runs."""
        from docker.errors import APIError

        with contextlib.suppress(APIError):
            self._api.kill(self._name)


@contextlib.contextmanager
def _begun(api: Any, number: str) -> Iterator[Any]:
    """The connection to a program that begins to run beside a container's own."""
    sock = api.exec_start(number, socket=True)
    try:
        yield sock
    finally:
        # The SDK keeps the answer with its socket; the connection is closed with both.
        if (response := getattr(sock, "_response", None)) is not None:
            response.close()
        sock.close()


@contextlib.contextmanager
def sandbox(
    image: str,
    source: str,
    command: Sequence[str] | None = None,
    *,
    settings: StartSettings = PLAIN,
    stop_signal: str | None = None,
    cancel: CancelToken,
) -> Iterator[Sandbox]:
    """A container of ``image``; it and its anonymous volumes go away whatever happens.

    Args:
        image: an image of the engine, by id or name; it is never pulled.
        source: the engine: ``docker`` or ``podman``.
        command: program and arguments instead of the image's own; None for the image's.
        settings: variables beside the image's own, and whether there is a network.
        stop_signal: what ``stop`` sends; None for the image's own.
        cancel: ends the container when it is set, whatever it is asked just then.

    Raises:
        EngineError: no engine answers, it makes no container of the image, or it went away.
        CancelledError: ``cancel`` was set before.
    """
    from docker.errors import APIError

    cancel.raise_if_cancelled()
    endpoint = endpoint_of(source)
    client = connect(endpoint)
    api: Any = client.api
    name, labels = own_name()
    note(name)
    try:
        with asking("The container engine went away while an image ran.", _LEFT):
            info = answer(api.info(), INFO, "info")
            host = _limited(api, info, settings)
            with _removed(api, endpoint, name, cancel):
                try:
                    api.create_container(
                        image,
                        command=list(command[1:]) if command else None,
                        entrypoint=[command[0]] if command else None,
                        name=name,
                        hostname=HOST_NAME,
                        working_dir=settings.folder,
                        stop_signal=stop_signal,
                        environment=[f"{name}={value}" for name, value in settings.env] or None,
                        host_config=host,
                        labels=labels,
                        # Its health is asked by us: an engine's timers wait half a minute first.
                        healthcheck={"test": ["NONE"]},
                    )
                except APIError as error:
                    said = settings.hide(str(error.explanation or error))
                    what = "The engine can't make a container of this image."
                    raise EngineError(what, "", (said,)) from error
                yield Sandbox(api, name, info.get("Architecture") or "")
    except EngineError:
        # Who stops the work ends the container under whoever asks for it.
        cancel.raise_if_cancelled()
        raise
    finally:
        client.close()


def _limited(api: Any, can: dict[str, Any], settings: StartSettings) -> Any:
    """The host's side of a container of a stranger: what it may take, as far as the engine can hold it."""
    from docker.types import LogConfig

    most = settings.limits
    limits: dict[str, Any] = {}
    if can.get("MemoryLimit"):
        limits |= {"mem_limit": most.memory, "memswap_limit": most.memory if can.get("SwapLimit") else None}
    if can.get("PidsLimit"):
        limits["pids_limit"] = most.processes
    if can.get("CpuCfsQuota"):
        limits |= {"cpu_period": 100_000, "cpu_quota": 100_000 * most.processors}
    return api.create_host_config(
        network_mode=None if settings.network else "none",
        # Its own log driver: another may write to where nothing can be read again.
        log_config=LogConfig(type="json-file", config={"max-size": LOG, "max-file": "2"}),
        cap_drop=list(NEVER_NEEDED),
        security_opt=["no-new-privileges"],
        **limits,
    )


@contextlib.contextmanager
def _removed(api: Any, endpoint: Endpoint, name: str, cancel: CancelToken) -> Iterator[None]:
    """Remove the container at the end; kill it as soon as somebody stops the work.

    It is removed over a connection of its own: the other may be broken, or in use.
    """
    from docker.errors import APIError, NotFound
    from requests.exceptions import RequestException

    def kill() -> None:
        with contextlib.suppress(APIError, RequestException):
            api.kill(name)

    # The caller of ``cancel`` is the app's own thread: it must not wait for the engine.
    cancel.on_cancel(lambda: threading.Thread(target=kill, daemon=True).start())
    try:
        yield
    finally:
        with (
            contextlib.suppress(APIError, RequestException, EngineError),
            contextlib.closing(connect(endpoint)) as client,
        ):
            with contextlib.suppress(NotFound):
                client.api.remove_container(name, v=True, force=True)
            gone(name)
