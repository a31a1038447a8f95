"""The use case "report a problem": a file with what was planned and what the checks said."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from uvdive.base.errors import OutputError, UvdiveError
from uvdive.base.files.wholefile import replace_file
from uvdive.image.answers import VERSION, answer, asking
from uvdive.image.endpoint import connect, docker_endpoint
from uvdive.ledger.report import ImageReport
from uvdive.output.as_json.problem import SCHEMA, problem_data
from uvdive.output.as_json.text import json_text
from uvdive.output.redact import Redactor
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.disk.saving import check_replaced
from uvdive.verify.checks import Verification
from uvdive.verify.repairs import Repair

_HEAD = f'{{\n  "schema": "{SCHEMA}"'.encode()


def check_problem_file(path: Path) -> None:
    """Find out before the work whether the file may be written; only such a file is replaced.

    Raises:
        UsageError: it may not.
    """
    check_replaced(path, _HEAD, "such report", "written")


def report_problem(
    path: Path,
    plan: RewritePlan | None,
    verification: Verification | None,
    repairs: Sequence[Repair] = (),
    *,
    error: UvdiveError | None = None,
    redactor: Redactor | None = None,
) -> None:
    """Write what is known of a rewrite that went wrong; the parts are those of ``problem_data``.

    Raises:
        OutputError: the file can't be written.
    """
    engine = engine_version()
    data = problem_data(plan, verification, repairs, error=error, engine=engine, redactor=redactor)
    write_problem(path, data)


def redactor_of(image: ImageReport, build_args: Sequence[str], plan: RewritePlan | None) -> Redactor:
    """A redactor that knows the secrets of an image, of how it is built, and of its Dockerfile."""
    redactor = Redactor()
    redactor.learn_image(image)
    redactor.learn_build(build_args, os.environ)
    if plan is not None:
        redactor.learn([plan.original, *(change.text for change in plan.files)])
    return redactor


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
    try:
        client = connect(docker_endpoint())
    except UvdiveError:
        return None
    try:
        with asking():
            said = answer(client.version(), VERSION, "version")
    except UvdiveError:
        return None
    finally:
        client.close()
    name = (said.get("Platform") or {}).get("Name") or "engine"
    return f"{name} {said.get('Version', '')} on {said.get('Os', '')}/{said.get('Arch', '')}"
