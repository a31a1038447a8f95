"""OS packages that a script of the build installs (R33, R36), rewritten and built for real."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from rewrites.projects import BY_NAME

from uvdive.build.events import BuildRequest
from uvdive.session.opening.images import load_image
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove

DOCKERFILE = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
COPY system.sh ./
RUN sh system.sh
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen
COPY job.py ./
CMD ["uv", "run", "--no-sync", "job.py"]
"""
SCRIPT = "apt-get update\napt-get install -y --no-install-recommends libpq5\nmkdir -p /srv/data\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    for name in ("pyproject.toml", "uv.lock", "job.py"):
        shutil.copy(BY_NAME["library"].path / name, tmp_path / name)
    (tmp_path / "system.sh").write_text(SCRIPT)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    with removes_images_of(tmp_path):
        yield tmp_path


@pytest.mark.engine
def test_r33_what_a_script_installed_is_installed_by_name(project: Path) -> None:
    built = build_image(BuildRequest(project, project / "Dockerfile"))
    loaded = load_image(target_of(built))
    plan = plan_rewrite(project / "Dockerfile", loaded.report, store=loaded.store)
    assert plan.outcome == "rewritten", plan.refusal
    assert "--no-install-recommends libpq5 \\\n" in plan.text
    assert "/srv/data" in plan.text
    proof = prove(plan, loaded.report, index=loaded.index, context=project)
    assert proof.verification is not None
    assert proof.verification.passed, proof.verification.checks
    assert plan.predicted is not None
    assert proof.after.totals.file_bytes == pytest.approx(plan.predicted.after_bytes, rel=0.02)
