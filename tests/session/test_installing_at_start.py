"""An image that installs whenever it starts (R15), rewritten, built and started for real."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import BY_NAME
from removing import removes_images_of

from uvdive.build.events import BuildRequest
from uvdive.session.building import build_image, target_of
from uvdive.session.images import load_image
from uvdive.session.proving import prove
from uvdive.session.rewriting import plan_rewrite

DOCKERFILE = """\
FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml uv.lock server.py ./
EXPOSE 8000
CMD ["uv", "run", "server.py"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    for name in ("pyproject.toml", "uv.lock", "server.py"):
        shutil.copy(BY_NAME["slim"].path / name, tmp_path / name)
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    with removes_images_of(tmp_path):
        yield tmp_path


@pytest.mark.engine
def test_r15_the_build_installs_and_the_new_image_starts_without_a_network(project: Path) -> None:
    built = build_image(BuildRequest(project, project / "Dockerfile"))
    before = load_image(target_of(built)).report
    plan = plan_rewrite(project / "Dockerfile", before)
    proof = prove(plan, before, context=project, start=True)
    assert proof.verification is not None
    checks = {check.name: check for check in proof.verification.checks}
    assert proof.verification.passed, checks
    assert checks["start"].status == "repaired"
    assert "listens on port 8000 HTTP 200" in checks["start"].detail
    (environment,) = (each for each in proof.after.environments if each.kind == "venv")
    assert environment.path == "/app/.venv"
    assert "flask" in {dist.name.lower() for dist in environment.distributions}
