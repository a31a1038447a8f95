"""What ``what-if`` predicts against what a build without the package really comes to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from uvdive.ledger.costs.whatif import what_if, wish_of
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.images import load_image

DOCKERFILE = """\
FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml ./
RUN {run}
"""
PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.13"\ndependencies = {needs}\n'
DEV = '[dependency-groups]\ndev = ["pytest", "httpx"]\n'
QUIET = "uv sync --no-cache --no-dev"

PROJECTS = {
    # Of boto3's urllib3 and requests' the shared one stays.
    "a package that shares": (["flask", "boto3", "requests"], "", QUIET, ["boto3"], []),
    # What only the extra brings goes, compiled too.
    "an extra, compiled": (
        ["fastapi", "uvicorn[standard]"],
        "",
        f"UV_COMPILE_BYTECODE=1 {QUIET}",
        ["uvicorn"],
        [],
    ),
    "a group": (["flask", "idna"], DEV, "uv sync --no-cache", [], ["dev"]),
}


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Callable[[str, str], ImageReport]]:
    """The report of an image of a project's text, built by one RUN."""
    tags: list[str] = []

    def build(project: str, run: str) -> ImageReport:
        (tmp_path / "pyproject.toml").write_text(project)
        (tmp_path / "Dockerfile").write_text(DOCKERFILE.format(run=run))
        tags.append(f"uvdive-test/real-cost-{os.getpid()}:{len(tags)}")
        command = ["docker", "buildx", "build", "--load", "--provenance=false", "-t", tags[-1], str(tmp_path)]
        subprocess.run(command, check=True, capture_output=True)
        return load_image(tags[-1], in_process=True).report

    yield build
    subprocess.run(["docker", "rmi", *tags], capture_output=True, check=False)


@pytest.mark.engine
@pytest.mark.parametrize("name", PROJECTS)
def test_a_build_without_it_is_as_small_as_predicted(
    name: str, built: Callable[[str, str], ImageReport]
) -> None:
    needs, more, run, without, groups = PROJECTS[name]
    before = built(PROJECT.format(needs=needs) + more, run)
    found = what_if(before, wish_of(without, groups, ()))
    left = [need for need in needs if need.partition("[")[0] not in without]
    after = built(PROJECT.format(needs=left) + ("" if groups else more), run)
    went = before.totals.file_bytes - after.totals.file_bytes
    assert went > 1_000_000
    assert found.before_bytes - found.after_bytes == pytest.approx(went, rel=0.01)
    assert {item.name for item in found.gone} == names(before) - names(after)


def names(report: ImageReport) -> set[str]:
    return {item.name for place in report.environments for item in place.distributions}
