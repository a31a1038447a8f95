"""A rewrite by uvdive itself on podman: planned, built by its service, verified and run there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from rewrites.projects import BY_NAME, bring_bases

from uvdive.build.events import BuildRequest
from uvdive.session.opening.images import load_image
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.proving import prove


@pytest.mark.engine("podman5")
def test_a_planned_rewrite_is_proven_on_podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, address = BY_NAME["slim"], os.environ["UVDIVE_ENGINE_PODMAN5"]
    bring_bases(project, address)
    # As with podman's docker-compatible socket.
    monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.delenv("CONTAINER_HOST", raising=False)
    folder = tmp_path / "slim"
    shutil.copytree(project.path, folder)
    dockerfile = folder / "Dockerfile"
    with removes_images_of(folder, dockerfile):
        built = build_image(BuildRequest(folder, dockerfile))
        before = load_image(target_of(built), dockerfile=dockerfile)
        plan = plan_rewrite(dockerfile, before.report, store=before.store)
        assert plan.outcome == "rewritten", plan.refusal
        proof = prove(plan, before.report, context=folder, start=True)
    assert (built.engine, proof.build.engine, proof.after.image.source) == ("podman", "podman", "podman")
    assert proof.verification is not None
    found = {check.name: check for check in proof.verification.checks}
    assert {
        name: check.status for name, check in found.items() if check.status in ("failed", "skipped")
    } == {}
    assert "HTTP 200 for /" in found["start"].detail
    assert proof.original is None
    assert plan.predicted is not None
    assert proof.after.totals.file_bytes == pytest.approx(plan.predicted.after_bytes, rel=0.02)
