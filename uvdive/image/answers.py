"""What an engine answers: its shape, and the error where it answers no more, refuses, or makes no sense."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from uvdive.base.errors import EngineError
from uvdive.base.shapes import Each, Maybe, Record, ShapeError, fit

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


@contextmanager
def asking(gone: str = GONE, do: str = TRY_AGAIN) -> Iterator[None]:
    """Whatever keeps an engine from answering while the block asks it is one and the same error.

    Args:
        gone: what is told of an engine that went away.
        do: what to do about it.

    Raises:
        EngineError: it went away, fell silent, sent half an answer, or refused.
    """
    from http.client import HTTPException

    from docker.errors import APIError, StreamParseError
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except APIError as error:  # a RequestException too: the engine is there, and says no
        why = str(error.explanation or error).strip()
        raise EngineError("The container engine refuses what it is asked.", do, (why,)) from error
    except (
        RequestException, HTTPError, HTTPException, StreamParseError, ConnectionError, TimeoutError,
    ) as error:  # fmt: skip
        raise EngineError(gone, do) from error
