"""Larger images that the tests of owners build, each once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from uvdive.ledger.report import ImageReport
from uvdive.session.opening.images import load_image

IMAGES = Path(__file__).parents[1] / "data" / "images"


@pytest.fixture(scope="session")
def report_of() -> Iterator[Callable[[str], ImageReport]]:
    """The report of ``tests/data/images/NAME``, or of an image that the engine has."""
    reports: dict[str, ImageReport] = {}
    built: list[str] = []

    def report(name: str) -> ImageReport:
        if name not in reports:
            folder = IMAGES / name
            if folder.is_dir():
                tag = f"uvdive-test/{name}-{os.getpid()}:1"
                command = [
                    "docker",
                    "buildx",
                    "build",
                    "--load",
                    "--provenance=false",
                    "-t",
                    tag,
                    str(folder),
                ]
                subprocess.run(command, check=True, capture_output=True)
                built.append(tag)
                reports[name] = load_image(tag, dockerfile=folder / "Dockerfile").report
            else:
                reports[name] = load_image(name).report
        return reports[name]

    yield report
    if built:
        subprocess.run(["docker", "rmi", *built], capture_output=True, check=False)
