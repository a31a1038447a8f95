"""The use case "report a problem": a file with what was planned and what the checks said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uvdive.base.errors import OutputError, UsageError, UvdiveError
from uvdive.base.wholefile import replace_file
from uvdive.image.endpoint import connect, docker_endpoint
from uvdive.output.jsontext import json_text
from uvdive.output.problem_json import SCHEMA

_HEAD = f'{{\n  "schema": "{SCHEMA}"'.encode()


def check_problem_file(path: Path) -> None:
    """Find out before the work whether the file may be written; only such a file is replaced.

    Raises:
        UsageError: it may not.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path} can't be written: there is no folder {path.parent}.", "Make it first.")
    if not path.exists():
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(_HEAD))
    except OSError as error:
        raise UsageError(f"{path} can't be replaced: {error.strerror}.", "Name another file.") from error
    if head and head != _HEAD:
        raise UsageError(f"{path} is there and is no such report.", "Name another file.")


def write_problem(path: Path, data: Mapping[str, Any]) -> None:
    """Write the whole file or nothing.

    Raises:
        OutputError: it can't be written.
    """
    try:
        replace_file(path, json_text(data).encode())
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}.", "Name another file.") from error


def engine_version() -> str | None:
    """What the engine says that it is; None where none answers."""
    from requests.exceptions import RequestException

    try:
        client = connect(docker_endpoint())
    except UvdiveError:
        return None
    try:
        said = client.version()
    except RequestException:
        return None
    finally:
        client.close()
    name = (said.get("Platform") or {}).get("Name") or "engine"
    return f"{name} {said.get('Version', '')} on {said.get('Os', '')}/{said.get('Arch', '')}"
