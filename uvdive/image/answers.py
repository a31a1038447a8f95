"""What an engine answers: its shape, and the error where it answers no more, refuses, or makes no sense."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from uvdive.base.errors import EngineError
from uvdive.base.shapes import Each, Maybe, Record, ShapeError, fit, load

GONE = "The container engine went away, or no longer answers."
TRY_AGAIN = "See that it runs, then try again."

VERSION = Record(
    {
        "Components": Maybe([Record({"Name": Maybe(str)})]),
        "Platform": Maybe(Record({"Name": Maybe(str)})),
        "Version": Maybe(str), "Os": Maybe(str), "Arch": Maybe(str),
    }
)  # fmt: skip
INFO = Record(
    {
        "Driver": Maybe(str), "DockerRootDir": Maybe(str), "Name": Maybe(str),
        "MemoryLimit": Maybe(bool), "SwapLimit": Maybe(bool), "PidsLimit": Maybe(bool),
        "CpuCfsQuota": Maybe(bool), "Architecture": Maybe(str), "DriverStatus": Maybe([[str]]),
    }
)  # fmt: skip
IMAGES = [Record({"Id": str, "RepoTags": Maybe([str]), "Size": Maybe(int), "Created": Maybe(int)})]
IMAGE = Record(
    {
        "Id": str, "RepoTags": Maybe([str]), "RepoDigests": Maybe([str]), "Size": Maybe(int),
        "RootFS": Maybe(Record({"Layers": Maybe([str])})),
        "Config": Maybe(Record({"OnBuild": Maybe([str])})),
    }
)  # fmt: skip
HISTORY = [Record({"Size": Maybe(int), "CreatedBy": Maybe(str)})]
CONTAINERS = [Record({"Names": [str], "Labels": Maybe(Each(Maybe(str)))})]
CONTAINER = Record({"State": Record({"Status": str, "ExitCode": int, "OOMKilled": Maybe(bool)})})
EXEC = Record({"Id": str})
EXECUTED = Record({"ExitCode": Maybe(int), "Running": Maybe(bool)})
PROCESSES = Record({"Processes": Maybe([[str]])})
CHANGES = Maybe([Record({"Path": str, "Kind": int})])
"""What uvdive reads of the answers of Docker's API; podman's service gives the same."""


def answer(value: Any, shape: Any, what: str) -> Any:
    """An engine's answer, if it has the shape.

    Raises:
        EngineError: it has another.
    """
    try:
        return fit(value, shape, what)
    except ShapeError as error:
        raise EngineError(f"The container engine's answer makes no sense: {error}.", TRY_AGAIN) from error


class RefusedError(Exception):
    """An engine is there, and says no: the status of its answer, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"{status}: {why}")
        self.status, self.why = status, why

    @property
    def unknown(self) -> bool:
        """Has it nothing of the name that it was asked for?"""
        return self.status == NOT_FOUND


NOT_FOUND = 404
BAD = 300
"""From this status on an answer to a GET is none (RFC 9110, 15)."""


def said(status: int, body: bytes, what: str) -> Any:
    """What an engine says in the body of an answer, as JSON.

    Args:
        status: the answer's.
        body: all of it.
        what: what was asked for.

    Raises:
        RefusedError: it says no.
        EngineError: this is no JSON.
    """
    if status < BAD:
        try:
            return load(body, object, what)
        except ShapeError as error:
            raise EngineError(f"The container engine's answer makes no sense: {error}.", TRY_AGAIN) from error
    raise RefusedError(status, _why(body))


def _why(body: bytes) -> str:
    """The words of a refusal: the message, or whatever stands between an engine and us sent instead."""
    try:
        return str(load(body, Record({"message": str}), "error")["message"]).strip()
    except ShapeError:
        return body.decode("utf-8", "replace").strip()


@contextmanager
def asking(gone: str = GONE, do: str = TRY_AGAIN) -> Iterator[None]:
    """Whatever keeps an engine from answering while the block asks it is one and the same error.

    Args:
        gone: what is told of an engine that went away.
        do: what to do about it.

    Raises:
        EngineError: it went away, fell silent, sent half an answer, or refused.
    """
    try:
        yield
    except Exception as error:
        why = _refusal(error)
        if why is not None:
            raise EngineError("The container engine refuses what it is asked.", do, (why,)) from error
        if isinstance(error, _gone()):
            raise EngineError(gone, do) from error
        raise


def _refusal(error: Exception) -> str | None:
    """Why an engine says no; None where the error is another."""
    if isinstance(error, RefusedError):
        return error.why
    refused = _known("docker.errors", "APIError")
    return str(getattr(error, "explanation", None) or error).strip() if isinstance(error, refused) else None


def _gone() -> tuple[type[Exception], ...]:
    """What is raised where an engine no longer answers."""
    return (
        *(ConnectionError, TimeoutError),
        *_known("docker.errors", "StreamParseError"),
        *_known("requests.exceptions", "RequestException"),
        *_known("urllib3.exceptions", "HTTPError"),
        *_known("http.client", "HTTPException"),
    )


def _known(module: str, name: str) -> tuple[type[Exception], ...]:
    """A library's error, if somebody has imported the library: else nobody can have raised it."""
    there = sys.modules.get(module)
    return () if there is None else (getattr(there, name),)
