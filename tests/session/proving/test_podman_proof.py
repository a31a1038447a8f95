"""A rewrite by uvdive itself on podman: planned, built by its service, verified and run there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from engines.removing import removes_images_of
from rewrites.projects import BY_NAME, bring_bases

from uvdive.base.progress import ignore
from uvdive.build.events import BuildRequest, BuildResult
from uvdive.build.running.settings import PLAIN
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.opening.images import Loaded, load_image
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.rewriting import plan_rewrite
from uvdive.session.proof.building import build_image, target_of
from uvdive.session.proof.other_user import looks_first
from uvdive.session.proof.proving import Proof, prove
from uvdive.verify.checks import Check

pytestmark = pytest.mark.engine("podman5")


@dataclass(frozen=True)
class OnPodman:
    """A project with its image in podman."""

    folder: Path
    built: BuildResult
    before: Loaded
    kept: Kept = field(default_factory=Kept)

    def planned(self, choices: Mapping[str, str] | None = None) -> RewritePlan:
        plan = plan_rewrite(
            self.folder / "Dockerfile", self.before.report, store=self.before.store, kept=self.kept,
            choices=choices or {},
        )  # fmt: skip
        assert plan.outcome == "rewritten", plan.refusal
        return plan

    def proven(self, plan: RewritePlan, kept: Kept | None = None) -> tuple[Proof, dict[str, Check]]:
        """The proof with a start, and its checks by name."""
        proof = prove(plan, self.before.report, context=self.folder, start=True, kept=kept)
        assert proof.verification is not None
        assert proof.original is None
        return proof, {check.name: check for check in proof.verification.checks}


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnPodman]:
    project, address = BY_NAME["slim"], os.environ["UVDIVE_ENGINE_PODMAN5"]
    bring_bases(project, address)
    folder = tmp_path_factory.mktemp("podman") / "slim"
    shutil.copytree(project.path, folder)
    dockerfile = folder / "Dockerfile"
    with pytest.MonkeyPatch.context() as patched:
        # As with podman's docker-compatible socket.
        patched.setenv("DOCKER_HOST", address)
        patched.delenv("CONTAINER_HOST", raising=False)
        with removes_images_of(folder, dockerfile):
            built = build_image(BuildRequest(folder, dockerfile))
            yield OnPodman(folder, built, load_image(target_of(built), dockerfile=dockerfile))


def test_a_planned_rewrite_is_proven_on_podman(slim: OnPodman) -> None:
    plan = slim.planned()
    proof, found = slim.proven(plan)
    engines = (slim.built.engine, proof.build.engine, proof.after.image.source)
    assert engines == ("podman", "podman", "podman")
    assert {
        name: check.status for name, check in found.items() if check.status in ("failed", "skipped")
    } == {}
    assert "HTTP 200 for /" in found["start"].detail
    assert plan.predicted is not None
    assert proof.after.totals.file_bytes == pytest.approx(plan.predicted.after_bytes, rel=0.02)


def test_a_user_of_its_own_is_proven_by_a_start_on_podman(slim: OnPodman) -> None:
    # How it stops is not asked about, which would be one more build.
    choices, kept = {"user": "app", "stop-signal": "sigint"}, slim.kept
    assert looks_first(
        slim.planned(choices), slim.before.report, context=slim.folder, start=True, settings=PLAIN,
        recipe=None, kept=kept, on_event=ignore, cancel=None,
    )  # fmt: skip
    proof, found = slim.proven(slim.planned(choices), kept)
    assert proof.verification is not None
    assert (proof.verification.level, proof.after.config.user) == ("start", "app"), proof.verification
    assert "HTTP 200 for /" in found["start"].detail
