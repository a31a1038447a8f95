"""An image that compose starts with uv (R24): rewritten with its compose file, built and started for real."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from engines.removing import removes_images_of
from rewrites.projects import BY_NAME

from uvdive.build.events import BuildRequest
from uvdive.build.running.containers import run_container
from uvdive.session.opening.images import load_image
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove

pytestmark = pytest.mark.engine

DOCKERFILE = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen
COPY job.py ./
"""
COMPOSE = """\
services:
  job: # once
    build: .
    command: uv run --no-sync job.py "two words"
"""
JOB = """\
import importlib.util
import sys

print(importlib.util.find_spec("psycopg") is not None, sys.argv[1:])
"""
"""It looks for a package of the environment, and shows that its arguments come whole."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(BY_NAME["library"].path / name, tmp_path / name)
    (tmp_path / "job.py").write_text(JOB)
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    with removes_images_of(tmp_path):
        yield tmp_path


@pytest.mark.parametrize(
    ("value", "command"),
    [
        ("patch", 'python job.py "two words"'),
        ("shim", 'uv run --no-sync job.py "two words"'),
        ("keep-uv", 'uv run --no-sync job.py "two words"'),
    ],
)
def test_the_service_starts_with_the_new_image(project: Path, value: str, command: str) -> None:
    dockerfile = project / "Dockerfile"
    image = load_image(target_of(build_image(BuildRequest(project, dockerfile))), dockerfile=dockerfile)
    plan = plan_rewrite(dockerfile, image.report, store=image.store, choices={"uv-elsewhere": value})
    assert plan.outcome == "rewritten", plan.refusal
    proof = prove(plan, image.report, context=project)
    assert proof.verification is not None
    assert [check for check in proof.verification.checks if check.status == "failed"] == []
    assert plan.predicted is not None
    assert plan.predicted.after_bytes == pytest.approx(proof.after.totals.file_bytes, rel=0.02)
    text = next((change.text for change in plan.files), COMPOSE)
    assert text == COMPOSE.replace('uv run --no-sync job.py "two words"', command)
    ran = run_container(
        proof.build.tag or proof.build.image_id,
        shlex.split(yaml.safe_load(text)["services"]["job"]["command"]),
        seconds=60,
    )
    assert (ran.status, ran.output) == (0, "True ['two words']\n"), ran.error
