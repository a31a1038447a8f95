"""What `uv run` changes at start (R14), rewritten: the new image prints what the original does."""

from __future__ import annotations

import shutil
import subprocess
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

BASE = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"
PRINTS = 'import importlib.metadata\nprint("click", importlib.metadata.version("click"))\n'
HELLO = """\
[project]
name = "hello"
version = "0.1.0"
requires-python = ">=3.12"
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.hatch.build.targets.wheel]
packages = ["src/hello"]
"""
HELLO_LOCK = """\
version = 1
revision = 3
requires-python = ">=3.12"
[[package]]
name = "hello"
version = "0.1.0"
source = { editable = "." }
"""


def another_version(folder: Path) -> None:
    """`uv pip install` puts another version than the lock's over the sync."""
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(BY_NAME["slim"].path / name, folder / name)
    (folder / "main.py").write_text(PRINTS)
    (folder / "Dockerfile").write_text(
        f"{BASE}RUN uv sync --frozen && uv pip install click==8.1.7\n"
        'COPY main.py ./\nCMD ["uv", "run", "main.py"]\n'
    )


def before_the_source(folder: Path) -> None:
    """The project is synced, then its source arrives."""
    (folder / "pyproject.toml").write_text(HELLO)
    (folder / "uv.lock").write_text(HELLO_LOCK)
    (folder / "src/hello").mkdir(parents=True)
    (folder / "src/hello/__init__.py").touch()
    (folder / "src/hello/__main__.py").write_text('print("hello from the source")\n')
    (folder / "Dockerfile").write_text(
        f'{BASE}RUN uv sync --frozen\nCOPY src src\nCMD ["uv", "run", "python", "-m", "hello"]\n'
    )


@pytest.fixture(params=[another_version, before_the_source], ids=lambda make: make.__name__)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    request.param(tmp_path)
    with removes_images_of(tmp_path):
        yield tmp_path


def printed(image: str, *options: str) -> str:
    done = subprocess.run(
        ["docker", "run", "--rm", *options, image], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.engine
def test_r14_the_new_image_is_what_the_start_of_the_original_makes(project: Path) -> None:
    built = build_image(BuildRequest(project, project / "Dockerfile"))
    before = load_image(target_of(built)).report
    plan = plan_rewrite(project / "Dockerfile", before)
    assert any(decision.id == "full-sync" for decision in plan.decisions), plan.refusal
    proof = prove(plan, before, context=project)
    assert proof.verification is not None
    assert proof.verification.passed, {check.name: check for check in proof.verification.checks}
    original = printed(before.image.id)
    assert original
    assert printed(proof.after.image.id, "--network", "none") == original
