"""Run one function in a Python process of its own, with its events sent back.

A busy reader thread in the app's own process makes keys lag (CONTRIBUTING.md,
"How data flows"). ``multiprocessing`` is not used: its start-up asks ``sys.stderr`` for a
file descriptor, and a Textual app has put something without one in its place.
"""

from __future__ import annotations

import contextlib
import importlib
import pickle
import struct
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import IO, Any, NoReturn, TypeVar, cast

from uvdive.base.errors import CancelledError, UvdiveError, disk_full
from uvdive.base.processes.groups import kill_group
from uvdive.base.progress import CancelToken, OnEvent, ignore

T = TypeVar("T")
_LENGTH = struct.Struct("<Q")


class WorkerCrashError(RuntimeError):
    """The worker process died or raised something unforeseen: a bug, with its traceback."""


def send(stream: IO[bytes], kind: str, value: object) -> None:
    """Write one message."""
    data = pickle.dumps((kind, value), protocol=5)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[str, Any] | None:
    """Read one message; None where there are no more."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    if len(data) < length:
        return None
    kind, value = pickle.loads(data)  # noqa: S301 - our own child wrote it
    return kind, value


def call(
    function: Callable[..., T],
    *args: object,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> T:
    """Run ``function(*args, on_event=…)`` in a new process and return its result.

    ``function`` is a public function of a module; its arguments, events and result
    must pickle. Cancelling ends the process at once, with those that it started.

    Raises:
        UvdiveError: as raised by the function.
        CancelledError: ``cancel`` was set.
        WorkerCrashError: the process died or raised any other exception.
    """
    cancel = cancel or CancelToken()
    cancel.raise_if_cancelled()
    # -P: a folder of the user's called "docker" must not shadow the library.
    job = (function.__module__, function.__qualname__, args)
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "uvdive.base.processes.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )

        def kill() -> None:
            if process.poll() is None:
                kill_group(process.pid)

        cancel.on_cancel(kill)
        with process:
            try:
                return cast("T", _talk(process, job, errors, on_event, cancel))
            except BaseException:
                kill()
                raise


def _talk(
    process: subprocess.Popen[bytes],
    job: object,
    errors: IO[bytes],
    on_event: OnEvent,
    cancel: CancelToken,
) -> object:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        send(process.stdin, "job", job)
        process.stdin.close()

    def crashed() -> NoReturn:
        status = process.wait()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
        raise WorkerCrashError(f"the worker process ended with {status}\n{said}")

    return listen(process.stdout, crashed, on_event, cancel)


def listen(
    answers: IO[bytes], crashed: Callable[[], NoReturn], on_event: OnEvent, cancel: CancelToken
) -> object:
    """Hand on the events of a process until its result is there.

    Args:
        answers: where its messages come from.
        crashed: raises what is to be said where they end too early.
        on_event: takes the events.
        cancel: gives up at the next message.

    Raises:
        UvdiveError: as the process raised it.
        CancelledError: ``cancel`` was set.
        WorkerCrashError: it raised anything else.
    """
    while True:
        message = receive(answers)
        if cancel.cancelled:
            raise CancelledError
        if message is None:
            crashed()
        kind, value = message
        if kind == "event":
            on_event(value)
        elif kind == "result":
            return value
        elif kind == "error":
            raise value
        else:
            raise WorkerCrashError(value)


def failure(error: Exception) -> tuple[str, object]:
    """The message that tells the parent of an exception: fit for people, or a bug with its traceback."""
    told = error if isinstance(error, UvdiveError) else disk_full(error)
    if told is not None:
        return "error", told
    return "crash", "".join(traceback.format_exception(error))


def main() -> None:
    """The worker's side: read a job from standard input, write events and the result."""
    output = sys.stdout.buffer
    # Whatever a library prints must not end up between the messages.
    sys.stdout = sys.stderr
    message = receive(sys.stdin.buffer)
    if message is None:
        return
    module, name, args = message[1]
    try:
        function = getattr(importlib.import_module(module), name)
        result = function(*args, on_event=lambda event: send(output, "event", event))
    except Exception as error:  # noqa: BLE001 - it is raised again in the parent
        send(output, *failure(error))
    else:
        send(output, "result", result)


if __name__ == "__main__":
    main()
