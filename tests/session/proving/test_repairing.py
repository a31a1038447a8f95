"""A library that the new image lost is named with the package that brings it, on real images."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engines.removing import removes_images_of

from uvdive.build.events import BuildRequest
from uvdive.rewrite.plan import Allowances, RewritePlan
from uvdive.session.opening.images import load_image
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove, repaired_choices

LIBRARY = Path(__file__).parents[2] / "data" / "projects" / "library"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "library"
    shutil.copytree(LIBRARY, folder)
    with removes_images_of(folder, folder / "Dockerfile"):
        yield folder


@pytest.mark.engine
def test_a_library_that_is_loaded_by_name_is_installed_with_its_package(folder: Path) -> None:
    before = load_image(target_of(build_image(BuildRequest(folder, folder / "Dockerfile")))).report
    text = (folder / "Dockerfile.multistage").read_text()
    head, stage, runner = text.partition(" AS runner")
    lost = head + stage + "\n".join(line for line in runner.splitlines() if "apt-get" not in line) + "\n"
    original = (folder / "Dockerfile").read_text()
    allowed = Allowances(("Env:PATH", "Env:VIRTUAL_ENV", "Cmd"), (), ("uv", "uv-cache"))
    plan = RewritePlan("rewritten", "image", str(folder / "Dockerfile"), original, lost, "", allowed=allowed)
    proof = prove(plan, before, context=folder)
    assert proof.verification is not None
    assert not proof.verification.passed
    choices = repaired_choices(proof.repairs, {})
    assert "libpq5" in choices["extra-packages"].split(",")
    assert not any("uv" in path for path in choices.get("extra-paths", "").split(","))
